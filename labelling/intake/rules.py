"""States of an example, origins of a source, and the seeded order in which examples are handed out."""

import hashlib
from enum import StrEnum


class ExampleState(StrEnum):
    OPEN = "open"
    COMPLETE = "complete"
    IN_REVIEW = "in_review"
    RESOLVED = "resolved"
    REGATHER = "regather"
    DROPPED = "dropped"


class Origin(StrEnum):
    PERSON = "person"
    DEVICE = "device"
    THIRD_PARTY = "third_party"
    MODEL = "model"
    OTHER = "other"


PRIME = 2_147_483_647  # places of a shuffled project are a permutation of 0..PRIME-1


def number_from(seed: int, words: str, below: int) -> int:
    """A number in [0, below) that is always the same for the same seed and words."""
    digest = hashlib.sha256(f"{seed}:{words}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % below


def shuffle_of(seed: int) -> tuple[int, int]:
    """(factor, offset) of a project's shuffled order."""
    return 1 + number_from(seed, "factor", PRIME - 1), number_from(seed, "offset", PRIME)


def shuffled_place(seed: int, position: int) -> int:
    """Where the example at this position stands in the project's shuffled order: a permutation modulo a prime."""
    factor, offset = shuffle_of(seed)
    return (position * factor + offset) % PRIME


COPY_SIDES = (2048, 4096, 8192)  # pixels of the longer side
WORTH_A_COPY = 1.5  # times a side: below that the picture itself is as quick


def copy_sides(width: int | None, height: int | None) -> list[int]:
    """The sides of the scaled copies that a picture of this size gets, the smallest first."""
    longest = max(width or 0, height or 0)
    return [side for side in COPY_SIDES if longest >= WORTH_A_COPY * side]


def copy_path(project_id: int, sha256: str, side: int, suffix: str) -> str:
    """Where in storage a scaled copy is: beside the picture itself."""
    return f"media/{project_id}/{sha256[:2]}/{sha256}.{side}.{suffix}"


def media_path(project_id: int, sha256: str, suffix: str) -> str:
    """Where in storage the content of a picture or sound is."""
    return f"media/{project_id}/{sha256[:2]}/{sha256}.{suffix}"
