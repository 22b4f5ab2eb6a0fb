"""Human level: how well one person does the job, and what keeps the figure honest. Leads only."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from labelling.access import Permission
from labelling.measure import anchoring, human
from labelling.web.guard import in_project
from labelling.web.measure import GROUPS, asked, dots, groups_of
from labelling.web.measure_words import LEVEL_OF_PERSON, MEASURES, PARTLY


@in_project(Permission.SEE_LABELS)
def human_level(request: HttpRequest, project: Any) -> HttpResponse:
    context = asked(request, project)
    described = next((question for question in context["questions"] if question["key"] == context["key"]), {})
    kind = described.get("kind", "")
    splits = ("class", "labeller", "source", "batch") if kind in LEVEL_OF_PERSON or "classes" in described else ("labeller", "source", "batch")
    by = request.GET.get("by") or splits[0]
    found = human.human_performance(request.viewer, project.slug, question=context["key"], by=by)
    shown = [
        ("One person, against the others", found["leave_one_out"]),
        ("One person, against resolved answers", found["against_resolved"]),
        ("The most popular answer", found["popular_answer"]),
        ("The ceiling", found["ceiling"]),
        ("The same person again", found["repeat_consistency"]),
    ]
    context |= {
        "found": found,
        "shown": shown,
        "by": by,
        "groups": groups_of(project, splits),
        "by_words": GROUPS.get(by, by.removeprefix("meta.")),
        "overall": dots([{"key": name, "figure": figure} for name, figure in shown], figure="figure"),
        "level_title": LEVEL_OF_PERSON.get(kind, PARTLY),
        "trade": [(MEASURES[name], row["person"], row["popular_answer"]) for name, row in found["measures"].items()],
        "chart": dots(found["by"], figure="figure"),
        "anchoring": anchoring.effect(request.viewer, project.slug, question=context["key"]) if anchoring.has_effect(project) else None,
    }
    return TemplateResponse(request, "measure/human.html", context)


urlpatterns = [
    path("projects/<str:slug>/measure/human/", human_level, name="human"),
]
