"""Near-duplicates: texts and pictures that are the same thing written or saved twice.

Texts: equal after normalisation, or alike by MinHash (Broder 1997) over runs of characters, found through banded hashing and then
checked by their share of common runs (Jaccard). Pictures: a difference hash (64 bits, Krawetz's dHash) finds candidates, which
are then compared as small grey pictures. Everything is seeded and deterministic; cost grows with the number of things and of
candidates, never with all pairs. Work goes in parts, so that whoever has too many texts for memory keeps 200 bytes of each.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
RUN, RUN_UNSPACED = 5, 3  # characters; where a character is a syllable or a word, fewer say as much
ROWS, BANDS, SHARED = 5, 25, 2  # two of 25 bands of 5 minima: 0.8 alike share them in all but 1 of 1,500, 0.3 alike in 1 of 600
PAIRS_AT_ONCE = 50_000
MOST_RUNS = 1024  # of a text are kept, those of the smallest hashes (a bottom-k sketch): of longer texts the likeness is an estimate
AT_ONCE = 2_000_000  # characters hashed in one go
HASH_SIDE = 8  # the difference hash compares 8 x 8 neighbours
GREY_SIDE = 16  # pixels of the small grey picture
MOST_BITS = 6  # in which the hashes of two pictures that are compared may differ
FLAT = 4.0  # grey levels; a picture that varies less has nothing to be recognised by
LARGEST_BUCKET = 200  # things that share a band; beyond, they are compared with the first one alone
EMOTICONS = re.compile(r"[:;=]['^o-]?[()\[\]{}/\\|DPpO*]|<3")
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
PRIME = np.uint64(0x9E3779B97F4A7C15)


class _Letters(dict[int, str | int | None]):
    """For str.translate: punctuation and white space become blanks, marks of formatting vanish, the rest stays: letters with
    their vowel signs, digits, and symbols, because one emoji may turn a sentence around."""

    def __missing__(self, point: int) -> str | int | None:
        category = unicodedata.category(chr(point))
        found: str | int | None = point
        if category == "Cf" or 0xFE00 <= point <= 0xFE0F:
            found = None
        elif category[0] in "PZC":
            found = " "
        self[point] = found
        return found


_LETTERS = _Letters()


def normalised(text: str) -> str:
    """Case, compatibility forms, punctuation and white space do not count; emoji and emoticons do. A text without any of letters,
    digits and symbols stands for itself."""
    words = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS).split()
    if any(sign in text for sign in ":;=<"):
        words += [found.casefold() for found in EMOTICONS.findall(text)]
    return " ".join(words) if words else text.strip()


def same_text(parts: Iterable[str | bytes]) -> int:
    """A number of 63 bits that is equal for things whose texts are equal after normalisation, part by part; what is given as bytes
    counts as it stands (-3 is not 3)."""
    return _number("\x1f".join(normalised(part) if isinstance(part, str) else part.decode() for part in parts)) >> 1


def shingles(text: str) -> Hashes:
    """The runs of characters of a normalised text, as sorted distinct hashes: five characters each, three where most are of a
    script without spaces; a shorter text is one run. Of many, those with the smallest hashes."""
    return _sets([text])[0]


def likeness(one: Hashes, other: Hashes) -> float:
    """The share of runs that two texts have in common (Jaccard), from their `shingles`; an estimate where these were cut off."""
    if not one.size or not other.size:
        return float(one.size == other.size)
    both = np.union1d(one, other)
    if one.size == MOST_RUNS or other.size == MOST_RUNS:  # the smallest of the union are a sample of it
        both = both[:MOST_RUNS]
        one, other = one[one <= both[-1]], other[other <= both[-1]]
    return float(one.size + other.size - np.union1d(one, other).size) / both.size


def min_hashes(texts: Sequence[str], *, seed: int = 0) -> Hashes:
    """(n_texts, BANDS): two normalised texts share a number where all minima of the band are equal."""
    random = np.random.default_rng(seed)
    factor, offset = random.integers(1, 1 << 62, (2, ROWS * BANDS), dtype=np.uint64)
    bands = np.zeros((len(texts), BANDS), dtype=np.uint64)
    for first, last in _parts(texts):
        sets = _sets(texts[first:last])
        runs, starts = np.concatenate(sets), np.cumsum([0] + [found.size for found in sets[:-1]])
        for number in range(ROWS * BANDS):
            minima = np.minimum.reduceat(_mixed(runs * (factor[number] | np.uint64(1)) + offset[number]), starts)
            band = number // ROWS
            bands[first:last, band] = _mixed((bands[first:last, band] ^ minima) * PRIME)
    return bands


def candidates(bands: Hashes, *, shared: int = 1) -> Iterator[tuple[int, int]]:
    """Pairs of rows that have the same number in `shared` columns or more, the smaller first, each once or a few times."""
    pairs = _sharing(bands)
    if shared == 1:
        yield from pairs
    while some := list(islice(pairs, PAIRS_AT_ONCE)) if shared > 1 else []:
        one, other = np.array(some, dtype=np.int64).T
        enough = (bands[one] == bands[other]).sum(1) >= shared
        yield from zip(one[enough].tolist(), other[enough].tolist(), strict=True)


def _sharing(bands: Hashes) -> Iterator[tuple[int, int]]:
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


def groups_of_texts(texts: Mapping[Hashable, str], *, least: float = 0.8, seed: int = 0) -> list[list[Hashable]]:
    """Groups of two or more keys whose texts are equal after normalisation or share at least `least` of their runs (Jaccard)
    with another of the group; in the order of the keys."""
    if not 0 < least <= 1:
        raise ValueError("least is a share above 0, up to 1.")
    keys = list(texts)
    plain = [normalised(texts[key]) for key in keys]
    groups = Groups(len(keys))
    first: dict[str, int] = {}
    for place, text in enumerate(plain):
        groups.join(first.setdefault(text, place), place)
    if least < 1:
        places = list(first.values())
        for one, other in candidates(min_hashes([plain[place] for place in places], seed=seed), shared=SHARED):
            a, b = places[one], places[other]
            if not groups.together(a, b) and likeness(shingles(plain[a]), shingles(plain[b])) >= least:
                groups.join(a, b)
    return [[keys[place] for place in members] for members in groups.members() if len(members) > 1]


def difference_hash(grey: NDArray[np.uint8]) -> int:
    """64 bits of a greyscale picture already scaled to 8 rows by 9 columns: is each pixel brighter than its right neighbour?"""
    if grey.shape != (HASH_SIDE, HASH_SIDE + 1):
        raise ValueError("Scale the picture to 8 rows of 9 pixels first.")
    bits = (grey[:, :-1] > grey[:, 1:]).ravel()
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def hash_bands(hashes: NDArray[np.uint64]) -> Hashes:
    """(n, 8): the bytes of 64-bit hashes, each with its place. By pigeonhole two hashes that differ in up to 7 bits share one."""
    return np.ascontiguousarray(hashes, dtype=np.uint64)[:, None].view(np.uint8).reshape(-1, 8).astype(np.uint64)


def groups_of_hashes(hashes: Mapping[Hashable, int], *, most_bits: int = 4) -> list[list[Hashable]]:
    """Groups of two or more keys whose 64-bit hashes differ in at most `most_bits` (up to 7) from another of the group."""
    if not 0 <= most_bits <= 7:
        raise ValueError("most_bits is from 0 to 7.")
    keys = list(hashes)
    numbers = np.array([hashes[key] for key in keys], dtype=np.uint64)
    groups = Groups(len(keys))
    for one, other in candidates(hash_bands(numbers)):
        if int(numbers[one] ^ numbers[other]).bit_count() <= most_bits:
            groups.join(one, other)
    return [[keys[place] for place in members] for members in groups.members() if len(members) > 1]


def picture_likeness(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """How alike two small grey pictures of one size are: their correlation, 0 at the least, so that brightness and contrast do not
    count. Pictures without anything on them are alike where they are equally bright."""
    a, b = one.astype(np.float64).ravel(), other.astype(np.float64).ravel()
    if a.shape != b.shape:
        raise ValueError("Both pictures have the same size.")
    wide, broad = float(a.std()), float(b.std())
    if wide < FLAT or broad < FLAT:
        return float(wide < FLAT and broad < FLAT and abs(float(a.mean() - b.mean())) < 2 * FLAT)
    return max(0.0, float(((a - a.mean()) * (b - b.mean())).mean()) / (wide * broad))


class Groups:
    """Which places belong together (union-find); a group is known by its smallest place."""

    def __init__(self, count: int) -> None:
        self.parent = list(range(count))

    def root(self, place: int) -> int:
        while self.parent[place] != place:
            self.parent[place] = self.parent[self.parent[place]]
            place = self.parent[place]
        return place

    def together(self, one: int, other: int) -> bool:
        return self.root(one) == self.root(other)

    def join(self, one: int, other: int) -> None:
        a, b = self.root(one), self.root(other)
        if a != b:
            self.parent[max(a, b)] = min(a, b)

    def members(self) -> list[list[int]]:
        """Each group's places, ascending; groups by their smallest."""
        found: dict[int, list[int]] = {}
        for place in range(len(self.parent)):
            found.setdefault(self.root(place), []).append(place)
        return list(found.values())


def _parts(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Texts in parts of about AT_ONCE characters."""
    first, held = 0, 0
    for place, text in enumerate(texts):
        held += len(text)
        if held >= AT_ONCE:
            yield first, place + 1
            first, held = place + 1, 0
    if first < len(texts):
        yield first, len(texts)


def _sets(texts: Sequence[str]) -> list[Hashes]:
    """The shingles of each text."""
    found: list[Hashes] = []
    for text in texts:
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
        unspaced = not text.isascii() and 2 * len(UNSPACED.findall(text)) > len(text)
        width = min(RUN_UNSPACED if unspaced else RUN, max(1, points.size))
        runs = np.zeros(max(1, points.size - width + 1), dtype=np.uint64)
        for place in range(width if points.size else 0):
            runs = runs * PRIME + points[place : place + runs.size] + np.uint64(1)
        runs = np.unique(_mixed(runs))
        found.append(runs[:MOST_RUNS])
    return found


def _mixed(numbers: Hashes) -> Hashes:
    """Numbers whose bits all depend on all bits (the finaliser of SplitMix64)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
