"""Discuss: the queue of cases in two panes, one case, the guidelines changed from it. Labellers see what they are invited to."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from labelling.access import Permission
from labelling.discuss import selectors, services
from labelling.discuss.rules import CAUSE_WORDS, REASON_WORDS, SETTLING
from labelling.errors import Conflict, WorkbenchError
from labelling.intake.about import about_example
from labelling.projects.selectors import guidelines_of, list_members, questions_of
from labelling.projects.services import add_guidelines
from labelling.web import classes
from labelling.web.answers import inputs, is_listed, numbered
from labelling.web.cases import About, asked_for, panes, read_outcome, shown_parts, unsettled, vote_rows
from labelling.web.drawing import lower_headings
from labelling.web.guard import in_project
from labelling.web.guidelines import GuidelinesForm

PER_PAGE = 25
FILTERS = ("state", "question", "pair", "tag", "labeller", "assigned_to", "order")
STATES = [(unsettled, "Not settled"), ("open", "Open"), ("discussing", "Under discussion"), ("resolved", "Settled")]


@in_project(Permission.JOIN_CASES)
@require_GET
def queue(request: HttpRequest, project: Any) -> HttpResponse:
    """A lead's queue; for a labeller, the cases that they are invited to."""
    chosen = asked_for(request, FILTERS)
    found, page = selectors.list_cases(request.viewer, project.slug, {"state": unsettled, **chosen, "page_size": PER_PAGE, "cursor": request.GET.get("cursor")})
    query = request.GET.copy()
    links = {}
    for name in ("next", "previous"):
        cursor = getattr(page, name)
        query["cursor"] = cursor or ""
        links[name] = f"?{query.urlencode()}" if cursor else None
    context = {"project": project, "page": links, "filtered": bool(chosen), "chosen": chosen}
    if not selectors.sees_all(found):
        context["rows"] = [{"case": row.case, "reasons": [REASON_WORDS.get(reason, reason) for reason in row.reasons]} for row in page.rows]
        return TemplateResponse(request, "discuss/mine.html", context)
    questions = questions_of(project)
    rows = panes(project, questions, page.rows)
    wanted = request.GET.get("case", "")
    current = next((row for row in rows if str(row["id"]) == wanted), rows[0] if rows else None)
    context |= {
        "rows": rows,
        "current": current,
        "counts": selectors.counts_of_cases(project),
        "mine": selectors.count_mine(request.viewer, project),
        "waiting": selectors.waiting_for_reply(project),
        "questions": questions,
        "causes": [(cause.value, words) for cause, words in CAUSE_WORDS.items()],
        "states": STATES,
        "tags": [(reason.value, words) for reason, words in REASON_WORDS.items()] + [(tag["key"], tag["name"]) for tag in project.tags],
        "guidelines": guidelines_of(project),
    }
    return TemplateResponse(request, "discuss/queue.html", context)


@in_project(Permission.JOIN_CASES)
@require_GET
def case(request: HttpRequest, project: Any, case_id: int) -> HttpResponse:
    return TemplateResponse(request, "discuss/case.html", case_context(request, project, case_id))


def case_context(
    request: HttpRequest, project: Any, case_id: int, *, names: dict[int, str] | None = None, typed: Any = None, **more: Any
) -> dict[str, Any]:
    view = selectors.get_case(request.viewer, in_this(project, request, case_id))
    questions = questions_of(project)
    settles = Permission.DISCUSS in project.viewer_permissions
    people = [row.user.username for row in list_members(project) if row.role == "labeller"] if settles else []
    there = {invite.user.username for invite in view.invited}
    known = about_example(project_id=project.pk, example_id=view.example.pk, questions=questions)
    about = About(project, view.example.data, known)
    return {
        "project": project,
        "view": view,
        "case": view.case,
        "parts": shown_parts(project, view.example),
        "votes": vote_rows(about, questions, view.votes, request.viewer, names),
        "earlier": vote_rows(about, questions, view.earlier, request.viewer, names),
        "reasons": [REASON_WORDS.get(reason, reason) for reason in view.reasons],
        "guidelines_html": lower_headings(view.guidelines.html),
        "questions": inputs(questions, typed, view.votes),
        "typed": typed,
        "names": names,
        "given": given_values(view, questions),
        "causes": [(cause.value, words) for cause, words in CAUSE_WORDS.items()],
        "settles": settles,
        "may_invite": [name for name in people if name not in there],
        "seen": ",".join(map(str, view.seen)),
        **more,
    }


def given_values(view: Any, questions: Any) -> list[dict[str, Any]]:
    """The different values that were given, each as JSON and in words: what can be right besides each other."""
    found: dict[str, str] = {}
    numbers = {} if is_listed(questions) else numbered(view.votes)
    for vote in view.votes:
        if vote.counts_as:
            value = json.dumps(vote.counts_as, sort_keys=True)
            called = f"Answer {numbers[value]}: " if value in numbers else ""
            found.setdefault(value, called + ", ".join(words for _, words in vote.words))
    return [{"json": value, "words": words} for value, words in found.items()]


def in_this(project: Any, request: HttpRequest, case_id: int) -> int:
    """The case's id, if it is one of this project's."""
    found, _ = selectors.fetch_case(request.viewer, case_id)
    if found.pk != project.pk:
        raise selectors.no_such_case()
    return case_id


def back_to(project: Any, case_id: int) -> HttpResponse:
    return redirect("case", slug=project.slug, case_id=case_id)


@in_project(Permission.DISCUSS)
@require_POST
def settle(request: HttpRequest, project: Any, case_id: int) -> HttpResponse:
    """Settle a case from the queue (answers JSON to its script) or from its own page."""
    in_this(project, request, case_id)
    by_script = request.headers.get("Accept") == "application/json"
    try:
        fields = read_outcome(request.POST, questions_of(project))
        done = services.resolve(actor=request.viewer, case_id=case_id, **fields, now=timezone.now())
    except WorkbenchError as error:
        if by_script:
            return JsonResponse(error.as_dict(), status=error.status)
        problems = [(f"id_{name.split('.')[0]}", text) for name, texts in error.fields.items() for text in texts] or [("", error.message)]
        context = case_context(request, project, case_id, problems=problems, typed=request.POST)
        return TemplateResponse(request, "discuss/case.html", context, status=error.status)
    if by_script:
        return JsonResponse({"resolution": done.pk, "outcome": done.outcome})
    words = "Settled." if done.outcome in SETTLING else "Done."
    messages.success(request, f"{words} The labels stay as they are; the decision stands beside them.")
    return back_to(project, case_id)


@in_project(Permission.DISCUSS)
@require_POST
def reopen(request: HttpRequest, project: Any, case_id: int) -> HttpResponse:
    in_this(project, request, case_id)
    by_script = request.headers.get("Accept") == "application/json"
    try:
        services.reopen(actor=request.viewer, case_id=case_id, now=timezone.now())
    except WorkbenchError as error:
        if by_script:
            return JsonResponse(error.as_dict(), status=error.status)
        raise
    return JsonResponse({"state": "open"}) if by_script else back_to(project, case_id)


@in_project(Permission.SEE_LABELS)
@require_POST
def names(request: HttpRequest, project: Any, case_id: int) -> HttpResponse:
    """Who gave which answer; that somebody asked is written down."""
    in_this(project, request, case_id)
    services.show_names(actor=request.viewer, case_id=case_id, now=timezone.now())
    view = selectors.get_case(request.viewer, case_id)
    found = {vote.label_id: vote.name for vote in [*view.votes, *view.earlier]}
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"names": found})
    return TemplateResponse(request, "discuss/case.html", case_context(request, project, case_id, names=found))


@in_project(Permission.JOIN_CASES)
@require_POST
def remark(request: HttpRequest, project: Any, case_id: int) -> HttpResponse:
    in_this(project, request, case_id)
    text = request.POST.get("text", "").replace("\r\n", "\n")
    try:
        said = services.add_remark(actor=request.viewer, case_id=case_id, text=text, now=timezone.now())
    except WorkbenchError as error:
        context = case_context(request, project, case_id, remark_error=error.message, remark_text=text, problems=[("remark", error.message)])
        return TemplateResponse(request, "discuss/case.html", context, status=error.status)
    for name in said.not_members[:5]:
        messages.warning(request, f"{name} is not a member of this project and was told nothing.")
    return back_to(project, case_id)


@in_project(Permission.DISCUSS)
@require_POST
def invite(request: HttpRequest, project: Any, case_id: int) -> HttpResponse:
    in_this(project, request, case_id)
    name = request.POST.get("username", "")
    try:
        done = services.invite(actor=request.viewer, case_id=case_id, username=name, now=timezone.now())
    except WorkbenchError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"{name} can see this case." if done.sees else f"{name} has the example to label and sees this case afterwards.")
    return back_to(project, case_id)


@in_project(Permission.DISCUSS)
@require_POST
def assign(request: HttpRequest, project: Any, case_id: int) -> HttpResponse:
    """Take a case, or leave it to others."""
    in_this(project, request, case_id)
    taken = "take" in request.POST
    services.assign_to(actor=request.viewer, case_id=case_id, username=request.viewer.username if taken else None, now=timezone.now())
    return back_to(project, case_id)


@in_project(Permission.EDIT_GUIDELINES)
def guidelines(request: HttpRequest, project: Any, case_id: int) -> HttpResponse:
    """A new version of the guidelines that says what a case has taught; the case stands beside the text."""
    in_this(project, request, case_id)
    current = guidelines_of(project)
    form = GuidelinesForm(request.POST or None, initial={"text": current.text, "base": current.version, "reason": f"Case {case_id}: "})
    if request.method == "POST" and form.is_valid():
        text, reason = form.cleaned_data["text"].replace("\r\n", "\n"), form.cleaned_data["reason"]
        if (form.cleaned_data["base"] or current.version) != current.version:
            form.add_error("text", f"Version {current.version} was written meanwhile. Compare it, bring your changes together, and save again.")
            form.data = form.data.copy()
            form.data["base"] = str(current.version)
        elif text == current.text:
            form.add_error("text", f"This is word for word version {current.version}. Change something, or go back.")
        else:
            try:
                made = add_guidelines(actor=request.viewer, slug=project.slug, text=text, reason=reason, cases=[case_id], now=timezone.now())
            except WorkbenchError as error:
                form.blame(error)
            else:
                messages.success(request, f"Version {made.version} of the guidelines holds from now on.")
                return back_to(project, case_id)
    context = case_context(request, project, case_id, form=form, current=current)
    return TemplateResponse(request, "discuss/guidelines.html", context, status=400 if form.errors else 200)


@in_project(Permission.DISCUSS)
@require_POST
def report(request: HttpRequest, project: Any) -> HttpResponse:
    """Open a case for an example, from wherever it is looked at."""
    try:
        made, _ = services.report(
            actor=request.viewer, slug=project.slug, example=request.POST.get("example"), note=request.POST.get("note", ""), now=timezone.now()
        )
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("discuss", slug=project.slug)
    return back_to(project, made.pk)


def case_url(project: Any, case_id: int) -> str:
    return reverse("case", kwargs={"slug": project.slug, "case_id": case_id})


urlpatterns = [
    path("projects/<str:slug>/discuss/", queue, name="discuss"),
    *classes.urlpatterns,
    path("projects/<str:slug>/discuss/report/", report, name="case_report"),
    path("projects/<str:slug>/discuss/<int:case_id>/", case, name="case"),
    path("projects/<str:slug>/discuss/<int:case_id>/settle/", settle, name="case_settle"),
    path("projects/<str:slug>/discuss/<int:case_id>/reopen/", reopen, name="case_reopen"),
    path("projects/<str:slug>/discuss/<int:case_id>/names/", names, name="case_names"),
    path("projects/<str:slug>/discuss/<int:case_id>/remarks/", remark, name="case_remark"),
    path("projects/<str:slug>/discuss/<int:case_id>/invite/", invite, name="case_invite"),
    path("projects/<str:slug>/discuss/<int:case_id>/assign/", assign, name="case_assign"),
    path("projects/<str:slug>/discuss/<int:case_id>/guidelines/", guidelines, name="case_guidelines"),
]
