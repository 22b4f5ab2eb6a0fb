"""Members of a project: add, change the role, take out (with an undo), make an account, give a new password."""

import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from labelling import flow
from labelling.access import ROLE_NOTES, Permission, Role
from labelling.accounts import services as accounts
from labelling.errors import NotAllowed, WorkbenchError
from labelling.projects import selectors, services
from labelling.web.forms import PlainForm
from labelling.web.guard import in_project
from labelling.web.paging import Pages
from labelling.web.undo import offer_undo

ROLES = [(role.value, role.value.capitalize()) for role in Role]
CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is mistaken for something else when it is read out


class AddForm(PlainForm):
    username = forms.CharField(label="User name", required=False)
    role = forms.ChoiceField(label="Role", choices=ROLES, initial=Role.LABELLER)


class NewForm(PlainForm):
    username = forms.CharField(label="User name", required=False, help_text="What they log in with: letters, digits and @ . + - _")
    display_name = forms.CharField(label="Name", required=False, help_text="How others read them. Left empty, it is the user name.")
    role = forms.ChoiceField(label="Role", choices=ROLES, initial=Role.LABELLER)


@in_project(Permission.MANAGE_MEMBERS)
def members(request: HttpRequest, project: Any) -> HttpResponse:
    """The list; POST adds a member or changes a role. What an undo posts comes here too."""
    form = AddForm(request.POST or None, prefix=None, auto_id="add_%s")
    if request.method == "POST" and form.is_valid():
        name, role = form.cleaned_data["username"].strip(), form.cleaned_data["role"]
        try:
            services.add_member(actor=request.viewer, slug=project.slug, username=name, role=role, now=timezone.now())
        except WorkbenchError as error:
            form.blame(error)
        else:
            messages.success(request, f"{name} is a {role} here.")
            return redirect("members", slug=project.slug)
    return page(request, project, add=form)


@in_project(Permission.MANAGE_MEMBERS)
@require_POST
def remove(request: HttpRequest, project: Any, username: str) -> HttpResponse:
    role = request.POST.get("role", "")
    flow.remove_member(actor=request.viewer, slug=project.slug, username=username, now=timezone.now())
    offer_undo(
        request,
        words=f"{username} is no longer a member. Their labels stay.",
        url=reverse("members", kwargs={"slug": project.slug}),
        fields={"username": username, "role": role if role in list(Role) else Role.LABELLER.value},
        button=f"Put {username} back",
    )
    return redirect("members", slug=project.slug)


@never_cache
@in_project(Permission.MANAGE_MEMBERS)
def new(request: HttpRequest, project: Any) -> HttpResponse:
    """A new account that is a member at once. Its password is shown on the answer to the POST and nowhere else."""
    form = NewForm(request.POST or None, auto_id="new_%s")
    if request.method == "POST" and form.is_valid():
        password = one_time_password()
        typed = form.cleaned_data
        try:
            member = services.create_member(
                actor=request.viewer, slug=project.slug, username=typed["username"].strip(),
                display_name=typed["display_name"].strip(), password=password, role=typed["role"], now=timezone.now(),
            )  # fmt: skip
        except WorkbenchError as error:
            form.blame(error)
        else:
            return secret(request, project, username=typed["username"].strip(), role=member.role, password=password, made=True)
    context = {"project": project, "form": form, "tab": "members"}
    return TemplateResponse(request, "projects/new_member.html", context, status=400 if form.errors else 200)


@never_cache
@in_project(Permission.MANAGE_MEMBERS)
def password(request: HttpRequest, project: Any, username: str) -> HttpResponse:
    """A new password for a member who lost theirs; site admins only. The page says first what it does."""
    if not request.viewer.is_staff:
        raise NotAllowed("Only a site admin may give somebody a new password. Ask whoever runs this workbench.")
    if request.method != "POST":
        return TemplateResponse(request, "projects/new_password.html", {"project": project, "username": username, "tab": "members"})
    given = one_time_password()
    accounts.set_new_password(actor=request.viewer, username=username, password=given, now=timezone.now())
    return secret(request, project, username=username, role="", password=given, made=False)


def secret(request: HttpRequest, project: Any, **shown: Any) -> HttpResponse:
    return TemplateResponse(request, "projects/password_once.html", {"project": project, "tab": "members", **shown})


def page(request: HttpRequest, project: Any, add: AddForm) -> HttpResponse:
    pages = Pages(request, selectors.list_members(project), 100)
    context = {
        "project": project,
        "add": add,
        "form": add,
        "pages": pages,
        "former": list(selectors.list_former_members(project)[:20]),
        "roles": ROLES,
        "role_notes": [(role.capitalize(), note) for role, note in ROLE_NOTES.items()],
        "makes_owners": Permission.MANAGE_OWNERS in project.viewer_permissions,
        "makes_users": request.viewer.is_staff,
        "tab": "members",
    }
    return TemplateResponse(request, "projects/members.html", context, status=400 if add.errors else 200)


def one_time_password() -> str:
    """Four groups of four: 79 bits, easy to read out."""
    return "-".join("".join(secrets.choice(CLEAR) for _ in range(4)) for _ in range(4))


urlpatterns = [
    path("projects/<str:slug>/settings/members/", members, name="members"),
    path("projects/<str:slug>/settings/members/new/", new, name="new_member"),
    path("projects/<str:slug>/settings/members/<str:username>/remove/", remove, name="remove_member"),
    path("projects/<str:slug>/settings/members/<str:username>/password/", password, name="member_password"),
]
