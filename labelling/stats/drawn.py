"""Boxes of many labels as arrays: which boxes of two labels match, and which boxes of all of them are one object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from scipy.optimize import linear_sum_assignment

from labelling.stats.boxes import SAME_OBJECT, corners, overlaps
from labelling.stats.columns import Bools, Floats, Labels, Longs
from labelling.stats.label_pairs import Pairs
from labelling.stats.marks import spread
from labelling.stats.units import Units


@dataclass(frozen=True, eq=False)
class Boxes:
    """The boxes of each distinct answer, flat: `begin[c]:begin[c + 1]` are those of code c; `corner` (n, 4), `kind` the class's place."""

    begin: Longs
    kind: Longs
    corner: Floats
    n_classes: int

    @classmethod
    def of(cls, values: Sequence[Sequence[Mapping[str, Any]] | None], classes: Sequence[str]) -> Self:
        """`values[code]` is an answer as stored; boxes of classes that are not in `classes` are left out."""
        place = {key: at for at, key in enumerate(classes)}
        known = [[box for box in value or () if box["class"] in place] for value in values]
        begin = np.concatenate(([0], np.cumsum([len(value) for value in known]))).astype(np.int64)
        flat = [box for value in known for box in value]
        return cls(begin, np.array([place[box["class"]] for box in flat], dtype=np.int64), corners(flat), len(classes))


@dataclass(frozen=True, eq=False)
class Drawn:
    """Matches of every two labels of one example (largest sum of overlaps, each box once, none below 0.5): `pair` is the place in
    `pairs`, `own` and `other` are boxes as places in `label`, `overlap` their intersection over union.

    `label` (n_boxes,) is each box's label row, `box` its place in `boxes`, ordered by label.
    """

    labels: Labels
    boxes: Boxes
    pairs: Pairs
    label: Longs
    box: Longs
    pair: Longs
    own: Longs
    other: Longs
    overlap: Floats

    @classmethod
    def of(cls, labels: Labels, boxes: Boxes) -> Self:
        pairs = Pairs.of(labels)
        label, box = spread(np.arange(labels.n_labels), boxes.begin[labels.code], boxes.begin[labels.code.astype(np.int64) + 1])
        begin = np.searchsorted(label, np.arange(labels.n_labels + 1))
        found: list[tuple[int, Any, Any, Any]] = []
        for at, (one, other) in enumerate(zip(pairs.one.tolist(), pairs.other.tolist(), strict=True)):
            rows, columns, same = _match(boxes.corner[box[begin[one] : begin[one + 1]]], boxes.corner[box[begin[other] : begin[other + 1]]])
            if same.size:
                found.append((at, rows + begin[one], columns + begin[other], same))
        pair = np.repeat([at for at, *_ in found], [part.size for *_, part in found]).astype(np.int64)
        joined = [np.concatenate([row[place] for row in found]) if found else np.zeros(0) for place in (1, 2, 3)]
        return cls(labels, boxes, pairs, label, box, pair, joined[0].astype(np.int64), joined[1].astype(np.int64), joined[2])

    def keep(self, mask: Bools) -> Drawn:
        """These labels alone; nothing is matched anew."""
        labels = self.labels.keep(mask)
        row = np.cumsum(mask) - 1
        stays = mask[self.pairs.one] & mask[self.pairs.other]
        pairs = Pairs(labels, row[self.pairs.one[stays]], row[self.pairs.other[stays]])
        place = np.cumsum(stays) - 1
        drawn = mask[self.label]
        box = np.cumsum(drawn) - 1
        met = stays[self.pair]
        return replace(
            self, labels=labels, pairs=pairs, label=row[self.label[drawn]], box=self.box[drawn],
            pair=place[self.pair[met]], own=box[self.own[met]], other=box[self.other[met]], overlap=self.overlap[met],
        )  # fmt: skip

    @cached_property
    def number(self) -> Longs:
        """Boxes of each label, (n_labels,)."""
        return np.bincount(self.label, minlength=self.labels.n_labels)

    @cached_property
    def kind(self) -> Longs:
        """The class of each box, as a place."""
        return self.boxes.kind[self.box]

    @cached_property
    def objects(self) -> Longs:
        """The object of each box, (n_boxes,): boxes join by overlap, the closest first, at most one box a label."""
        group = np.arange(self.label.size).tolist()
        members = [[at] for at in group]
        of_label = self.label.tolist()
        order = np.lexsort((self.other, self.own, -self.overlap))
        for own, other in zip(self.own[order].tolist(), self.other[order].tolist(), strict=True):
            left, right = group[own], group[other]
            if left == right or {of_label[at] for at in members[left]} & {of_label[at] for at in members[right]}:
                continue
            for at in members[right]:
                group[at] = left
            members[left] += members[right]
            members[right] = []
        return np.array(group, dtype=np.int64)

    def units(self) -> Units:
        """One unit an object; each label of its example says the class of its box, or that nothing is there (code 0)."""
        labels = self.labels
        used = (labels.sizes >= 2)[labels.example[self.label]] if self.label.size else np.zeros(0, dtype=np.bool_)
        names, place = np.unique(self.objects[used], return_inverse=True)
        place = place.ravel()
        example = np.zeros(names.size, dtype=np.int64)
        example[place] = labels.example[self.label[used]]
        order = np.argsort(example, kind="stable")
        rank = np.argsort(order)
        example, place = example[order], rank[place]
        unit, label = spread(np.arange(names.size), labels.offsets[example], labels.offsets[example + 1])
        first = np.cumsum(labels.sizes[example]) - labels.sizes[example]
        cell = first[place] + self.label[used] - labels.offsets[example[place]]
        code = np.zeros(unit.size, dtype=np.int32)
        code[cell] = self.kind[used] + 1
        n = self.boxes.n_classes
        member = np.vstack([np.zeros((1, n), dtype=np.bool_), np.eye(n, dtype=np.bool_)])
        return Units(labels, example, np.ones(names.size), unit, label, code, member, drop_empty=True)


def _match(one: Floats, other: Floats) -> tuple[Longs, Longs, Floats]:
    """(place in one, place in other, overlap) of the boxes that match; see `labelling.stats.boxes.match`."""
    nothing = np.zeros(0, dtype=np.int64)
    if not len(one) or not len(other):
        return nothing, nothing, np.zeros(0)
    table = overlaps(one, other)
    usable = np.where(table >= SAME_OBJECT, table, 0.0)
    # Most boxes meet nothing: only those that meet something take part in the assignment.
    rows, columns = np.flatnonzero(usable.any(axis=1)), np.flatnonzero(usable.any(axis=0))
    if not rows.size:
        return nothing, nothing, np.zeros(0)
    left, right = linear_sum_assignment(usable[np.ix_(rows, columns)], maximize=True)
    left, right = rows[left], columns[right]
    hit = usable[left, right] > 0
    return left[hit], right[hit], table[left[hit], right[hit]]
