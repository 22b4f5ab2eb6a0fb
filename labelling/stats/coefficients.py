"""Agreement coefficients as functions of sums over examples.

Every coefficient here is g(sum over examples of a feature vector). So one function serves the value (sum over
patterns times their counts), a bootstrap (the same sums under drawn counts), the infinitesimal jackknife (features
times the gradient of g) and the delete-one-labeller jackknife (sums with some examples' features replaced).

Notation: h_c labels of code c among the m labels of an example, n_c and n their sums over examples with m >= 2,
d_ck the squared difference of two codes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from labelling.stats.columns import Floats
from labelling.stats.patterns import Histograms

LEVELS = ("nominal", "ordinal", "interval", "ratio", "custom")
# A square table of distances between more codes than this would not fit in memory.
LARGEST_TABLE = 4000
LARGEST_RANKED = 1500
# Relative size below which a sum of squares is rounding error of zero.
ROUNDING = 1e-12


class Coefficient(Protocol):
    """A statistic of additive features. `features` gives shape (n_rows, n_features), dense or sparse; `value` takes sums of
    shape (n_sets, n_features) to shape (n_sets,), NaN where undefined; `gradient` takes one set (n_features,) to (n_features,)."""

    @property
    def name(self) -> str: ...
    @property
    def n_features(self) -> int: ...
    def features(self, rows: Histograms) -> Any: ...
    def value(self, sums: Floats) -> Floats: ...
    def gradient(self, sums: Floats) -> Floats: ...


def _pairable_weight(rows: Histograms) -> Floats:
    """1 / (m - 1) of each row, 0 where there is nobody to compare with."""
    totals = rows.totals
    return np.where(totals >= 2, 1.0 / np.maximum(totals - 1.0, 1.0), 0.0)


def _quotient(above: Floats, below: Floats, known: NDArray[np.bool_]) -> Floats:
    return np.where(known, above / np.where(known, below, 1.0), np.nan)


@dataclass(frozen=True)
class NominalAlpha:
    """Krippendorff's alpha, nominal: 1 - (n - 1) A / (n^2 - sum n_c^2), A = sum over examples of sum_c h_c (m - h_c) / (m - 1).

    Source: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability. Features: A, then n_c.
    """

    n_codes: int
    name: str = "Krippendorff's alpha, nominal"

    @property
    def n_features(self) -> int:
        return self.n_codes + 1

    def features(self, rows: Histograms) -> Any:
        weight = _pairable_weight(rows)
        apart = rows.sum_rows(rows.counts * (rows.totals[rows.row] - rows.counts)) * weight
        return sparse.hstack([apart[:, None], rows.matrix(rows.counts * (weight > 0)[rows.row])], format="csr")

    def value(self, sums: Floats) -> Floats:
        counts = sums[:, 1:]
        n = counts.sum(1)
        chance = n * n - (counts * counts).sum(1)
        known = chance > ROUNDING * n * n
        return 1.0 - _quotient((n - 1.0) * sums[:, 0], chance, known)

    def gradient(self, sums: Floats) -> Floats:
        apart, counts = sums[0], sums[1:]
        n = counts.sum()
        chance = n * n - (counts * counts).sum()
        by_count = -apart / chance + (n - 1.0) * apart * 2.0 * (n - counts) / chance**2
        return np.concatenate(([-(n - 1.0) / chance], by_count))


@dataclass(frozen=True, eq=False)
class TableAlpha:
    """Krippendorff's alpha with a table of squared differences d (n_codes, n_codes): 1 - (n - 1) A / sum_ck n_c n_k d_ck.

    The ratio level is this with d = ((a - b) / (a + b))^2; sets are codes of distinct sets with 1 - MASI or 1 - Jaccard.
    """

    table: Floats
    name: str = "Krippendorff's alpha, distance table"

    @property
    def n_features(self) -> int:
        return int(self.table.shape[0]) + 1

    def features(self, rows: Histograms) -> Any:
        weight = _pairable_weight(rows)
        apart = np.zeros(rows.n_rows)
        step = max(1, (1 << 22) // max(1, rows.n_codes))
        for start in range(0, rows.n_rows, step):
            part = rows.rows(start, min(start + step, rows.n_rows))
            reach = part.matrix() @ self.table
            apart[start : start + step] = part.sum_rows(part.counts * reach[part.row, part.codes])
        return sparse.hstack([(apart * weight)[:, None], rows.matrix(rows.counts * (weight > 0)[rows.row])], format="csr")

    def value(self, sums: Floats) -> Floats:
        counts = sums[:, 1:]
        n = counts.sum(1)
        chance = ((counts @ self.table) * counts).sum(1)
        known = chance > ROUNDING * n * n * max(float(self.table.max(initial=0.0)), 1e-300)
        return 1.0 - _quotient((n - 1.0) * sums[:, 0], chance, known)

    def gradient(self, sums: Floats) -> Floats:
        apart, counts = sums[0], sums[1:]
        n = counts.sum()
        reach = self.table @ counts
        chance = float(counts @ reach)
        return np.concatenate(([-(n - 1.0) / chance], -apart / chance + (n - 1.0) * apart * 2.0 * reach / chance**2))


@dataclass(frozen=True, eq=False)
class IntervalAlpha:
    """Krippendorff's alpha, interval: squared difference of the codes' numbers. Features: A, n, sum v, sum v^2 (v centred)."""

    values: Floats
    name: str = "Krippendorff's alpha, interval"
    n_features: int = 4

    def features(self, rows: Histograms) -> Any:
        weight = _pairable_weight(rows)
        v = self.values[rows.codes]
        m = rows.totals
        mean = rows.sum_rows(rows.counts * v) / np.maximum(m, 1.0)
        apart = 2.0 * m * rows.sum_rows(rows.counts * (v - mean[rows.row]) ** 2) * weight
        paired = (weight > 0).astype(np.float64)
        return np.column_stack([apart, m * paired, mean * m * paired, rows.sum_rows(rows.counts * v * v) * paired])

    def value(self, sums: Floats) -> Floats:
        apart, n, first, second = sums.T
        chance = 2.0 * (n * second - first * first)
        known = chance > ROUNDING * 2.0 * n * second
        return 1.0 - _quotient((n - 1.0) * apart, chance, known)

    def gradient(self, sums: Floats) -> Floats:
        apart, n, first, second = sums.tolist()
        chance = 2.0 * (n * second - first * first)
        slope = (n - 1.0) * apart / chance**2
        return np.array([-(n - 1.0) / chance, -apart / chance + slope * 2.0 * second, -slope * 4.0 * first, slope * 2.0 * n])


@dataclass(frozen=True, eq=False)
class OrdinalAlpha:
    """Krippendorff's alpha, ordinal. The distance depends on how often the codes are used: it is the squared difference of
    their mid-ranks r_c = (labels below c) + n_c / 2. Features: the coincidence matrix, row by row."""

    n_codes: int
    rank_order: NDArray[np.int64]  # the codes from the lowest to the highest
    name: str = "Krippendorff's alpha, ordinal"

    @property
    def n_features(self) -> int:
        return self.n_codes * self.n_codes

    def features(self, rows: Histograms) -> Any:
        return coincidence_features(rows)

    def _mid_ranks(self, counts: Floats) -> Floats:
        ordered = counts[..., self.rank_order]
        ranks = np.empty_like(counts)
        ranks[..., self.rank_order] = np.cumsum(ordered, axis=-1) - ordered / 2.0
        return ranks

    def value(self, sums: Floats) -> Floats:
        matrix = sums.reshape(-1, self.n_codes, self.n_codes)
        counts = matrix.sum(2)
        n = counts.sum(1)
        ranks = self._mid_ranks(counts)
        second = (counts * ranks * ranks).sum(1)
        apart = 2.0 * second - 2.0 * (ranks[:, None, :] @ matrix @ ranks[:, :, None])[:, 0, 0]
        chance = 2.0 * (n * second - (counts * ranks).sum(1) ** 2)
        known = chance > ROUNDING * 2.0 * n * second
        return 1.0 - _quotient((n - 1.0) * apart, chance, known)

    def gradient(self, sums: Floats) -> Floats:
        matrix = sums.reshape(self.n_codes, self.n_codes)
        counts = matrix.sum(1)
        n = counts.sum()
        ranks = self._mid_ranks(counts)
        first, second = float(counts @ ranks), float(counts @ (ranks * ranks))
        # A = 2 sum_c r_c^2 n_c - 2 sum_ck O_ck r_c r_k, for a symmetric O; E = 2 (n sum n_c r_c^2 - (sum n_c r_c)^2).
        apart = 2.0 * second - 2.0 * float(ranks @ matrix @ ranks)
        chance = 2.0 * (n * second - first * first)
        apart_by_rank = 4.0 * (counts * ranks - matrix @ ranks)
        chance_by_rank = 4.0 * counts * (n * ranks - first)
        chance_by_count = 2.0 * (second + n * ranks * ranks - 2.0 * first * ranks)
        slope = (n - 1.0) / chance
        by_rank = -slope * apart_by_rank + slope * apart / chance * chance_by_rank
        # r_c grows by 1 with each label of a lower code and by 1/2 with each of its own.
        ordered = by_rank[self.rank_order]
        above = np.empty_like(by_rank)
        above[self.rank_order] = ordered[::-1].cumsum()[::-1] - ordered / 2.0
        by_count = above - apart / chance + slope * apart / chance * chance_by_count
        by_cell = -slope * (ranks[:, None] - ranks[None, :]) ** 2
        return np.asarray((by_cell + by_count[:, None]).ravel(), dtype=np.float64)


def coincidence_features(rows: Histograms) -> Any:
    """Each row's part of the coincidence matrix, sparse (n_rows, n_codes^2): h_c (h_k - [c = k]) / (m - 1)."""
    left, right = rows.pairs()
    row = rows.row[left]
    amount = rows.counts[left] * (rows.counts[right] - (left == right)) * _pairable_weight(rows)[row]
    column = rows.codes[left].astype(np.int64) * rows.n_codes + rows.codes[right]
    shape = (rows.n_rows, rows.n_codes * rows.n_codes)
    indptr = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=rows.n_rows))))
    return sparse.csr_array((amount, column, indptr), shape=shape)


@dataclass(frozen=True)
class RawAgreement:
    """The mean over examples with m >= 2 of the share of label pairs that agree. Features: such examples, their summed shares."""

    name: str = "Raw agreement: the mean over examples of the share of label pairs that agree"
    n_features: int = 2

    def features(self, rows: Histograms) -> Any:
        m = rows.totals
        alike = rows.sum_rows(rows.counts * (rows.counts - 1.0)) / np.maximum(m * (m - 1.0), 1.0)
        return np.column_stack([(m >= 2).astype(np.float64), np.where(m >= 2, alike, 0.0)])

    def value(self, sums: Floats) -> Floats:
        return _quotient(sums[:, 1], sums[:, 0], sums[:, 0] > 0.5)

    def gradient(self, sums: Floats) -> Floats:
        return np.array([-sums[1] / sums[0] ** 2, 1.0 / sums[0]])


@dataclass(frozen=True, eq=False)
class Chance:
    """A coefficient (p_o - p_e) / (1 - p_e) whose chance agreement p_e depends on the class shares.

    p_o is the mean over examples with m >= 2 of sum_c h_c (h*_c - 1) / (m (m - 1)) with h* = weights @ h; the class share
    pi_c is the mean of h_c / m over all examples, single-labelled ones included (Gwet, Handbook of Inter-Rater Reliability).
    Features: examples with m >= 2, their summed p_o, all examples, sums of h_c / m.
    """

    name: str
    n_codes: int
    chance: Callable[[Floats], Floats]  # class shares (n_sets, n_codes) to p_e (n_sets,)
    weights: Floats | None = None
    n_features: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "n_features", self.n_codes + 3)

    def features(self, rows: Histograms) -> Any:
        m = rows.totals
        paired = (m >= 2).astype(np.float64)
        if self.weights is None:
            alike = rows.sum_rows(rows.counts * (rows.counts - 1.0))
        else:
            alike = rows.sum_rows(rows.counts * ((rows.matrix() @ self.weights)[rows.row, rows.codes] - 1.0))
        agreed = alike * paired / np.maximum(m * (m - 1.0), 1.0)
        shares = rows.matrix(rows.counts / np.maximum(m, 1.0)[rows.row])
        return sparse.hstack([np.column_stack([paired, agreed, (m >= 1).astype(np.float64)]), shares], format="csr")

    def value(self, sums: Floats) -> Floats:
        paired, agreed, examples = sums[:, 0], sums[:, 1], sums[:, 2]
        some = paired.real > 0.5
        observed = _quotient(agreed, paired, some)
        shares = sums[:, 3:] / np.where(examples.real > 0.5, examples, 1.0)[:, None]
        expected = self.chance(shares)
        known = some & (1.0 - expected.real > ROUNDING)
        return _quotient(observed - expected, 1.0 - expected, known)

    def gradient(self, sums: Floats) -> Floats:
        return complex_step(self, sums)


def complex_step(coefficient: Coefficient, sums: Floats) -> Floats:
    """The gradient to machine precision: g(x + ih) has h times the derivative as its imaginary part."""
    size = 1e-30
    moved = np.repeat(sums[None, :].astype(np.complex128), sums.size, axis=0)
    moved[np.arange(sums.size), np.arange(sums.size)] += 1j * size
    return np.asarray(np.imag(coefficient.value(moved)) / size, dtype=np.float64)  # type: ignore[arg-type]


def alpha_coefficient(
    level: str, n_codes: int, values: ArrayLike | None = None, distance: ArrayLike | None = None, counts: Floats | None = None
) -> Coefficient:
    """Krippendorff's alpha at a level of measurement.

    `values` are the codes' numbers (n_codes,): needed for interval and ratio (default: the codes themselves), for ordinal they
    give the order. `distance` is the table (n_codes, n_codes) of squared differences for the level "custom". `counts` (labels
    per code) centres the numbers, which keeps large numbers exact.
    """
    if level not in LEVELS:
        raise ValueError(f"'{level}' is not a level of measurement; use one of {', '.join(LEVELS)}.")
    if level == "custom":
        return TableAlpha(_checked_table(distance, n_codes))
    if distance is not None:
        raise ValueError(f"A distance table goes with the level 'custom', not with '{level}'.")
    if level == "nominal":
        return NominalAlpha(n_codes)
    numbers = _checked_values(values, n_codes)
    if level == "ordinal":
        if n_codes > LARGEST_RANKED:
            raise ValueError(f"The ordinal level takes up to {LARGEST_RANKED:,} different answers, and here are {n_codes:,}; use the interval level.")
        return OrdinalAlpha(n_codes, np.argsort(numbers, kind="stable"))
    if level == "interval":
        weight = np.ones(n_codes) if counts is None or not counts.sum() else counts
        centre = float(np.average(numbers, weights=weight)) if n_codes else 0.0
        return IntervalAlpha(numbers - centre)
    if bool(np.any(numbers < 0)):
        raise ValueError("The ratio level needs numbers from 0 upwards; use the interval level for negative ones.")
    if n_codes > LARGEST_TABLE:
        raise ValueError(f"The ratio level takes up to {LARGEST_TABLE:,} different numbers, and here are {n_codes:,}; use the interval level.")
    total = numbers[:, None] + numbers[None, :]
    apart = numbers[:, None] - numbers[None, :]
    return TableAlpha((apart / np.where(total > 0, total, 1.0)) ** 2, "Krippendorff's alpha, ratio")


def _checked_values(values: ArrayLike | None, n_codes: int) -> Floats:
    numbers = np.arange(n_codes, dtype=np.float64) if values is None else np.asarray(values, dtype=np.float64)
    if numbers.shape != (n_codes,):
        raise ValueError(f"'values' needs one number a code ({n_codes}), but has shape {numbers.shape}.")
    if not bool(np.all(np.isfinite(numbers))):
        raise ValueError("'values' must be finite numbers.")
    return numbers


def _checked_table(distance: ArrayLike | None, n_codes: int) -> Floats:
    if distance is None:
        raise ValueError("The level 'custom' needs a distance table.")
    table = np.asarray(distance, dtype=np.float64)
    if table.shape != (n_codes, n_codes):
        raise ValueError(f"The distance table needs shape ({n_codes}, {n_codes}), but has {table.shape}.")
    if not bool(np.all(np.isfinite(table))) or bool(np.any(table < 0)):
        raise ValueError("Distances must be finite and not negative.")
    if bool(np.any(np.diagonal(table) != 0)) or not np.allclose(table, table.T, rtol=1e-12, atol=0):
        raise ValueError("A distance table is symmetric, with 0 between an answer and itself.")
    return table
