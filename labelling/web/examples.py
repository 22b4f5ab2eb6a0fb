"""The examples of a project: found by filters in the URL, and one by one."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET

from labelling.access import Permission
from labelling.intake import selectors
from labelling.intake.rules import ExampleState
from labelling.projects.selectors import all_tags
from labelling.web.drawing import drawn_part
from labelling.web.guard import in_project
from labelling.web.paging import Pages

PER_PAGE = 50
FILTERS = ("q", "state", "source", "tag", "batch", "key")
STATES = {
    ExampleState.OPEN: "Open", ExampleState.COMPLETE: "Complete", ExampleState.IN_REVIEW: "In review",
    ExampleState.RESOLVED: "Resolved", ExampleState.REGATHER: "To be gathered again", ExampleState.DROPPED: "Dropped",
}  # fmt: skip
SHORT = 140


@in_project(Permission.READ_EXAMPLES)
@require_GET
def examples(request: HttpRequest, project: Any) -> HttpResponse:
    chosen = filters_of(request)
    _, rows = selectors.list_examples(request.viewer, project.slug, chosen)
    pages = Pages(request, rows, PER_PAGE)
    meta = next(((name.removeprefix("meta."), value) for name, value in chosen.items() if name.startswith("meta.")), ("", ""))
    context = {
        "project": project,
        "pages": pages,
        "rows": [brief(project, row) for row in pages.rows],
        "chosen": chosen,
        "meta_name": meta[0],
        "meta_value": meta[1],
        "states": [(state.value, words) for state, words in STATES.items()],
        "sources": list(selectors.list_sources(request.viewer, project.slug)[:500]),
        "tags": all_tags(project),
        "stage": "import",
        "tab": "examples",
    }
    return TemplateResponse(request, "intake/examples.html", context)


def filters_of(request: HttpRequest) -> dict[str, str]:
    """The filters in the URL; the form's two inputs for a meta field become meta.NAME. What no text may hold finds nothing."""
    typed = {name: value.replace("\x00", "\ufffd").strip() for name, value in request.GET.items()}
    chosen = {name: value for name, value in typed.items() if value and (name in FILTERS or name.startswith("meta."))}
    if typed.get("meta_name") and typed.get("meta_value"):
        chosen[f"meta.{typed['meta_name']}"] = typed["meta_value"]
    return chosen


def brief(project: Any, example: Any) -> dict[str, Any]:
    """A row of the list: the first text and the first picture, short."""
    data = selectors.render_data(project, example.data)
    parts = [(data.get(part["field"]), part["as"]) for part in project.display]
    image = next((value for value, kind in parts if kind == "image" and isinstance(value, str)), None)
    texts = [value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value, kind in parts if kind not in ("image", "audio") and value]
    text = texts[0] if texts else ""
    return {
        "key": example.key,
        "url": reverse("example", kwargs={"slug": project.slug, "key": example.key}),
        "image": image,
        "text": text if len(text) <= SHORT else f"{text[:SHORT]}…",
        "state": STATES[ExampleState(example.state)],
        "counted": example.labels_counted,
        "wanted": example.labels_wanted,
        "source": example.source.name if example.source else "",
    }


@in_project(Permission.READ_EXAMPLES)
@require_GET
def example(request: HttpRequest, project: Any, key: str) -> HttpResponse:
    _, found = selectors.get_example(request.viewer, project.slug, key)
    data = selectors.render_data(project, found.data)
    shown = {part["field"]: part["as"] for part in project.display}
    context = {
        "project": project,
        "example": found,
        "parts": [drawn_part(field, shown.get(field, ""), value, plain(value)) for field, value in by_display(data, shown)],
        "meta": [(name, plain(value)) for name, value in found.meta.items()],
        "state": STATES[ExampleState(found.state)],
        "stage": "import",
    }
    return TemplateResponse(request, "intake/example.html", context)


def by_display(data: dict[str, Any], shown: dict[str, str]) -> list[tuple[str, Any]]:
    """What is shown to labellers comes first, in their order."""
    return [(field, data[field]) for field in shown if field in data] + [pair for pair in data.items() if pair[0] not in shown]


def plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1 if isinstance(value, list | dict) else None)


urlpatterns = [
    path("projects/<str:slug>/examples/", examples, name="examples"),
    path("projects/<str:slug>/examples/<path:key>/", example, name="example"),
]
