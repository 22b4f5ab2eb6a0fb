"""How many more: what it takes until alpha's interval is as narrow as wanted. Leads only."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from labelling.access import Permission
from labelling.errors import Invalid
from labelling.measure.precision import precision
from labelling.web.forms import PlainForm
from labelling.web.guard import in_project
from labelling.web.measure import asked
from labelling.web.measure_words import LEVELS

WIDTHS = ("0.3", "0.2", "0.1", "0.05")
WORDS = {  # of: heading, unit of one, axis
    "examples": ("More examples", "example", "Examples"),
    "labellers": ("More labellers", "labeller", "Labellers"),
    "labels": ("More labels an example", "label an example,labels an example", "Labels an example"),
}
WHAT = {
    "examples": "By the same people, as many labels an example as now.",
    "labellers": "Who each label as much as people do now, on new examples.",
    "labels": "By the same people, on the same examples.",
}


class WidthForm(PlainForm):
    width = forms.CharField(
        label="Width that you want", required=False, max_length=20, help_text="From the low to the high end of the interval, like 0.1.",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip


@in_project(Permission.SEE_LABELS)
def how_many_more(request: HttpRequest, project: Any) -> HttpResponse:
    context = asked(request, project)
    level = request.GET.get("level") or None
    form = WidthForm({"width": request.GET.get("width", "")})
    form.is_valid()
    wanted: str | None = form.cleaned_data.get("width") or None
    try:
        found = precision(request.viewer, project.slug, question=context["key"], level=level, width=wanted, now=timezone.now())
    except Invalid as error:
        if "width" not in error.fields:
            raise
        form.blame(error)
        wanted = None
        found = precision(request.viewer, project.slug, question=context["key"], level=level, now=timezone.now())
    if not form.errors:
        form = WidthForm({"width": f"{found['width']:g}"})
    context |= {
        "found": found,
        "form": form,
        "level": level,
        "wanted": wanted,
        "widths": WIDTHS,
        "needs": [{"need": need, "of": name, "words": WORDS[name], "what": WHAT[name]} for name, need in found["needs"].items()],
        "charts": [shown for name, need in found["needs"].items() if (shown := chart(name, need, found["width"]))],
        "level_words": LEVELS[found["level"]],
    }
    return TemplateResponse(request, "measure/precision.html", context, status=400 if form.errors else 200)


def chart(name: str, need: dict[str, Any], width: float) -> dict[str, Any] | None:
    """The curve of one way to more precision, with the finding as its title; None where there is none."""
    curve = need["curve"]
    if len(curve) < 2:
        return None
    over_examples = [
        {"x": point["count"], "value": point["over_examples"], **({"low": point["least"], "high": point["over_examples"]} if point["least"] < point["over_examples"] else {})}
        for point in curve
    ]
    over_labellers = [{"x": point["count"], "value": point["over_labellers"]} for point in curve if point["over_labellers"] is not None]
    series = [{"name": "over other examples", "points": over_examples}, {"name": "over other labellers", "points": over_labellers}]
    places = [{"x": curve[0]["count"], "y": curve[0]["width"], "name": f"now: {curve[0]['count']:,}"}]
    if need["more"]:
        there = next(point for point in curve if point["count"] == need["count"])
        places.append({"x": there["count"], "y": there["width"], "name": f"{there['count']:,}"})
    return {
        "title": title(name, need, width),
        "of": name,
        "data": {
            "kind": "curve", "x": WORDS[name][2], "y": "Width of the interval", "zero": True, "log": name != "labels", "target": width,
            "series": [one for one in series if one["points"]], "points": places,
        },
    }  # fmt: skip


def title(name: str, need: dict[str, Any], width: float) -> str:
    unit, _, units = WORDS[name][1].partition(",")
    if need["count"] is None:
        return f"{WORDS[name][0]} alone do not make the interval {width:g} wide"
    if not need["more"]:
        return f"The interval is no wider than {width:g} already"
    words = unit if need["more"] == 1 else units or f"{unit}s"
    more = f"{need['more']:,} more {words}"
    return f"With {more} the interval is {width:g} wide"


urlpatterns = [path("projects/<str:slug>/measure/precision/", how_many_more, name="precision")]
