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
from labelling.web.forms import PlainForm
from labelling.web.guard import in_project
from labelling.web.measure import asked, lines_of, trend
from labelling.web.measure_words import MEASURES
from labelling.web.trend_words import day_words, effect_words, enough_of, finding
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
