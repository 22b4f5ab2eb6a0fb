"""The door of every page: who asks, may they, and what they read when they may not.

A view is written as

    @in_project(Permission.IMPORT)
    def imports(request, project, ...): ...

and is reached only by members of the project in the URL who have the permission: strangers read 404, members without
it 403, visitors are sent to the log-in. Errors of the domain become pages that say the way back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

from labelling.access import Permission, Role
from labelling.accounts.selectors import viewer_of
from labelling.errors import WorkbenchError
from labelling.projects.selectors import get_project

PAGES = {401: "403.html", 403: "403.html", 404: "404.html", 409: "409.html"}


@dataclass(frozen=True, slots=True)
class Place:
    """The project that a page is about, and what its reader may do there; templates read it as `request.place`."""

    slug: str
    name: str
    url: str
    role: Role
    can: frozenset[Permission]

    @classmethod
    def of(cls, project: Any) -> "Place":
        url = reverse("overview", kwargs={"slug": project.slug})
        return cls(project.slug, project.name, url, project.viewer_role, project.viewer_permissions)

    def __contains__(self, permission: str) -> bool:
        """{% if "import" in request.place %}"""
        return permission in self.can


def signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only for people who are logged in; `request.viewer` says who."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return to_log_in(request)
        request.viewer = viewer_of(request.user)
        try:
            response = view(request, *args, **kwargs)
        except WorkbenchError as error:
            return problem_page(request, error)
        patch_vary_headers(response, ["HX-Request"])
        return response

    return guarded


def in_project(permission: Permission = Permission.READ_PROJECT) -> Callable[..., Callable[..., HttpResponse]]:
    """Only for members of the project `slug` with this permission; the view gets the project, fetched and checked."""

    def guard(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponse:
            project = get_project(request.viewer, slug)
            request.place = Place.of(project)
            if permission not in project.viewer_permissions:
                get_project(request.viewer, slug, permission)  # raises, with its sentence
            return view(request, project, **kwargs)

        guarded.permission = permission
        return signed_in(guarded)

    return guard


def to_log_in(request: HttpRequest) -> HttpResponse:
    if request.htmx:  # a part of a page must not be replaced by the log-in
        return HttpResponseClientRedirect(redirect_to_login(request.htmx.current_url_abs_path or "/").url)
    return redirect_to_login(request.get_full_path())


def problem_page(request: HttpRequest, error: WorkbenchError) -> HttpResponse:
    page = PAGES.get(error.status, "400.html")
    return TemplateResponse(request, page, {"message": error.message, "error": error}, status=error.status)
