"""Suspected errors: look for them, send them to the queue, and have a sample of all answers checked. Leads only."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from labelling import flow
from labelling.access import Permission
from labelling.discuss import services as discuss
from labelling.discuss.selectors.suspects import list_suspects
from labelling.errors import NotFound, WorkbenchError
from labelling.evaluate.selectors import list_evaluations
from labelling.jobs.selectors import list_project_jobs
from labelling.kinds import KINDS
from labelling.measure import audits
from labelling.measure.services import draw_audit
from labelling.measure.suspect_rules import Of, check_of
from labelling.measure.suspecting import can_be_suspected
from labelling.measure.suspects import WAY_WORDS, describe_run
from labelling.web.cases import numbers_of
from labelling.web.examples import brief
from labelling.web.guard import in_project
from labelling.web.jobs import show
from labelling.web.measure import asked
from labelling.web.paging import Pages

PER_PAGE = 25
EVALUATIONS = 50
AUDITS = 5
TABS = {Of.ANSWER: "Answers that stand", Of.LABEL: "Single labels"}
PEOPLE = "people"
FIELDS = {"examples": "id_drawn", "worst": "id_worst", "evaluation": "id_against"}  # where a refusal is shown


@in_project(Permission.SEE_LABELS)
@require_GET
def page(request: HttpRequest, project: Any) -> HttpResponse:
    return shown(request, project)


def shown(request: HttpRequest, project: Any, problems: list[tuple[str, str]] | None = None) -> HttpResponse:
    context = asked(request, project)
    question = next((one for one in context["questions"] if one["key"] == context["key"]), None)
    if question is None:
        raise NotFound("There is no such question in this project.")
    of = check_of(request.GET.get("of"))
    _, run, rows, rows_of = list_suspects(request.viewer, project.slug, question=question["key"], run=request.GET.get("run"), of=of)  # type: ignore[attr-defined]
    pages = Pages(request, rows.select_related("example__source"), PER_PAGE)
    numbers = numbers_of(question)
    context |= {
        "question": question,
        "suspectable": can_be_suspected(question["kind"]),
        "run": described(project, run),
        "of": of,
        "tabs": [{"of": name.value, "words": words, "count": (run.answers if name == Of.ANSWER else run.labels) if run else 0} for name, words in TABS.items()],
        "pages": pages,
        "rows": [
            row | {"shown": brief(project, one.example), "number": numbers.get(text_of(question, row["answer"])), "instead": numbers.get(text_of(question, row["suggested"]))}
            for one, row in zip(pages.rows, rows_of(pages.rows), strict=True)
        ],
        "evaluations": evaluations_of(request, project, question["key"]),
        "audits": audits.describe_audits(audits.list_audits(request.viewer, project.slug).filter(question__key=question["key"])[:AUDITS]),  # type: ignore[attr-defined]
        "jobs": [show(job) for job in list_project_jobs(project.pk, "suspects", 3) if job.state in ("queued", "running", "failed")],
        "may_send": Permission.DISCUSS in project.viewer_permissions,
        "problems": problems or [],
        "wrong": dict(problems or []),
        "typed": request.POST,
    }
    return TemplateResponse(request, "measure/suspects.html", context, status=400 if problems else 200)


def text_of(question: Mapping[str, Any], answer: Any) -> str:
    return KINDS[question["kind"]].text(answer)


def described(project: Any, run: Any) -> dict[str, Any] | None:
    return None if run is None else describe_run(project, run) | {"way_words": WAY_WORDS[run.way]}


def evaluations_of(request: HttpRequest, project: Any, key: str) -> list[dict[str, Any]]:
    """The newest evaluations that have predictions for a question."""
    rows = list_evaluations(request.viewer, project.slug)[:EVALUATIONS]  # type: ignore[attr-defined]
    return [
        {"id": row.pk, "words": f"{row.model.name} {row.model.version}, on version {row.version.number}, {row.split}"}
        for row in rows
        if key in row.results["questions"]
    ]


@in_project(Permission.DISCUSS)
@require_POST
def start(request: HttpRequest, project: Any) -> HttpResponse:
    typed = request.POST
    evaluation = typed.get("against", PEOPLE)
    try:
        flow.start_suspects(
            actor=request.viewer, slug=project.slug, question=typed.get("question"), evaluation=None if evaluation == PEOPLE else evaluation,
            now=timezone.now(),
        )  # fmt: skip
    except WorkbenchError as error:
        return refused(request, project, error)
    messages.info(request, "The labels are being looked through. The list fills when that is done.")
    return back(project, typed)


@in_project(Permission.DISCUSS)
@require_POST
def send(request: HttpRequest, project: Any) -> HttpResponse:
    """The ticked ones, or the worst that were not sent yet."""
    typed = request.POST
    fields: dict[str, Any] = {"question": typed.get("question"), "of": typed.get("of"), "run": typed.get("run")}
    if "worst" in typed and "ticked" not in typed:
        fields["worst"] = typed["worst"]
    else:
        fields["examples"] = typed.getlist("example")
    if fields.get("examples") == []:
        messages.warning(request, "Nothing was sent: tick an example first, or send the worst.")
        return back(project, typed)
    try:
        done = discuss.send_suspects(actor=request.viewer, slug=project.slug, fields=fields, now=timezone.now())
    except WorkbenchError as error:
        return refused(request, project, error)
    messages.success(request, sent_words(done))
    return back(project, typed)


def sent_words(done: discuss.Sent) -> str:
    """What became of examples that were sent to the queue, in a sentence or two."""
    parts = []
    if done.opened or done.added:
        new = f"{done.opened:,} new case{'s' if done.opened != 1 else ''}" if done.opened else ""
        more = f"{done.added:,} that had a case" if done.added else ""
        parts.append(f"In the queue now: {' and '.join(part for part in (new, more) if part)}.")
    if done.already:
        parts.append(f"{done.already:,} had been sent before and did not change since.")
    if done.left_out:
        parts.append(f"{done.left_out:,} {'is' if done.left_out == 1 else 'are'} dropped or to be gathered again.")
    return " ".join(parts) or "There was nothing left to send: all of them are in the queue already."


@in_project(Permission.DISCUSS)
@require_POST
def draw(request: HttpRequest, project: Any) -> HttpResponse:
    """A sample to check, more of the suspected answers where that is asked for."""
    typed = request.POST
    fields = {"question": typed.get("question"), "examples": typed.get("examples"), "run": "newest" if "suspected" in typed else None}
    try:
        made = draw_audit(actor=request.viewer, slug=project.slug, fields=fields, now=timezone.now())
    except WorkbenchError as error:
        return refused(request, project, error)
    return redirect("audit", slug=project.slug, audit_id=made.pk)


def refused(request: HttpRequest, project: Any, error: WorkbenchError) -> HttpResponse:
    """The page again, with what is wrong beside its fields and on top."""
    fields = error.fields or {"": [error.message]}
    query = request.GET.copy()
    for name in ("question", "of"):
        if request.POST.get(name):
            query[name] = request.POST[name]
    request.GET = query  # type: ignore[assignment]
    return shown(request, project, [(FIELDS.get(name, ""), text) for name, texts in fields.items() for text in texts])


def back(project: Any, typed: Mapping[str, Any]) -> HttpResponse:
    query = {name: typed[name] for name in ("question", "of") if typed.get(name)}
    return redirect(f"{reverse('suspects', kwargs={'slug': project.slug})}?{urlencode(query)}")


urlpatterns = [
    path("projects/<str:slug>/measure/suspects/", page, name="suspects"),
    path("projects/<str:slug>/measure/suspects/start/", start, name="suspects_start"),
    path("projects/<str:slug>/measure/suspects/send/", send, name="suspects_send"),
    path("projects/<str:slug>/measure/suspects/audits/draw/", draw, name="audit_draw"),
]
