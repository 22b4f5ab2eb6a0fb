"""The classes of a question: which stay, which become one, which go, which come; first what it would do, then it."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from labelling.access import Permission
from labelling.discuss.services import change_schema
from labelling.errors import NotFound, WorkbenchError
from labelling.projects.selectors import questions_of
from labelling.web.drafts import key_from
from labelling.web.guard import in_project

STAYS, GOES, INTO = "stays", "goes", "into-"


@in_project(Permission.EDIT_PROJECT)
def classes(request: HttpRequest, project: Any) -> HttpResponse:
    """`preview` shows what the changes would do; `change` puts them in force."""
    questions = [question for question in questions_of(project) if "classes" in question]
    key = request.POST.get("question") or request.GET.get("question") or (questions[0]["key"] if questions else "")
    question = next((one for one in questions if one["key"] == key), None)
    if question is None and questions:
        raise NotFound(f"There is no question {key:.60} with classes in this project.")
    context: dict[str, Any] = {"project": project, "question": question, "questions": questions, "stage": "discuss"}
    status = 200
    if question is not None:
        context |= {"rows": rows_of(question, request.POST), "added": request.POST.get("added", ""), "reason": request.POST.get("reason", "")}
        if request.method == "POST":
            preview = "change" not in request.POST
            try:
                done = change_schema(
                    actor=request.viewer, slug=project.slug, **changes_of(project, question, request.POST),
                    relabel="relabel" in request.POST, preview=preview, now=timezone.now(),
                )  # fmt: skip
            except WorkbenchError as error:
                status = error.status
                found = list(dict.fromkeys(text for texts in error.fields.values() for text in texts)) or [error.message]
                context["problems"] = [("", text) for text in found]
            else:
                if not preview:
                    messages.success(request, f"Version {done.version} of the questions holds from now on. Every label is what it was.")
                    return redirect("classes", slug=project.slug)
                context |= {"preview": done, "agreement": done.agreement.get(question["key"])}
    return TemplateResponse(request, "discuss/classes.html", context, status=status)


def rows_of(question: dict[str, Any], typed: Any) -> list[dict[str, Any]]:
    """Each class with what was chosen for it, and what it may become."""
    keys = [item["key"] for item in question["classes"]]
    found = []
    for number, item in enumerate(question["classes"], start=1):
        others = [(f"{INTO}{place}", other["name"]) for place, other in enumerate(question["classes"]) if other["key"] != item["key"]]
        found.append({
            **item, "number": number, "name": typed.get(f"name-{number}", item["name"]), "chosen": typed.get(f"becomes-{number}", STAYS), "others": others,
        })  # fmt: skip
    assert len(found) == len(keys)
    return found


def changes_of(project: Any, question: dict[str, Any], typed: Any) -> dict[str, Any]:
    """questions, changes and reason as services take them, out of the form."""
    classes = question["classes"]
    kept: list[dict[str, Any]] = []
    merged: dict[int, list[str]] = {}
    gone: list[str] = []
    for number, item in enumerate(classes, start=1):
        becomes = typed.get(f"becomes-{number}", STAYS)
        place = becomes.removeprefix(INTO)
        if becomes.startswith(INTO) and place.isascii() and place.isdigit() and int(place) < len(classes):
            merged.setdefault(int(place), []).append(item["key"])
        elif becomes == GOES:
            gone.append(item["key"])
        else:
            kept.append({**item, "name": typed.get(f"name-{number}", "").strip() or item["name"]})
    changes: list[dict[str, Any]] = [
        {"question": question["key"], "op": "merge", "from": [classes[place]["key"], *keys], "to": [classes[place]["key"]]} for place, keys in merged.items()
    ]
    if gone:
        changes.append({"question": question["key"], "op": "retire", "from": gone, "to": []})
    new = new_classes(typed.get("added", ""), [item["key"] for item in classes])
    if new:
        changes.append({"question": question["key"], "op": "add", "from": [], "to": [item["key"] for item in new]})
    asked = [{**one, "classes": kept + new} if one["key"] == question["key"] else one for one in questions_of(project)]
    return {"questions": json.loads(json.dumps(asked)), "changes": changes, "reason": typed.get("reason", "")}


def new_classes(text: str, taken: list[str]) -> list[dict[str, Any]]:
    """One class a line, its definition after a colon; keys are made from names."""
    found = []
    for number, line in enumerate((line for line in text.splitlines() if line.strip()), start=1):
        name, _, definition = line.partition(":")
        found.append({"key": key_from(name.strip(), "class", len(taken) + number), "name": name.strip(), "definition": definition.strip()})
    return found


urlpatterns = [path("projects/<str:slug>/discuss/classes/", classes, name="classes")]
