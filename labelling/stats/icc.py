"""Intraclass correlations of numbers: how much of the spread lies between examples, and how little between people.

Sources: Shrout and Fleiss (1979), Intraclass correlations, Psychological Bulletin 86; McGraw and Wong (1996), Forming
inferences about some intraclass correlation coefficients, Psychological Methods 1 (with the correction of the same year).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import f

from labelling.stats.columns import Floats, Labels
from labelling.stats.results import Counts, Interval, Result, figure, undefined

NAMES = ("icc_1_1", "icc_2_1", "icc_3_1", "icc_1_k", "icc_2_k", "icc_3_k")
WHAT = {
    "icc_1_1": "ICC(1,1): one number of one person, people taken at random for each example (one-way)",
    "icc_2_1": "ICC(2,1), also ICC(A,1): one number of one person, absolute agreement (two-way)",
    "icc_3_1": "ICC(3,1), also ICC(C,1): one number of one person, consistency whatever each person's own level (two-way)",
    "icc_1_k": "ICC(1,k): the mean of an example's numbers, people taken at random for each example (one-way)",
    "icc_2_k": "ICC(2,k), also ICC(A,k): the mean of an example's numbers, absolute agreement (two-way)",
    "icc_3_k": "ICC(3,k), also ICC(C,k): the mean of an example's numbers, consistency (two-way)",
}
NOT_CROSSED = "This coefficient takes the same people on every example; here not everybody labelled everything. ICC(1,1) and ICC(1,k) allow for that."
TOO_FEW = "It takes at least 2 examples with 2 labels each."
NO_SPREAD = "All numbers are the same, so there is no spread to divide between examples and people."


@dataclass(frozen=True)
class _Squares:
    """Mean squares: between rows (examples), within rows, between columns (people), and what is left."""

    n: int
    k: float
    rows: float
    within: float
    within_df: int
    columns: float = np.nan
    rest: float = np.nan


def measure(labels: Labels, values: ArrayLike, *, confidence: float = 0.95) -> dict[str, Result]:
    """The six coefficients by name. `values` (n_codes,) are the codes' numbers; examples with one label are left out.

    With n examples, k labels each, and mean squares between examples R, within them W, between people C and of the rest E:

        icc_1_1 = (R - W) / (R + (k - 1) W)                        icc_1_k = (R - W) / R
        icc_2_1 = (R - E) / (R + (k - 1) E + k (C - E) / n)        icc_2_k = (R - E) / (R + (C - E) / n)
        icc_3_1 = (R - E) / (R + (k - 1) E)                        icc_3_k = (R - E) / R

    Without unit, whatever unit the numbers have. Intervals are those of the F distribution; sources at the top of this module.

    The two-way ones need a complete table: the same people, once each, on every example. The one-way ones take unequal numbers of
    labels an example, with k0 = (N - sum k_i^2 / N) / (n - 1) in place of k (Donner 1986); their intervals are then approximate.
    """
    part = labels.keep(np.repeat(labels.sizes >= 2, labels.sizes))
    counts = Counts(part.n_examples, part.n_labels, part.n_labellers)
    numbers = np.asarray(values, dtype=np.float64)[part.code] if part.n_labels else np.zeros(0)
    if part.n_examples < 2:
        return {name: undefined(TOO_FEW, counts) for name in NAMES}
    if float(np.ptp(numbers)) == 0.0:
        return {name: undefined(NO_SPREAD, counts) for name in NAMES}
    crossed = part.equal_size == part.n_labellers and not bool(part.repeated.any())
    squares = _two_way(_table(part, numbers)) if crossed else _one_way(part, numbers)
    found: dict[str, Result] = {}
    for name in NAMES:
        if not crossed and name not in ("icc_1_1", "icc_1_k"):
            found[name] = undefined(NOT_CROSSED, counts)
            continue
        value, low, high = _coefficient(name, squares, confidence)
        method = WHAT[name]
        if not part.equal_size:
            method += f"; numbers of labels differ, {squares.k:.2f} an example in the sense of Donner (1986)"
        if not np.isfinite(value):
            found[name] = undefined(NO_SPREAD, counts)
            continue
        interval = Interval(low, high, "from the F distribution (McGraw and Wong 1996)") if np.isfinite(low + high) else Interval(
            None, None, "people do not differ within any example, which leaves nothing to estimate it from"
        )
        found[name] = figure(value, {"examples": interval}, method, counts, confidence)
    return found


def of_table(table: ArrayLike, *, confidence: float = 0.95) -> dict[str, Result]:
    """The same for a complete table (n_examples, n_labellers) of numbers."""
    numbers = np.asarray(table, dtype=np.float64)
    n, k = numbers.shape
    labels = Labels.of(np.repeat(np.arange(n), k), np.tile(np.arange(k), n), np.arange(n * k))
    return measure(labels, numbers.ravel(), confidence=confidence)


def _table(labels: Labels, numbers: Floats) -> Floats:
    order = np.lexsort((labels.labeller, labels.example))
    return numbers[order].reshape(labels.n_examples, labels.n_labellers)


def _two_way(table: Floats) -> _Squares:
    n, k = table.shape
    table = table - table.mean()
    by_row, by_column = table.mean(1), table.mean(0)
    rows = k * float(by_row @ by_row)
    columns = n * float(by_column @ by_column)
    total = float((table * table).sum())
    rest = max(0.0, total - rows - columns)
    return _Squares(
        n, k, rows / (n - 1), (total - rows) / (n * (k - 1)), n * (k - 1), columns / (k - 1), rest / ((n - 1) * (k - 1))
    )


def _one_way(labels: Labels, numbers: Floats) -> _Squares:
    numbers = numbers - numbers.mean()
    sizes = labels.sizes.astype(np.float64)
    means = np.bincount(labels.example, weights=numbers) / sizes
    n, many = labels.n_examples, float(sizes.sum())
    within = float(((numbers - means[labels.example]) ** 2).sum())
    df = labels.n_labels - n
    k = (many - float((sizes * sizes).sum()) / many) / (n - 1)
    return _Squares(n, k, float(sizes @ (means * means)) / (n - 1), within / df, df)


def _coefficient(name: str, s: _Squares, confidence: float) -> tuple[float, float, float]:
    """(value, low, high); NaN where there is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if name in ("icc_2_1", "icc_2_k"):
            return _absolute(s, confidence, mean=name == "icc_2_k")
        noise, df = (s.within, s.within_df) if name.startswith("icc_1") else (s.rest, int((s.n - 1) * (s.k - 1)))
        ratio = np.float64(s.rows) / noise
        tail = (1 + confidence) / 2
        low, high = ratio / f.ppf(tail, s.n - 1, df), ratio * f.ppf(tail, df, s.n - 1)
        if name.endswith("_k"):
            return float((s.rows - noise) / np.float64(s.rows)), float(1 - 1 / low), float(1 - 1 / high)
        value = (s.rows - noise) / np.float64(s.rows + (s.k - 1) * noise)
        return float(value), float((low - 1) / (low + s.k - 1)), float((high - 1) / (high + s.k - 1))


def _absolute(s: _Squares, confidence: float, *, mean: bool) -> tuple[float, float, float]:
    n, k = s.n, s.k
    noise = (s.columns - s.rest) / n if mean else k * (s.columns - s.rest) / n + (k - 1) * s.rest
    value = (s.rows - s.rest) / np.float64(s.rows + noise)
    # Satterthwaite's degrees of freedom of the noise, by McGraw and Wong's table 7.
    times = 1.0 if mean else k
    a = times * value / (n * (1 - value))
    b = 1 + times * value * (n - 1) / (n * (1 - value))
    parts = (a * s.columns) ** 2 / (k - 1) + (b * s.rest) ** 2 / ((n - 1) * (k - 1))
    df = (a * s.columns + b * s.rest) ** 2 / parts
    tail = (1 + confidence) / 2
    below, above = f.ppf(tail, n - 1, df), f.ppf(tail, df, n - 1)
    spread = s.columns - s.rest if mean else k * s.columns + (k * n - k - n) * s.rest
    low = n * (s.rows - below * s.rest) / (below * spread + n * s.rows)
    high = n * (above * s.rows - s.rest) / (spread + n * above * s.rows)
    return float(value), float(low), float(high)
