"""What a model suggests to labellers: bring a file in, see what holds, take it all away. Leads only."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from labelling.access import Permission
from labelling.errors import WorkbenchError
from labelling.label import services
from labelling.label.suggestion_selectors import get_suggestions
from labelling.projects.selectors import questions_of
from labelling.web.forms import PlainForm
from labelling.web.guard import in_project
from labelling.web.jobs import show


class SuggestionsForm(PlainForm):
    file = forms.FileField(label="File", required=False, allow_empty_file=True, help_text="CSV or JSON Lines, one example a row.")
    model = forms.CharField(label="Model", required=False, help_text="Its name and version. Labellers read it beside the suggestion.")


@in_project(Permission.IMPORT)
def suggestions(request: HttpRequest, project: Any) -> HttpResponse:
    """What holds now; POST brings a file in."""
    form = SuggestionsForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            job = services.start_suggestion_import(
                actor=request.viewer, slug=project.slug, file=typed["file"], model=typed["model"], now=timezone.now()
            )
        except WorkbenchError as error:
            form.blame(error)
        else:
            return redirect("job", job_id=job.id)
    standing = get_suggestions(request.viewer, project.slug)
    jobs = [show(job) | {"title": f"{job.arguments['file_name']}, by {job.arguments['model']}", "next_url": None} for job in standing.jobs]
    context = {
        "project": project,
        "form": form,
        "standing": standing,
        "jobs": jobs,
        "errors": next((job["result"]["errors"] for job in jobs[:1] if (job["result"] or {}).get("errors")), None),
        "columns": [question["key"] for question in questions_of(project)],
    }
    return TemplateResponse(request, "assign/suggestions.html", context, status=400 if form.errors else 200)


@in_project(Permission.IMPORT)
@require_POST
def remove(request: HttpRequest, project: Any) -> HttpResponse:
    if services.remove_suggestions(actor=request.viewer, slug=project.slug, now=timezone.now()):
        messages.success(request, "All suggestions are gone. Labels that were made beside one still say so.")
    else:
        messages.info(request, "There was no suggestion to remove.")
    return redirect("suggestions", slug=project.slug)


urlpatterns = [
    path("projects/<str:slug>/assign/suggestions/", suggestions, name="suggestions"),
    path("projects/<str:slug>/assign/suggestions/remove/", remove, name="suggestions_remove"),
]
