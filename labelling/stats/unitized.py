"""Krippendorff's alpha for unitizing: how far people agree on where units begin, where they end and of which class they are.

Source: Krippendorff (2004), Content Analysis, 2nd edition, p. 251-256 (the formulas of 1995 with their slip mended). For two labels of
one text and one class, two sections that overlap differ by (difference of beginnings)^2 + (difference of ends)^2, and a unit that
lies wholly in the other's gap by its length^2. What chance gives is the mean over all ways to lay units and gaps over each other.

Pooled over texts: the texts are one continuum whose gaps end where a text ends, and where texts have different numbers of labels
m, each weighs 1 / (m - 1), as in Krippendorff's other alphas. With one text it is the book's formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from labelling.stats.columns import Bools, Floats, Longs
from labelling.stats.intervals import jackknife
from labelling.stats.label_pairs import NO_PAIRS, Pairs
from labelling.stats.marks import Marks, spread
from labelling.stats.results import Interval, Result, figure, undefined

METHOD = "Krippendorff's alpha for unitizing (2004), over code points, texts pooled"
NO_UNITS = "Nobody has marked anything in a text that somebody else labelled too, so agreement beyond chance cannot be told."
NO_UNIT_OF_CLASS = "Nobody has marked this class in a text that somebody else labelled too."
GROUPS = 40  # parts that are left out in turn: enough for a sound spread, few enough to compute each anew


@dataclass(frozen=True, eq=False)
class Unitized:
    """`marks` are united spans (no two of one class overlap within a label)."""

    marks: Marks
    pairs: Pairs

    @cached_property
    def _apart(self) -> tuple[Longs, Longs, Floats]:
        """(pair, class, squared difference) of the parts that differ, in any order: both orders of a pair together."""
        marks, pairs = self.marks, self.pairs
        pair, span, low, high = marks.meetings(pairs)
        alone = high <= low
        lengths = (marks.end - marks.start).astype(np.float64)
        at, other = spread(np.arange(pair.size), low, high)
        own = span[at]
        # A meeting of two units is met from both sides: half from each.
        apart = ((marks.start[own] - marks.start[other]).astype(np.float64) ** 2 + (marks.end[own] - marks.end[other]).astype(np.float64) ** 2) / 2
        return (
            np.concatenate((pair[alone], pair[at])),
            np.concatenate((marks.kind[span[alone]], marks.kind[own])),
            np.concatenate((lengths[span[alone]] ** 2, apart)),
        )

    @cached_property
    def _gaps(self) -> tuple[Longs, Longs, Longs]:
        """(label, class, length) of every gap, those of labels without a unit of the class left out: they are `_bare`."""
        marks = self.marks
        if not marks.label.size:
            nothing = np.zeros(0, dtype=np.int64)
            return nothing, nothing, nothing
        own = marks.label * marks.n_classes + marks.kind
        new = np.concatenate(([True], own[1:] != own[:-1]))
        before = np.where(new, 0, np.concatenate(([0], marks.end[:-1])))
        last = np.append(np.flatnonzero(new)[1:], own.size) - 1
        whole = marks.length[marks.labels.example[marks.label[last]]]
        label = np.concatenate((marks.label, marks.label[last]))
        kind = np.concatenate((marks.kind, marks.kind[last]))
        length = np.concatenate((marks.start - before, whole - marks.end[last]))
        some = length > 0
        return label[some], kind[some], length[some]

    def _sums(self, keep: Bools) -> tuple[Floats, Floats]:
        """(observed, expected) disagreement of each class when only these labels are there."""
        marks, labels, c = self.marks, self.marks.labels, self.marks.n_classes
        size = np.bincount(labels.example[keep], minlength=labels.n_examples)
        used = keep & (size >= 2)[labels.example]
        length = marks.length[labels.example]
        n = float(length[used].sum())
        if not n:
            return np.full(c, np.nan), np.full(c, np.nan)
        pair, kind, squared = self._apart
        both = (used[self.pairs.one] & used[self.pairs.other])[pair]
        weight = 1.0 / np.maximum(size[self.pairs.example] - 1.0, 1.0)
        observed = 2.0 * np.bincount(kind[both], weights=(squared * weight[pair])[both], minlength=c) / n
        return observed.astype(np.float64), self._expected(used, n)

    @cached_property
    def _places(self) -> tuple[Longs, Longs, Longs, Longs, Longs]:
        """(all lengths that occur; class * their number + place of each unit's length; of each gap's; place of each label's text's
        length; label * n_classes + class of those that have a unit)."""
        marks, c = self.marks, self.marks.n_classes
        _, gap_kind, gap_length = self._gaps
        units, texts = marks.end - marks.start, marks.length[marks.labels.example]
        lengths = np.unique(np.concatenate((units, gap_length, texts)))
        width = lengths.size
        return (
            lengths,
            marks.kind * width + np.searchsorted(lengths, units),
            gap_kind * width + np.searchsorted(lengths, gap_length),
            np.searchsorted(lengths, texts),
            np.unique(marks.label * c + marks.kind),
        )

    def _expected(self, used: Bools, n: float) -> Floats:
        marks, c = self.marks, self.marks.n_classes
        lengths, of_units, of_gaps, of_labels, own = self._places
        width, gap_label = lengths.size, self._gaps[0]
        of_unit = np.bincount(of_units[used[marks.label]], minlength=c * width).reshape(c, width).astype(np.float64)
        of_gap = np.bincount(of_gaps[used[gap_label]], minlength=c * width).reshape(c, width)
        # Labels without a unit of the class are one gap from end to end.
        bare = np.bincount(of_labels[used], minlength=width)[None, :].repeat(c, axis=0)
        mine = own[used[own // c]]
        bare = bare - np.bincount(mine % c * width + of_labels[mine // c], minlength=c * width).reshape(c, width)
        gaps = (of_gap + bare).astype(np.float64)
        long = lengths.astype(np.float64)
        # Places for a unit of length l in all gaps: sum over gaps h >= l of h - l + 1.
        rest, number = _from_the_end(gaps * long), _from_the_end(gaps)
        places = rest - number * (long - 1.0)
        many = of_unit.sum(1)
        meet = (many - 1.0) / 3.0 * (of_unit @ (2.0 * long**3 - 3.0 * long**2 + long))
        lie = (of_unit * long**2 * places).sum(1)
        below = n * (n - 1.0) - of_unit @ (long * (long - 1.0))
        return np.where(below > 0, 2.0 * (meet + lie) / np.where(below > 0, below, 1.0), 0.0)

    def value(self, kind: int | None = None) -> float:
        """Alpha of all classes together, or of one; NaN where undefined."""
        return float(self._alphas(self._everybody)[-1 if kind is None else kind])

    @property
    def _everybody(self) -> Bools:
        return np.ones(self.marks.labels.n_labels, dtype=np.bool_)

    def _alphas(self, keep: Bools) -> Floats:
        """Alpha of each class and, last, of all together: (n_classes + 1,)."""
        observed, expected = self._sums(keep)
        observed, expected = np.append(observed, observed.sum()), np.append(expected, expected.sum())
        known = np.isfinite(expected) & (expected > 0)
        return np.where(known, 1.0 - observed / np.where(known, expected, 1.0), np.nan)

    def disagreement(self) -> tuple[Floats, Floats]:
        """(observed, expected) by class in the book's units, for one text: both divided by its length."""
        observed, expected = self._sums(self._everybody)
        whole = float(self.marks.length.sum())
        return observed / whole, expected / whole

    def result(self, confidence: float = 0.95, kind: int | None = None, *, intervals: bool = True) -> Result:
        """Alpha with intervals that leave out each example and each labeller (in 40 parts where there are more)."""
        counts = self.pairs.counts
        if not self.pairs.n:
            return undefined(NO_PAIRS, counts)
        value = self.value(kind)
        if not np.isfinite(value):
            return undefined(NO_UNITS if kind is None else NO_UNIT_OF_CLASS, counts)
        named = {}
        for of, (without, n, least) in self._left_out.items() if intervals else ():
            named[of] = Interval(None, None, f"it takes at least {least} {of} with labels in common, and there are {n}")
            if without is not None:
                parts = of if len(without) == n else f"parts of the {n:,} {of}"
                named[of] = jackknife(without[:, -1 if kind is None else kind], value, confidence, (-1.0, 1.0), parts)
        return figure(value, named, METHOD, counts, confidence)

    @cached_property
    def _left_out(self) -> dict[str, tuple[Floats | None, int, int]]:
        """What is left out → (alphas without each part of them (n_parts, n_classes + 1), how many there are, how many it takes)."""
        labels = self.marks.labels
        paired = np.zeros(labels.n_labels, dtype=np.bool_)
        paired[self.pairs.one] = paired[self.pairs.other] = True
        found: dict[str, tuple[Floats | None, int, int]] = {}
        for of, group, least in (("examples", labels.example, 2), ("labellers", labels.labeller, 3)):
            names, place = np.unique(group[paired], return_inverse=True)
            n = int(names.size)
            if n < least:
                found[of] = None, n, least
                continue
            # Dealt out at random, so that no part is one day's or one source's.
            dealt = np.empty(n, dtype=np.int64)
            dealt[np.random.default_rng(0).permutation(n)] = np.arange(n) % min(GROUPS, n)
            part = np.full(group.size, -1)
            part[paired] = dealt[place.ravel()]
            found[of] = np.array([self._alphas(part != one) for one in range(min(GROUPS, n))]), n, least
        return found

    def by_label(self) -> tuple[Floats, Floats]:
        """Per label how far it lies from the others' and over how much text, summed over pairs; shapes (n_labels,)."""
        pair, _, squared = self._apart
        summed = np.bincount(pair, weights=squared, minlength=self.pairs.n).astype(np.float64)
        long = self.marks.length[self.pairs.example].astype(np.float64)
        return self.pairs.by_label(summed), self.pairs.by_label(long)

    def without(self) -> dict[int, float]:
        """Each labeller's place → alpha of everybody else; empty where there are too many to leave out each."""
        without, n, _ = self._left_out["labellers"]
        labels = self.marks.labels
        if without is None or n > GROUPS:
            return {}
        people = np.unique(np.concatenate(self.pairs.people))
        part = np.argsort(np.random.default_rng(0).permutation(n))
        return {int(who): float(without[at, -1]) for who, at in zip(people, part, strict=True)} if labels.n_labels else {}

    def chance(self) -> float:
        """The expected disagreement of all classes, in the units of `by_label`."""
        return float(self._sums(self._everybody)[1].sum())


def _from_the_end(table: Floats) -> Floats:
    return np.asarray(table[:, ::-1].cumsum(axis=1)[:, ::-1], dtype=np.float64)
