"""Storing measurements: when somebody asks, when a version is released, and once a day while labels change."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from labelling import audit
from labelling.access import Permission, Viewer
from labelling.accounts.models import User
from labelling.accounts.selectors import viewer_of
from labelling.errors import Conflict
from labelling.jobs.models import Job
from labelling.jobs.services import Claimed, enqueue
from labelling.label.models import Label
from labelling.measure.answers import read_answers
from labelling.measure.models import AgreementRun
from labelling.measure.runs import Measured, digest_of, measure_run
from labelling.projects.models import Project
from labelling.projects.selectors import get_project, get_question, questions_of

KIND = "agreement_run"
ASKED, DAILY, RELEASE = "asked", "daily", "release"
A_DAY = timedelta(hours=24)


def start_agreement_runs(*, actor: Viewer, slug: str, question: str | None, now: datetime) -> Job:
    """Start the job that stores the agreement of a question as it is now, or without one of all questions."""
    project = get_project(actor, slug, Permission.RELEASE)
    keys = [get_question(project, question)[1]["key"]] if question else [one["key"] for one in questions_of(project)]
    with transaction.atomic():
        return enqueue(kind=KIND, actor=actor, project_id=project.pk, arguments={"questions": keys, "reason": ASKED}, now=now)


def run_agreement(claimed: Claimed) -> dict[str, Any]:
    """The job. What was stored is in its last checkpoint, so that run twice it stores once."""
    if "runs" in claimed.resume:
        return claimed.resume
    project = Project.objects.get(pk=claimed.project_id or 0)
    keys, reason = claimed.arguments["questions"], claimed.arguments["reason"]
    measured: list[Measured] = []
    for done, key in enumerate(keys):
        claimed.checkpoint(done=done, total=len(keys), message=f"Measuring {key}")
        answers = read_answers(project, key)
        if len(answers.columns) and (reason == ASKED or digest_of(answers) != _newest_digest(answers.question.pk)):
            measured += measure_run(answers, seed=project.seed)
    if not measured and reason == ASKED:
        raise Conflict("Nothing can be measured yet: there are no labels.")
    owner = User.objects.filter(pk=claimed.created_by_id or 0).first()
    with transaction.atomic():
        stored = store_runs(project=project, measured=measured, reason=reason, created_by=owner, now=timezone.now())
        result = {
            "runs": [run.pk for run in stored],
            "checked": sum(run.checked["checked"] for run in stored),
            "differ": sum(run.checked["agrees"] is False for run in stored),
        }
        claimed.checkpoint(done=len(keys), resume=result)
    return result


def store_runs(
    *, project: Project, measured: Iterable[Measured], reason: str, created_by: User | None, now: datetime, version: int | None = None
) -> list[AgreementRun]:
    """Write measurements down, in the caller's transaction; `version` is the number of the version that they are of."""
    with transaction.atomic():
        runs = [
            AgreementRun.objects.create(
                project=project, question=one.question, level=one.level, at=now, labels_seen=one.labels_seen, digest=one.digest,
                figures=one.figures, checked=one.checked, reason=reason, version=version, created_by=created_by,
            )
            for one in measured
        ]  # fmt: skip
        actor = viewer_of(created_by) if created_by else None
        for run in runs:
            audit.record(
                actor=actor, verb="stored agreement", obj=run, now=now, project_id=project.pk, reason=reason, digest=run.digest,
                agrees=run.checked["agrees"],
            )  # fmt: skip
    return runs


def start_daily_runs(*, now: datetime) -> int:
    """Start a job for each project that got labels since its agreement was last measured, once in 24 hours; how many."""
    started = 0
    for project in Project.objects.order_by("id"):
        newest = Label.objects.filter(project=project).order_by("-id").values_list("created_at", flat=True).first()
        last = Job.objects.filter(project=project, kind=KIND, arguments__reason=DAILY).order_by("-created_at").values_list("created_at", flat=True).first()
        if newest is None or (last is not None and (last > now - A_DAY or newest < last)):
            continue
        keys = [one["key"] for one in questions_of(project)]
        with transaction.atomic():
            enqueue(kind=KIND, actor=None, project_id=project.pk, arguments={"questions": keys, "reason": DAILY}, now=now)
        started += 1
    return started


def _newest_digest(question_id: int) -> str | None:
    """Of what a question's last measurement of all its labels saw; those of versions saw a part."""
    return AgreementRun.objects.filter(question_id=question_id, version=None).order_by("-id").values_list("digest", flat=True).first()
