"""What a label that counts adds, and what one that counts no longer takes away: to its labeller's totals, days and tags. Labels
that check a labeller's work have totals of their own, so that their labeller sees one number and the project's counts hold.

`recount` computes the same from the labels; a test holds the two equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from labelling.sql import Statement, marks, run

DAYS_AT_ONCE = 1000
# The columns of a member and of a day that a label is added to.
COUNTED = {"labels": "labels", "seconds": "seconds"}
CHECKED = {"labels": "checks", "seconds": "check_seconds"}


@dataclass(frozen=True, slots=True)
class Share:
    """One counted label's part in its labeller's totals."""

    labelled_at: datetime
    seconds: float
    tags: tuple[str, ...]


def change(*, membership_id: int, gone: Share | None, come: Share | None, check: bool = False) -> list[Statement]:
    """The writes that exchange one share for another (or none); of a check, whose tags say nothing about examples."""
    names = CHECKED if check else COUNTED
    writes: list[Statement] = []
    labels = (come is not None) - (gone is not None)
    seconds = (come.seconds if come else 0.0) - (gone.seconds if gone else 0.0)
    if labels or seconds:
        writes.append(
            (
                # Sums of floats may miss zero by a hair, which the table would refuse.
                "UPDATE labelling_membership SET {labels} = {labels} + %s, "
                "{seconds} = CASE WHEN {seconds} + %s < 0 THEN 0 ELSE {seconds} + %s END WHERE id = %s".format_map(names),
                [labels, seconds, seconds, membership_id],
            )
        )
    if gone and come and gone.labelled_at.date() == come.labelled_at.date():
        if seconds:
            writes.append(_less(membership_id, come.labelled_at, 0, seconds, names))
    else:
        if gone:
            writes.append(_less(membership_id, gone.labelled_at, -1, -gone.seconds, names))
        if come:
            writes.append((_more_days(1, names), [membership_id, come.labelled_at.date().isoformat(), 1, come.seconds]))
    if check:
        return writes
    before, after = set(gone.tags if gone else ()), set(come.tags if come else ())
    if before - after:
        fewer = sorted(before - after)
        writes.append(
            (
                f"UPDATE labelling_tagcount SET labels = labels - 1 WHERE membership_id = %s AND tag IN {marks(fewer)}",
                [membership_id, *fewer],
            )
        )
    if after - before:
        writes.append(_more_tags(membership_id, dict.fromkeys(sorted(after - before), 1)))
    return writes


def _less(membership_id: int, moment: datetime, labels: int, seconds: float, names: Mapping[str, str]) -> Statement:
    return (
        "UPDATE labelling_labellerday SET {labels} = {labels} + %s, {seconds} = CASE WHEN {seconds} + %s < 0 THEN 0 "
        "ELSE {seconds} + %s END WHERE membership_id = %s AND day = %s".format_map(names),
        [labels, seconds, seconds, membership_id, moment.date().isoformat()],
    )


def add(*, membership_id: int, days: Mapping[date, tuple[int, float]], tags: Mapping[str, int]) -> None:
    """Many labels at once: (labels, seconds) by day, and labels by tag."""
    run(
        "UPDATE labelling_membership SET labels = labels + %s, seconds = seconds + %s WHERE id = %s",
        [sum(labels for labels, _ in days.values()), sum(seconds for _, seconds in days.values()), membership_id],
    )
    values = [part for day, (labels, seconds) in days.items() for part in (membership_id, day.isoformat(), labels, seconds)]
    for start in range(0, len(values), 4 * DAYS_AT_ONCE):
        piece = values[start : start + 4 * DAYS_AT_ONCE]
        run(_more_days(len(piece) // 4, COUNTED), piece)
    if tags:
        run(*_more_tags(membership_id, tags))


def _more_days(count: int, names: Mapping[str, str]) -> str:
    """Rows of (member, day, labels, seconds), added to what is there."""
    zeros = {CHECKED["labels"]: "0", CHECKED["seconds"]: "0", COUNTED["labels"]: "0", COUNTED["seconds"]: "0"}
    zeros |= {names["labels"]: "%s", names["seconds"]: "%s"}
    row = f"(%s, %s, {', '.join(zeros.values())})"
    return (
        f"INSERT INTO labelling_labellerday (membership_id, day, {', '.join(zeros)}) VALUES {', '.join([row] * count)} "
        "ON CONFLICT (membership_id, day) DO UPDATE SET {labels} = labelling_labellerday.{labels} + excluded.{labels}, "
        "{seconds} = labelling_labellerday.{seconds} + excluded.{seconds}".format_map(names)
    )


def _more_tags(membership_id: int, tags: Mapping[str, int]) -> Statement:
    return (
        f"INSERT INTO labelling_tagcount (membership_id, tag, labels) VALUES {', '.join(['(%s, %s, %s)'] * len(tags))} "
        "ON CONFLICT (membership_id, tag) DO UPDATE SET labels = labelling_tagcount.labels + excluded.labels",
        [part for tag, labels in tags.items() for part in (membership_id, tag, labels)],
    )
