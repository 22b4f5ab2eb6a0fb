"""Traces of changed answers go when nobody can need them any more."""

from datetime import datetime, timedelta

from labelling.label.models import AnswerChange

KEPT = timedelta(days=1)  # a process reads everything anew after an hour in which it did not look
PIECE = 20_000


def prune_changes(*, now: datetime) -> int:
    """Remove the traces of changes older than a day, in pieces that hold nobody up; how many there were."""
    removed = 0
    while True:
        old = AnswerChange.objects.filter(at__lt=now - KEPT).values_list("pk", flat=True)[:PIECE]
        gone, _ = AnswerChange.objects.filter(pk__in=list(old)).delete()
        removed += gone
        if gone < PIECE:
            return removed
