"""How far people agree with themselves."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np

from labelling.stats.columns import Floats, Labels
from labelling.stats.intervals import wilson
from labelling.stats.patterns import Patterns
from labelling.stats.results import Counts, Interval, Result, Undefined, figure
from labelling.stats.shares import over_examples, over_labellers

SAME = "Share of answers that the same person repeated on the same example"


def repeat_consistency(
    labels: Labels, *, confidence: float = 0.95, likeness: Callable[[int, int], float] | None = None, method: str = SAME
) -> tuple[Result, dict[object, Result]]:
    """How often people give the same answer to the same example again: overall and by original labeller id.

    `labels` holds the labels of all rounds; whoever has two or more labels on an example is compared with themselves. With
    `likeness` (of two codes, 0 to 1) answers count by how alike they are, not only where they are the same; `method` then says how.
    """
    rows = np.flatnonzero(labels.repeated)
    nobody = "Nobody has labelled the same example twice yet."
    if not rows.size:
        return Undefined(nobody), {}
    key = labels.example[rows].astype(np.int64) * labels.n_labellers + labels.labeller[rows]
    again = Labels.of(key, np.arange(rows.size), labels.code[rows], labels.n_codes)
    patterns = Patterns.of(again)
    h = patterns.histograms
    alike = (h.sum_rows(h.counts * (h.counts - 1.0)) / (h.totals * (h.totals - 1.0)))[patterns.of_example]
    if likeness is not None:
        alike = _mean_likeness(again, likeness)
    who = again.example_ids % labels.n_labellers
    where = again.example_ids // labels.n_labellers
    n = labels.n_labellers
    right = np.bincount(who, weights=alike, minlength=n).astype(np.float64)
    total = np.bincount(who, minlength=n).astype(np.float64)
    loads = np.bincount(labels.labeller[rows], minlength=n)
    value = float(right.sum() / total.sum())
    _, compact = np.unique(where, return_inverse=True)
    by_example = np.bincount(compact, weights=alike).astype(np.float64), np.bincount(compact).astype(np.float64)
    counts = Counts(int(by_example[0].size), int(rows.size), int((total > 0).sum()))
    named = {
        "examples": over_examples(by_example[0], by_example[1], value, confidence),
        "labellers": over_labellers(right, total, value, confidence),
    }
    found: dict[object, Result] = {}
    for person in np.flatnonzero(total).tolist():
        low, high = wilson(float(right[person]), float(total[person]), confidence)
        size = Counts(int(total[person]), int(loads[person]), 1)
        interval = {"examples": Interval(low, high, "Wilson's score interval")}
        found[labels.labeller_ids[person].item()] = figure(float(right[person] / total[person]), interval, method, size, confidence)
    return figure(value, named, method, counts, confidence), found


def _mean_likeness(again: Labels, likeness: Callable[[int, int], float]) -> Floats:
    """The mean over each row's pairs of answers, (n_examples,)."""
    found = np.empty(again.n_examples)
    for row in range(again.n_examples):
        codes = again.code[again.offsets[row] : again.offsets[row + 1]].tolist()
        found[row] = np.mean([likeness(one, other) for one, other in combinations(codes, 2)])
    return found
