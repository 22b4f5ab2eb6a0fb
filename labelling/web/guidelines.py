"""The guidelines of a project: each version as people read it, a new one with its reason, what changed between two."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from labelling.access import Permission
from labelling.errors import NotFound, WorkbenchError
from labelling.projects import selectors, services
from labelling.projects.guidelines import to_html
from labelling.web.forms import PlainForm
from labelling.web.guard import in_project
from labelling.web.line_diff import line_diff
from labelling.web.paging import Pages


class GuidelinesForm(PlainForm):
    text = forms.CharField(
        label="Guidelines", required=False, strip=False, widget=forms.Textarea,
        help_text="Markdown: # for a heading, - for a list, ** around bold words. Say what each class means, with an example and a borderline case.",
    )  # fmt: skip
    reason = forms.CharField(label="What changed, and why", required=False, help_text="Labellers read this between two examples.")
    base = forms.IntegerField(required=False, widget=forms.HiddenInput)


@in_project(Permission.READ_PROJECT)
def read(request: HttpRequest, project: Any) -> HttpResponse:
    shown = version_of(project, request.GET.get("version", str(project.guideline_version)))
    pages = Pages(request, selectors.list_guidelines(project), 50)
    context = {"project": project, "shown": shown, "pages": pages, "stage": "settings", "tab": "guidelines"}
    return TemplateResponse(request, "projects/guidelines.html", context)


@in_project(Permission.EDIT_GUIDELINES)
def edit(request: HttpRequest, project: Any) -> HttpResponse:
    """A new version; what it will look like is one button away, and nothing is lost when somebody else was faster."""
    current = selectors.guidelines_of(project)
    form = GuidelinesForm(request.POST or None, initial={"text": current.text, "base": current.version})
    preview = None
    if request.method == "POST" and form.is_valid():
        text, reason = form.cleaned_data["text"].replace("\r\n", "\n"), form.cleaned_data["reason"]
        if "preview" in request.POST:
            preview = to_html(text[: services.MAX_GUIDELINES])
        elif (form.cleaned_data["base"] or current.version) != current.version:
            form.add_error("text", f"Version {current.version} was written meanwhile. Compare it, bring your changes together, and save again.")
            form.data = form.data.copy()
            form.data["base"] = str(current.version)
        elif text == current.text:
            form.add_error("text", f"This is word for word version {current.version}. Change something, or go back.")
        elif not reason.strip():
            form.add_error("reason", "Say what changed and why: labellers read it, and figures before and after are compared by it.")
        else:
            try:
                made = services.add_guidelines(actor=request.viewer, slug=project.slug, text=text, reason=reason, now=timezone.now())
            except WorkbenchError as error:
                form.blame(error)
            else:
                messages.success(request, f"Version {made.version} of the guidelines holds from now on.")
                return redirect("guidelines", slug=project.slug)
    context = {"project": project, "form": form, "current": current, "preview": preview, "stage": "settings", "tab": "guidelines"}
    return TemplateResponse(request, "projects/guidelines_edit.html", context, status=400 if form.errors else 200)


@in_project(Permission.READ_PROJECT)
def diff(request: HttpRequest, project: Any) -> HttpResponse:
    newest = project.guideline_version
    new = version_of(project, request.GET.get("to", str(newest)))
    old = version_of(project, request.GET.get("from", str(max(1, new.version - 1))))
    context = {
        "project": project, "old": old, "new": new, "lines": line_diff(old.text, new.text),
        "versions": range(newest, 0, -1), "stage": "settings", "tab": "guidelines",
    }  # fmt: skip
    return TemplateResponse(request, "projects/guidelines_diff.html", context)


def version_of(project: Any, typed: str) -> Any:
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0
    if not 1 <= number <= project.guideline_version:
        raise NotFound(f"There is no version {typed:.20} of these guidelines. The newest is {project.guideline_version}.")
    return selectors.guidelines_of(project, number)


urlpatterns = [
    path("projects/<str:slug>/guidelines/", read, name="guidelines"),
    path("projects/<str:slug>/guidelines/edit/", edit, name="guidelines_edit"),
    path("projects/<str:slug>/guidelines/diff/", diff, name="guidelines_diff"),
]
