"""One labeller over time: the score of each week, and whether it changed beyond chance."""

from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.measure.answers import Answers
from labelling.stats import drift
from labelling.stats.human import Scores
from labelling.stats.intervals import wilson
from labelling.stats.results import Counts, Interval, figure

EPOCH = date(1970, 1, 1)
FEWEST_WEEKS = 3  # with fewer the chart goes by days
MOST_POINTS = 60
METHOD = "Mean score of this person's labels of this time"


def days_of(answers: Answers, scores: Scores) -> NDArray[np.int64]:
    """The day of each label in the scores' order: they may be made of a part of the answers."""
    rows = scores.labels.order
    day = answers.columns.day.astype(np.int64)
    return day if rows is None and day.size == scores.labels.n_labels else day[rows]


def _place(scores: Scores, who: int) -> int | None:
    found = np.flatnonzero(scores.labels.labeller_ids == who)
    return int(found[0]) if found.size else None


def drift_of(answers: Answers, scores: Scores, who: int, name: str, n_people: int) -> dict[str, Any]:
    """The test of a drift in words; the level is shared by all labellers."""
    place = _place(scores, who)
    found = drift.drifts(scores, days_of(answers, scores), people=[place], n_people=n_people) if place is not None else []
    if not found:
        words = f"Too few to judge: it takes {drift.FEWEST} labels on {drift.FEWEST_DAYS} days with a reference, and labels of others on the same examples."
        return {"undefined": words, "message": words, "stands_out": False}
    [one] = found
    first, last = one.first.value, one.last.value
    if one.drifted:
        way = "more" if last > first else "less"
        words = f"{name}'s answers match the reference {way} often than at the beginning, also beside the others on the same examples"
    else:
        words = f"No change beyond chance in {name}'s answers"
    low, high = ((one.change.low or 0.0) * 100, (one.change.high or 0.0) * 100)
    apart = f"{(last - first) * 100:+.0f} points [{low:+.0f} to {high:+.0f}]".replace("-", "\u2212")
    words += f" (first third {first * 100:.0f} %, last third {last * 100:.0f} %, {apart})."
    return {
        "n": one.n, "days": one.days, "p": one.p, "first": one.first.as_dict(), "last": one.last.as_dict(), "change": one.change.as_dict(),
        "message": words, "stands_out": one.drifted,
    }  # fmt: skip


def trend_of(answers: Answers, scores: Scores, who: int) -> list[dict[str, Any]]:
    """[{"key": the day or the Monday, "figure"}], by weeks where there are three, else by days; the newest 60."""
    place = _place(scores, who)
    if place is None:
        return []
    rows = np.flatnonzero(scores.counted & (scores.labels.labeller == place))
    day = days_of(answers, scores)[rows]
    week = (day + 3) // 7
    by_week = np.unique(week).size >= FEWEST_WEEKS
    keys, group = np.unique(week if by_week else day, return_inverse=True)
    right = np.bincount(group.ravel(), weights=scores.credit[rows], minlength=keys.size)
    total = np.bincount(group.ravel(), minlength=keys.size)
    found = []
    for key, good, n in list(zip(keys.tolist(), right.tolist(), total.tolist(), strict=True))[-MOST_POINTS:]:
        low, high = wilson(good, n, 0.95)
        one = figure(good / n, {"examples": Interval(low, high, "Wilson's score interval")}, METHOD, Counts(n, n, 1), 0.95)
        start = EPOCH + timedelta(days=7 * key - 3 if by_week else key)
        found.append({"key": start.isoformat(), "figure": one.as_dict()})
    return found
