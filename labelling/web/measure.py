"""Measure: agreement and what is confused. Leads only; labellers stay blind."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from labelling.access import Permission
from labelling.measure import dashboard, selectors
from labelling.measure.answers import levels_of
from labelling.measure.trends import marks_of
from labelling.projects.selectors import questions_of
from labelling.web.guard import in_project
from labelling.web.measure_words import LEVEL_OF_PERSON, LEVELS, MEASURES, SHARES, SHORT_LEVELS, confusion_words
from labelling.web.paging import Pages
from labelling.web.run_words import on_agreement

PER_PAGE = 50
GROUPS = {
    "": "all labels",
    "class": "class",
    "labeller": "labeller",
    "pair": "pair of labellers",
    "guideline": "version of the guidelines",
    "schema": "version of the questions",
    "round": "round",
    "week": "week",
    "source": "source",
    "batch": "batch",
    "slice": "saved slice",
}
ROW_NAMES = {"guideline": "Version {}", "schema": "Version {}", "round": "Round {}", "week": "Week from {}", "batch": "Batch {}"}
BY_NOTES = {
    "guideline": "Only labels made under one version are compared with each other.",
    "schema": "Only labels made under one version are compared with each other; answers that were changed with the classes are read as they count today.",
    "round": "Only labels of one round are compared with each other. All rounds are in, those that were given up too.",
    "week": "Only labels of one week, Monday to Sunday, are compared with each other.",
    "slice": "Slices may overlap: an example counts in each one that holds it.",
}


def asked(request: HttpRequest, project: Any) -> dict[str, Any]:
    """What every page here knows: the questions to choose from and the one that is meant."""
    questions = questions_of(project)
    key = request.GET.get("question") or questions[0]["key"]
    return {"project": project, "questions": questions, "key": key}


@in_project(Permission.SEE_LABELS)
def measure(request: HttpRequest, project: Any) -> HttpResponse:
    context = asked(request, project)
    by = request.GET.get("by") or None
    found = selectors.agreement(
        request.viewer, project.slug, question=context["key"], by=by, level=request.GET.get("level") or None, now=timezone.now()
    )
    described = next(question for question in context["questions"] if question["key"] == found["question"])
    context |= {
        "found": found,
        "others": [(MEASURES[name], figure) for name, figure in found["measures"].items()],
        "by": by or "",
        "groups": {name: words for name, words in groups_of(project, GROUPS).items() if name != "class" or found["classes"]},
        "others_words": "Other coefficients" if found["kind"] in LEVEL_OF_PERSON else "Other figures",
        "level_words": LEVELS[found["level"]],
        "levels": [(level, SHORT_LEVELS[level]) for level in levels_of(described) if level != found["level"]],
        "shares_words": SHARES.get(found["kind"], "How many chose each answer"),
        "pair_words": MEASURES[found["by"][0].get("measure", "cohen_kappa")] if found["by"] and by == "pair" else "",
        "by_note": pairs_left_out(found["left_out"]) if by == "pair" else BY_NOTES.get(by or "", ""),
        "by_words": GROUPS.get(by or "", (by or "").removeprefix("meta.")),
        "stored": on_agreement(request, project, found["question"], found["level"]),
    }
    for row in found["by"] if by in ROW_NAMES else ():
        row["name"] = ROW_NAMES[by].format(row["key"]) if row["key"] is not None else "none"
    context["chart"] = dots(found["by"], project.target_alpha) if by else None
    context["chart_title"] = f"{context['pair_words'] or 'Alpha'} by {context['by_words']}"
    return TemplateResponse(request, "measure/agreement.html", context)


def pairs_left_out(left_out: dict[str, int]) -> str:
    """What is said below the figures of pairs: how many of them share too little."""
    least, number = left_out["min_overlap"], left_out["pairs"]
    shown = f"Pairs are shown from {least} examples in common on: with fewer, chance decides what the figure reads."
    if not number:
        return f"{shown} No pair was left out."
    return f"{shown} {number:,} {'pair has' if number == 1 else 'pairs have'} fewer and {'was' if number == 1 else 'were'} left out."


def groups_of(project: Any, names: Iterable[str]) -> dict[str, str]:
    """What a figure can be split by, in words: the fixed ones and the project's meta fields."""
    return {name: GROUPS[name] for name in names} | {f"meta.{name}": name for name in dashboard.meta_names(project)}


def dots(rows: list[dict[str, Any]], target: float | None = None, figure: str = "alpha") -> dict[str, Any]:
    """Data of a dot-with-interval chart."""
    return {
        "kind": "dots",
        "target": target,
        "rows": [
            {"name": str(row.get("name", row["key"])), **{part: row[figure].get(part) for part in ("value", "low", "high")}}
            for row in rows
            if row[figure]["value"] is not None
        ],
    }


@in_project(Permission.SEE_LABELS)
def confusions(request: HttpRequest, project: Any) -> HttpResponse:
    context = asked(request, project)
    context |= dashboard.heat_map_page(request.viewer, project.slug, question=context["key"])
    context |= confusion_words(context["question"]["kind"])
    return TemplateResponse(request, "measure/confusions.html", context)


@in_project(Permission.SEE_LABELS)
def behind(request: HttpRequest, project: Any) -> HttpResponse:
    context = asked(request, project)
    number = request.GET.get("page", "1")
    first = (min(int(number), 10**6) - 1) * PER_PAGE if number.isascii() and number.isdigit() and int(number) else 0
    found = dashboard.examples_behind(
        request.viewer, project.slug, question=context["key"], a=request.GET.get("a", ""), b=request.GET.get("b", ""), first=first, count=PER_PAGE
    )
    pages = Pages(request, _Already(found["rows"], first, found["total"]), PER_PAGE)
    return TemplateResponse(request, "measure/behind.html", context | found | {"pages": pages})


class _Already:
    """Rows of one page as the list that Pages slices."""

    def __init__(self, rows: list[Any], first: int, total: int) -> None:
        self.rows, self.first, self.total = rows, first, total

    def __getitem__(self, part: slice) -> list[Any]:
        more = [None] if part.stop <= self.total else []
        return self.rows + more


def for_overview(request: HttpRequest, project: Any) -> dict[str, Any]:
    """What the first page of a project adds for those who may see labels."""
    figures, marks = dashboard.dashboard_of(project), lines_of(marks_of(project))
    return {
        "figures": figures,
        "alphas": dots([{"key": row.prompt, "alpha": row.alpha} for row in figures], project.target_alpha),
        "levels": [
            {
                "figure": row,
                "chart": dots(
                    [
                        {"key": "one person", "figure": row.person},
                        {"key": "most popular answer", "figure": row.popular},
                        {"key": "ceiling", "figure": row.ceiling},
                    ],
                    figure="figure",
                ),
            }
            for row in figures
        ],
        "trends": [{"figure": row, "chart": trend(row.weeks, marks, project.target_alpha)} for row in figures],
    }


def trend(weeks: list[dict[str, Any]], marks: list[dict[str, Any]], target: float | None) -> dict[str, Any]:
    """Data of a chart over time, with a line where something changed: {"at", "name", "kind"}, kind guideline, schema or note. A week
    (or day) is {"key": its date, "alpha"} with a "name" where it is called otherwise."""
    rows = [{"name": week.get("name", week["key"]), "at": week["key"], **{part: week["alpha"].get(part) for part in ("value", "low", "high")}} for week in weeks]
    return {"kind": "trend", "rows": [row for row in rows if row["value"] is not None], "marks": marks, "target": target}


def lines_of(marks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a chart draws of marks: their words stand in the list below it."""
    return [{part: mark[part] for part in ("at", "name", "kind")} for mark in marks]


urlpatterns = [
    path("projects/<str:slug>/measure/", measure, name="measure"),
    path("projects/<str:slug>/measure/confusions/", confusions, name="confusions"),
    path("projects/<str:slug>/measure/confusions/examples/", behind, name="behind"),
]
