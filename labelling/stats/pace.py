"""How long a labeller takes beside the others on the same examples, so that long or hard examples do not count against anybody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelling.stats.columns import Floats, Ints, Labels
from labelling.stats.intervals import percentiles
from labelling.stats.results import Counts, Interval, Result, figure, undefined

METHOD = "Median over examples of this person's active seconds, over the median of the others' on the same example"
NOTHING = "Nobody else's time is known on this person's examples."
RESAMPLES = 1000
MOST = 5000  # examples that are resampled
SHORTEST = 0.1  # seconds: a label that took none cannot be divided by
STEPS = (0.5, 1 / 1.5, 1.0, 1.5, 2.0)  # edges of the distribution's steps


@dataclass(frozen=True)
class Pace:
    """`ratio` 2 means twice as long as the others on the same examples. `shares` (6,) are the parts of examples on which the ratio is
    under a half, under two thirds, under 1, under 1.5, under 2, and more."""

    ratio: Result
    shares: list[float]


def pace(labels: Labels, seconds: Floats, person: int, *, confidence: float = 0.95, seed: int = 0) -> Pace:
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
    random = np.random.default_rng(seed)
    drawn = apart if n <= MOST else random.choice(apart, MOST, replace=False)
    medians = np.array([np.median(drawn[random.integers(0, drawn.size, drawn.size)]) for _ in range(RESAMPLES)])
    found = percentiles(np.exp(medians), confidence, f"{RESAMPLES:,} resamples of the examples")
    named = {"examples": found if n > 1 else Interval(None, None, "it takes at least 2 examples")}
    edges = np.log(np.array(STEPS))
    shares = np.bincount(np.searchsorted(edges, apart, side="right"), minlength=len(STEPS) + 1) / n
    return Pace(figure(value, named, METHOD, counts, confidence), shares.tolist())


def _medians(example: Ints, logs: Floats) -> tuple[Ints, Floats]:
    """(examples that have a value, the median of each)."""
    order = np.lexsort((logs, example))
    place, first, size = np.unique(example[order], return_index=True, return_counts=True)
    ordered = logs[order]
    return place, (ordered[first + (size - 1) // 2] + ordered[first + size // 2]) / 2.0 if place.size else np.zeros(0)
