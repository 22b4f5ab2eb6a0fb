"""Consensus: how examples were decided, which are least certain, and what asking for more labels would have cost. Leads only."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from labelling.access import Permission
from labelling.discuss.selectors.by_example import cases_of
from labelling.errors import Invalid
from labelling.measure import decided, overlap
from labelling.projects.selectors import labelling_settings
from labelling.web.drafts import number_or_text
from labelling.web.forms import PlainForm
from labelling.web.guard import in_project
from labelling.web.measure import asked, dots
from labelling.web.measure_words import LEVEL_OF_PERSON, PARTLY
from labelling.web.own import short_parts
from labelling.web.paging import Pages

PER_PAGE = 20
METHODS = {
    "majority": "Majority",
    "median": "Median",
    "mean": "Mean",
    "weighted": "Weighted by reliability",
    "dawid_skene": "Dawid-Skene",
    "medoid": "Nearest to all others",
    "half": "At least half",
}
DECIDED = {  # in a chart, in a table, in a sentence
    "unanimous": ("Unanimous", "Unanimous, two labels or more", "{} unanimous"),
    "single": ("One label", "One label, so nobody could differ", "{} with one label"),
    "majority": ("Vote", "Decided by a vote", "{} by a vote"),
    "model": ("Model", "Decided by a model of labellers", "{} by a model"),
    "adjudication": ("Settled", "Settled by people", "{} settled by people"),
    "tie": ("Tie", "Tied, without an answer", "{} tied"),
}
BY = {"unanimous": "all agree", "majority": "a vote", "model": "a model of labellers", "tie": "a tie"}
LIMITS = {
    "start": "Give a whole number from 1 up to the most labels of an example.",
    "most": "Give a whole number from 2 to 100.",
    "confidence": "Give a percentage from 50 to 99.9.",
    "budget": "Give a whole number of labels, or none.",
}


class SettingForm(PlainForm):
    """A setting to try; confidence in percent."""

    start = forms.CharField(label="Begin with", required=False, max_length=12)
    most = forms.CharField(label="Up to", required=False, max_length=12)
    confidence = forms.CharField(label="Until sure, in %", required=False, max_length=12)
    budget = forms.CharField(label="More labels in all at most", required=False, max_length=20)


@in_project(Permission.SEE_LABELS)
def consensus(request: HttpRequest, project: Any) -> HttpResponse:
    context = asked(request, project)
    found = decided.decided(request.viewer, project.slug, question=context["key"], method=request.GET.get("method") or None)
    pages = Pages(request, found.order, PER_PAGE)
    rows = decided.rows_of(found, pages.rows)
    cases = cases_of(request.viewer, project.slug, [row["example"].pk for row in rows])
    form, simulated = _simulated(request, project, context["key"])
    context |= {
        "found": found,
        "method": found.method,
        "method_words": METHODS[found.method],
        "methods": {name: METHODS[name] for name in found.methods},
        "total": sum(found.counts.values()),
        "shares": [(DECIDED[name][1], number, number / max(1, sum(found.counts.values()))) for name, number in found.counts.items() if number],
        "bars": {"kind": "bars", "rows": [{"name": DECIDED[name][0], "value": number} for name, number in found.counts.items() if number]},
        "decided_title": _decided_title(found.counts),
        "compared": [(METHODS[one.method], one) for one in found.compared],
        "compared_chart": dots([{"key": METHODS[one.method], "figure": one.figure} for one in found.compared], figure="figure"),
        "compared_title": LEVEL_OF_PERSON.get(found.answers.described["kind"], PARTLY).replace("the reference", "the resolved answer"),
        "rows": [{**row, "by": BY[row["decided_by"]], "case": cases.get(row["example"].pk), "contents": _contents(project, row["example"])} for row in rows],
        "pages": pages,
        "form": form,
        "simulated": simulated,
        "curve": _curve(simulated) if simulated and simulated["adaptive"] else None,
        "setting": labelling_settings(project)["overlap"],
        "state": overlap.overlap_state(project),
        "lost": _points(simulated["adaptive"]["lost"]) if simulated and simulated["adaptive"] else "",
    }
    return TemplateResponse(request, "measure/consensus.html", context, status=400 if form.errors else 200)


def _contents(project: Any, example: Any) -> str:
    """What there is to see of an example, in one line."""
    pictures = {"image": "a picture", "audio": "a sound"}
    return " · ".join(pictures.get(part["as"]) or part["value"] for part in short_parts(project, example))


def _simulated(request: HttpRequest, project: Any, key: str) -> tuple[SettingForm, dict[str, Any] | None]:
    """The form as it is to be shown, and the simulation of what it says; None where that cannot be."""
    typed = {name: request.GET.get(name, "") for name in LIMITS}
    setting = {**typed}
    sure = number_or_text(typed["confidence"].replace("%", "").strip())
    setting["confidence"] = repr(round(sure / 100, 6)) if not isinstance(sure, str) else sure
    try:
        simulated = overlap.simulation(request.viewer, project.slug, question=key, typed=setting)
    except Invalid as error:
        form = SettingForm(typed)
        form.is_valid()
        for name in error.fields:
            form.add_error(name if name in LIMITS else None, LIMITS.get(name, error.message))
        return form, None
    budget = simulated["budget"]
    used = {**{name: simulated[name] for name in ("start", "most")}, "confidence": f"{simulated['confidence'] * 100:g}", "budget": "none" if budget is None else budget}
    return SettingForm(initial=used), simulated


def _decided_title(counts: dict[str, int]) -> str:
    """The finding: "61 % unanimous, 27 % by a vote, 2 % tied"."""
    total = sum(counts.values())
    said = [DECIDED[name][2].format(_percent(number / total)) for name, number in counts.items() if number]
    title = ", ".join(said)
    return title[:1].upper() + title[1:]


def _points(figure: dict[str, Any]) -> str:
    """A difference of shares in points: "0.4 points [−0.1–0.9]"."""
    value, low, high = (f"{figure[part] * 100:.1f}".replace("-0.0", "0.0").replace("-", "\N{MINUS SIGN}") for part in ("value", "low", "high"))
    return f"{value} points [{low}\N{EN DASH}{high}]"


def _percent(share: float) -> str:
    return "under 1\N{NO-BREAK SPACE}%" if 0 < share < 0.005 else f"{share * 100:.0f}\N{NO-BREAK SPACE}%"


def _curve(found: dict[str, Any]) -> dict[str, Any]:
    """Cost against agreement: the setting over its confidence, fixed numbers beside it, and the setting that was asked for."""

    def point(row: dict[str, Any]) -> dict[str, Any]:
        return {"x": row["labels_per_example"]["value"], "value": row["agreement"]["value"], "low": row["agreement"]["low"], "high": row["agreement"]["high"]}

    chosen = found["adaptive"]
    name = f"{found['confidence'] * 100:g}\N{NO-BREAK SPACE}%" + (", in use" if found["in_use"] else "")
    return {
        "kind": "curve",
        "x": "Labels an example",
        "y": "Answers that are the reference",
        "series": [
            {"name": "more where unsure", "points": sorted((point(row) for row in found["curve"]), key=lambda one: one["x"])},
            {"name": "the same for all", "points": [point(row) for row in found["fixed"] if row["labels"] >= found["start"]]},
        ],
        "points": [{"x": chosen["labels_per_example"]["value"], "y": chosen["agreement"]["value"], "name": name}],
    }


urlpatterns = [path("projects/<str:slug>/measure/overlap/", consensus, name="consensus")]
