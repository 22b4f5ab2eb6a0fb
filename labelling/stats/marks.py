"""Spans of many labels as arrays: which marks of one label meet which of another, and what is said of each stretch of text.

Nothing here makes a Python object a character: a text is cut where a span begins or ends, and the pieces weigh what they are long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from labelling.stats.columns import Floats, Labels, Longs
from labelling.stats.label_pairs import Pairs
from labelling.stats.units import Units


@dataclass(frozen=True, eq=False)
class Answers:
    """The spans of each distinct answer, flat: `begin[c]:begin[c + 1]` are those of code c. `kind` is the class's place."""

    begin: Longs
    kind: Longs
    start: Longs
    end: Longs
    n_classes: int

    @classmethod
    def of(cls, values: Sequence[Sequence[Mapping[str, Any]] | None], classes: Sequence[str]) -> Self:
        """`values[code]` is an answer as stored; spans of classes that are not in `classes` are left out."""
        place = {key: at for at, key in enumerate(classes)}
        rows = [(code, place[s["class"]], s["start"], s["end"]) for code, value in enumerate(values) for s in value or () if s["class"] in place]
        code, kind, start, end = np.array(rows, dtype=np.int64).reshape(-1, 4).T
        begin = np.searchsorted(code, np.arange(len(values) + 1))
        return cls(begin, kind, start, end, len(classes))

    @cached_property
    def furthest(self) -> Longs:
        """Where each answer's last span ends, (n_codes,)."""
        found = np.zeros(self.begin.size - 1, dtype=np.int64)
        np.maximum.at(found, np.repeat(np.arange(found.size), np.diff(self.begin)), self.end)
        return found


@dataclass(frozen=True, eq=False)
class Marks:
    """The spans of every label: `label` row, class `kind`, `start` and `end` (code points, end exclusive), ordered by label and start.
    `length` (n_examples,) is how long each text is."""

    labels: Labels
    label: Longs
    kind: Longs
    start: Longs
    end: Longs
    length: Longs
    n_classes: int

    @classmethod
    def of(cls, labels: Labels, answers: Answers, length: ArrayLike | None = None) -> Self:
        """`length` (n_examples,) in code points; a text that is not known is as long as its furthest span."""
        rows, at = spread(np.arange(labels.n_labels), answers.begin[labels.code], answers.begin[labels.code.astype(np.int64) + 1])
        known = np.zeros(labels.n_examples, dtype=np.int64) if length is None else np.asarray(length, dtype=np.int64)
        longest = np.zeros(labels.n_examples, dtype=np.int64)
        np.maximum.at(longest, labels.example, answers.furthest[labels.code])
        return cls(labels, rows, answers.kind[at], answers.start[at], answers.end[at], np.maximum(known, longest), answers.n_classes)

    @cached_property
    def number(self) -> Longs:
        """Spans of each label, (n_labels,)."""
        return np.bincount(self.label, minlength=self.labels.n_labels)

    @cached_property
    def united(self) -> Marks:
        """Spans of one class that overlap within one label made one; neighbours that only touch stay two."""
        if not self.label.size:
            return self
        order = np.lexsort((self.start, self.kind, self.label))
        own = self.label[order] * self.n_classes + self.kind[order]
        base = int(self.length.max(initial=0)) + 2
        start, end = own * base + self.start[order], own * base + self.end[order]
        reach = np.maximum.accumulate(end)
        new = np.concatenate(([True], start[1:] >= reach[:-1]))
        first = np.flatnonzero(new)
        last = np.append(first[1:], start.size) - 1
        who = order[first]
        return Marks(
            self.labels, self.label[who], self.kind[who], self.start[who], reach[last] - own[first] * base, self.length, self.n_classes
        )

    def meetings(self, pairs: Pairs) -> tuple[Longs, Longs, Longs, Longs]:
        """For each span and each other label of its example: (place of the pair, span, first and last + 1 of that label's spans
        of the same class that overlap it). To be asked of `united` spans, which are in order and apart."""
        base = int(self.length.max(initial=0)) + 2
        begin = np.searchsorted(self.label, np.arange(self.labels.n_labels + 1))
        parts = []
        keys = self.label * self.n_classes + self.kind
        starts, ends = keys * base + self.start, keys * base + self.end
        for own, other in ((pairs.one, pairs.other), (pairs.other, pairs.one)):
            pair, span = spread(np.arange(pairs.n), begin[own], begin[own + 1])
            asked = (other[pair] * self.n_classes + self.kind[span]) * base
            low = np.searchsorted(ends, asked + self.start[span], side="right")
            high = np.searchsorted(starts, asked + self.end[span], side="left")
            parts.append((pair, span, low, high))
        joined = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
        return joined[0], joined[1], joined[2], joined[3]

    def exact_matches(self, pairs: Pairs) -> Floats:
        """Spans with the same limits and class in both labels of each pair, (n_pairs,)."""
        same = np.unique(np.column_stack([self.kind, self.start, self.end]), axis=0, return_inverse=True)[1].ravel()
        n = int(same.max(initial=0)) + 1
        keys = np.sort(self.label * n + same)
        begin = np.searchsorted(self.label, np.arange(self.labels.n_labels + 1))
        pair, span = spread(np.arange(pairs.n), begin[pairs.one], begin[pairs.one + 1])
        asked = pairs.other[pair] * n + same[span]
        at = np.minimum(np.searchsorted(keys, asked), max(0, keys.size - 1))
        hit = keys[at] == asked if keys.size else np.zeros(0, dtype=np.bool_)
        return np.bincount(pair[hit], minlength=pairs.n).astype(np.float64)

    def units(self) -> Units:
        """Every stretch of text between two places where a span of somebody begins or ends, with the set of classes that each
        label gives it: a code point without a span has code 0; where spans overlap, the set of their classes is one value."""
        labels = self.labels
        used = labels.sizes >= 2
        length = np.where(used, self.length, 0)
        base = np.cumsum(length) - length
        example = labels.example[self.label].astype(np.int64)
        mine = used[example]
        label, kind, example = self.label[mine], self.kind[mine], example[mine]
        start, end = self.start[mine] + base[example], self.end[mine] + base[example]
        cuts = np.unique(np.concatenate((base, base + length, start, end)))
        weight = np.diff(cuts).astype(np.float64)
        place = np.searchsorted(base + length, cuts[:-1], side="right")
        n_units = np.bincount(place, minlength=labels.n_examples)
        first = np.cumsum(n_units) - n_units
        # One cell a label and a unit, ordered by unit, then label.
        rows = np.repeat(used, labels.sizes)
        row = np.flatnonzero(rows)
        _, unit = spread(row, first[labels.example[row]], (first + n_units)[labels.example[row]])
        who = np.repeat(row, n_units[labels.example[row]])
        at = np.zeros(labels.n_labels, dtype=np.int64)
        at[row] = np.cumsum(n_units[labels.example[row]]) - n_units[labels.example[row]]
        low, high = np.searchsorted(cuts, start), np.searchsorted(cuts, end)
        span, covered = spread(np.arange(label.size), low, high)
        cell = at[label[span]] + covered - first[example[span]]
        code, member = _sets(cell, kind[span], who.size, self.n_classes)
        order = np.argsort(unit, kind="stable")
        return Units(labels, place, weight, unit[order], who[order], code[order], member)


def _sets(cell: Longs, kind: Longs, n_cells: int, n_classes: int) -> tuple[Any, Any]:
    """(code of each cell, which classes each code holds): code 0 for the empty set, then the sets that occur."""
    pairs = np.unique(cell * n_classes + kind)
    cells, kinds = pairs // n_classes, pairs % n_classes
    # A set of classes is the sum of their random numbers: two sets with one sum are as likely as a 64-bit collision.
    names = np.random.default_rng(0).integers(1, 1 << 62, size=n_classes, dtype=np.uint64)
    total = np.zeros(n_cells, dtype=np.uint64)
    np.add.at(total, cells, names[kinds])
    known, code = np.unique(np.concatenate((np.zeros(1, dtype=np.uint64), total)), return_inverse=True)
    code = code.ravel()[1:]
    member = np.zeros((known.size, n_classes), dtype=np.bool_)
    member[code[cells], kinds] = True
    return code.astype(np.int32), member


def spread(rows: Longs, first: Longs, last: Longs) -> tuple[Longs, Longs]:
    """(row, place) for every place from first to last of each row."""
    width = np.maximum(last - first, 0)
    row = np.repeat(rows, width)
    return row, np.arange(row.size) - np.repeat(np.cumsum(width) - width, width) + np.repeat(first, width)
