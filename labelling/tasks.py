"""Celery's doors: one domain call each, safe to run twice."""

from collections.abc import Callable, Mapping
from typing import Any

from celery import shared_task
from django.utils import timezone

from labelling import flow
from labelling.assign import services as assign
from labelling.discuss import services as discuss
from labelling.evaluate import services as evaluate
from labelling.intake import services as intake
from labelling.jobs import services as jobs
from labelling.label import services as label
from labelling.measure import services as measure
from labelling.measure.services import skills
from labelling.release import services as release

Runner = Callable[[jobs.Claimed], Mapping[str, Any]]

# What runs a job of each kind; a stage that brings a kind adds its line.
RUNNERS: dict[str, Runner] = {
    "evaluation": evaluate.run_evaluation,
    "import": flow.import_examples,
    "resolution_import": discuss.import_resolutions,
    "label_import": flow.import_labels,
    "suggestion_import": label.import_suggestions,
    "release": release.run_release,
    "scale_pictures": intake.scale_pictures,
    "suspects": flow.find_suspects,
    "near_duplicates": measure.run_near_duplicates,
    "agreement_run": measure.run_agreement,
}


@shared_task(name="labelling.tasks.run_job", ignore_result=True)
def run_job(job_id: str) -> None:
    jobs.work_on(job_id=job_id, runners=RUNNERS, now=timezone.now())


@shared_task(name="labelling.tasks.reap_jobs", ignore_result=True)
def reap_jobs() -> None:
    for job_id in jobs.reap(now=timezone.now()):
        wake(job_id)


@shared_task(name="labelling.tasks.expire_leases", ignore_result=True)
def expire_leases() -> None:
    assign.expire_leases(now=timezone.now())


@shared_task(name="labelling.tasks.measure_skills", ignore_result=True)
def measure_skills() -> None:
    skills.measure_all(now=timezone.now())


@shared_task(name="labelling.tasks.store_agreement", ignore_result=True)
def store_agreement() -> None:
    measure.start_daily_runs(now=timezone.now())


@shared_task(name="labelling.tasks.prune_changes", ignore_result=True)
def prune_changes() -> None:
    label.prune_changes(now=timezone.now())


def wake(job_id: str) -> None:
    """Ring for a worker. The job row is the truth; this only saves the wait for the reaper."""
    run_job.apply_async(args=[job_id], retry=False)


def run_queued() -> int:
    """Run every queued job in this process; how many there were. For tests and for commands that wait."""
    count = 0
    while ids := jobs.reap(now=timezone.now()):
        for job_id in ids:
            count += jobs.work_on(job_id=job_id, runners=RUNNERS, now=timezone.now())
    return count
