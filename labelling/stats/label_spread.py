"""How alpha's variance over examples goes with the number of labels an example.

To first order alpha is a mean over examples of a mean over pairs of labels of a kernel K(c, k): the influence of an example with
just these two answers. The variance of such a mean of pairs with m labels (Hoeffding 1948, A class of statistics with
asymptotically normal distribution) is

    V(m) = D + (4 (m - 2) (T - D) + 2 (H - D)) / (m (m - 1))

with, over examples, H the mean of K^2, T of K(1, 2) K(1, 3) and D of K(1, 2) K(3, 4) for distinct labels: what is left with any
number of labels, since examples differ in truth. D takes examples with 4 labels, T with 3. With fewer they are bounded:
0 <= D <= T <= (H + D) / 2, so that a range is told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from labelling.stats.agreement import occurring
from labelling.stats.coefficients import alpha_coefficient
from labelling.stats.columns import Floats, Labels, Longs
from labelling.stats.intervals import Groundwork
from labelling.stats.patterns import Histograms
from labelling.stats.results import Undefined

MOST_CODES = 300  # the kernel is a table of codes by codes
MOST_CELLS = 4_000_000  # pairs of labels that are looked at; above, a part of the examples, evenly spread
ENOUGH = 0.8  # of the examples must have 3 or 4 labels: else those that do may be the disputed ones


@dataclass(frozen=True)
class LabelSpread:
    """`now` labels an example; H, and what T and D lie between."""

    now: float
    pairs: float
    chained: tuple[float, float]
    apart: tuple[float, float]

    def variance(self, labels: float, chained: float, apart: float) -> float:
        rest = (4 * max(labels - 2, 0) * (chained - apart) + 2 * (self.pairs - apart)) / (labels * max(labels - 1, 1e-9))
        return max(0.0, apart + rest)

    def ratio(self, labels: float) -> tuple[float, float]:
        """(at least, at most) V(labels) / V(now)."""
        corners = [(chained, apart) for apart in self.apart for chained in self._chained(apart)]
        found = [self.variance(labels, *corner) / now for corner in corners if (now := self.variance(self.now, *corner)) > 0]
        return (min(found), max(found)) if found else (1.0, 1.0)

    def _chained(self, apart: float) -> tuple[float, float]:
        low, high = self.chained
        return (low, high) if low == high else (max(low, apart), min(high, (self.pairs + apart) / 2))


def label_spread(
    labels: Labels, *, level: str = "nominal", values: ArrayLike | None = None, distance: ArrayLike | None = None
) -> LabelSpread | Undefined:
    """How the variance of alpha over examples goes with the labels an example, or why it cannot be told."""
    labels, values, distance = occurring(labels, values, distance)
    if labels.n_codes > MOST_CODES:
        return Undefined(f"There are more than {MOST_CODES} different answers: how much more labels an example help cannot be told.")
    work = Groundwork.of(labels)
    if work.n_pairable < 2:
        return Undefined("It takes examples with two labels or more.")
    counts = labels.code_counts.astype(np.float64) if level == "interval" else None
    coefficient = alpha_coefficient(level, labels.n_codes, values, distance, counts)
    total = work.total(coefficient)
    if not np.isfinite(coefficient.value(total[None, :])[0]):
        return Undefined("Alpha is undefined here.")
    kernel = _kernel(coefficient, coefficient.gradient(total), labels.n_codes)
    sums, weights = np.zeros(3), np.zeros(3)
    mean, pairable = 0.0, 0.0
    patterns = work.patterns
    for size in np.unique(patterns.sizes[patterns.pairable]).tolist():
        rows = np.flatnonzero(patterns.sizes == size)
        step = max(1, -(-rows.size * size * size // MOST_CELLS))
        rows = rows[::step]
        many = patterns.counts[rows].astype(np.float64) * step
        moments, middle = _moments(kernel, _codes(patterns.histograms, rows, size))
        pairable += many.sum()
        mean += float(many @ middle)
        known = np.array([True, size >= 3, size >= 4])
        sums[known] += (many @ moments)[known]
        weights[known] += many.sum()
    centre = mean / pairable
    h, t, d = (float(value) for value in sums / np.maximum(weights, 1e-300) - centre**2)
    h = max(h, 0.0)
    if weights[1] < ENOUGH * pairable:
        chained, apart = (0.0, h), (0.0, h)
    else:
        t = min(max(t, 0.0), h)
        chained, apart = (t, t), (max(0.0, 2 * t - h), t)
        if weights[2] >= ENOUGH * pairable:
            apart = (min(max(d, apart[0]), t),) * 2
    labelled = labels.sizes[labels.sizes >= 2]
    return LabelSpread(float(labelled.mean()), h, chained, apart)


def _kernel(coefficient: object, gradient: Floats, n_codes: int) -> Floats:
    """The influence of an example with two labels, (n_codes, n_codes)."""
    first, second = (place.ravel() for place in np.indices((n_codes, n_codes)))
    codes = np.column_stack([first, second]).ravel().astype(np.int32)
    rows = Histograms(np.arange(0, codes.size + 1, 2), codes, np.ones(codes.size), n_codes)
    # Two equal codes are one entry of a histogram with the count 2.
    same = first == second
    both = np.flatnonzero(~same)
    table = np.empty(first.size)
    table[both] = _influence(coefficient, _some(rows, both), gradient)
    alone = Histograms(np.arange(n_codes + 1), np.arange(n_codes, dtype=np.int32), np.full(n_codes, 2.0), n_codes)
    table[same] = _influence(coefficient, alone, gradient)
    return table.reshape(n_codes, n_codes)


def _influence(coefficient: object, rows: Histograms, gradient: Floats) -> Floats:
    return np.asarray(coefficient.features(rows) @ gradient).ravel()  # type: ignore[attr-defined]


def _some(rows: Histograms, places: Longs) -> Histograms:
    """Rows of two entries each, those at these places."""
    codes = rows.codes.reshape(-1, 2)[places].ravel()
    return Histograms(np.arange(0, codes.size + 1, 2), codes, np.ones(codes.size), rows.n_codes)


def _codes(histograms: Histograms, rows: Longs, size: int) -> Longs:
    """The labels' codes of patterns of one size, (n_rows, size)."""
    found = np.empty((rows.size, size), dtype=np.int64)
    for place, row in enumerate(rows.tolist()):
        part = slice(int(histograms.indptr[row]), int(histograms.indptr[row + 1]))
        found[place] = np.repeat(histograms.codes[part], histograms.counts[part].astype(np.int64))
    return found


def _moments(kernel: Floats, codes: Longs) -> tuple[Floats, Floats]:
    """(means of K^2, of K K with one label shared, of K K with none shared), (n_rows, 3), 0 where there are too few labels; and
    the mean of K, (n_rows,)."""
    size = codes.shape[1]
    found, middle = np.zeros((codes.shape[0], 3)), np.zeros(codes.shape[0])
    step = max(1, 1_000_000 // (size * size))
    for start in range(0, codes.shape[0], step):
        part = codes[start : start + step]
        table = kernel[part[:, :, None], part[:, None, :]]
        table[:, np.arange(size), np.arange(size)] = 0.0
        squares = (table * table).sum(2)
        rows = table.sum(2)
        whole, pairs = rows.sum(1), squares.sum(1)
        chained = (rows * rows - squares).sum(1)
        block = slice(start, start + step)
        middle[block] = whole / (size * (size - 1))
        found[block, 0] = pairs / (size * (size - 1))
        if size >= 3:
            found[block, 1] = chained / (size * (size - 1) * (size - 2))
        if size >= 4:
            found[block, 2] = (whole * whole - 4 * chained - 2 * pairs) / (size * (size - 1) * (size - 2) * (size - 3))
    return found, middle
