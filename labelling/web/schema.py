"""The questions of a project as they stood at each version. Reading only: changing them is a stage of its own."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from labelling.access import Permission
from labelling.errors import NotFound
from labelling.kinds import KINDS
from labelling.projects import selectors
from labelling.web.drawing import range_words, wanted
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
        "limits": limits(question),
        "steps": [] if "classes" in question else [name for _, name in kind.names(question)],
    }


def limits(question: dict[str, Any]) -> list[str]:
    """What else a question says of its answers, in words."""
    found = []
    if question["kind"] == "choices":
        found.append(wanted(question))
    if question["kind"] == "number" and range_words(question):
        found.append(range_words(question))
    if question.get("unit"):
        found.append(f"in {question['unit']}")
    if question.get("max_length"):
        found.append(f"{question['max_length']:,} characters at most")
    if question.get("of"):
        found.append(f"about the field {question['of']}")
    if question.get("overlap"):
        found.append("spans may overlap")
    if question.get("show_if"):
        found.append(f"asked only after {question['show_if']['question']}: {', '.join(map(str, question['show_if']['is']))}")
    return found


urlpatterns = [path("projects/<str:slug>/settings/schema/", read, name="schema")]
