"""What changed from one version to another, key by key, out of their files."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from django.core.cache import cache

from labelling.release.canonical import dumps
from labelling.release.contents import questions_in, read_columns
from labelling.release.models import DatasetVersion
from labelling.release.rules import split_names

KEPT_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Diff:
    """Counts, and every change in the order of keys (by code point)."""

    added: int
    removed: int
    relabelled: int
    moved_split: int
    changes: list[dict[str, Any]]


def diff_versions(before: DatasetVersion, after: DatasetVersion) -> Diff:
    """An example is relabelled when its answer to a question that both versions ask differs; one example can have moved
    and been relabelled at once."""
    asked = [question["key"] for question in questions_in(after)]
    both = [key for key in asked if key in {question["key"] for question in questions_in(before)}]
    old, new = dict(_rows(before, both)), dict(_rows(after, both))
    counts = dict.fromkeys(("added", "removed", "relabelled", "moved_split"), 0)
    changes = []
    for key in sorted(old.keys() | new.keys()):
        one, other = old.get(key), new.get(key)
        if one == other:
            continue
        what = ["added"] if one is None else ["removed"] if other is None else []
        if one and other:
            what += ["relabelled"] if one[1] != other[1] else []
            what += ["moved_split"] if one[0] != other[0] else []
        for name in what:
            counts[name] += 1
        changes.append({"key": key, "changes": what, "from": _side(one, both), "to": _side(other, both)})
    return Diff(**counts, changes=changes)


def diff_counts(before: DatasetVersion, after: DatasetVersion) -> dict[str, int]:
    """The counts alone, and `any`: kept in the cache, for versions never change."""
    name = f"diff-{before.digest}-{after.digest}"
    counts = cache.get(name)
    if counts is None:
        found = diff_versions(before, after)
        counts = {"added": found.added, "removed": found.removed, "relabelled": found.relabelled, "moved_split": found.moved_split}
        counts["any"] = len(found.changes)
        cache.set(name, counts, KEPT_SECONDS)
    return counts


def _rows(version: DatasetVersion, questions: list[str]) -> Iterator[tuple[str, tuple[str, bytes]]]:
    """(key, (split, its answers as JSON)): compact, and equal only for equal answers."""
    for split in split_names(version.policy["splits"]):
        for keys, *answers in read_columns(version, split=split, names=["key", *questions]):
            rows = zip(*answers, strict=True) if answers else ((),) * len(keys)
            for key, row in zip(keys, rows, strict=True):
                yield key, (split, dumps(list(row)))


def _side(row: tuple[str, bytes] | None, questions: list[str]) -> dict[str, Any] | None:
    return None if row is None else {"split": row[0], "answers": dict(zip(questions, orjson.loads(row[1]), strict=True))}
