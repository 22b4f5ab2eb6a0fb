"""Labellers: each one's figures and what to talk over with them, to teach with. Leads only."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse

from labelling.access import Permission
from labelling.discuss.selectors.by_example import cases_of
from labelling.measure import labeller_examples, labellers, one_labeller
from labelling.measure.trends import marks_of
from labelling.projects.selectors import all_tags
from labelling.web.guard import in_project
from labelling.web.measure import PER_PAGE, asked, dots, lines_of, trend
from labelling.web.measure_words import LEVEL_OF_PERSON
from labelling.web.own import short_parts
from labelling.web.paging import Pages

REFERENCES = {"leave_one_out": "Beside the others' answers", "resolved": "Beside resolved answers"}
PACES = ("less than half as long", "half to two thirds", "two thirds to as long", "up to one and a half times", "up to twice as long", "longer than twice")
FIGURES = (
    ("agreement", "Agreement with the others (alpha)", ""),
    ("percent", "Raw agreement with the others", "percent"),
    ("score", "Against the reference", "percent"),
    ("gold_accuracy", "Right on gold", "percent"),
    ("repeat_consistency", "Same answer again", "percent"),
    ("reliability", "Right by the model of labellers", "percent"),
)
EXAMPLES_PER_PAGE = 20


@in_project(Permission.SEE_LABELS)
def people(request: HttpRequest, project: Any) -> HttpResponse:
    context = asked(request, project)
    members, rows_of = labellers.list_labellers(request.viewer, project.slug, question=context["key"])
    pages = Pages(request, members, PER_PAGE)
    rows = rows_of(pages.rows)
    kind = next(question["kind"] for question in context["questions"] if question["key"] == context["key"])
    context |= {
        "rows": [{**row, "url": _url("labeller", project, row["username"], question=context["key"])} for row in rows],
        "pages": pages,
        "tags": all_tags(project),
        "no_reliability": "none yet" if kind in LEVEL_OF_PERSON else "classes only",
        "chart": dots([{"key": row["display_name"], "alpha": row["agreement"]} for row in rows], project.target_alpha),
    }
    return TemplateResponse(request, "measure/labellers.html", context)


@in_project(Permission.SEE_LABELS)
def labeller(request: HttpRequest, project: Any, username: str) -> HttpResponse:
    context = asked(request, project)
    found = one_labeller.get_labeller(
        request.viewer, project.slug, username, question=context["key"], reference=request.GET.get("reference") or None
    )
    chosen = {"question": context["key"], "reference": found["reference"]}
    for row in found["confusions"]:
        row["url"] = _url("labeller_examples", project, username, **chosen, said=row["said"], wanted=row["wanted"])
        pair = f"{row['wanted']},{row['said']}" if row["said"] and row["wanted"] else ""
        row["discuss"] = f"{reverse('discuss', kwargs={'slug': project.slug})}?{urlencode({'question': context['key'], 'pair': pair, 'labeller': username})}" if pair else ""
    keys = [row["key"] for row in found["trend"]]
    marks = [mark for mark in lines_of(marks_of(project)) if keys and keys[0] <= str(mark["at"]) <= keys[-1]]  # others would stretch the time
    chart = trend([{"key": row["key"], "alpha": row["figure"]} for row in found["trend"]], marks, None)
    context |= {
        "found": found,
        "figures": [(words, found[name], found["others"][name], unit) for name, words, unit in FIGURES if _told(name, found)],
        "loud": [row for row in found["confusions"] if row["stands_out"]],
        "quiet": [row for row in found["confusions"] if not row["stands_out"]],
        "references": [(name, words, f"?{urlencode({'question': context['key'], 'reference': name})}") for name, words in REFERENCES.items()],
        "all_url": _url("labeller_examples", project, username, **chosen),
        "chart": chart,
        "paces": list(zip(PACES, found["pace"]["shares"], strict=False)),
    }
    return TemplateResponse(request, "measure/labeller.html", context)


def _told(name: str, found: dict[str, Any]) -> bool:
    return name != "reliability" or found["kind"] in LEVEL_OF_PERSON


@in_project(Permission.SEE_LABELS)
def examples(request: HttpRequest, project: Any, username: str) -> HttpResponse:
    context = asked(request, project)
    head, found, rows_of = labeller_examples.list_examples(
        request.viewer, project.slug, username, question=context["key"], reference=request.GET.get("reference") or None,
        said=request.GET.get("said"), wanted=request.GET.get("wanted"),
    )  # fmt: skip
    pages = Pages(request, found.order_by("-id"), EXAMPLES_PER_PAGE)
    cases = cases_of(request.viewer, project.slug, [example.pk for example in pages.rows])
    rows = [{**row, "case": cases.get(row["id"]), "parts": short_parts(project, one)} for row, one in zip(rows_of(pages.rows), pages.rows, strict=True)]
    back = _url("labeller", project, username, question=context["key"], reference=head["reference"])
    return TemplateResponse(request, "measure/labeller_examples.html", context | {"head": head, "rows": rows, "pages": pages, "back": back})


def _url(name: str, project: Any, username: str, **query: str) -> str:
    return f"{reverse(name, kwargs={'slug': project.slug, 'username': username})}?{urlencode(query)}"


urlpatterns = [
    path("projects/<str:slug>/measure/labellers/", people, name="labellers"),
    path("projects/<str:slug>/measure/labellers/<str:username>/", labeller, name="labeller"),
    path("projects/<str:slug>/measure/labellers/<str:username>/examples/", examples, name="labeller_examples"),
]
