"""The worker's app and its timetable.

Celery only carries the ids of jobs: the Job row is the truth, so a message that is lost costs a moment, not the work.
"""

import os
import socket
import threading

from celery import Celery
from celery.signals import worker_ready, worker_shutting_down

import workbench.broker  # noqa: F401  # names the transport that the settings ask for

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workbench.settings")

HEARTBEAT_SECONDS = 5

app = Celery("workbench")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["labelling"])
# `expires` keeps a worker that was away or busy from finding a heap of stale reminders.
app.conf.beat_schedule = {
    "reap jobs": {"task": "labelling.tasks.reap_jobs", "schedule": 10.0, "options": {"expires": 10}},
    "prune changes": {"task": "labelling.tasks.prune_changes", "schedule": 3600.0, "options": {"expires": 600}},
    "expire leases": {"task": "labelling.tasks.expire_leases", "schedule": 30.0, "options": {"expires": 30}},
    # Each project once in 24 hours; asked every hour, because a timetable in memory starts anew with its process.
    "store agreement": {"task": "labelling.tasks.store_agreement", "schedule": 3600.0, "options": {"expires": 600}},
    "measure skills": {"task": "labelling.tasks.measure_skills", "schedule": 60.0, "options": {"expires": 60}},
}

_stopping = threading.Event()


@worker_ready.connect
def start_heartbeat(**_) -> None:
    """Lets pages and the API see that a worker is alive: one row, written every five seconds."""
    _stopping.clear()
    threading.Thread(target=_beat, name="worker-heartbeat", daemon=True).start()


@worker_shutting_down.connect
def stop_heartbeat(**_) -> None:
    _stopping.set()


def _beat() -> None:
    import structlog
    from django.db import DatabaseError, connection
    from django.utils import timezone

    from labelling.jobs import services

    name = f"{socket.gethostname()}:{os.getpid()}"
    while True:
        try:
            services.beat_worker(name=name, now=timezone.now())
        except DatabaseError as error:  # a database that is away for a moment must not end the heartbeat for good
            structlog.get_logger(__name__).warning("worker_heartbeat_failed", error=str(error))
        finally:
            # The pool may fork at any time, and neither SQLite nor libpq allows an open connection across a fork.
            connection.close()
        if _stopping.wait(HEARTBEAT_SECONDS):
            return
