"""How long a labeller takes beside the others on the same examples, so that long or hard examples do not count against anybody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from labelling.stats.columns import Floats, Ints, Labels
from labelling.stats.results import Counts, Interval, Result, figure, undefined

METHOD = "Median over examples of this person's active seconds, over the median of the others' on the same example"
NOTHING = "Nobody else's time is known on this person's examples."
SHORTEST = 0.1  # seconds: a label that took none cannot be divided by
STEPS = (0.5, 1 / 1.5, 1.0, 1.5, 2.0)  # edges of the distribution's steps


@dataclass(frozen=True)
class Pace:
    """`ratio` 2 means twice as long as the others on the same examples. `shares` (6,) are the parts of examples on which the ratio is
    under a half, under two thirds, under 1, under 1.5, under 2, and more."""

    ratio: Result
    shares: list[float]


def pace(labels: Labels, seconds: Floats, person: int, *, confidence: float = 0.95) -> Pace:
    """Of the labeller at the place `person`. `seconds` (n_labels,) in the order of `labels`, NaN where not known; a labeller's
    several labels of an example count with their mean."""
    known = np.isfinite(seconds) & (seconds >= 0)
    logs = np.log(np.maximum(seconds, SHORTEST))
    mine, theirs = known & (labels.labeller == person), known & (labels.labeller != person)
    number = np.bincount(labels.example[mine], minlength=labels.n_examples)
    own = np.bincount(labels.example[mine], weights=logs[mine], minlength=labels.n_examples) / np.maximum(number, 1)
    where, middle = _medians(labels.example[theirs], logs[theirs])
    both = number[where] > 0
    apart = own[where[both]] - middle[both]
    n = int(apart.size)
    counts = Counts(n, n, 1)
    if not n:
        return Pace(undefined(NOTHING, counts), [])
    value = float(np.exp(np.median(apart)))
    named = {"examples": _of_median(np.sort(apart), confidence)}
    edges = np.log(np.array(STEPS))
    shares = np.bincount(np.searchsorted(edges, apart, side="right"), minlength=len(STEPS) + 1) / n
    return Pace(figure(value, named, METHOD, counts, confidence), shares.tolist())


def _of_median(ordered: Floats, confidence: float) -> Interval:
    """Between two ordered ratios, as the binomial distribution gives them: it supposes nothing of how times are spread, and covers the
    median at least as often as it says (Thompson 1936)."""
    n = int(ordered.size)
    below = int(binom.ppf((1.0 - confidence) / 2.0, n, 0.5)) - 1  # the ratio so far from either end
    if below < 0:
        return Interval(None, None, f"it takes more than {n} examples")
    return Interval(float(np.exp(ordered[below])), float(np.exp(ordered[n - 1 - below])), "order statistics of the examples' ratios")


def _medians(example: Ints, logs: Floats) -> tuple[Ints, Floats]:
    """(examples that have a value, the median of each)."""
    order = np.lexsort((logs, example))
    place, first, size = np.unique(example[order], return_index=True, return_counts=True)
    ordered = logs[order]
    return place, (ordered[first + (size - 1) // 2] + ordered[first + size // 2]) / 2.0 if place.size else np.zeros(0)
