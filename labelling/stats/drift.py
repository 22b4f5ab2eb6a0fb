"""Whether a labeller's answers have come to agree more or less with the reference over time.

Each label's score is taken less the mean score of the others' labels of the same example, so that a batch that is hard for everybody
tells nothing about anybody. If nothing changed, the sums of these differences in the order of days wander like a Brownian bridge: the
largest step away from their straight line, over the days' ends, has Kolmogorov's distribution (the CUSUM test; Ploberger and Kraemer
1992). It finds steps and slow trends alike, and is conservative where there are few days. A drift is said only when the test holds for
all labellers together and the plain scores moved the same way: when somebody else drifts, theirs move the other way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import kolmogorov
from scipy.stats import norm

from labelling.stats.columns import Floats, Longs
from labelling.stats.human import Scores
from labelling.stats.intervals import wilson
from labelling.stats.results import Counts, Figure, Interval, figure

FEWEST = 40  # labels with others on the same example
FEWEST_DAYS = 3
METHOD = "Mean score of this person's labels"
CHANGE = "Mean score of the last third of this person's labels less that of the first third"


@dataclass(frozen=True)
class Drift:
    """One labeller (place): mean score of the `first` and the `last` third of the labels in the order of days, and the `change`
    between them. `p` is that of the test; `drifted`: it holds for all labellers together, in the direction of the change."""

    labeller: int
    n: int
    days: int
    p: float
    first: Figure
    last: Figure
    change: Figure
    drifted: bool


def drifts(scores: Scores, day: Longs, *, people: list[int] | None = None, n_people: int | None = None, level: float = 0.05) -> list[Drift]:
    """One for every labeller (or those at the places `people`) with enough labels on enough days. `day` (n_labels,) is in the order of
    `scores.labels`; `n_people` for how many the level is shared."""
    labels = scores.labels
    counted = scores.counted.astype(np.float64)
    together = np.bincount(labels.example, weights=scores.credit * counted, minlength=labels.n_examples)
    number = np.bincount(labels.example, weights=counted, minlength=labels.n_examples)
    others = number[labels.example] - counted
    rows = np.flatnonzero(scores.counted & (others > 0))
    if not rows.size:
        return []
    beyond = scores.credit[rows] - (together[labels.example[rows]] - scores.credit[rows]) / others[rows]
    who = labels.labeller[rows]
    if n_people is None:
        n_people = max(1, int(np.unique(who).size))
    order = np.lexsort((day[rows], who))
    edges = np.searchsorted(who[order], np.arange(labels.n_labellers + 1))
    found = []
    for person in range(labels.n_labellers) if people is None else people:
        mine = order[edges[person] : edges[person + 1]]
        when = day[rows[mine]]
        days = int(np.unique(when).size)
        if mine.size < FEWEST or days < FEWEST_DAYS:
            continue
        p, way = _test(beyond[mine], when)
        credit = scores.credit[rows[mine]]
        first, last, change = _thirds(credit)
        drifted = p <= level / n_people and change.value * way > 0
        found.append(Drift(person, int(mine.size), days, p, first, last, change, drifted))
    return found


def _test(beyond: Floats, when: Longs) -> tuple[float, float]:
    """(p, which way: above 0 for a rise) of differences in the order of days."""
    n = beyond.size
    spread = float(beyond.std(ddof=1))
    if spread <= 1e-12:
        return 1.0, 0.0
    bridge = np.cumsum(beyond - beyond.mean())
    ends = np.flatnonzero(np.diff(when))  # the last label of each day but the last
    at = ends[int(np.argmax(np.abs(bridge[ends])))]
    return float(kolmogorov(abs(float(bridge[at])) / (spread * np.sqrt(n)))), -float(np.sign(bridge[at]))


def _thirds(credit: Floats) -> tuple[Figure, Figure, Figure]:
    third = max(1, credit.size // 3)
    first, last = credit[:third], credit[-third:]
    means = [float(part.mean()) for part in (first, last)]
    ends = [
        figure(mean, {"examples": Interval(*wilson(mean * third, third, 0.95), "Wilson's score interval")}, METHOD, Counts(third, third, 1), 0.95)
        for mean in means
    ]
    reach = float(norm.ppf(0.975)) * float(np.sqrt(sum(_variance(end) for end in ends)))
    between = means[1] - means[0]
    named = {"examples": Interval(max(-1.0, between - reach), min(1.0, between + reach), "normal, from the two thirds' score intervals")}
    return ends[0], ends[1], figure(between, named, CHANGE, Counts(2 * third, 2 * third, 1), 0.95)


def _variance(end: Figure) -> float:
    assert end.low is not None and end.high is not None
    return ((end.high - end.low) / 2.0 / float(norm.ppf(0.975))) ** 2
