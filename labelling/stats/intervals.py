"""Intervals: over examples by resampling patterns or by the infinitesimal jackknife, over labellers by leaving out each.

Resampling examples answers "other examples, these labellers"; for "other labellers" it is far too narrow. Labellers are
never resampled: one drawn twice would agree with himself.

Coverage of the wider one at 95 %, in twelve simulated populations with ten labellers or more, examples and labellers drawn anew each
time (tests/benchmarks/bench_coverage.py): 92 to 97 % for alpha; the lowest where one labeller in eight answers carelessly, which a
sample of a few people often does not show. The interval over examples alone covers 26 to 88 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse
from scipy.stats import norm, t

from labelling.stats.coefficients import Coefficient
from labelling.stats.columns import Floats, Labels, Longs
from labelling.stats.doubles import Doubles, find_doubles
from labelling.stats.patterns import Histograms, Patterns
from labelling.stats.results import Interval

# Above this many patterns a bootstrap is slow; the infinitesimal jackknife is exact there and as fast as one pass.
MOST_PATTERNS_FOR_BOOTSTRAP = 10_000
MOST_DRAWN = 50_000_000  # resampled sums of one coefficient; ordinal alpha has one per two classes
DENSE_CELLS = 1 << 22
BLOCK_CELLS = 1 << 21


@dataclass(frozen=True, eq=False)
class Groundwork:
    """Labels with their patterns, and what the intervals of several coefficients share."""

    labels: Labels
    patterns: Patterns

    @classmethod
    def of(cls, labels: Labels) -> Groundwork:
        return cls(labels, Patterns.of(labels))

    @cached_property
    def n_pairable(self) -> int:
        """Examples with two labels or more."""
        return int(self.patterns.counts[self.patterns.pairable].sum())

    def features(self, coefficient: Coefficient) -> Any:
        """Features of every pattern, dense where that is small."""
        return _light(coefficient.features(self.patterns.histograms))

    def total(self, coefficient: Coefficient) -> Floats:
        """The features summed over all examples, in blocks so that many patterns stay in bounded memory."""
        h = self.patterns.histograms
        total = np.zeros(coefficient.n_features)
        for start, stop in h.blocks(BLOCK_CELLS):
            total += self.patterns.counts[start:stop].astype(np.float64) @ coefficient.features(h.rows(start, stop))
        return total

    # -- over labellers ---------------------------------------------------------------------------------------------

    @cached_property
    def _cells(self) -> Any:
        """How often each labeller gave each code on each pattern: CSR (n_labellers, n_cells), a cell being one entry of the
        patterns' histograms. Labels of people who labelled an example twice are left to `_doubles`."""
        labels, patterns = self.labels, self.patterns
        n_cells = int(patterns.histograms.codes.size)
        single = ~labels.repeated
        if bool(single.all()) and self._dense_keys:
            h = patterns.histograms
            width = h.n_rows * h.n_codes
            base = patterns.of_example * np.int32(h.n_codes)
            found = np.zeros(labels.n_labellers * width, dtype=np.int64)
            step = 1 << 17  # labels a block, so that the temporary keys stay in the processor's cache
            for start in range(0, labels.n_labels, step):
                part = slice(start, start + step)
                key = labels.labeller[part] * np.int32(width)
                key += base[labels.example[part]]
                key += labels.code[part]
                found += np.bincount(key, minlength=found.size)
            table = found.reshape(labels.n_labellers, width)[:, h.row * h.n_codes + h.codes]
            return sparse.csr_array(table.astype(np.float64))
        rows = np.flatnonzero(single)
        cell = patterns.cell_of_label(labels)[rows]
        place = (labels.labeller[rows], cell)
        return sparse.coo_array((np.ones(rows.size), place), shape=(labels.n_labellers, n_cells)).tocsr()

    @property
    def _dense_keys(self) -> bool:
        h = self.patterns.histograms
        return self.labels.n_labellers * h.n_rows * h.n_codes <= DENSE_CELLS

    @cached_property
    def _doubles(self) -> Doubles | None:
        return find_doubles(self.labels)

    @cached_property
    def pairable_labellers(self) -> Longs:
        """The labellers with at least one label on an example that somebody else labelled too; only they bear on agreement."""
        labels = self.labels
        if not labels.n_labels or int(labels.sizes.min()) >= 2:
            return np.arange(labels.n_labellers)
        seen = np.zeros(labels.n_labellers, dtype=np.bool_)
        seen[labels.labeller[np.repeat(labels.sizes >= 2, labels.sizes)]] = True
        return np.flatnonzero(seen)

    def without_each_labeller(self, coefficient: Coefficient) -> Floats:
        """The coefficient with each pairable labeller's labels left out in turn, shape (n_pairable_labellers,)."""
        step = max(1, (DENSE_CELLS * 2) // max(1, coefficient.n_features))
        who = self.pairable_labellers
        parts = [self.sums_without_each_labeller(coefficient, who[first : first + step]) for first in range(0, who.size, step)]
        return np.concatenate([coefficient.value(part) for part in parts])

    def sums_without_each_labeller(self, coefficient: Coefficient, who: Longs | None = None) -> Floats:
        """The feature sums with each labeller's labels left out in turn, shape (n_who, n_features)."""
        people = self.pairable_labellers if who is None else who
        h = self.patterns.histograms
        part = self._cells[people]
        change = np.zeros((people.size, coefficient.n_features))
        for start, stop in h.blocks(BLOCK_CELLS):
            rows = h.rows(start, stop)
            begin, end = int(h.indptr[start]), int(h.indptr[stop])
            block = part[:, begin:end] if end - begin < h.codes.size else part
            change += _dense(block @ _light(coefficient.features(rows.one_less())))
            change -= _dense(_fold(block, rows) @ _light(coefficient.features(rows)))
        self._take_doubles(coefficient, people, change)
        return self.total(coefficient) + change

    def _take_doubles(self, coefficient: Coefficient, who: Longs, change: Floats) -> None:
        doubles = self._doubles
        if doubles is None:
            return
        mine = np.isin(doubles.labeller, who)
        if not bool(mine.any()):
            return
        after = sparse.csr_array(coefficient.features(doubles.rest))
        pattern = self.patterns.of_example[doubles.example]
        before = sparse.csr_array(coefficient.features(self.patterns.histograms))[pattern]
        place = np.searchsorted(who, doubles.labeller[mine])
        pick = sparse.csr_array((np.ones(place.size), (place, np.flatnonzero(mine))), shape=(who.size, mine.size))
        change += _dense(pick @ (after - before))

    def over_labellers(self, coefficient: Coefficient, value: float, confidence: float, limits: tuple[float, float]) -> Interval:
        """value +- t times the delete-one-labeller jackknife's standard error, one pass for all labellers."""
        n = int(self.pairable_labellers.size)
        if n < 3:
            return Interval(None, None, f"it takes at least 3 labellers with examples in common, and there are {n}")
        return jackknife(self.without_each_labeller(coefficient), value, confidence, limits)

    # -- over examples ----------------------------------------------------------------------------------------------

    def over_examples(
        self, coefficients: Sequence[Coefficient], values: Sequence[float], confidence: float, resamples: int, seed: int,
        limits: Sequence[tuple[float, float]],
    ) -> list[Interval]:
        """An interval for each coefficient; all share the same draws."""
        if self.n_pairable < 2:
            return [Interval(None, None, "it takes at least 2 examples with two labels or more")] * len(coefficients)
        n_patterns = int(self.patterns.pairable.sum())
        heavy = n_patterns > MOST_PATTERNS_FOR_BOOTSTRAP or resamples < 1
        drawn = [c for c in coefficients if not heavy and c.n_features * resamples <= MOST_DRAWN]
        bootstrapped = iter(self._bootstrap(drawn, confidence, resamples, seed) if drawn else [])
        return [
            next(bootstrapped) if any(c is d for d in drawn) else self._infinitesimal(c, v, confidence, limit)
            for c, v, limit in zip(coefficients, values, limits, strict=True)
        ]

    def _bootstrap(self, coefficients: Sequence[Coefficient], confidence: float, resamples: int, seed: int) -> list[Interval]:
        patterns = self.patterns
        some = patterns.pairable
        features = [self.features(c) for c in coefficients]
        # Examples with one label have nothing to compare; they stay as they are in every resample.
        fixed = [patterns.counts[~some].astype(np.float64) @ f[np.flatnonzero(~some)] for f in features]
        features = [f if bool(some.all()) else f[np.flatnonzero(some)] for f in features]
        widest = max([c.n_features for c in coefficients] + [int(some.sum())])
        draws = [np.empty(resamples) for _ in coefficients]
        random = np.random.default_rng(seed)
        step = max(1, DENSE_CELLS // max(1, widest))
        for first in range(0, resamples, step):
            size = min(step, resamples - first)
            drawn = multinomial(random, patterns.counts[some], size)
            for place, coefficient in enumerate(coefficients):
                sums = _dense(drawn @ features[place]) + fixed[place]
                draws[place][first : first + size] = coefficient.value(sums)
        return [percentiles(d, confidence, f"{resamples:,} resamples of the examples") for d in draws]

    def _infinitesimal(self, coefficient: Coefficient, value: float, confidence: float, limits: tuple[float, float]) -> Interval:
        gradient = coefficient.gradient(self.total(coefficient))
        h = self.patterns.histograms
        influence = np.empty(h.n_rows)
        for start, stop in h.blocks(BLOCK_CELLS):
            influence[start:stop] = coefficient.features(h.rows(start, stop)) @ gradient
        some = self.patterns.pairable
        return from_influence(influence[some], self.patterns.counts[some], value, confidence, limits)


def multinomial(random: np.random.Generator, counts: Longs, size: int) -> Floats:
    """Counts of each pattern when the examples are drawn with replacement `size` times, shape (size, n_patterns)."""
    n = int(counts.sum())
    # A drawn example costs about a tenth of a binomial deviate.
    if n > 10 * counts.size:
        return random.multinomial(n, counts / n, size=size).astype(np.float64)
    pattern = np.repeat(np.arange(counts.size), counts)
    drawn = np.empty((size, counts.size))
    for row in range(size):
        drawn[row] = np.bincount(pattern[random.integers(0, n, size=n)], minlength=counts.size)
    return drawn


def percentiles(draws: Floats, confidence: float, how: str) -> Interval:
    """The middle share `confidence` of the resampled values."""
    known = draws[np.isfinite(draws)]
    if known.size < draws.size:
        how += f" ({draws.size - known.size:,} of them without a value left out)"
    if known.size * 2 < draws.size:
        return Interval(None, None, "most resamples have no value")
    low, high = np.quantile(known, [(1 - confidence) / 2, (1 + confidence) / 2])
    if low == high:
        how += ", which all give the same value: it says nothing about how sure the figure is"
    return Interval(float(low), float(high), how)


def from_influence(influence: Floats, counts: Longs, value: float, confidence: float, limits: tuple[float, float]) -> Interval:
    """value +- t times the root of the summed squared influences (the infinitesimal jackknife)."""
    n = int(counts.sum())
    centred = influence - float(counts @ influence) / n
    spread = float(np.sqrt(counts @ (centred * centred) * n / max(n - 1, 1)))
    reach = float(t.ppf((1 + confidence) / 2, n - 1)) * spread if n > 1 else 0.0
    how = "infinitesimal jackknife over the examples"
    if spread <= 1e-14:
        how += ", with no spread: it says nothing about how sure the figure is"
        reach = 0.0
    return Interval(max(limits[0], value - reach), min(limits[1], value + reach), how)


def jackknife(without: Floats, value: float, confidence: float, limits: tuple[float, float], of: str = "labellers") -> Interval:
    """value +- t times the jackknife's standard error sqrt((n - 1) / n * sum of squared differences from the mean)."""
    n = without.size
    if not bool(np.isfinite(without).all()):
        return Interval(None, None, f"without one of the {of} there is no figure")
    spread = float(np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))
    how = f"each of the {n:,} {of} left out in turn"
    if spread <= 1e-14:
        return Interval(value, value, how + ", which changes nothing: it says nothing about how sure the figure is")
    reach = float(t.ppf((1 + confidence) / 2, n - 1)) * spread
    return Interval(max(limits[0], value - reach), min(limits[1], value + reach), how)


def wilson(successes: float, trials: float, confidence: float) -> tuple[float, float]:
    """Wilson's score interval of a share; `trials` may be an effective number, not whole."""
    z = float(norm.ppf((1 + confidence) / 2))
    share = successes / trials
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    reach = z / (1 + z * z / trials) * float(np.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _fold(cells: Any, rows: Histograms) -> Any:
    """Per-cell counts (n, n_cells) added up per pattern (n, n_rows)."""
    fold = sparse.csr_array((np.ones(rows.codes.size), rows.row, np.arange(rows.codes.size + 1)), shape=(rows.codes.size, rows.n_rows))
    return cells @ fold


def _light(features: Any) -> Any:
    rows, columns = features.shape
    return _dense(features) if rows * columns <= DENSE_CELLS else features


def _dense(matrix: Any) -> Floats:
    return np.asarray(matrix.toarray() if sparse.issparse(matrix) else matrix)
