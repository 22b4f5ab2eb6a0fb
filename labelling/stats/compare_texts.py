"""Free texts of one question compared: alpha by edit distance, likeness word by word."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar, Self

import numpy as np

from labelling.stats import agreement
from labelling.stats.columns import Bools, Floats, Labels
from labelling.stats.comparison import Comparison
from labelling.stats.distances import DRAWN, DistanceAlpha
from labelling.stats.groups import LabellerAgreement
from labelling.stats.label_pairs import PairLikeness, Pairs, some_examples
from labelling.stats.people import each_labeller
from labelling.stats.results import Result
from labelling.stats.words import Words, character_distances

METHOD = (
    "Krippendorff's alpha with the distance of two texts: Levenshtein's edits in code points over the length of the longer one;"
    " capitals and punctuation count"
)
WORDS = "Mean likeness of two people's texts: 1 - words to change, add or leave out / words of the longer one; capitals and punctuation do not count"
SAME = "Share of pairs of labels with exactly the same text"
MOST_CHARACTERS = 150_000_000  # of two texts multiplied and summed: about what a second's work is


class TextComparison(Comparison):
    """`texts[code]` is an answer. So much text that it would take long is measured on examples drawn at random (`sampled` says so)."""

    has_classes: ClassVar[bool] = False

    def __init__(self, labels: Labels, texts: Sequence[str], words: Words | None = None, seed: int = 0, sampled: str = "") -> None:
        self.labels, self.texts, self.seed, self.sampled = labels, texts, seed, sampled
        self._given = words

    @classmethod
    def of(cls, labels: Labels, texts: Sequence[str | None], *, seed: int = 0) -> Self:
        known = [text or "" for text in texts]
        long = np.array([len(text) for text in known], dtype=np.int64)
        if labels.n_labels:
            # Comparing two texts costs about the product of their lengths over 64.
            most = np.maximum.reduceat(long[labels.code], labels.offsets[:-1])
            work = labels.sizes * (labels.sizes - 1) // 2 * (most * most // 64 + 64)
            mask = some_examples(labels, MOST_CHARACTERS, seed, work)
            if mask is not None:
                part = labels.keep(mask)
                words = f"; measured on {part.n_examples:,} of {labels.n_examples:,} examples drawn at random (seed {seed})"
                return cls(part, known, None, seed, words)
        return cls(labels, known, None, seed)

    def keep(self, mask: Bools) -> Self:
        return type(self)(self.labels.keep(mask), self.texts, self.words, self.seed, self.sampled)

    @cached_property
    def words(self) -> Words:
        return self._given or Words(self.texts)

    @cached_property
    def pairs(self) -> Pairs:
        return Pairs.of(self.labels)

    @cached_property
    def by_edits(self) -> DistanceAlpha:
        long = np.array([len(self.texts[code]) for code in self.labels.code.tolist()], dtype=np.float64)
        each = float(long.mean()) ** 2 / 64 + 64 if long.size else 64.0
        most = max(2, min(DRAWN, int(MOST_CHARACTERS / each)))
        return DistanceAlpha(
            self.labels, self.pairs, lambda one, other: character_distances(self.texts, one, other), self.seed, most_pairs=most
        )

    @cached_property
    def _alike(self) -> Floats:
        code = self.labels.code
        return self.words.alike(code[self.pairs.one], code[self.pairs.other])

    @cached_property
    def _each(self) -> Floats:
        return np.ones(self.pairs.n)

    def alpha(self, confidence: float = 0.95) -> Result:
        return self.by_edits.result(METHOD + self.sampled, confidence)

    def likeness(self, confidence: float = 0.95) -> Result:
        return self.pairs.mean(self._alike, self._each, WORDS + self.sampled, confidence)

    def measures(self, confidence: float = 0.95) -> dict[str, Result]:
        same = (self.labels.code[self.pairs.one] == self.labels.code[self.pairs.other]).astype(np.float64)
        return {
            "word_similarity": self.likeness(confidence),
            "alpha_exact": agreement.alpha(self.labels, "nominal", confidence=confidence, seed=self.seed),
            "percent": self.pairs.mean(same, self._each, SAME + self.sampled, confidence),
        }

    def by_labeller(self, confidence: float = 0.95) -> list[LabellerAgreement]:
        each = self.pairs.by_label(self._each)
        return each_labeller(
            self.labels, apart=self.pairs.by_label(self.by_edits.of_pair), number=each, chance=self.by_edits.chance(),
            like=self.pairs.by_label(self._alike), out_of=each, method=METHOD + self.sampled, like_method=WORDS,
            without=self.by_edits.without(), confidence=confidence,
        )  # fmt: skip

    def by_two(self, least: int, confidence: float = 0.95) -> tuple[list[PairLikeness], int]:
        return self.pairs.by_two(self._alike, self._each, WORDS, least=least, confidence=confidence)
