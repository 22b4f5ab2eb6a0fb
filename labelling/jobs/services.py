"""Writes to jobs. Whoever works on a job holds a claim; an attempt that lost it may write nothing more."""

import logging
import threading
import uuid
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import close_old_connections, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from labelling import audit
from labelling.access import Viewer
from labelling.errors import Conflict, NotFound, WorkbenchError
from labelling.jobs.models import Job, WorkerBeat
from labelling.jobs.rules import BEAT_EVERY, MAX_ATTEMPTS, OVER, SILENT_AFTER, State

log = logging.getLogger(__name__)
_bell: Callable[[str], None] | None = None


def on_enqueue(ring: Callable[[str], None]) -> None:
    """Say who wakes a worker for a new job. A lost wake-up loses nothing: the reaper rings again."""
    global _bell
    _bell = ring


def enqueue(*, kind: str, actor: Viewer | None, project_id: int | None, arguments: Mapping[str, Any], now: datetime) -> Job:
    """Write a job down and wake a worker once the caller's transaction is committed."""
    job = Job.objects.create(
        kind=kind,
        project_id=project_id,
        created_by_id=actor.user_id if actor else None,
        token_name=actor.token_name if actor else "",
        arguments=dict(arguments),
        created_at=now,
    )
    audit.record(actor=actor, verb=f"started {kind}", obj=job, now=now, project_id=project_id)
    transaction.on_commit(lambda: _ring(str(job.id)))
    return job


def _ring(job_id: str) -> None:
    if _bell is not None:
        try:
            _bell(job_id)
        except Exception:  # the broker is away: the job stays queued and the reaper rings again
            log.warning("no broker to wake a worker for job %s; it stays queued", job_id)


class LostClaim(Exception):
    """This attempt was taken for dead and the job given to another; stop without writing."""


class Claimed:
    """A job in the hands of one attempt: what a runner may read and say."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._claim = job.claim

    @property
    def id(self) -> str:
        return str(self._job.id)

    @property
    def arguments(self) -> dict[str, Any]:
        return self._job.arguments

    @property
    def project_id(self) -> int | None:
        return self._job.project_id

    @property
    def created_by_id(self) -> int | None:
        return self._job.created_by_id

    @property
    def resume(self) -> dict[str, Any]:
        """What the last checkpoint of an earlier attempt left; empty at the first."""
        return self._job.resume

    def checkpoint(
        self, *, done: int | None = None, total: int | None = None, message: str | None = None, resume: Mapping[str, Any] | None = None
    ) -> None:
        """Say how far the work is. Call it in the transaction of the step that it speaks of, with what the next attempt
        needs to go on after that step. Raises LostClaim, so that the step is rolled back, when the job was given away."""
        changes: dict[str, Any] = {"heartbeat_at": timezone.now()}
        if done is not None:
            changes["done"] = done
        if total is not None:
            changes["total"] = total
        if message is not None:
            changes["message"] = message[:200]
        if resume is not None:
            changes["resume"] = dict(resume)
            self._job.resume = dict(resume)
        if not Job.objects.filter(id=self._job.id, claim=self._claim, state=State.RUNNING).update(**changes):
            raise LostClaim(self.id)


def claim(*, job_id: str, now: datetime) -> Claimed | None:
    """Take a queued job; None when somebody else has it or it is over."""
    taken = Job.objects.filter(id=job_id, state=State.QUEUED).update(
        state=State.RUNNING, claim=uuid.uuid4(), heartbeat_at=now, attempts=F("attempts") + 1, started_at=now
    )
    return Claimed(Job.objects.get(id=job_id)) if taken else None


def work_on(*, job_id: str, runners: Mapping[str, Callable[[Claimed], Mapping[str, Any]]], now: datetime) -> bool:
    """Claim the job, run it with a heartbeat beside it, and write down how it ended. False: there was nothing to do."""
    claimed = claim(job_id=job_id, now=now)
    if claimed is None:
        return False
    runner = runners.get(claimed._job.kind)
    try:
        if runner is None:
            raise Conflict(f"Nothing here knows how to run a job of the kind {claimed._job.kind}.")
        with _heartbeat(claimed):
            result = runner(claimed)
    except LostClaim:
        log.warning("job %s was given to another attempt; this one stops", job_id)
    except WorkbenchError as error:
        _end(claimed, State.FAILED, error=error.message, result=error.as_dict())
    except Exception:
        log.exception("job %s broke off", job_id)
        if claimed._job.attempts < MAX_ATTEMPTS:
            # Back into the queue: the reaper rings for it in a moment, which also spaces the attempts out.
            Job.objects.filter(id=job_id, claim=claimed._claim).update(state=State.QUEUED, claim=None, heartbeat_at=timezone.now())
        else:
            _end(
                claimed,
                State.FAILED,
                error=f"It broke off {MAX_ATTEMPTS} times and was given up. What was finished before stays. Ask the operator: the server's log names this job.",
            )
    else:
        _end(claimed, State.DONE, result=dict(result))
    return True


def _end(claimed: Claimed, state: State, *, error: str = "", result: Mapping[str, Any] | None = None) -> None:
    Job.objects.filter(id=claimed.id, claim=claimed._claim).update(
        state=state, error=error, result=result, claim=None, ended_at=timezone.now()
    )


@contextmanager
def _heartbeat(claimed: Claimed) -> Any:
    """Beat beside the work, on a connection of its own. Within a test's transaction there is none to be had."""
    if connection.in_atomic_block:
        yield
        return
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT_EVERY.total_seconds()):
            try:
                Job.objects.filter(id=claimed.id, claim=claimed._claim).update(heartbeat_at=timezone.now())
            except Exception:
                log.warning("job %s: a heartbeat was missed", claimed.id)
                close_old_connections()
        connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{claimed.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def reap(*, now: datetime) -> list[str]:
    """Put jobs that a dead worker left back into the queue; returns the ids of all that should be woken for."""
    silent = Q(state=State.RUNNING, heartbeat_at__lt=now - SILENT_AFTER)
    for job in Job.objects.filter(silent):
        if job.attempts >= MAX_ATTEMPTS:
            Job.objects.filter(silent, id=job.id, claim=job.claim).update(
                state=State.FAILED, claim=None, ended_at=now, error=f"Its worker died {MAX_ATTEMPTS} times. What was finished before stays."
            )
        else:
            Job.objects.filter(silent, id=job.id, claim=job.claim).update(state=State.QUEUED, claim=None)
    return [str(job_id) for job_id in Job.objects.filter(state=State.QUEUED).order_by("created_at").values_list("id", flat=True)[:100]]


def cancel(*, actor: Viewer, job_id: str, now: datetime) -> Job:
    """Stop a job that is not over. What its finished steps wrote stays. The caller has checked who may."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(id=job_id).first()
        if job is None:
            raise NotFound("There is no such job.")
        if job.state in OVER:
            raise Conflict(f"The job is {job.state} already.")
        Job.objects.filter(id=job_id).update(state=State.CANCELLED, claim=None, ended_at=now)
        audit.record(actor=actor, verb="cancelled job", obj=job, now=now, project_id=job.project_id)
    job.refresh_from_db()
    return job


def beat_worker(*, name: str, now: datetime) -> None:
    """A worker is alive."""
    WorkerBeat.objects.update_or_create(name=name, defaults={"seen_at": now})
