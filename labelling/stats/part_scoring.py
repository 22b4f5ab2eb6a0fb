"""Scores of answers that are not one class: numbers, texts, sets, spans and boxes, by any score of two answers from 0 to 1.

Intervals go over examples: sums of an example's parts stand or fall together (the delta method on a ratio of sums).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm, t

from labelling.stats.columns import Floats
from labelling.stats.results import Counts, Interval, Result, figure, undefined
from labelling.stats.scoring import NOTHING, ClassScore

FEW = Interval(None, None, "it takes at least 2 examples")


def mean_of(values: ArrayLike, method: str, *, highest: float = np.inf, confidence: float = 0.95) -> Result:
    """The mean of one number an example (n,), from 0 to `highest`."""
    numbers = np.asarray(values, dtype=np.float64)
    n = int(numbers.size)
    counts = Counts(n, n, 0)
    if not n:
        return undefined(NOTHING, counts)
    value = float(numbers.mean())
    if n < 2:
        return figure(value, {"examples": FEW}, method, counts, confidence)
    reach = float(t.ppf((1 + confidence) / 2, n - 1)) * float(numbers.std(ddof=1)) / float(np.sqrt(n))
    interval = Interval(max(0.0, value - reach), min(highest, value + reach), "Student's t interval of a mean")
    return figure(value, {"examples": interval}, method, counts, confidence)


def ratio_of(
    above: ArrayLike, below: ArrayLike, method: str, *, why: str = NOTHING, highest: float = np.inf, confidence: float = 0.95
) -> Result:
    """sum(above) / sum(below), one entry an example each (n,); `why` it is undefined where there is nothing below."""
    a, b = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    n, total = int(a.size), float(b.sum())
    counts = Counts(n, n, 0)
    if not n or not total:
        return undefined(why, counts)
    value = float(a.sum()) / total
    interval = _delta((a - value * b) / total, value, highest, confidence)
    return figure(value, {"examples": interval}, method, counts, confidence)


def _delta(influence: Floats, value: float, highest: float, confidence: float) -> Interval:
    n = int(influence.size)
    if n < 2:
        return FEW
    reach = float(norm.ppf((1 + confidence) / 2)) * float(np.sqrt((influence**2).sum() * n / (n - 1)))
    return Interval(max(0.0, value - reach), min(highest, value + reach), "delta method, the parts of one example taken together")


@dataclass(frozen=True, eq=False)
class PartCounts:
    """Parts of each example by class, all (n_examples, n_classes): predicted, in the reference, and in both."""

    same: Floats
    predicted: Floats
    reference: Floats

    @classmethod
    def of(cls, counted: Sequence[tuple[Mapping[Any, int], Mapping[Any, int], Mapping[Any, int]]], classes: Sequence[Any]) -> PartCounts:
        """`counted[i]` is (same, predicted, reference), each class → number of parts."""
        place = {name: at for at, name in enumerate(classes)}
        tables = np.zeros((3, len(counted), len(classes)))
        for row, parts in enumerate(counted):
            for table, found in zip(tables, parts, strict=True):
                for name, number in found.items():
                    table[row, place[name]] += number
        return cls(*tables)

    def micro(self, method: str, confidence: float = 0.95) -> Result:
        """F1 over all parts: 2 right / (predicted + in the reference)."""
        both = (self.predicted + self.reference).sum(1)
        why = "Neither predictions nor references hold any part." if both.size else NOTHING
        return ratio_of(2 * self.same.sum(1), both, method, why=why, highest=1.0, confidence=confidence)

    def macro(self, method: str, confidence: float = 0.95) -> Result:
        """Mean F1 of the classes that the references hold."""
        held = self.reference.sum(0) > 0
        n = int(self.same.shape[0])
        counts = Counts(n, n, 0)
        if not held.any():
            return undefined("The references hold no class." if n else NOTHING, counts)
        both = (self.predicted + self.reference)[:, held]
        f1 = 2 * self.same[:, held].sum(0) / both.sum(0)
        influence = ((2 * self.same[:, held] - f1 * both) / both.sum(0)).mean(1)
        value = float(f1.mean())
        return figure(value, {"examples": _delta(influence, value, 1.0, confidence)}, method, counts, confidence)

    def per_class(self, confidence: float = 0.95) -> list[ClassScore]:
        """Of each class that predictions or references hold; `support` counts its parts in the references."""
        found = []
        for code in range(self.same.shape[1]):
            same, predicted, reference = self.same[:, code], self.predicted[:, code], self.reference[:, code]
            if not predicted.any() and not reference.any():
                continue
            given, there = predicted > 0, reference > 0
            either = given | there
            never, none = "The model never gave this class.", "No reference has this class."
            found.append(
                ClassScore(
                    code,
                    int(reference.sum()),
                    ratio_of(same[given], predicted[given], "Right among the predictions of this class", why=never, highest=1.0, confidence=confidence),
                    ratio_of(same[there], reference[there], "Found among the references of this class", why=none, highest=1.0, confidence=confidence),
                    ratio_of(2 * same[either], (predicted + reference)[either], "Harmonic mean of precision and recall", highest=1.0, confidence=confidence),
                )
            )
        return found
