"""Finding near-duplicates: examples in their order, in parts, so that memory holds a few hundred bytes of each and never all texts.

Two examples are the same where all shown fields are: texts after normalisation, pictures and sounds byte by byte. They are near
where their texts and their pictures are, each by its own measure (`labelling.stats.likeness`), and their sounds are the same.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from labelling.intake.models import Example
from labelling.intake.selectors import MEDIA_NAME
from labelling.projects.models import Project
from labelling.stats.likeness import (
    MOST_BITS,
    SHARED,
    Groups,
    candidates,
    hash_bands,
    likeness,
    min_hashes,
    normalised,
    picture_likeness,
    same_text,
    shingles,
)

AT_ONCE = 2_000  # examples read together
PAIRS_AT_ONCE = 2_000  # pairs whose texts are held together
LEAST = 0.8  # likeness of texts from which they are near
LEAST_OF_PICTURES = 0.98  # correlation of small grey pictures: other handwriting of one digit reaches 0.97
TEXTS = ("text", "markdown", "dialogue", "table")
Prints = Callable[[Sequence[str]], Mapping[str, tuple[int, NDArray[np.uint8]]]]  # names of pictures → their prints, of those that can be read
Tell = Callable[[str, int, int], None]  # what is being done, how many of how many


@dataclass(frozen=True, slots=True)
class Shown:
    """What is compared of an example: texts as they are, names of pictures and of sounds."""

    texts: tuple[str, ...]
    pictures: tuple[str, ...]
    sounds: tuple[str, ...]

    @classmethod
    def of(cls, display: Sequence[Mapping[str, Any]], data: Mapping[str, Any]) -> "Shown":
        found: dict[str, list[str]] = {"text": [], "image": [], "audio": []}
        for part in display:
            value = data.get(part["field"])
            if value in (None, ""):
                continue
            way = "text" if part["as"] in TEXTS else part["as"]
            found[way].append(value if isinstance(value, str) else orjson.dumps(value, default=str).decode())
        return cls(tuple(found["text"]), tuple(found["image"]), tuple(found["audio"]))

    @property
    def key(self) -> int | None:
        """Equal for examples that are the same; None where nothing is shown."""
        if not (self.texts or self.pictures or self.sounds):
            return None
        return same_text([*self.texts, *(f"p{name}".encode() for name in self.pictures), *(f"s{name}".encode() for name in self.sounds)])

    @property
    def words(self) -> str:
        return " ".join(normalised(text) for text in self.texts)


@dataclass(frozen=True, slots=True)
class Member:
    example: int
    copy: int
    similarity: float  # to the first of its group


@dataclass(frozen=True, slots=True)
class Alike:
    """A group; members in the order of examples."""

    exact: bool
    members: list[Member]


@dataclass(frozen=True)
class Likenesses:
    examples: int
    newest: int  # id of the newest example
    unreadable: int  # pictures
    groups: list[Alike]


def find_near_duplicates(project: Project, *, prints: Prints, tell: Tell, least: float = LEAST) -> Likenesses:
    """Look at all examples of a project. `prints` reads pictures; `tell` is called as the work goes on."""
    search = _Search(project, prints, least)
    total = Example.objects.filter(project=project).count()
    for part in _parts(project):
        search.take(part)
        tell("examples", search.examples, total)
    search.compare(tell)
    return search.result()


def _parts(project: Project) -> Iterator[list[tuple[int, Any]]]:
    last = 0
    while part := list(Example.objects.filter(project=project, id__gt=last).order_by("id").values_list("id", "data")[:AT_ONCE]):
        yield part
        last = part[-1][0]


class _Search:
    """`kinds` are the different contents, in the order of their first examples."""

    def __init__(self, project: Project, prints: Prints, least: float) -> None:
        self.project, self.prints, self.least = project, prints, least
        self.examples = self.newest = self.unreadable = 0
        self.place: dict[int, int] = {}  # key → kind
        self.members: list[list[int]] = []  # of each kind, ids
        self.with_text: list[int] = []  # kinds that are found by their texts
        self.bands: list[NDArray[np.uint64]] = []
        self.with_picture: list[int] = []  # kinds that are found by their first picture
        self.hashes: list[int] = []
        self.greys: dict[int, list[NDArray[np.uint8]]] = {}  # kind → its pictures

    def take(self, part: Sequence[tuple[int, Any]]) -> None:
        new: list[tuple[int, Shown]] = []
        for example, data in part:
            self.examples, self.newest = self.examples + 1, example
            shown = Shown.of(self.project.display, data)
            key = shown.key
            if key is None:
                continue
            if key not in self.place:
                self.place[key] = len(self.members)
                new.append((len(self.members), shown))
                self.members.append([])
            self.members[self.place[key]].append(example)
        names = sorted({name for _, shown in new for name in shown.pictures if MEDIA_NAME.fullmatch(name)})
        seen = self.prints(names) if names else {}
        self.unreadable += len(names) - len(seen)
        words: list[str] = []
        for kind, shown in new:
            if shown.pictures:
                known = [seen[name] for name in shown.pictures if name in seen]
                if len(known) == len(shown.pictures):
                    self.with_picture.append(kind)
                    self.hashes.append(known[0][0])
                    self.greys[kind] = [grey for _, grey in known]
            elif shown.texts:
                self.with_text.append(kind)
                words.append(shown.words)
        if words:
            self.bands.append(min_hashes(words, seed=self.project.seed))

    def compare(self, tell: Tell) -> None:
        self.near = Groups(len(self.members))
        bands = np.concatenate(self.bands) if self.bands else np.zeros((0, 1), dtype=np.uint64)
        self._join(((self.with_text[a], self.with_text[b]) for a, b in candidates(bands, shared=SHARED)), tell)
        del bands
        numbers = np.array(self.hashes, dtype=np.uint64)
        close = ((a, b) for a, b in candidates(hash_bands(numbers)) if int(numbers[a] ^ numbers[b]).bit_count() <= MOST_BITS) if numbers.size else iter(())
        self._join(((self.with_picture[a], self.with_picture[b]) for a, b in close), tell)

    def _join(self, pairs: Iterator[tuple[int, int]], tell: Tell) -> None:
        some: list[tuple[int, int]] = []
        looked = 0
        for pair in pairs:
            if not self.near.together(*pair):
                some.append(pair)
            if len(some) == PAIRS_AT_ONCE:
                looked += len(some)
                self._check(some)
                some = []
                tell("pairs that may be alike", looked, 0)
        self._check(some)

    def _check(self, pairs: Sequence[tuple[int, int]]) -> None:
        shown = self._shown({kind for pair in pairs for kind in pair})
        for one, other in pairs:
            if not self.near.together(one, other) and self._near(self._similarity(one, other, shown)):
                self.near.join(one, other)

    def _shown(self, kinds: set[int]) -> dict[int, tuple[Shown, NDArray[np.uint64]]]:
        """The first example of each kind, read again, and the runs of its texts."""
        firsts = {self.members[kind][0]: kind for kind in kinds}
        ids, found = sorted(firsts), {}
        for start in range(0, len(ids), 500):
            rows = Example.objects.filter(project=self.project, id__in=ids[start : start + 500]).values_list("id", "data")
            for example, data in rows:
                one = Shown.of(self.project.display, data)
                found[firsts[example]] = one, shingles(one.words)
        return found

    def _near(self, similarity: tuple[float, float]) -> bool:
        return similarity[0] >= self.least and similarity[1] >= LEAST_OF_PICTURES

    def _similarity(self, one: int, other: int, shown: Mapping[int, tuple[Shown, NDArray[np.uint64]]]) -> tuple[float, float]:
        """(likeness of texts, of pictures); what both lack is alike, what one lacks is not."""
        if one not in shown or other not in shown:
            return 0.0, 0.0
        (a, runs), (b, others) = shown[one], shown[other]
        if a.sounds != b.sounds or len(a.pictures) != len(b.pictures) or bool(a.texts) != bool(b.texts):
            return 0.0, 0.0
        texts = likeness(runs, others) if a.texts else 1.0
        greys = zip(self.greys.get(one, ()), self.greys.get(other, ()), strict=True)
        return texts, min((picture_likeness(x, y) for x, y in greys), default=1.0)

    def result(self) -> Likenesses:
        groups = [Alike(True, [Member(example, 0, 1.0) for example in ids]) for ids in self.members if len(ids) > 1]
        for kinds in self.near.members():
            if len(kinds) > 1:
                shown = self._shown(set(kinds))
                alike = {kind: 1.0 if kind == kinds[0] else min(self._similarity(kinds[0], kind, shown)) for kind in kinds}
                members = [Member(example, copy, alike[kind]) for copy, kind in enumerate(kinds) for example in self.members[kind]]
                groups.append(Alike(False, sorted(members, key=lambda one: one.example)))
        return Likenesses(self.examples, self.newest, self.unreadable, groups)
