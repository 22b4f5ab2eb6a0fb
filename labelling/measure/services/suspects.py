"""Look for suspected errors: the job, and what it leaves."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from labelling import audit
from labelling.access import Permission, Viewer
from labelling.accounts.models import User
from labelling.accounts.selectors import viewer_of
from labelling.errors import Conflict, Invalid
from labelling.jobs.models import Job
from labelling.jobs.services import Claimed, enqueue
from labelling.measure.answers import Answers, read_answers
from labelling.measure.consensus import settle
from labelling.measure.suspect_models import Suspect, SuspectRun
from labelling.measure.suspecting import Found, Opinion, can_be_suspected, find
from labelling.measure.suspects import marks_of
from labelling.projects.models import Project
from labelling.projects.selectors import get_project, get_question

KIND = "suspects"
MOST_KEPT = 50_000  # of each kind, the worst: more than anybody looks at
READS = 3
Opinions = Callable[[Answers, int], Opinion]  # what an evaluation's model says of the examples of these answers


def start_suspects(*, actor: Viewer, slug: str, question: str | None, evaluation: int | None, now: datetime) -> Job:
    """Start the job that looks for suspected errors in a question's answers. `evaluation` is one of the project's (the caller has
    fetched it) or None. Raises Invalid for a question whose answers are no classes."""
    project = get_project(actor, slug, Permission.DISCUSS)
    _, described = get_question(project, question)
    if not can_be_suspected(described["kind"]):
        raise Invalid.field("question", f"Answers of the kind {described['kind']} are no classes, so none of them can be suspected. Choose a question of choice or rating.")
    arguments = {"question": described["key"], "evaluation": evaluation}
    with transaction.atomic():
        return enqueue(kind=KIND, actor=actor, project_id=project.pk, arguments=arguments, now=now)


def run_suspects(claimed: Claimed, *, opinions: Opinions) -> dict[str, Any]:
    """The job. Run twice it leaves one run."""
    done = SuspectRun.objects.filter(job_id=claimed.id).first()
    if done is not None:
        return _result(done)
    asked: Mapping[str, Any] = claimed.arguments
    project = Project.objects.get(pk=claimed.project_id or 0)
    claimed.checkpoint(done=0, total=READS, message="Reading the labels")
    marks = marks_of(project, get_question(project, asked["question"])[0])  # before the labels: what comes in meanwhile makes it stale
    answers = read_answers(project, asked["question"])
    if not answers.labels.n_labels:
        raise Conflict("Nothing can be suspected yet: there are no labels.")
    standing = settle(answers)
    claimed.checkpoint(done=1, message="Looking for contradictions")
    opinion = None if asked["evaluation"] is None else opinions(answers, asked["evaluation"])
    found = find(answers, standing, opinion)
    claimed.checkpoint(done=2, message="Writing them down")
    owner = User.objects.get(pk=claimed.created_by_id or 0)
    now = timezone.now()
    with transaction.atomic():
        claimed.checkpoint(done=READS)
        run = SuspectRun.objects.create(
            project=project, question=answers.question, evaluation_id=asked["evaluation"], way=found.way, method=found.method,
            examples=found.examples, answers=len(found.answers), labels=len(found.labels), job_id=claimed.id, created_by=owner, created_at=now,
            **marks,
        )  # fmt: skip
        for some in (found.answers, found.labels):
            rows = [_row(run, place, one) for place, one in enumerate(some[:MOST_KEPT], start=1)]
            Suspect.objects.bulk_create(rows, batch_size=1000)
        audit.record(actor=viewer_of(owner), verb="looked for suspected errors", obj=run, now=now, project_id=project.pk)
    return _result(run)


def _row(run: SuspectRun, place: int, one: Found) -> Suspect:
    return Suspect(
        run=run, of=one.of, place=place, example_id=one.example, labeller_id=one.labeller, settled=one.settled, given=one.given,
        instead=one.instead, chance=one.chance, reason=one.reason,
    )  # fmt: skip


def _result(run: SuspectRun) -> dict[str, Any]:
    return {"run": run.pk, "examples": run.examples, "answers": run.answers, "labels": run.labels}
