"""Pairs of labels of one example, and how like they are: means over pairs, of all, of each labeller and of two labellers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from labelling.stats.additive import Additive, ratio
from labelling.stats.columns import Floats, Labels, Longs
from labelling.stats.pairs import label_pairs
from labelling.stats.results import Counts, Interval, Result, figure, undefined
from labelling.stats.shares import over_examples

NO_PAIRS = "No example has labels of two people yet, so there is nothing to compare."
MOST_TWOS = 1000
NOTHING_MARKED = "Nobody has marked anything on an example that somebody else labelled too, so there is nothing to compare."


@dataclass(frozen=True)
class PairLikeness:
    """Two labellers by their original ids and how like their labels are."""

    a: Any
    b: Any
    n_examples: int
    figure: Result


@dataclass(frozen=True, eq=False)
class Pairs:
    """Every two labels of one example by different people, as label rows `one` and `other`, each of shape (n_pairs,)."""

    labels: Labels
    one: Longs
    other: Longs

    @classmethod
    def of(cls, labels: Labels) -> Self:
        rows = np.arange(labels.n_labels)
        found = [(rows[left], rows[right]) for left, right in label_pairs(labels)]
        one = np.concatenate([left for left, _ in found]) if found else rows[:0]
        other = np.concatenate([right for _, right in found]) if found else rows[:0]
        order = np.argsort(one, kind="stable")
        one, other = one[order], other[order]
        apart = labels.labeller[one] != labels.labeller[other]
        return cls(labels, one[apart], other[apart])

    @property
    def n(self) -> int:
        return int(self.one.size)

    @cached_property
    def example(self) -> Longs:
        return self.labels.example[self.one].astype(np.int64)

    @cached_property
    def people(self) -> tuple[Longs, Longs]:
        return self.labels.labeller[self.one].astype(np.int64), self.labels.labeller[self.other].astype(np.int64)

    @cached_property
    def counts(self) -> Counts:
        people = np.unique(np.concatenate(self.people)).size
        labels = np.unique(np.concatenate((self.one, self.other))).size
        return Counts(int(np.unique(self.example).size), int(labels), int(people))

    def mean(self, above: Floats, below: Floats, method: str, confidence: float, why: str = NO_PAIRS) -> Result:
        """sum of `above` / sum of `below`, both (n_pairs,): the mean of a likeness where `below` is 1, F1 where they are twice the
        matches and the numbers of parts. Intervals leave out each example and each labeller."""
        if not self.n:
            return undefined(NO_PAIRS, self.counts)
        return self._additive(above, below).result(method, self.counts, confidence, why, (0.0, 1.0))

    def _additive(self, above: Floats, below: Floats) -> Additive:
        n, people = self.labels.n_examples, self.labels.n_labellers
        by_example = np.column_stack([np.bincount(self.example, weights=part, minlength=n) for part in (above, below)])
        one, other = self.people
        taken = np.column_stack(
            [np.bincount(one, weights=part, minlength=people) + np.bincount(other, weights=part, minlength=people) for part in (above, below)]
        )
        here = np.bincount(one, minlength=people) + np.bincount(other, minlength=people) > 0
        return Additive(by_example, ratio, taken[here])

    def by_label(self, values: Floats) -> Floats:
        """Per label the sum over its pairs, shape (n_labels,)."""
        n = self.labels.n_labels
        summed = np.bincount(self.one, weights=values, minlength=n) + np.bincount(self.other, weights=values, minlength=n)
        return summed.astype(np.float64)

    def by_two(self, above: Floats, below: Floats, method: str, *, least: int, confidence: float) -> tuple[list[PairLikeness], int]:
        """(every two labellers with at least `least` examples in common, most first; how many pairs had fewer)."""
        ids = self.labels.labeller_ids.tolist()
        found = []
        chosen, left_out = self.of_two(least)
        for a, b, rows in chosen:
            n_examples = int(np.unique(self.example[rows]).size)
            counts = Counts(n_examples, 2 * int(rows.size), 2)
            found.append(PairLikeness(ids[a], ids[b], n_examples, _share(above[rows], below[rows], method, counts, confidence)))
        return found, left_out

    def of_two(self, least: int) -> tuple[list[tuple[int, int, Longs]], int]:
        """(for every two labellers with at least `least` pairs of labels: first place, second place, the rows of their pairs, most
        first and 1,000 at most; how many pairs of people had fewer)."""
        one, other = self.people
        n = self.labels.n_labellers
        names, place = np.unique(np.minimum(one, other) * n + np.maximum(one, other), return_inverse=True)
        order = np.argsort(place.ravel(), kind="stable")
        edges = np.searchsorted(place.ravel()[order], np.arange(names.size + 1))
        many = np.diff(edges)
        enough = np.argsort(-many, kind="stable")[: min(MOST_TWOS, int((many >= least).sum()))]
        rows = [(int(names[at] // n), int(names[at] % n), order[edges[at] : edges[at + 1]]) for at in enough.tolist()]
        return rows, int((many < least).sum())


def _share(above: Floats, below: Floats, method: str, counts: Counts, confidence: float) -> Result:
    """The share of two people's pairs, one an example, with Wilson's interval for examples that stand or fall together."""
    if not float(below.sum()):
        return undefined(NOTHING_MARKED, counts)
    value = float(above.sum() / below.sum())
    interval = over_examples(above, below, min(value, 1.0), confidence) if above.size > 1 else Interval(None, None, "it takes at least 2 examples")
    return figure(value, {"examples": interval}, method, counts, confidence)


def some_examples(labels: Labels, most: int, seed: int, weights: Sequence[int] | Longs | None = None) -> Any:
    """Which labels to keep so that the work stays bounded: None for all, else those of examples drawn at random until the sum of
    `weights` (per example; by default its pairs of labels) comes to `most`."""
    sizes = labels.sizes
    work = sizes * (sizes - 1) // 2 if weights is None else np.asarray(weights)
    if int(work.sum()) <= most:
        return None
    order = np.random.default_rng(seed).permutation(labels.n_examples)
    taken = order[: max(1, int(np.searchsorted(np.cumsum(work[order]), most, side="right")))]
    chosen = np.zeros(labels.n_examples, dtype=np.bool_)
    chosen[taken] = True
    return np.repeat(chosen, sizes)
