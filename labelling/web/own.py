"""A labeller's own page: "Your labels". Everybody sees their own alone."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET

from labelling.access import Permission
from labelling.discuss import selectors
from labelling.web.cases import shown_parts
from labelling.web.guard import in_project
from labelling.web.paging import Pages

PER_PAGE = 20
LONGEST = 400  # characters of a text on this page


@in_project(Permission.LABEL)
@require_GET
def mine(request: HttpRequest, project: Any) -> HttpResponse:
    own = selectors.get_own(request.viewer, project.slug, now=timezone.now())
    settled, described = selectors.list_settled_otherwise(request.viewer, project.slug)
    pages = Pages(request, settled, PER_PAGE)
    context = {
        "project": project,
        "stage": "label",
        "own": own,
        "chart": weeks_chart(own.weeks),
        "agreement": [(prompt, figure.as_dict()) for prompt, figure in own.agreement],
        "pages": pages,
        "rows": [{"row": row, "parts": short_parts(project, row.example)} for row in described(pages.rows)],
        "waiting": sum(not (one.answered or one.settled) for one in own.asked),
    }
    return TemplateResponse(request, "label/mine.html", context)


def weeks_chart(weeks: list[Any]) -> dict[str, Any]:
    """Data of a chart of bars: one a week, called after its Monday."""
    return {"kind": "bars", "rows": [{"name": f"{week.monday:%-d %b}", "value": week.labels} for week in weeks]}


def short_parts(project: Any, example: Any) -> list[dict[str, Any]]:
    """What labellers see of an example, long texts cut: the list is to remember it by."""
    parts = shown_parts(project, example)
    for part in parts:
        if part["as"] not in ("image", "audio") and len(part["value"]) > LONGEST:
            part.update({"as": "text", "raw": None, "value": f"{part['value'][:LONGEST]}…"})
        elif part["as"] in ("table", "dialogue"):
            part.update({"as": "text", "value": part["value"] if isinstance(part["raw"], str) else json.dumps(part["raw"], ensure_ascii=False)})
    return parts


urlpatterns = [path("projects/<str:slug>/mine/", mine, name="mine")]
