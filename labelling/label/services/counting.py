"""What a label that counts adds, and what one that counts no longer takes away: to its labeller's totals, days and tags.

`recount` computes the same from the labels; a test holds the two equal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from labelling.assign.sql import marks, run


@dataclass(frozen=True, slots=True)
class Share:
    """One counted label's part in its labeller's totals."""

    labelled_at: datetime
    seconds: float
    tags: tuple[str, ...]


def change(*, membership_id: int, gone: Share | None, come: Share | None) -> None:
    """Exchange one share for another (or none), in the caller's transaction."""
    labels = (come is not None) - (gone is not None)
    seconds = (come.seconds if come else 0.0) - (gone.seconds if gone else 0.0)
    if labels or seconds:
        run(
            # Sums of floats may miss zero by a hair, which the table would refuse.
            "UPDATE labelling_membership SET labels = labels + %s, "
            "seconds = CASE WHEN seconds + %s < 0 THEN 0 ELSE seconds + %s END WHERE id = %s",
            [labels, seconds, seconds, membership_id],
        )
    if gone and come and gone.labelled_at.date() == come.labelled_at.date():
        if seconds:
            _day(membership_id, come.labelled_at, 0, seconds)
    else:
        if gone:
            _day(membership_id, gone.labelled_at, -1, -gone.seconds)
        if come:
            _day(membership_id, come.labelled_at, 1, come.seconds)
    before, after = set(gone.tags if gone else ()), set(come.tags if come else ())
    _tags(membership_id, sorted(before - after), -1)
    _tags(membership_id, sorted(after - before), 1)


def _day(membership_id: int, moment: datetime, labels: int, seconds: float) -> None:
    if labels > 0:
        run(
            "INSERT INTO labelling_labellerday (membership_id, day, labels, seconds) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (membership_id, day) DO UPDATE SET labels = labelling_labellerday.labels + excluded.labels, "
            "seconds = labelling_labellerday.seconds + excluded.seconds",
            [membership_id, moment.date().isoformat(), labels, seconds],
        )
    else:
        run(
            "UPDATE labelling_labellerday SET labels = labels + %s, "
            "seconds = CASE WHEN seconds + %s < 0 THEN 0 ELSE seconds + %s END WHERE membership_id = %s AND day = %s",
            [labels, seconds, seconds, membership_id, moment.date().isoformat()],
        )


def _tags(membership_id: int, tags: Sequence[str], labels: int) -> None:
    if tags and labels > 0:
        run(
            "INSERT INTO labelling_tagcount (membership_id, tag, labels) VALUES "
            + ", ".join(["(%s, %s, 1)"] * len(tags))
            + " ON CONFLICT (membership_id, tag) DO UPDATE SET labels = labelling_tagcount.labels + 1",
            [part for tag in tags for part in (membership_id, tag)],
        )
    elif tags:
        run(
            f"UPDATE labelling_tagcount SET labels = labels - 1 WHERE membership_id = %s AND tag IN {marks(tags)}",
            [membership_id, *tags],
        )
