"""Boxes of one question compared: alpha over objects, F1 of boxes, how well matched ones lie over each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np

from labelling.stats.columns import Bools, Floats, Labels, Longs
from labelling.stats.comparison import Comparison
from labelling.stats.drawn import Boxes, Drawn
from labelling.stats.groups import LabellerAgreement
from labelling.stats.label_pairs import NOTHING_MARKED, PairLikeness, Pairs
from labelling.stats.people import each_labeller
from labelling.stats.results import Result
from labelling.stats.units import Units

OBJECTS = (
    "Krippendorff's alpha, nominal, over objects: boxes of different people that overlap by half or more (intersection over union) are"
    " one object, whoever drew no box for it says that nothing is there; objects of all examples pooled"
)
F1 = "F1 of boxes that match at an overlap of 0.5, whatever their class, over all pairs of labels (twice the matches over all boxes of both)"
F1_CLASS = "F1 of boxes that match at an overlap of 0.5 and have one class, over all pairs of labels"
OVERLAP = "Mean intersection over union of the boxes that match at an overlap of 0.5, over all pairs of labels"
CLASSES = "Share of matched boxes (overlap of 0.5 or more) to which both people gave one class, over all pairs of labels"
NO_MATCH = "No two people's boxes overlap by half or more, so there are no matched boxes to compare."


class BoxComparison(Comparison):
    def __init__(self, drawn: Drawn) -> None:
        self.drawn, self.labels = drawn, drawn.labels

    @classmethod
    def of(cls, labels: Labels, values: Sequence[Sequence[Mapping[str, Any]] | None], classes: Sequence[str]) -> Self:
        """`values[code]` is an answer: [{"x", "y", "w", "h", "class"}]."""
        return cls(Drawn.of(labels, Boxes.of(values, classes)))

    def keep(self, mask: Bools) -> Self:
        return type(self)(self.drawn.keep(mask))

    @property
    def pairs(self) -> Pairs:
        return self.drawn.pairs

    @cached_property
    def units(self) -> Units:
        return self.drawn.units()

    @cached_property
    def _same(self) -> Bools:
        """Of each match whether both boxes have one class."""
        return np.asarray(self.drawn.kind[self.drawn.own] == self.drawn.kind[self.drawn.other])

    def _per_pair(self, weights: Any = None) -> Floats:
        return np.bincount(self.drawn.pair, weights=weights, minlength=self.pairs.n).astype(np.float64)

    @cached_property
    def _number(self) -> Floats:
        number = self.drawn.number
        return (number[self.pairs.one] + number[self.pairs.other]).astype(np.float64)

    def alpha(self, confidence: float = 0.95) -> Result:
        return self.units.result(OBJECTS, confidence)

    def likeness(self, confidence: float = 0.95) -> Result:
        return self.pairs.mean(2.0 * self._per_pair(), self._number, F1, confidence, NOTHING_MARKED)

    def measures(self, confidence: float = 0.95) -> dict[str, Result]:
        matched = self._per_pair()
        same = self._per_pair(self._same)
        return {
            "box_f1": self.likeness(confidence),
            "box_f1_class": self.pairs.mean(2.0 * same, self._number, F1_CLASS, confidence, NOTHING_MARKED),
            "iou": self.pairs.mean(self._per_pair(self.drawn.overlap), matched, OVERLAP, confidence, NO_MATCH),
            "class_agreement": self.pairs.mean(same, matched, CLASSES, confidence, NO_MATCH),
        }

    def per_class(self, confidence: float = 0.95) -> dict[int, Result]:
        method = OBJECTS.replace("nominal, over objects", "this class or not, over objects")
        return {kind: self.units.of_class(kind).result(method, confidence) for kind in np.unique(self.drawn.kind).tolist()}

    def by_labeller(self, confidence: float = 0.95) -> list[LabellerAgreement]:
        apart, number = self.units.by_label()
        like, out_of = self.pairs.by_label(2.0 * self._per_pair()), self.pairs.by_label(self._number)
        return each_labeller(
            self.labels, apart=apart, number=number, chance=self.units.chance(), like=like, out_of=out_of,
            method=OBJECTS, like_method=F1, without=self.units.without(), confidence=confidence,
        )  # fmt: skip

    def by_two(self, least: int, confidence: float = 0.95) -> tuple[list[PairLikeness], int]:
        return self.pairs.by_two(2.0 * self._per_pair(), self._number, F1, least=least, confidence=confidence)

    def class_pairs(self) -> Floats:
        """In objects."""
        return self.units.class_pairs()

    def if_merged(self, a: int, b: int) -> tuple[float | None, float | None]:
        return self.units.value(), self.units.merged(a, b).value()

    def examples_with(self, a: int, b: int) -> Longs:
        return self.units.examples_with(a, b)
