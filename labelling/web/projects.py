"""Projects: the list, a new one, the first page of one, and its settings."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from labelling import flow
from labelling.access import Permission
from labelling.assign.overlap import questions_that_count
from labelling.discuss.selectors import counts_of_cases
from labelling.discuss.selectors.checks import gold_counts
from labelling.errors import WorkbenchError
from labelling.jobs.selectors import worker_is_alive
from labelling.kinds import KINDS
from labelling.projects import selectors, services
from labelling.web.drafts import START, Draft, number_or_text
from labelling.web.forms import PlainForm
from labelling.web.guard import in_project, signed_in
from labelling.web.labelling_form import LabellingFields, blame, typed_of
from labelling.web.measure import for_overview
from labelling.web.paging import Pages

SHOWN_AS = {
    "text": "Text",
    "markdown": "Markdown text",
    "image": "Picture",
    "audio": "Sound",
    "table": "Table",
    "dialogue": "Dialogue",
}
ORDERS = {
    "sequence": "As they came in, urgent ones first",
    "shuffled": "Shuffled for each labeller, urgent ones first",
}
PER_PAGE = 50


@signed_in
def project_list(request: HttpRequest) -> HttpResponse:
    pages = Pages(request, selectors.list_projects(request.viewer), PER_PAGE)
    mine = selectors.memberships_of(request.viewer)
    rows = [row(project, mine.get(project.pk)) for project in pages.rows]
    return TemplateResponse(request, "projects/list.html", {"rows": rows, "pages": pages})


def row(project: Any, mine: Any) -> dict[str, Any]:
    counts = project.counts
    settled = counts.complete + counts.in_review + counts.resolved + counts.dropped
    return {
        "slug": project.slug,
        "name": project.name,
        "description": project.description,
        "examples": counts.examples,
        "settled": settled,
        "share": settled / counts.examples if counts.examples else None,
        "in_review": counts.in_review,
        "role": mine.role if mine else None,
        "labels": mine.labels + mine.checks if mine else 0,  # to their labeller a check is a label like any other
    }


@signed_in
def new_project(request: HttpRequest) -> HttpResponse:
    draft = Draft(request.POST.dict() if request.method == "POST" else START)
    if request.method == "POST":
        draft.errors = draft.missing()
        try:
            if not draft.errors:
                project = services.create_project(actor=request.viewer, fields=draft.fields(), now=timezone.now())
                return redirect("overview", slug=project.slug)
        except WorkbenchError as error:
            draft.blame(error.fields, error.message)
    context = {
        **draft.page(),
        "problems": draft.summary(),
        "kinds": [(kind, " ".join(sorted(kind.own_fields)), " ".join(sorted(kind.of_displays))) for kind in KINDS.values()],
        "shown_as": SHOWN_AS,
        "orders": ORDERS,
        "blank": BLANK,
    }
    return TemplateResponse(request, "projects/new.html", context, status=400 if draft.summary() else 200)


_blank = Draft({})
BLANK = {
    "display": _blank.display("display-__n__"),
    "question": {**_blank.question("questions-__n__"), "required": True},
    "class": _blank.class_row("questions-__q__-classes-__n__"),
    "tag": _blank.tag("tags-__n__"),
}


@in_project(Permission.READ_PROJECT)
def overview(request: HttpRequest, project: Any) -> HttpResponse:
    """What a labeller needs; for a lead, how far the work is and what to do first. The dashboard of measures stands on it."""
    counts = selectors.counts_of(project)
    settled = counts["complete"] + counts["in_review"] + counts["resolved"] + counts["dropped"]
    context = {
        "project": project,
        "counts": counts,
        "settled": settled,
        "share": settled / counts["examples"] if counts["examples"] else None,
        "mine": project.viewer_membership,
        "guidelines": selectors.guidelines_of(project),
        "leads": Permission.SEE_LABELS in project.viewer_permissions,
    }
    if context["leads"]:
        context["no_worker"] = not worker_is_alive(timezone.now())
        context["cases"] = counts_of_cases(project)
    if context["leads"] and counts["labels"]:
        context |= for_overview(request, project)
    return TemplateResponse(request, "projects/overview.html", context)


class SettingsForm(LabellingFields, PlainForm):
    name = forms.CharField(label="Name", required=False)
    description = forms.CharField(label="What it is for", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    labels_per_example = forms.CharField(
        label="Labels per example", required=False,
        help_text="From how many people each example gets an answer. More can be asked for later; then examples that "
        "were complete are handed out again.",
    )  # fmt: skip
    order = forms.ChoiceField(label="Order in which examples are handed out", choices=list(ORDERS.items()), widget=forms.RadioSelect)
    lease_minutes = forms.CharField(
        label="Minutes an example stays reserved", required=False,
        help_text="An example that somebody opened goes to others after this time. A label that comes later is still kept.",
    )  # fmt: skip
    target_alpha = forms.CharField(
        label="Agreement to reach", required=False,
        help_text="Krippendorff's alpha, between 0 and 1. It is drawn beside the figure that is measured; 0.67 and 0.80 are usual.",
    )  # fmt: skip

    def fields_of_api(self) -> dict[str, Any]:
        typed = self.cleaned_data
        minutes = number_or_text(typed["lease_minutes"])
        return {
            "name": typed["name"],
            "description": typed["description"].replace("\r\n", "\n"),
            "labels_per_example": number_or_text(typed["labels_per_example"]),
            "order": typed["order"],
            "lease_seconds": round(minutes * 60) if not isinstance(minutes, str) else minutes,
            "target_alpha": number_or_text(typed["target_alpha"]) if typed["target_alpha"] else None,
            "labelling": self.labelling(),
        }


@in_project(Permission.EDIT_PROJECT)
def settings(request: HttpRequest, project: Any) -> HttpResponse:
    now_set = {
        "name": project.name,
        "description": project.description,
        "labels_per_example": project.labels_per_example,
        "order": project.order,
        "lease_minutes": f"{project.lease_seconds / 60:g}",
        "target_alpha": project.target_alpha,
        **typed_of(selectors.labelling_settings(project)),
    }
    form = SettingsForm(request.POST or None, initial=now_set)
    if request.method == "POST" and form.is_valid():
        try:
            flow.update_project(actor=request.viewer, slug=project.slug, fields=form.fields_of_api(), now=timezone.now())
        except WorkbenchError as error:
            if "lease_seconds" in error.fields:
                error.fields = error.fields | {"lease_minutes": ["Give the minutes as a number, from 1 to 10,080 (a week)."]}
                del error.fields["lease_seconds"]
            form.blame(blame(error))
        else:
            messages.success(request, "The settings are saved.")
            return redirect("settings", slug=project.slug)
    asked = selectors.labelling_settings(project)["qualification"]["examples"]
    context = {"project": project, "form": form, "tab": "settings", "gold": gold_counts(project), "asked": asked}
    context["adapts"] = [question["prompt"] for question in questions_that_count(selectors.questions_of(project))]
    return TemplateResponse(request, "projects/settings.html", context, status=400 if form.errors else 200)


urlpatterns = [
    path("", project_list, name="project_list"),
    path("new-project/", new_project, name="new_project"),
    path("projects/<str:slug>/", overview, name="overview"),
    path("projects/<str:slug>/settings/", settings, name="settings"),
]
