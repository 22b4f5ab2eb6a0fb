"""Agreement about one class at a time: nominal alpha of "this class" against "any other"."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from labelling.stats.columns import Floats
from labelling.stats.intervals import DENSE_CELLS, Groundwork, from_influence, jackknife, multinomial, percentiles
from labelling.stats.patterns import Histograms
from labelling.stats.results import Counts, Interval, Result, figure, undefined

MOST_PATTERNS = 2_000


def _features(rows: Histograms) -> Any:
    """Per class h_c (m - h_c) / (m - 1), then h_c of comparable examples, then m: sparse (n_rows, 2 n_codes + 1)."""
    m = rows.totals
    weight = np.where(m >= 2, 1.0 / np.maximum(m - 1.0, 1.0), 0.0)
    apart = rows.matrix(rows.counts * (m[rows.row] - rows.counts) * weight[rows.row])
    return sparse.hstack([apart, rows.matrix(rows.counts * (weight > 0)[rows.row]), ((weight > 0) * m)[:, None]], format="csr")


def _values(sums: Floats) -> Floats:
    """Sums (n_sets, 2 n_codes + 1) to alphas (n_sets, n_codes); each disagreement of one class counts from both sides."""
    k = (sums.shape[1] - 1) // 2
    apart, counts, n = sums[:, :k], sums[:, k : 2 * k], sums[:, 2 * k :]
    chance = counts * (n - counts)
    known = (counts > 0) & (counts < n)
    return np.where(known, 1.0 - (n - 1.0) * apart / np.where(known, chance, 1.0), np.nan)


class _AllClasses:
    """The features of every class at once, in the shape that `Groundwork` leaves labellers out of."""

    name = "per class"

    def __init__(self, n_codes: int) -> None:
        self.n_features = 2 * n_codes + 1

    def features(self, rows: Histograms) -> Any:
        return _features(rows)

    def value(self, sums: Floats) -> Floats:
        return _values(sums)

    def gradient(self, sums: Floats) -> Floats:
        raise NotImplementedError("one gradient a class: see _influences")


def per_class_alphas(work: Groundwork, confidence: float, resamples: int, seed: int) -> dict[int, Result]:
    """Code to one-against-the-rest alpha, for each code that occurs."""
    labels = work.labels
    every = _AllClasses(labels.n_codes)
    total = work.total(every)
    values = _values(total[None, :])[0]
    paired = total[labels.n_codes : 2 * labels.n_codes]
    over_examples = _over_examples(work, total, confidence, resamples, seed) if work.n_pairable > 1 else {}
    who = work.pairable_labellers
    without = work.sums_without_each_labeller(every) if who.size >= 3 else None
    left = None if without is None else _values(without)
    found: dict[int, Result] = {}
    for code in labels.used_codes.tolist():
        counts = Counts(work.n_pairable, int(paired[code]), int(who.size))
        if not np.isfinite(values[code]):
            why = "nobody used this class on an example that somebody else labelled too" if not paired[code] else "every comparable label has this class"
            found[code] = undefined(f"Agreement on this class cannot be told: {why}.", counts)
            continue
        value = float(values[code])
        named = {
            "examples": over_examples.get(code, Interval(None, None, "it takes at least 2 examples with two labels or more")),
            "labellers": Interval(None, None, f"it takes at least 3 labellers with examples in common, and there are {who.size}")
            if left is None
            else jackknife(left[:, code], value, confidence, (-1.0, 1.0)),
        }
        found[code] = figure(value, named, "Krippendorff's alpha, nominal, this class against all others", counts, confidence)
    return found


def _over_examples(work: Groundwork, total: Floats, confidence: float, resamples: int, seed: int) -> dict[int, Interval]:
    labels, patterns = work.labels, work.patterns
    some = np.flatnonzero(patterns.pairable)
    if some.size > MOST_PATTERNS or resamples < 1:
        return _influences(work, total, confidence)
    features = _features(patterns.histograms)[some]
    random = np.random.default_rng(seed)
    step = max(1, DENSE_CELLS // (2 * labels.n_codes + 1 + some.size))
    draws = np.empty((resamples, labels.n_codes))
    for first in range(0, resamples, step):
        drawn = multinomial(random, patterns.counts[some], min(step, resamples - first))
        draws[first : first + len(drawn)] = _values(np.asarray(drawn @ features))
    how = f"{resamples:,} resamples of the examples"
    return {code: percentiles(draws[:, code], confidence, how) for code in labels.used_codes.tolist()}


def _influences(work: Groundwork, total: Floats, confidence: float) -> dict[int, Interval]:
    patterns, k = work.patterns, work.labels.n_codes
    apart, counts, n = total[:k], total[k : 2 * k], float(total[2 * k])
    h = patterns.histograms
    m = h.totals * patterns.pairable
    weight = np.where(patterns.pairable, 1.0 / np.maximum(h.totals - 1.0, 1.0), 0.0)
    some = patterns.pairable
    values = _values(total[None, :])[0]
    found: dict[int, Interval] = {}
    by_code = sparse.csc_array(h.matrix())
    for code in work.labels.used_codes.tolist():
        if not np.isfinite(values[code]):
            continue
        held = np.zeros(h.n_rows)
        at = slice(by_code.indptr[code], by_code.indptr[code + 1])
        held[by_code.indices[at]] = by_code.data[at]
        chance = counts[code] * (n - counts[code])
        slope = (n - 1.0) * apart[code] / chance**2
        influence = -(n - 1.0) / chance * held * (m - held) * weight
        influence += held * some * slope * (n - 2.0 * counts[code]) + m * (slope * counts[code] - apart[code] / chance)
        found[code] = from_influence(influence[some], patterns.counts[some], float(values[code]), confidence, (-1.0, 1.0))
    return found
