"""The labelling screen, and the few answers that its scripts ask for. Labels themselves go through the API."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from labelling.access import Permission
from labelling.accounts.keys import own_keys
from labelling.assign.services import lease_examples
from labelling.errors import Conflict, Invalid, WorkbenchError
from labelling.intake.selectors import render_data
from labelling.label import selectors
from labelling.projects.selectors import all_tags, guidelines_of, labelling_settings, questions_of
from labelling.web.drawing import drawn, drawn_tags, lower_headings, markdown_of, words_of
from labelling.web.guard import in_project, signed_in
from labelling.web.label_own import begun, drawn_keys
from labelling.web.line_diff import line_diff
from labelling.web.pictures import with_pictures

AHEAD = 10  # examples in the page's hands, the one on the screen included
LAST = 10  # of one's labels that the page brings along
HISTORY = 50  # that can be looked at again
MARKS = ("spans", "boxes")  # kinds whose answers lie on the example, which texts for practice have not
SKIP_REASONS = [
    "I cannot judge it",
    "It is in a language that I do not read",
    "It is empty, broken or cut off",
    "I know whom or what it is about",
    "Something else",
]


@never_cache
@ensure_csrf_cookie
@in_project(Permission.LABEL)
@require_GET
def screen(request: HttpRequest, project: Any) -> HttpResponse:
    """The page with its first examples inside, so that the first one is painted without a request."""
    questions, tags = questions_of(project), all_tags(project)
    stock = leased(request, project, AHEAD)
    recent = last_labels(request, project, questions, tags)
    seen = recent[-1]["guideline_version"] if recent else 0
    guidelines = newest_guidelines(project, seen)
    settings = labelling_settings(project)
    page = {
        "user": {"name": request.user.username, "quick": request.user.quick_mode, "keys": own_keys(request.user.preferences)},
        "project": {"slug": project.slug, "name": project.name},
        "schema_version": project.schema_version,
        "lease_seconds": project.lease_seconds,
        "questions": questions,
        "display": project.display,
        "guidelines": {**guidelines, "seen": seen},
        "progress": stock.pop("progress"),
        "stock": stock,
        "recent": recent,
        "qualification": stock["qualification"],
        "confidence": settings["confidence"],
        "suggestions": settings["suggestions"]["show"],
        "practice": settings["practice"] and not recent and not any(question["kind"] in MARKS for question in questions),
        "quick_possible": len(questions) == 1 and questions[0]["kind"] == "choice" and questions[0].get("required", True),
        "urls": {
            "assignment": "/api/v1/assignments/ID/",
            "login": reverse("account_login"),
            "logout": reverse("account_logout"),
            "who": reverse("label_who"),
            **{name: reverse(f"label_{name}", kwargs={"slug": project.slug}) for name in ("stock", "guidelines", "history")},
            "qualification": f"/api/v1/projects/{project.slug}/qualification/",
            "preferences": reverse("label_preferences"),
        },
    }
    context = {
        "project": project,
        "questions": [drawn(question) for question in questions],
        "tags": drawn_tags(tags),
        "keys": drawn_keys(project, questions, quick=page["quick_possible"], confidence=bool(page.get("confidence")), suggestions=bool(page.get("suggestions"))),
        "page": page,
        "guidelines_html": guidelines["html"],
        "skip_reasons": SKIP_REASONS,
        "way_out": reverse("overview", kwargs={"slug": project.slug}),
    }
    return TemplateResponse(request, "label/label.html", context)


@in_project(Permission.LABEL)
@require_POST
def stock(request: HttpRequest, project: Any) -> HttpResponse:
    """More examples. 409 when somebody else has logged in meanwhile: nothing is leased to them on this page."""
    try:
        asked = json.loads(request.body or b"{}")
        if not isinstance(asked, dict):
            raise Invalid("The request's body is a JSON object.")
        if asked.get("user") != request.user.username:
            raise Conflict(f"{request.user.username} is logged in on this computer now. Load the page again to label as them.")
        answer = leased(request, project, asked.get("count"))
    except ValueError:  # no JSON, or not UTF-8
        return refusal(Invalid("The request's body is a JSON object."))
    except WorkbenchError as error:
        return refusal(error)
    return JsonResponse({**answer, **answer.pop("progress"), "guideline_version": project.guideline_version})


@in_project(Permission.LABEL)
@require_GET
def guidelines(request: HttpRequest, project: Any) -> HttpResponse:
    """The newest guidelines, and what changed since the version that the reader knows (`since`)."""
    typed = request.GET.get("since", "")
    seen = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0
    return JsonResponse(newest_guidelines(project, seen))


@in_project(Permission.LABEL)
@require_GET
def history(request: HttpRequest, project: Any) -> HttpResponse:
    """The viewer's last fifty labels, to find and revise: no more of each example than the page shows, and of long ones the
    beginning only. `?assignment=ID` brings one of them whole."""
    found = last_labels(request, project, questions_of(project), all_tags(project), HISTORY)
    if (wanted := request.GET.get("assignment")) is not None:
        return JsonResponse({"labels": [record for record in found if str(record["assignment"]["id"]) == wanted]})
    return JsonResponse({"labels": [begun(record) for record in found]})


@signed_in
@require_GET
def who(request: HttpRequest) -> HttpResponse:
    """Whose session this is: labels that wait in a browser belong to one person."""
    return JsonResponse({"user": request.user.username})


def refusal(error: WorkbenchError) -> HttpResponse:
    return JsonResponse(error.as_dict(), status=error.status)


def leased(request: HttpRequest, project: Any, count: Any) -> dict[str, Any]:
    """{assignments, waiting, user, progress: {today, left, left_is_at_least}}; what came beside the data stays here."""
    now = timezone.now()
    handed = lease_examples(actor=request.viewer, slug=project.slug, count=count, now=now)
    mine = selectors.get_mine(request.viewer, project.slug, now=now)
    return {
        "assignments": with_pictures(project, [
            {
                "id": lease.id,
                "schema_version": project.schema_version,
                "guideline_version": project.guideline_version,
                "example": {
                    "id": lease.example_id, "key": lease.key,
                    **shown(project, render_data(project, json.loads(lease.data))),
                },
                **({"suggestion": lease.suggestion.as_dict()} if lease.suggestion else {}),
            }
            for lease in handed.assignments
        ]),
        "waiting": handed.waiting,
        "qualification": handed.qualification.as_dict() if handed.qualification else None,
        "user": request.user.username,
        "progress": {"today": mine.today, "left": mine.left.left, "left_is_at_least": mine.left.at_least},
    }  # fmt: skip


def shown(project: Any, data: dict[str, Any]) -> dict[str, Any]:
    """{data, html?}: the fields that are shown, and nothing that may give an answer away; Markdown also as clean HTML."""
    kept = {part["field"]: data.get(part["field"]) for part in project.display}
    html = {part["field"]: markdown_of(text) for part in project.display if part["as"] == "markdown" and isinstance(text := kept[part["field"]], str)}
    return {"data": kept, **({"html": html} if html else {})}


def last_labels(
    request: HttpRequest, project: Any, questions: list[dict[str, Any]], tags: list[dict[str, str]], most: int = LAST
) -> list[dict[str, Any]]:
    """The viewer's last labels, the newest one at the end, as the page's scripts keep them."""
    names = {tag["key"]: tag["name"].lower() for tag in tags}
    found = []
    for label in selectors.list_history(request.viewer, project.slug)[:most]:
        own = selectors.describe_own(label)
        example = own["example"]
        found.append({
            "assignment": {
                "id": own["assignment"], "schema_version": project.schema_version, "guideline_version": project.guideline_version,
                "example": {**example, **shown(project, render_data(project, example["data"]))},
            },
            "value": own["value"], "tags": own["tags"], "comment": own["comment"], "confidence": own["confidence"], "counted": own["counted"],
            "guideline_version": own["guideline_version"],
            "words": words_of(questions, own["value"], own["tags"], names),
        })  # fmt: skip
    with_pictures(project, [record["assignment"] for record in found])
    return found[::-1]


def newest_guidelines(project: Any, seen: int) -> dict[str, Any]:
    newest = guidelines_of(project)
    changes = []
    if 0 < seen < newest.version:
        lines = line_diff(guidelines_of(project, seen).text, newest.text)
        changes = [{"kind": kind, "text": text} for kind, text in lines if kind in ("added", "removed") and text.strip()]
    return {
        "version": newest.version,
        "text": bool(newest.text.strip()),
        "html": lower_headings(newest.html),
        "reason": newest.reason,
        "changes": changes,
    }


urlpatterns = [
    path("projects/<str:slug>/label/", screen, name="label"),
    path("projects/<str:slug>/label/stock/", stock, name="label_stock"),
    path("projects/<str:slug>/label/guidelines/", guidelines, name="label_guidelines"),
    path("projects/<str:slug>/label/history/", history, name="label_history"),
    path("label/who/", who, name="label_who"),
]
