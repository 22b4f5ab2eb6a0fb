"""Numbers compared: alpha at the interval or ratio level, intraclass correlations, concordance of two people."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from labelling.stats import agreement, groups, icc
from labelling.stats.additive import Additive
from labelling.stats.coefficients import LARGEST_TABLE
from labelling.stats.columns import Bools, Floats, Labels
from labelling.stats.comparison import Comparison
from labelling.stats.distances import DistanceAlpha
from labelling.stats.groups import LabellerAgreement
from labelling.stats.label_pairs import PairLikeness, Pairs
from labelling.stats.people import each_labeller
from labelling.stats.results import Counts, Result

RATIO = "Krippendorff's alpha, ratio"
CONCORDANCE = "Lin's concordance of the two (1989), which is Cohen's kappa with quadratic weights"
SAME = "Raw agreement: share of pairs of labels with the same number"
SMALL_TABLE = 200
NO_SPREAD = "Both gave one and the same number throughout, so concordance cannot be told."


class NumberComparison(Comparison):
    """`values` (n_codes,) are the codes' numbers. `level` is interval or ratio."""

    has_classes: ClassVar[bool] = False

    def __init__(self, labels: Labels, values: Floats, level: str = "interval", resamples: int = 1000, seed: int = 0) -> None:
        self.labels, self.values, self.level, self.resamples, self.seed = labels, values, level, resamples, seed

    @classmethod
    def of(cls, labels: Labels, values: Sequence[float | None], *, level: str = "interval", seed: int = 0) -> Self:
        return cls(labels, np.array([0.0 if value is None else value for value in values], dtype=np.float64), level, seed=seed)

    def keep(self, mask: Bools) -> Self:
        return type(self)(self.labels.keep(mask), self.values, self.level, 0, self.seed)

    @cached_property
    def pairs(self) -> Pairs:
        return Pairs.of(self.labels)

    @cached_property
    def _by_ratio(self) -> DistanceAlpha | None:
        """The ratio level where a table of all distinct numbers would be slow or too large."""
        distinct = self.labels.used_codes.size
        if self.level != "ratio" or distinct <= SMALL_TABLE:
            return None
        return DistanceAlpha(self.labels, self.pairs, self._ratio, self.seed, self._summed if distinct <= LARGEST_TABLE else None)

    def _summed(self, counts: Floats) -> Floats:
        used = np.flatnonzero(counts)
        found = np.zeros(counts.size)
        for start in range(0, used.size, 256):
            rows = used[start : start + 256]
            found[rows] = self._ratio(rows[:, None], used[None, :]) @ counts[used]
        return found

    def _ratio(self, one: Any, other: Any) -> Floats:
        a, b = self.values[one], self.values[other]
        return np.asarray(((a - b) / np.where(a + b > 0, a + b, 1.0)) ** 2)

    def alpha(self, confidence: float = 0.95) -> Result:
        if self._by_ratio is not None:
            return self._by_ratio.result(RATIO, confidence)
        return agreement.alpha(self.labels, self.level, self.values, confidence=confidence, resamples=self.resamples, seed=self.seed)

    def likeness(self, confidence: float = 0.95) -> Result:
        return agreement.percent_agreement(self.labels, confidence=confidence, resamples=self.resamples, seed=self.seed)

    def measures(self, confidence: float = 0.95) -> dict[str, Result]:
        return {"percent": self.likeness(confidence)} | icc.measure(self.labels, self.values, confidence=confidence)

    def by_labeller(self, confidence: float = 0.95) -> list[LabellerAgreement]:
        if self._by_ratio is None:
            return groups.by_labeller(self.labels, level=self.level, values=self.values, confidence=confidence)
        each = np.ones(self.pairs.n)
        same = (self.labels.code[self.pairs.one] == self.labels.code[self.pairs.other]).astype(np.float64)
        return each_labeller(
            self.labels, apart=self.pairs.by_label(self._by_ratio.of_pair), number=self.pairs.by_label(each), chance=self._by_ratio.chance(),
            like=self.pairs.by_label(same), out_of=self.pairs.by_label(each), method=RATIO, like_method=SAME,
            without=self._by_ratio.without(), confidence=confidence,
        )  # fmt: skip

    def by_two(self, least: int, confidence: float = 0.95) -> tuple[list[PairLikeness], int]:
        """Concordance of every two labellers."""
        pairs, labels = self.pairs, self.labels
        one, other = pairs.people
        turned = one > other
        x = self.values[labels.code[np.where(turned, pairs.other, pairs.one)]]
        y = self.values[labels.code[np.where(turned, pairs.one, pairs.other)]]
        centre = float(np.concatenate((x, y)).mean()) if x.size else 0.0
        x, y = x - centre, y - centre
        moments = np.column_stack([np.ones(x.size), x, y, x * x, y * y, x * y])
        ids, found = labels.labeller_ids.tolist(), []
        chosen, left_out = pairs.of_two(least)
        for a, b, rows in chosen:
            counts = Counts(int(rows.size), 2 * int(rows.size), 2)
            figure = Additive(moments[rows], _concordance).result(CONCORDANCE, counts, confidence, NO_SPREAD)
            found.append(PairLikeness(ids[a], ids[b], int(rows.size), figure))
        return found, left_out


def _concordance(sums: Floats) -> Floats:
    """Sums (n_sets, 6) of 1, x, y, x^2, y^2, xy to 2 cov / (var x + var y + (mean x - mean y)^2)."""
    n, x, y, xx, yy, xy = sums.T
    n = np.maximum(n, 1.0)
    below = xx / n + yy / n - 2.0 * x * y / (n * n)
    known = below > 1e-12 * np.maximum((xx + yy) / n, 1e-300)
    return np.where(known, 2.0 * (xy / n - x * y / (n * n)) / np.where(known, below, 1.0), np.nan)


