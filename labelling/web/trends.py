"""Over time: agreement by week or day with what may explain it, dated notes, and what a change of the guidelines did."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from labelling.access import Permission
from labelling.errors import WorkbenchError
from labelling.measure import notes, services
from labelling.measure import trends as over_time
from labelling.measure.by_kind import LIKENESS
from labelling.measure.guideline_effect import guideline_effect
from labelling.templatetags.workbench import MIN_EXAMPLES, MIN_LABELLERS, decimals, interval
from labelling.web.forms import PlainForm
from labelling.web.guard import in_project
from labelling.web.measure import asked, dots, lines_of, trend
from labelling.web.measure_words import MEASURES
from labelling.web.undo import offer_undo

PERIODS = {"week": ("week", "Week from"), "day": ("day", "Day")}


class NoteForm(PlainForm):
    date = forms.CharField(label="Day", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    text = forms.CharField(label="What happened", required=False, help_text="Like “Ben joined” or “talked about irony together”. Leads read it.")


@in_project(Permission.SEE_LABELS)
def trends(request: HttpRequest, project: Any) -> HttpResponse:
    """The page. POST puts a note down."""
    form = NoteForm(request.POST or None, initial={"date": timezone.now().date().isoformat()})
    if request.method == "POST" and form.is_valid():
        try:
            services.add_note(actor=request.viewer, slug=project.slug, fields=form.cleaned_data, now=timezone.now())
        except WorkbenchError as error:
            form.blame(error)
        else:
            return redirect(f"{reverse('trends', kwargs={'slug': project.slug})}?{request.GET.urlencode()}#marks")
    context = asked(request, project)
    found = over_time.trends(request.viewer, project.slug, question=context["key"], per=request.GET.get("per") or None)
    for period in found["periods"]:
        period["name"] = day_words(period["key"])
    enough = [period for period in found["periods"] if enough_of(period["alpha"])]
    likeness = MEASURES[LIKENESS.get(found["kind"], "percent")]
    word, head = PERIODS[found["per"]]
    lines = lines_of(found["marks"])
    context |= {
        "found": found,
        "pers": over_time.PER,
        "marks": [{**mark, "day": date.fromisoformat(mark["at"])} for mark in found["marks"]],
        "form": form,
        "can_edit": Permission.EDIT_PROJECT in project.viewer_permissions,
        "word": word,
        "head": head,
        "likeness": likeness,
        "few": len(found["periods"]) - len(enough),
        "enough": enough,
        "alpha": trend(enough, lines, project.target_alpha),
        "alpha_title": finding("Alpha", enough, "alpha", word),
        "raw": trend([{**row, "alpha": row["percent"]} for row in enough], lines, None),
        "raw_title": finding(likeness, enough, "percent", word),
        "labels": {"kind": "bars", "rows": [{"name": row["name"].rpartition(" ")[0], "value": row["n_labels"]} for row in found["periods"]]},
        "effect": effect_words(
            guideline_effect(request.viewer, project.slug, question=context["key"], from_=request.GET.get("from") or None, to=request.GET.get("to") or None),
            likeness,
            project,
        ),
    }
    return TemplateResponse(request, "measure/trends.html", context, status=400 if form.errors else 200)


def enough_of(figure: dict[str, Any]) -> bool:
    """Whether a figure may be shown with digits."""
    return figure["value"] is not None and figure["n_examples"] >= MIN_EXAMPLES and figure["n_labellers"] >= MIN_LABELLERS


def day_words(iso: str) -> str:
    """2026-03-02 → 2 March 2026."""
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"


def finding(name: str, rows: list[dict[str, Any]], figure: str, word: str) -> str:
    """The chart's title: what it shows, in a sentence."""
    if not rows:
        return f"{name} over time"
    when = "in the week from" if word == "week" else "on"
    last = f"{name} was {decimals(rows[-1][figure]['value'])} {interval(rows[-1][figure])} {when} {rows[-1]['name']}"
    return last if len(rows) == 1 else f"{last}, and {decimals(rows[0][figure]['value'])} in the first {word} shown"


def effect_words(found: dict[str, Any], likeness: str, project: Any) -> dict[str, Any]:
    """The effect of a change, ready to be read: a sentence before the chart, and who labelled."""
    later, earlier = found["to"], found["from"]
    names = [f"Version {earlier}", f"Version {later}"]
    people = found["labellers"]
    same = people["both"] == people["from"] == people["to"]
    return found | {
        "sentences": [change_sentence(found["alpha"], "alpha", found["n_examples"]), change_sentence(found["percent"], likeness[0].lower() + likeness[1:])],
        "chart": dots([{"key": name, "alpha": found["alpha"][side]} for name, side in zip(names, ("before", "after"), strict=True)], project.target_alpha),
        "chart_title": f"Alpha on the same {found['n_examples']:,} examples, under version {earlier} and under version {later}",
        "rows": [("Alpha", found["alpha"]), (likeness, found["percent"]), *((row["name"], row) for row in found["by_class"])],
        "same_people": same,
        "choices": sorted({later, *([earlier] if earlier else []), *(row["version"] for row in found["versions"])}),
        "others": [
            (before["version"], after["version"], after["in_common"])
            for before, after in zip(found["versions"], found["versions"][1:], strict=False)
            if after["in_common"] >= MIN_EXAMPLES and (before["version"], after["version"]) != (earlier, later)
        ],
    }


def change_sentence(change: dict[str, Any], name: str, n_examples: int | None = None) -> str:
    """“On the 120 examples labelled under both, alpha rose from 0.61 to 0.74, by 0.13 [0.05–0.20].”"""
    before, after, difference = change["before"], change["after"], change["difference"]
    where = f"On the {n_examples:,} examples labelled under both, {name}" if n_examples is not None else name[0].upper() + name[1:]
    if difference["value"] is None:
        return f"{where} cannot be compared: {difference['undefined'][0].lower()}{difference['undefined'][1:]}"
    shown = decimals(before["value"]), decimals(after["value"])
    reach = f" {interval(difference)}" if difference["low"] is not None else ""
    unsettled = "" if difference["low"] is None or difference["low"] > 0 or difference["high"] < 0 else " The interval holds 0: whether it changed at all is not settled."
    if shown[0] == shown[1]:
        return f"{where} stayed at {shown[0]}, a change of {decimals(difference['value'])}{reach}.{unsettled}"
    moved = "rose" if difference["value"] > 0 else "fell"
    return f"{where} {moved} from {shown[0]} to {shown[1]}, by {decimals(difference['value'])}{reach}.{unsettled}"


@in_project(Permission.EDIT_PROJECT)
def note(request: HttpRequest, project: Any, note_id: int) -> HttpResponse:
    """Change one note."""
    _, row = notes.get_note(request.viewer, project.slug, note_id)
    form = NoteForm(request.POST or None, initial={"date": row.day.isoformat(), "text": row.text})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_note(actor=request.viewer, slug=project.slug, note_id=note_id, fields=form.cleaned_data, now=timezone.now())
        except WorkbenchError as error:
            form.blame(error)
        else:
            return redirect(f"{reverse('trends', kwargs={'slug': project.slug})}#marks")
    context = {"project": project, "form": form, "note": row, "stage": "measure"}
    return TemplateResponse(request, "measure/note.html", context, status=400 if form.errors else 200)


@in_project(Permission.EDIT_PROJECT)
@require_POST
def remove_note(request: HttpRequest, project: Any, note_id: int) -> HttpResponse:
    row = services.remove_note(actor=request.viewer, slug=project.slug, note_id=note_id, now=timezone.now())
    url = reverse("note_restore", kwargs={"slug": project.slug, "note_id": note_id})
    offer_undo(request, words=f"The note of {row.day.day} {row.day:%B %Y} was removed.", url=url, fields={}, button="Put the note back")
    return redirect("trends", slug=project.slug)


@in_project(Permission.EDIT_PROJECT)
@require_POST
def restore_note(request: HttpRequest, project: Any, note_id: int) -> HttpResponse:
    services.restore_note(actor=request.viewer, slug=project.slug, note_id=note_id, now=timezone.now())
    return redirect(f"{reverse('trends', kwargs={'slug': project.slug})}#marks")


urlpatterns = [
    path("projects/<str:slug>/measure/trends/", trends, name="trends"),
    path("projects/<str:slug>/measure/trends/notes/<int:note_id>/", note, name="note"),
    path("projects/<str:slug>/measure/trends/notes/<int:note_id>/remove/", remove_note, name="note_remove"),
    path("projects/<str:slug>/measure/trends/notes/<int:note_id>/restore/", restore_note, name="note_restore"),
]
