"""Spans of one question compared: unitized alpha, character alpha, F1 of spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from labelling.stats.columns import Bools, Floats, Labels, Longs
from labelling.stats.comparison import Comparison, kept
from labelling.stats.groups import LabellerAgreement
from labelling.stats.label_pairs import NOTHING_MARKED, PairLikeness, Pairs
from labelling.stats.marks import Answers, Marks
from labelling.stats.people import each_labeller
from labelling.stats.results import Result
from labelling.stats.unitized import METHOD, Unitized
from labelling.stats.units import Units

CHARACTERS = "Krippendorff's alpha, nominal, each code point a unit (its class, or none; where spans overlap their set of classes), texts pooled"
EXACT = "F1 of spans with the same beginning, end and class, over all pairs of labels (twice the matches over all spans of both)"
OVERLAP = "F1 of spans that overlap one of the same class, over all pairs of labels (matched spans of both over all spans of both)"


class SpanComparison(Comparison):
    """`answers` holds the spans of each code; `length` (n_examples,) the texts' lengths in code points, 0 where not known."""

    def __init__(self, labels: Labels, answers: Answers, length: ArrayLike | None = None) -> None:
        self.labels, self.answers = labels, answers
        self.length = np.zeros(labels.n_examples, dtype=np.int64) if length is None else np.asarray(length, dtype=np.int64)

    @classmethod
    def of(
        cls, labels: Labels, values: Sequence[Sequence[Mapping[str, Any]] | None], classes: Sequence[str], length: ArrayLike | None = None
    ) -> Self:
        """`values[code]` is an answer: [{"start", "end", "class"}]."""
        return cls(labels, Answers.of(values, classes), length)

    def keep(self, mask: Bools) -> Self:
        labels, places = kept(self.labels, mask)
        return type(self)(labels, self.answers, self.length[places])

    @cached_property
    def marks(self) -> Marks:
        return Marks.of(self.labels, self.answers, self.length)

    @cached_property
    def pairs(self) -> Pairs:
        return Pairs.of(self.labels)

    @cached_property
    def unitized(self) -> Unitized:
        return Unitized(self.marks.united, self.pairs)

    @cached_property
    def units(self) -> Units:
        return self.marks.units()

    def alpha(self, confidence: float = 0.95) -> Result:
        return self.unitized.result(confidence)

    def character_alpha(self, confidence: float = 0.95) -> Result:
        return self.units.result(CHARACTERS, confidence)

    @cached_property
    def _exact(self) -> tuple[Floats, Floats]:
        number = self.marks.number
        return 2.0 * self.marks.exact_matches(self.pairs), (number[self.pairs.one] + number[self.pairs.other]).astype(np.float64)

    @cached_property
    def _overlap(self) -> tuple[Floats, Floats]:
        marks = self.marks.united
        pair, _, low, high = marks.meetings(self.pairs)
        met = np.bincount(pair[high > low], minlength=self.pairs.n).astype(np.float64)
        return met, (marks.number[self.pairs.one] + marks.number[self.pairs.other]).astype(np.float64)

    def likeness(self, confidence: float = 0.95) -> Result:
        return self.pairs.mean(*self._exact, EXACT, confidence, NOTHING_MARKED)

    def measures(self, confidence: float = 0.95) -> dict[str, Result]:
        return {
            "character_alpha": self.character_alpha(confidence),
            "span_f1_exact": self.likeness(confidence),
            "span_f1_overlap": self.pairs.mean(*self._overlap, OVERLAP, confidence, NOTHING_MARKED),
        }

    def per_class(self, confidence: float = 0.95) -> dict[int, Result]:
        used = np.unique(self.marks.kind).tolist()
        return {kind: self.unitized.result(confidence, kind) for kind in used}

    def by_labeller(self, confidence: float = 0.95) -> list[LabellerAgreement]:
        apart, number = self.unitized.by_label()
        like, out_of = (self.pairs.by_label(part) for part in self._exact)
        return each_labeller(
            self.labels, apart=apart, number=number, chance=self.unitized.chance(), like=like, out_of=out_of,
            method=METHOD, like_method=EXACT, without=self.unitized.without(), confidence=confidence,
        )  # fmt: skip

    def by_two(self, least: int, confidence: float = 0.95) -> tuple[list[PairLikeness], int]:
        return self.pairs.by_two(*self._exact, EXACT, least=least, confidence=confidence)

    def class_pairs(self) -> Floats:
        """In code points."""
        return self.units.class_pairs()

    def if_merged(self, a: int, b: int) -> tuple[float | None, float | None]:
        return self.units.value(), self.units.merged(a, b).value()

    def examples_with(self, a: int, b: int) -> Longs:
        return self.units.examples_with(a, b)
