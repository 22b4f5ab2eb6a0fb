"""Reads of jobs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max

from labelling.access import Viewer
from labelling.errors import NotFound
from labelling.jobs.models import Job, WorkerBeat
from labelling.jobs.rules import State, is_silent


def worker_is_alive(now: datetime) -> bool:
    return not is_silent(WorkerBeat.objects.aggregate(last=Max("seen_at"))["last"], now)


def get_job(viewer: Viewer, job_id: str) -> Job:
    """A job of the viewer's own, or any for a site admin; 404 otherwise. Project pages list theirs below."""
    try:
        job = Job.objects.select_related("project").filter(id=UUID(str(job_id))).first()
    except ValueError:
        job = None
    if job is None or not (viewer.is_staff or job.created_by_id == viewer.user_id):
        raise NotFound("There is no such job, or it is not yours.")
    if viewer.only_project_id is not None and job.project_id != viewer.only_project_id:
        raise NotFound("There is no such job, or it is not yours.")
    return job


def list_project_jobs(project_id: int, kind: str | None = None, limit: int = 20) -> list[Job]:
    """The newest jobs of a project that the caller has fetched through its own access check."""
    jobs = Job.objects.filter(project_id=project_id).order_by("-created_at")
    return list((jobs.filter(kind=kind) if kind else jobs)[:limit])


def describe(job: Job, now: datetime) -> dict[str, Any]:
    """The job object of the API, and of pages."""
    waiting = job.state in (State.QUEUED, State.RUNNING)
    return {
        "id": str(job.id),
        "kind": job.kind,
        "state": job.state,
        "progress": {"done": job.done, "total": job.total},
        "message": job.message,
        "result": job.result,
        "error": job.error or None,
        "url": f"/api/v1/jobs/{job.id}/",
        "waiting_for_worker": waiting and not worker_is_alive(now),
        "created_at": job.created_at,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
    }
