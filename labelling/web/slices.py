"""Saved slices: what there are and how many examples each holds; a new one from conditions; rename, remove with an undo."""

import json
import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from labelling.access import Permission
from labelling.errors import Invalid, WorkbenchError
from labelling.intake import slice_selectors
from labelling.intake.slices import check_conditions, in_words, number_of
from labelling.measure import dashboard, services
from labelling.measure.slices import evaluate
from labelling.projects.selectors import questions_of
from labelling.web.forms import PlainForm
from labelling.web.guard import in_project
from labelling.web.paging import Pages
from labelling.web.undo import offer_undo

ROWS = 4  # conditions that the form offers; programs may send more
HOWS = {
    "is": "is", "is_not": "is not", "at_least": "is at least", "at_most": "is at most", "contains": "contains", "contains_not": "does not contain",
    "missing": "is missing", "missing_not": "is there",
}  # fmt: skip


class SliceForm(PlainForm):
    name = forms.CharField(label="Name", required=False, help_text="As it stands beside figures, like “Short reviews from the north”.")

    def __init__(self, fields: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, ROWS + 1):
            self.fields[f"field{number}"] = forms.ChoiceField(label=f"Condition {number}: what", required=False, choices=[("", "no condition"), *fields])
            self.fields[f"how{number}"] = forms.ChoiceField(label=f"Condition {number}: how", required=False, choices=list(HOWS.items()))
            self.fields[f"value{number}"] = forms.CharField(label=f"Condition {number}: value", required=False)

    @property
    def rows(self) -> list[list[Any]]:
        return [[self[f"{name}{number}"] for name in ("field", "how", "value")] for number in range(1, ROWS + 1)]

    def conditions(self) -> list[dict[str, Any]]:
        """What was typed, as the API has it; a refusal stands at the row that it is about."""
        typed, found = self.cleaned_data, []
        self.row_of: list[int] = []
        for number in range(1, ROWS + 1):
            if typed.get(f"field{number}"):
                found.append(condition_of(typed[f"field{number}"], typed.get(f"how{number}") or "is", typed.get(f"value{number}", "")))
                self.row_of.append(number)
        return found

    def blame(self, error: WorkbenchError) -> None:
        for name, texts in error.fields.items():
            place = re.match(r"conditions\[(\d+)\]", name)
            at = f"value{self.row_of[int(place[1])]}" if place else "field1" if name == "conditions" else name
            for text in texts:
                self.add_error(at if at in self.fields else None, text)
        if not error.fields:
            self.add_error(None, error.message)


def condition_of(field: str, how: str, value: str) -> dict[str, Any]:
    """One row of the form as a condition. Several values stand with | between them; a number is meant as text and as number."""
    operation, _, negated = how.partition("_not")
    asked: Any = value
    if operation == "is":
        asked = [meant for part in value.split("|") if part.strip() for meant in meanings(field, part.strip())]
    elif operation in ("at_least", "at_most"):
        number = number_of(value)
        asked = value if number is None else int(number) if number.is_integer() and abs(number) < 2**53 else number
    elif operation == "missing":
        asked = True
    condition = {"field": field, operation: asked}
    return {**condition, "not": True} if how.endswith("_not") else condition


def meanings(field: str, text: str) -> list[Any]:
    """What a typed value may be in a file: 3 finds the number and the text."""
    if field == "batch":
        return [int(text)] if text.isascii() and text.isdigit() and len(text) < 19 else [text]
    if field == "source" or not (re.fullmatch(r"-?(0|[1-9]\d{0,14})(\.\d{1,15})?", text) or text in ("true", "false")):
        return [text]
    return [text, json.loads(text)]


def fields_of(project: Any) -> list[tuple[str, str]]:
    """What conditions can be about, in words."""
    texts = slice_selectors.texts_of(project)
    return [
        ("source", "Source (its key)"),
        ("batch", "Batch (its number)"),
        *((f"meta.{name}", f"{name} (meta field)") for name in dashboard.meta_names(project)),
        *((f"data.{name}", f"Words of {name}") for name in texts),
        *((f"length.{name}", f"Length of {name}, in characters") for name in texts),
    ]


@in_project(Permission.READ_EXAMPLES)
def slices(request: HttpRequest, project: Any) -> HttpResponse:
    """The list; POST saves a slice, or says how many examples it would hold."""
    can_edit = Permission.EDIT_PROJECT in project.viewer_permissions
    form = SliceForm(fields_of(project), request.POST or None)
    found = None
    if request.method == "POST" and form.is_valid():
        try:
            conditions = form.conditions()
            if "preview" in request.POST:
                checked = check_conditions(conditions, slice_selectors.texts_of(project))
                found = {"n": int(evaluate(project.pk, [checked]).masks[0].sum()), "words": [in_words(one) for one in checked]}
            else:
                made = services.create_slice(
                    actor=request.viewer, slug=project.slug, fields={"name": form.cleaned_data["name"], "conditions": conditions}, now=timezone.now()
                )
                messages.success(request, f"{made.name} holds {made.n_examples:,} {'example' if made.n_examples == 1 else 'examples'}.")
                return redirect("slices", slug=project.slug)
        except WorkbenchError as error:
            if not isinstance(error, Invalid) and not error.fields:
                raise
            form.blame(error)
    _, rows = slice_selectors.list_slices(request.viewer, project.slug)
    pages = Pages(request, rows, 50)
    position = slice_selectors.newest_position(project)
    described = [slice_selectors.describe_slice(row, position) for row in pages.rows]
    questions = questions_of(project)
    context = {
        "project": project, "form": form, "pages": pages, "rows": described, "found": found, "can_edit": can_edit, "stage": "measure",
        "stale": any(not row["current"] for row in described), "key": questions[0]["key"],
    }  # fmt: skip
    return TemplateResponse(request, "measure/slices.html", context, status=400 if form.errors else 200)


class NameForm(PlainForm):
    name = forms.CharField(label="Name", required=False)


@in_project(Permission.EDIT_PROJECT)
def rename(request: HttpRequest, project: Any, slice_id: int) -> HttpResponse:
    _, row = slice_selectors.get_slice(request.viewer, project.slug, slice_id)
    form = NameForm(request.POST or None, initial={"name": row.name})
    if request.method == "POST" and form.is_valid():
        try:
            services.rename_slice(actor=request.viewer, slug=project.slug, slice_id=slice_id, fields=form.cleaned_data, now=timezone.now())
        except WorkbenchError as error:
            form.blame(error)
        else:
            return redirect("slices", slug=project.slug)
    described = slice_selectors.describe_slice(row, 0)
    context = {"project": project, "form": form, "row": described, "stage": "measure"}
    return TemplateResponse(request, "measure/slice_rename.html", context, status=400 if form.errors else 200)


@in_project(Permission.EDIT_PROJECT)
@require_POST
def remove(request: HttpRequest, project: Any, slice_id: int) -> HttpResponse:
    row = services.remove_slice(actor=request.viewer, slug=project.slug, slice_id=slice_id, now=timezone.now())
    url = reverse("slice_restore", kwargs={"slug": project.slug, "slice_id": slice_id})
    offer_undo(request, words=f"{row.name} is no longer a slice. Its examples stay as they are.", url=url, fields={}, button=f"Put {row.name} back")
    return redirect("slices", slug=project.slug)


@in_project(Permission.EDIT_PROJECT)
@require_POST
def restore(request: HttpRequest, project: Any, slice_id: int) -> HttpResponse:
    services.restore_slice(actor=request.viewer, slug=project.slug, slice_id=slice_id, now=timezone.now())
    return redirect("slices", slug=project.slug)


@in_project(Permission.EDIT_PROJECT)
@require_POST
def recount(request: HttpRequest, project: Any) -> HttpResponse:
    services.recount_slices(project_id=project.pk)
    return redirect("slices", slug=project.slug)


urlpatterns = [
    path("projects/<str:slug>/measure/slices/", slices, name="slices"),
    path("projects/<str:slug>/measure/slices/recount/", recount, name="slices_recount"),
    path("projects/<str:slug>/measure/slices/<int:slice_id>/", rename, name="slice_rename"),
    path("projects/<str:slug>/measure/slices/<int:slice_id>/remove/", remove, name="slice_remove"),
    path("projects/<str:slug>/measure/slices/<int:slice_id>/restore/", restore, name="slice_restore"),
]
