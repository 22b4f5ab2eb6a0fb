"""One labeller against the others: their own alpha, in one pass for all."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from labelling.stats.agreement import NO_PAIRS, ONE_CLASS
from labelling.stats.columns import Floats, Labels
from labelling.stats.groups import Group
from labelling.stats.patterns import Patterns
from labelling.stats.results import Counts, Interval, Result, figure, undefined

MOST_CODES = 500
BLOCK = 4096
METHOD = "Krippendorff's alpha of this person's labels with the others' labels of the same examples: 1 - their mean distance / the distance expected by chance over all labels"


def by_labeller(
    labels: Labels, *, level: str = "nominal", values: ArrayLike | None = None, distance: ArrayLike | None = None, confidence: float = 0.95
) -> list[Group]:
    """For each labeller alpha and raw agreement of the pairs that hold one of their labels, in the order of `labeller_ids`.

    The expected distance is that of all pairable labels, so that figures of two people can be compared. Intervals are normal,
    over the examples that the person labelled. Alpha is Undefined above 500 codes.
    """
    shared = (labels.sizes >= 2)[labels.example]
    others = np.maximum(labels.sizes - 1, 1)[labels.example].astype(np.float64)
    counts = np.bincount(labels.code[shared], minlength=labels.n_codes).astype(np.float64)
    same = 1.0 - _mean_distance(labels, 1.0 - np.eye(labels.n_codes), others) if labels.n_codes <= MOST_CODES else None
    table = distances(level, counts, values, distance) if labels.n_codes <= MOST_CODES else None
    apart = _mean_distance(labels, table, others) if table is not None else None
    pairable = counts.sum()
    expected = float(counts @ table @ counts) / (pairable * (pairable - 1)) if table is not None and pairable > 1 else 0.0
    by_person = np.argsort(labels.labeller, kind="stable")
    by_person = by_person[shared[by_person]]
    edges = np.searchsorted(labels.labeller[by_person], np.arange(labels.n_labellers + 1))
    found = []
    for who, key in enumerate(labels.labeller_ids.tolist()):
        rows = by_person[edges[who] : edges[who + 1]]
        size = Counts(int(np.unique(labels.example[rows]).size), int(rows.size), 1)
        found.append(Group(key, _alpha(apart, rows, expected, size, confidence), _percent(same, rows, size, confidence)))
    return found


def distances(level: str, counts: Floats, values: ArrayLike | None = None, distance: ArrayLike | None = None) -> Floats:
    """Krippendorff's squared differences (n_codes, n_codes) at a level; ordinal ones depend on how often codes are used."""
    k = counts.size
    if level == "custom":
        return np.asarray(distance, dtype=np.float64)
    if level == "nominal":
        return 1.0 - np.eye(k)
    numbers = np.arange(k, dtype=np.float64) if values is None else np.asarray(values, dtype=np.float64)
    if level == "ordinal":
        order = np.argsort(numbers, kind="stable")
        place = np.empty(k)
        place[order] = np.cumsum(counts[order]) - counts[order] / 2.0
        return np.asarray((place[:, None] - place[None, :]) ** 2)
    apart = numbers[:, None] - numbers[None, :]
    if level == "interval":
        return np.asarray(apart**2)
    total = numbers[:, None] + numbers[None, :]
    return np.asarray((apart / np.where(total != 0, total, 1.0)) ** 2)


def _mean_distance(labels: Labels, table: Floats, others: Floats) -> Floats:
    """Per label the mean distance to the other labels of its example; shape (n_labels,)."""
    patterns = Patterns.of(labels)
    h = patterns.histograms
    reach = np.zeros(h.codes.size)
    for start in range(0, h.n_rows, BLOCK):
        part = h.rows(start, min(start + BLOCK, h.n_rows))
        first = int(h.indptr[start])
        reach[first : first + part.codes.size] = np.asarray(part.matrix() @ table)[part.row, part.codes]
    return reach[patterns.cell_of_label(labels)] / others


def _alpha(apart: Floats | None, rows: Any, expected: float, size: Counts, confidence: float) -> Result:
    if apart is None:
        return undefined(f"There are more than {MOST_CODES} different answers.", size)
    if not rows.size:
        return undefined(NO_PAIRS, size)
    if expected <= 0:
        return undefined(ONE_CLASS, size)
    value = 1.0 - float(apart[rows].mean()) / expected
    reach = _reach(apart[rows] / expected, confidence)
    return figure(value, {"examples": _interval(value, reach, -1.0)}, METHOD, size, confidence)


def _percent(same: Floats | None, rows: Any, size: Counts, confidence: float) -> Result:
    if same is None or not rows.size:
        return undefined(NO_PAIRS, size)
    value = float(same[rows].mean())
    method = "How often another label of the same example gives the same answer as this person's"
    return figure(value, {"examples": _interval(value, _reach(same[rows], confidence), 0.0)}, method, size, confidence)


def _reach(scores: Floats, confidence: float) -> float | None:
    if scores.size < 2:
        return None
    return float(norm.ppf((1 + confidence) / 2) * scores.std(ddof=1) / np.sqrt(scores.size))


def _interval(value: float, reach: float | None, lowest: float) -> Interval:
    if reach is None:
        return Interval(None, None, "it takes at least 2 examples")
    return Interval(max(lowest, value - reach), min(1.0, value + reach), "normal, over this person's labels")
