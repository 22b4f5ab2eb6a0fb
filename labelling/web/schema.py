"""The questions of a project as they stood at each version. Reading only: changing them is a stage of its own."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from labelling.access import Permission
from labelling.errors import NotFound
from labelling.kinds import KINDS
from labelling.projects import selectors
from labelling.web.guard import in_project
from labelling.web.paging import Pages


@in_project(Permission.EDIT_PROJECT)
def read(request: HttpRequest, project: Any) -> HttpResponse:
    typed = request.GET.get("version", str(project.schema_version))
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0
    if not 1 <= number <= project.schema_version:
        raise NotFound(f"There is no version {typed:.20} of these questions. The newest is {project.schema_version}.")
    shown = selectors.schema_of(project, number)
    context = {
        "project": project,
        "shown": shown,
        "questions": [described(question) for question in shown.questions],
        "tags": selectors.all_tags(project),
        "pages": Pages(request, selectors.list_schemas(project), 50),
        "tab": "schema",
    }
    return TemplateResponse(request, "projects/schema.html", context)


def described(question: dict[str, Any]) -> dict[str, Any]:
    kind = KINDS[question["kind"]]
    return {
        **question,
        "kind_title": kind.title,
        "classes": question.get("classes") or [],
        "steps": [] if "classes" in question else [name for _, name in kind.names(question)],
    }


urlpatterns = [path("projects/<str:slug>/settings/schema/", read, name="schema")]
