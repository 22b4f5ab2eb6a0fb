"""One's own account: theme, quick mode, tokens for programs."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from labelling.access import Scope
from labelling.accounts import selectors, services
from labelling.errors import WorkbenchError
from labelling.projects.selectors import get_project, list_projects
from labelling.web.forms import PlainForm
from labelling.web.guard import signed_in

THEMES = [("auto", "As this device says"), ("light", "Light"), ("dark", "Dark")]
SCOPES = [
    (Scope.LABEL.value, "label: work as a labeller"),
    (Scope.READ.value, "read: projects and dataset versions"),
    (Scope.EVALUATE.value, "evaluate: register models, post predictions"),
    (Scope.MANAGE.value, "manage: all that your role in a project allows"),
]
LASTS = [("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("", "until it is revoked")]


class PreferencesForm(PlainForm):
    theme = forms.ChoiceField(label="Theme", choices=THEMES, widget=forms.RadioSelect)
    quick_mode = forms.BooleanField(
        label="Quick mode", required=False,
        help_text="Where a project asks one question with one answer, the digit submits it at once. U takes it back.",
    )  # fmt: skip


class TokenForm(PlainForm):
    name = forms.CharField(label="Name", required=False, help_text="Who uses it, like training-job.")
    purpose = forms.CharField(label="Purpose", required=False)
    scopes = forms.MultipleChoiceField(label="What it may do", choices=SCOPES, required=False, widget=forms.CheckboxSelectMultiple)
    project = forms.ChoiceField(label="Only in this project", required=False)
    lasts = forms.ChoiceField(label="It works for", choices=LASTS, required=False, initial="90")

    def __init__(self, *args: Any, projects: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].choices = [("", "In all of your projects"), *projects]


@signed_in
def account(request: HttpRequest) -> HttpResponse:
    """Theme and quick mode; the list of tokens."""
    initial = {"theme": request.user.theme, "quick_mode": request.user.quick_mode}
    form = PreferencesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        services.set_preferences(actor=request.viewer, theme=typed["theme"], quick_mode=typed["quick_mode"], now=timezone.now())
        messages.success(request, "Saved.")
        return redirect("account")
    return page(request, form=form)


@never_cache
@signed_in
def new_token(request: HttpRequest) -> HttpResponse:
    """A new token, shown on the answer to the POST and nowhere else."""
    projects = [(project.slug, project.name) for project in list_projects(request.viewer)[:500]]
    form = TokenForm(request.POST or None, projects=projects)
    made = None
    if request.method == "POST" and form.is_valid():
        typed, now = form.cleaned_data, timezone.now()
        try:
            row, made = services.create_token(
                actor=request.viewer, username=request.viewer.username, name=typed["name"], scopes=typed["scopes"],
                purpose=typed["purpose"], project_id=get_project(request.viewer, typed["project"]).pk if typed["project"] else None,
                expires_at=now + timedelta(days=int(typed["lasts"])) if typed["lasts"] else None, now=now,
            )  # fmt: skip
        except WorkbenchError as error:
            form.blame(error)
        else:
            return TemplateResponse(request, "account/token_once.html", {"token": made, "row": row})
    return TemplateResponse(request, "account/new_token.html", {"form": form}, status=400 if form.errors else 200)


@signed_in
@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    services.revoke_token(actor=request.viewer, token_id=token_id, now=timezone.now())
    messages.success(request, "The token is revoked. Programs that use it are refused from now on.")
    return redirect("account")


def page(request: HttpRequest, form: PreferencesForm) -> HttpResponse:
    context = {"form": form, "tokens": selectors.list_tokens(request.viewer), "now": timezone.now()}
    return TemplateResponse(request, "account/page.html", context, status=400 if form.errors else 200)


urlpatterns = [
    path("account/", account, name="account"),
    path("account/tokens/new/", new_token, name="new_token"),
    path("account/tokens/<int:token_id>/revoke/", revoke, name="revoke_token"),
]
