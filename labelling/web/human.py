"""Human level: how well one person does the job, and what keeps the figure honest. Leads only."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from labelling.access import Permission
from labelling.measure import anchoring, human
from labelling.web.guard import in_project
from labelling.web.measure import GROUPS, asked, dots, groups_of
from labelling.web.measure_words import LEVEL_OF_PERSON, MEASURES, PARTLY

REFERENCES = {"resolved": "Against resolved answers", "leave_one_out": "Against the others' answers"}
SHORT = {  # in the chart, where long names would be cut
    "One person, against resolved answers": "Against resolved answers",
    "One person, against the others": "Against the others",
    "One person, as the model of labellers estimates": "By the model of labellers",
}
SPLITS = ("labeller", "source", "batch", "slice")
EXAMPLES = {"all": "All examples", "same": "Those that have both"}


@in_project(Permission.SEE_LABELS)
def human_level(request: HttpRequest, project: Any) -> HttpResponse:
    context = asked(request, project)
    described = next((question for question in context["questions"] if question["key"] == context["key"]), {})
    kind = described.get("kind", "")
    splits = ("class", *SPLITS) if kind in LEVEL_OF_PERSON or "classes" in described else SPLITS
    by = request.GET.get("by") or splits[0]
    found = human.human_performance(
        request.viewer, project.slug, question=context["key"], by=by,
        reference=request.GET.get("reference") or None, examples=request.GET.get("examples") or None,
    )  # fmt: skip
    shown = [
        ("One person, against resolved answers", found["against_resolved"]),
        ("One person, against the others", found["leave_one_out"]),
        (f"The most popular answer, {REFERENCES[found['reference']].lower()}", found["popular_answer"]),
        ("The ceiling", found["ceiling"]),
        ("The same person again", found["repeat_consistency"]),
    ]
    if kind in LEVEL_OF_PERSON:
        shown.insert(2, ("One person, as the model of labellers estimates", found["dawid_skene"]))
    chosen = {"question": context["key"], "by": by, "reference": found["reference"], "examples": found["examples"]}
    context |= {
        "found": found,
        "shown": shown,
        "by": by,
        "groups": [(name, words, _url(chosen, by=name)) for name, words in groups_of(project, splits).items()],
        "references": [(name, words, _url(chosen, reference=name)) for name, words in REFERENCES.items()],
        "examples": [(name, words, _url(chosen, examples=name)) for name, words in EXAMPLES.items()],
        "by_words": GROUPS.get(by, by.removeprefix("meta.")),
        "against": REFERENCES[found["reference"]],
        "overall": dots([{"key": SHORT.get(name, name.split(",")[0]), "figure": figure} for name, figure in shown], figure="figure"),
        "level_title": LEVEL_OF_PERSON.get(kind, PARTLY),
        "trade": [(MEASURES[name], row["person"], row["popular_answer"]) for name, row in found["measures"].items()],
        "chart": dots(found["by"], figure="figure"),
        "anchoring": anchoring.effect(request.viewer, project.slug, question=context["key"]) if anchoring.has_effect(project) else None,
    }
    return TemplateResponse(request, "measure/human.html", context)


def _url(chosen: dict[str, str], **other: str) -> str:
    return f"?{urlencode(chosen | other)}"


urlpatterns = [
    path("projects/<str:slug>/measure/human/", human_level, name="human"),
]
