"""The life of a job, and when a silence means death."""

from datetime import datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OVER = frozenset({State.DONE, State.FAILED, State.CANCELLED})
BEAT_EVERY = timedelta(seconds=5)
SILENT_AFTER = timedelta(seconds=30)  # six missed beats: the worker that had it is gone
MAX_ATTEMPTS = 5


def is_silent(last_seen: datetime | None, now: datetime) -> bool:
    """Whether nothing was heard for so long that whoever should beat must be dead."""
    return last_seen is None or now - last_seen > SILENT_AFTER
