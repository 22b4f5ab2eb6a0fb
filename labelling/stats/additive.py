"""Figures that are functions of sums over examples, with intervals by leaving out each example and each labeller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from labelling.stats.columns import Floats
from labelling.stats.intervals import jackknife
from labelling.stats.results import Counts, Interval, Result, figure, undefined

CELLS = 1 << 22


@dataclass(frozen=True, eq=False)
class Additive:
    """`features` (n_examples, k), dense or sparse, hold one row an example; `value` takes sums (n_sets, k) to figures (n_sets,), NaN
    where undefined. `taken` (n_labellers, k) is by how much the sums shrink when a labeller's labels are left out, one row for each
    labeller who bears on the figure. Examples whose row is all zero say nothing and are not counted."""

    features: Any
    value: Callable[[Floats], Floats]
    taken: Floats | None = None

    def total(self) -> Floats:
        return np.asarray(self.features.sum(axis=0), dtype=np.float64).ravel()

    def plain(self) -> float:
        """The figure alone; NaN where undefined."""
        return float(self.value(self.total()[None, :])[0])

    def result(
        self, method: str, counts: Counts, confidence: float, why: str, limits: tuple[float, float] = (-1.0, 1.0)
    ) -> Result:
        """The figure with both intervals, or `why` it is undefined."""
        total = self.total()
        value = float(self.value(total[None, :])[0])
        if not np.isfinite(value):
            return undefined(why, counts)
        named = {
            "examples": self._over_examples(total, value, confidence, limits),
            "labellers": self._over_labellers(total, value, confidence, limits),
        }
        return figure(value, named, method, counts, confidence)

    def _over_examples(self, total: Floats, value: float, confidence: float, limits: tuple[float, float]) -> Interval:
        features = self.features
        speaks = np.flatnonzero(np.diff(features.indptr) > 0) if sparse.issparse(features) else np.flatnonzero((features != 0).any(axis=1))
        if speaks.size < 2:
            return Interval(None, None, "it takes at least 2 examples with two labels or more")
        without = np.empty(speaks.size)
        step = max(1, CELLS // max(1, total.size))
        for start in range(0, speaks.size, step):
            part = features[speaks[start : start + step]]
            dense = np.asarray(part.toarray() if sparse.issparse(part) else part)
            without[start : start + step] = self.value(total - dense)
        return jackknife(without, value, confidence, limits, "examples")

    def _over_labellers(self, total: Floats, value: float, confidence: float, limits: tuple[float, float]) -> Interval:
        taken = self.taken
        n = 0 if taken is None else len(taken)
        if taken is None or n < 3:
            return Interval(None, None, f"it takes at least 3 labellers with examples in common, and there are {n}")
        return jackknife(self.value(total - taken), value, confidence, limits)


def ratio(sums: Floats) -> Floats:
    """Sums (n_sets, 2) of numerators and denominators to their quotients."""
    known = sums[:, 1] > 1e-12
    return np.where(known, sums[:, 0] / np.where(known, sums[:, 1], 1.0), np.nan)
