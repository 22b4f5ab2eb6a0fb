"""Sets of classes compared: alpha with Jaccard's and with MASI's distance, alpha of exact sets, of each class, likeness."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from functools import cached_property, partial
from typing import Self

import numpy as np
from scipy import sparse

from labelling.stats import agreement
from labelling.stats.columns import Bools, Floats, Labels, Longs
from labelling.stats.comparison import Comparison
from labelling.stats.distances import DistanceAlpha
from labelling.stats.groups import LabellerAgreement
from labelling.stats.label_pairs import PairLikeness, Pairs
from labelling.stats.people import each_labeller
from labelling.stats.results import Result
from labelling.stats.sets import Sets

JACCARD = "Krippendorff's alpha with Jaccard's distance of two sets (1 - common classes / all classes of both; two empty sets agree)"
MASI = "Krippendorff's alpha with the MASI distance of two sets (Passonneau 2006)"
LIKENESS = "Mean likeness of two people's sets: common classes / all classes of both (Jaccard); two empty sets are alike"
MOST_CODES = 20_000  # distinct sets up to which chance is exact


class SetComparison(Comparison):
    def __init__(self, labels: Labels, sets: Sets, resamples: int = 1000, seed: int = 0) -> None:
        self.labels, self.sets, self.resamples, self.seed = labels, sets, resamples, seed

    @classmethod
    def of(cls, labels: Labels, values: Sequence[Collection[Hashable] | None], classes: Sequence[Hashable], *, seed: int = 0) -> Self:
        """`values[code]` is an answer: the classes chosen."""
        return cls(labels, Sets.of(values, classes), seed=seed)

    def keep(self, mask: Bools) -> Self:
        return type(self)(self.labels.keep(mask), self.sets, 0, self.seed)

    @cached_property
    def pairs(self) -> Pairs:
        return Pairs.of(self.labels)

    @cached_property
    def by_jaccard(self) -> DistanceAlpha:
        return self._by("jaccard")

    def _by(self, measure: str) -> DistanceAlpha:
        summed = partial(self.sets.summed, measure=measure) if self.labels.used_codes.size <= MOST_CODES else None
        return DistanceAlpha(self.labels, self.pairs, getattr(self.sets, measure), self.seed, summed)

    @cached_property
    def _alike(self) -> tuple[Floats, Floats]:
        return 1.0 - self.by_jaccard.of_pair, np.ones(self.pairs.n)

    def alpha(self, confidence: float = 0.95) -> Result:
        return self.by_jaccard.result(JACCARD, confidence)

    def likeness(self, confidence: float = 0.95) -> Result:
        return self.pairs.mean(*self._alike, LIKENESS, confidence)

    def measures(self, confidence: float = 0.95) -> dict[str, Result]:
        return {
            "alpha_masi": self._by("masi").result(MASI, confidence),
            "alpha_exact": agreement.alpha(self.labels, "nominal", confidence=confidence, resamples=self.resamples, seed=self.seed),
            "percent": agreement.percent_agreement(self.labels, confidence=confidence, resamples=self.resamples, seed=self.seed),
            "set_similarity": self.likeness(confidence),
        }

    @cached_property
    def used(self) -> list[int]:
        """The places of classes that somebody chose."""
        chosen = self.sets.member[self.labels.used_codes].any(axis=0)
        return np.flatnonzero(chosen).tolist()

    def per_class(self, confidence: float = 0.95) -> dict[int, Result]:
        found: dict[int, Result] = {}
        for place in self.used:
            part = self.labels.recode(self.sets.member[:, place], 2)
            found[place] = agreement.alpha(part, "nominal", confidence=confidence, resamples=0, seed=self.seed)
        return found

    def by_labeller(self, confidence: float = 0.95) -> list[LabellerAgreement]:
        alike, each = (self.pairs.by_label(part) for part in self._alike)
        return each_labeller(
            self.labels, apart=each - alike, number=each, chance=self.by_jaccard.chance(), like=alike, out_of=each,
            method=JACCARD, like_method=LIKENESS, without=self.by_jaccard.without(), confidence=confidence,
        )  # fmt: skip

    def by_two(self, least: int, confidence: float = 0.95) -> tuple[list[PairLikeness], int]:
        return self.pairs.by_two(*self._alike, LIKENESS, least=least, confidence=confidence)

    def class_pairs(self) -> Floats:
        """Pairs of labels of which one has the row's class alone and the other the column's; on the diagonal those that share it."""
        code, n = self.labels.code, self.sets.member.shape[1]
        keys, counts = np.unique(code[self.pairs.one].astype(np.int64) * max(1, self.labels.n_codes) + code[self.pairs.other], return_counts=True)
        one, other = keys // max(1, self.labels.n_codes), keys % max(1, self.labels.n_codes)
        found = np.zeros((n, n))
        step = max(1, (1 << 22) // max(1, n))
        for start in range(0, keys.size, step):
            part = slice(start, start + step)
            left, right = self.sets.member[one[part]], self.sets.member[other[part]]
            weight = sparse.diags_array(counts[part].astype(np.float64))
            apart = (left & ~right).astype(np.float64).T @ (weight @ (right & ~left).astype(np.float64))
            found += apart + apart.T
            found[np.arange(n), np.arange(n)] += 2.0 * (counts[part] @ (left & right))
        return found

    def if_merged(self, a: int, b: int) -> tuple[float | None, float | None]:
        member = self.sets.member.copy()
        member[:, a] |= member[:, b]
        member[:, b] = False
        return self.by_jaccard.value(), SetComparison(self.labels, Sets(member))._on(self.pairs).value()

    def _on(self, pairs: Pairs) -> DistanceAlpha:
        return DistanceAlpha(self.labels, pairs, self.sets.jaccard, self.seed, self.sets.summed)

    def examples_with(self, a: int, b: int) -> Longs:
        labels, member = self.labels, self.sets.member
        first = member[:, a] if a == b else member[:, a] & ~member[:, b]
        second = member[:, b] if a == b else member[:, b] & ~member[:, a]
        has = [np.bincount(labels.example[chosen[labels.code]], minlength=labels.n_examples) for chosen in (first, second)]
        return np.flatnonzero(has[0] >= 2 if a == b else (has[0] > 0) & (has[1] > 0))
