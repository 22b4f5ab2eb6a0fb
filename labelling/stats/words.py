"""Texts word by word: how alike two are, and how many words a transcription gets wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from labelling.stats.columns import Floats, Longs

OTHER = re.compile(r"[^\w\s]+")
FIRST, SURROGATES, AFTER = 0x100, 0xD800, 0xE000


class Words:
    """Texts as sequences of words. Case and punctuation do not count; a word is what stands between white space."""

    def __init__(self, texts: Sequence[str]) -> None:
        known = _Signs()
        # A character a word, so that distances between words are distances between characters.
        self.written = ["".join(map(known.__getitem__, OTHER.sub("", text.lower()).split())) for text in texts]
        self.number: Longs = np.array([len(text) for text in self.written], dtype=np.int64)

    def wrong(self, one: NDArray[np.integer], other: NDArray[np.integer]) -> Floats:
        """Words to change, to take out and to put in between texts `one` and `other` (places), elementwise."""
        return _elementwise(self.written, one, other, Levenshtein.distance, np.int32)

    def alike(self, one: NDArray[np.integer], other: NDArray[np.integer]) -> Floats:
        """1 - wrong words / words of the longer text; 1 for two texts without words."""
        return _elementwise(self.written, one, other, Levenshtein.normalized_similarity, np.float64)


def character_distances(texts: Sequence[str], one: NDArray[np.integer], other: NDArray[np.integer]) -> Floats:
    """Levenshtein's distance in code points over the length of the longer text, elementwise; `one` and `other` are places."""
    return _elementwise(texts, one, other, Levenshtein.normalized_distance, np.float64)


def _elementwise(texts: Sequence[str], one: NDArray[np.integer], other: NDArray[np.integer], scorer: Any, kind: type) -> Floats:
    if not one.size:
        return np.zeros(0)
    left, right = [texts[at] for at in one.tolist()], [texts[at] for at in other.tolist()]
    return np.asarray(process.cpdist(left, right, scorer=scorer, dtype=kind), dtype=np.float64)


def word_error_rate(texts: Sequence[str], references: Sequence[str]) -> float:
    """Words to change, to take out and to put in, over the words of the references."""
    words = Words([*texts, *references])
    n = len(texts)
    places = np.arange(n)
    return float(words.wrong(places, places + n).sum() / max(1, int(words.number[n:].sum())))


class _Signs(dict[str, str]):
    """Word → a character of its own (one for all beyond a million words)."""

    def __missing__(self, word: str) -> str:
        at = FIRST + len(self)
        self[word] = sign = chr(at if at < SURROGATES else min(at + AFTER - SURROGATES, 0x10FFFF))
        return sign
