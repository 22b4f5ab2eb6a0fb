"""Near-duplicates: texts and pictures that are the same thing written or saved twice.

Texts: equal after normalisation, or alike by MinHash (Broder 1997) over word shingles, found through banded hashing and then
checked exactly. Pictures: a difference hash (64 bits, Krawetz's dHash), alike within a few bits. Everything is seeded and
deterministic; cost grows with the number of things and of candidates, never with all pairs.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Hashable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

WORDS = re.compile(r"\w+")
SHINGLE = 3  # words
PERMUTATIONS, BANDS = 128, 32  # 32 bands of 4: 0.8 alike is found in all but 1 of 10^7, 0.3 alike in about a quarter and then checked
HASH_SIDE = 8  # the difference hash compares 8 x 8 neighbours
LARGEST_BUCKET = 200  # things that share a band; beyond, they are compared with the first one alone


def normalised(text: str) -> str:
    """Case, compatibility forms, punctuation and white space do not count; a text without a word stands for itself."""
    words = WORDS.findall(unicodedata.normalize("NFKC", text).casefold())
    return " ".join(words) if words else text.strip()


def shingles(text: str) -> frozenset[str]:
    """Runs of three words of the normalised text; all words of a shorter one together."""
    words = normalised(text).split(" ")
    if len(words) <= SHINGLE:
        return frozenset([" ".join(words)])
    return frozenset(" ".join(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1))


def groups_of_texts(texts: Mapping[Hashable, str], *, least: float = 0.8, seed: int = 0) -> list[list[Hashable]]:
    """Groups of two or more keys whose texts are equal after normalisation or share at least `least` of their shingles (Jaccard)
    with another of the group; in the order of the keys."""
    if not 0 < least <= 1:
        raise ValueError("least is a share above 0, up to 1.")
    keys = list(texts)
    same: dict[str, list[int]] = {}
    for place, key in enumerate(keys):
        same.setdefault(normalised(texts[key]), []).append(place)
    groups = _Union(len(keys))
    for members in same.values():
        for other in members[1:]:
            groups.join(members[0], other)
    firsts = [members[0] for members in same.values()]
    if least < 1:
        sets = [shingles(texts[keys[place]]) for place in firsts]
        for one, other in _candidates(_min_hashes(sets, seed)):
            a, b = sets[one], sets[other]
            if len(a & b) >= least * len(a | b):
                groups.join(firsts[one], firsts[other])
    return [[keys[place] for place in members] for members in groups.members() if len(members) > 1]


def groups_of_hashes(hashes: Mapping[Hashable, int], *, most_bits: int = 4) -> list[list[Hashable]]:
    """Groups of two or more keys whose 64-bit hashes differ in at most `most_bits` (up to 7) from another of the group.

    By pigeonhole two such hashes share one of eight bytes: only those that do are compared.
    """
    if not 0 <= most_bits <= 7:
        raise ValueError("most_bits is from 0 to 7.")
    keys = list(hashes)
    numbers = np.array([hashes[key] for key in keys], dtype=np.uint64)
    groups = _Union(len(keys))
    for one, other in _candidates(numbers[:, None].view(np.uint8).reshape(-1, 8).astype(np.uint64)):
        if int(numbers[one] ^ numbers[other]).bit_count() <= most_bits:
            groups.join(one, other)
    return [[keys[place] for place in members] for members in groups.members() if len(members) > 1]


def difference_hash(grey: NDArray[np.uint8]) -> int:
    """64 bits of a greyscale picture already scaled to 8 rows by 9 columns: is each pixel brighter than its right neighbour?"""
    if grey.shape != (HASH_SIDE, HASH_SIDE + 1):
        raise ValueError("Scale the picture to 8 rows of 9 pixels first.")
    bits = (grey[:, :-1] > grey[:, 1:]).ravel()
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def _min_hashes(sets: Sequence[frozenset[str]], seed: int) -> NDArray[np.uint64]:
    """One row a set, one number a band: equal where all minima of the band are."""
    random = np.random.default_rng(seed)
    factor, offset = random.integers(1, 1 << 31, (2, PERMUTATIONS), dtype=np.uint64)
    minima = np.empty((len(sets), PERMUTATIONS), dtype=np.uint64)
    for row, parts in enumerate(sets):
        numbers = np.fromiter((_number(part) for part in parts), dtype=np.uint64, count=len(parts))
        minima[row] = ((numbers[:, None] * factor + offset) >> np.uint64(32)).min(axis=0)
    bands = minima.reshape(len(sets), BANDS, PERMUTATIONS // BANDS)
    mixed = np.zeros((len(sets), BANDS), dtype=np.uint64)
    for part in range(bands.shape[2]):
        mixed = (mixed ^ bands[:, :, part]) * np.uint64(0x9E3779B97F4A7C15)
    return mixed


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _candidates(bands: NDArray[np.uint64]) -> Iterable[tuple[int, int]]:
    """Pairs of rows that share a number in some column, each once or a few times."""
    for column in range(bands.shape[1] if bands.size else 0):
        order = np.argsort(bands[:, column], kind="stable")
        numbers = bands[order, column]
        starts = np.flatnonzero(np.concatenate(([True], numbers[1:] != numbers[:-1])))
        ends = np.append(starts[1:], numbers.size)
        for start, end in zip(starts[ends - starts > 1].tolist(), ends[ends - starts > 1].tolist(), strict=True):
            rows = order[start:end].tolist()
            crowd = len(rows) > LARGEST_BUCKET
            for at, one in enumerate(rows[:1] if crowd else rows):
                for other in rows[at + 1 :]:
                    yield one, other


class _Union:
    """Which places belong together."""

    def __init__(self, count: int) -> None:
        self.parent = list(range(count))

    def root(self, place: int) -> int:
        while self.parent[place] != place:
            self.parent[place] = self.parent[self.parent[place]]
            place = self.parent[place]
        return place

    def join(self, one: int, other: int) -> None:
        a, b = self.root(one), self.root(other)
        if a != b:
            self.parent[max(a, b)] = min(a, b)

    def members(self) -> list[list[int]]:
        found: dict[int, list[int]] = {}
        for place in range(len(self.parent)):
            found.setdefault(self.root(place), []).append(place)
        return list(found.values())
