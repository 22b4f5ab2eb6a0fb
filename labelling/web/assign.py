"""Assign: who holds what, how the queue stands, how many labels each example gets. Leads only."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from labelling import flow
from labelling.access import Permission
from labelling.assign import selectors, services
from labelling.discuss.selectors.checks import gold_counts
from labelling.discuss.services import allow_try
from labelling.errors import Conflict, WorkbenchError
from labelling.measure.overlap import overlap_state
from labelling.projects.selectors import labelling_settings
from labelling.web.drafts import number_or_text
from labelling.web.forms import PlainForm
from labelling.web.guard import in_project
from labelling.web.paging import Pages
from labelling.web.undo import offer_undo

PER_PAGE = 50


class WantedForm(PlainForm):
    labels_per_example = forms.CharField(
        label="Labels per example",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text="By different people, each without seeing the others. Raising it opens complete examples again; lowering it takes no label away.",
    )


@in_project(Permission.SEE_LABELS)
def assign(request: HttpRequest, project: Any) -> HttpResponse:
    """How the queue stands; POST changes how many labels each example gets."""
    may_change = Permission.EDIT_PROJECT in project.viewer_permissions
    form = WantedForm(request.POST or None, initial={"labels_per_example": project.labels_per_example})
    if request.method == "POST" and form.is_valid():
        before, typed = project.labels_per_example, number_or_text(form.cleaned_data["labels_per_example"].strip())
        try:
            flow.update_project(actor=request.viewer, slug=project.slug, fields={"labels_per_example": typed}, now=timezone.now())
        except WorkbenchError as error:
            form.blame(error)
        else:
            if typed != before:
                offer_undo(
                    request,
                    words=f"Each example now gets {typed} labels.",
                    url=reverse("assign", kwargs={"slug": project.slug}),
                    fields={"labels_per_example": str(before)},
                    button=f"Back to {before}",
                )
            return redirect("assign", slug=project.slug)
    now = timezone.now()
    context = {
        "project": project,
        "form": form,
        "may_change": may_change,
        "queue": selectors.get_queue_state(project, now=now),
        "many": selectors.COUNTED_UP_TO,
        "pages": Pages(request, selectors.list_hands(project, now=now), PER_PAGE),
        "gold": gold_counts(project),
        "settings": labelling_settings(project),
        "overlap": overlap_state(project),
        "now": now,
    }
    return TemplateResponse(request, "assign/page.html", context, status=400 if form.errors else 200)


@in_project(Permission.MANAGE_MEMBERS)
@require_POST
def allow(request: HttpRequest, project: Any, username: str) -> HttpResponse:
    """Another try at the qualification."""
    try:
        allow_try(actor=request.viewer, slug=project.slug, username=username, now=timezone.now())
    except Conflict as error:
        messages.info(request, error.message)
    else:
        messages.success(request, f"{username} may try again, with gold examples that they have not seen where there are any.")
    return redirect("assign", slug=project.slug)


@in_project(Permission.MANAGE_MEMBERS)
@require_POST
def release(request: HttpRequest, project: Any, username: str) -> HttpResponse:
    ended = services.release_leases_of(actor=request.viewer, slug=project.slug, username=username, now=timezone.now())
    if ended:
        words = "1 example that" if ended == 1 else f"{ended} examples that"
        messages.success(request, f"{words} {username} held went back to the queue. A label that they send for one of them is kept all the same.")
    else:
        messages.info(request, f"{username} holds nothing.")
    return redirect("assign", slug=project.slug)


urlpatterns = [
    path("projects/<str:slug>/assign/", assign, name="assign"),
    path("projects/<str:slug>/assign/<str:username>/release/", release, name="release_leases"),
    path("projects/<str:slug>/assign/<str:username>/allow/", allow, name="allow_try"),
]
