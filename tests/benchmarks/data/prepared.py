"""What a data set is made into before it is imported: questions, examples, labels, right answers, and the figures to expect.

Each figure is (its name, the expected value, how it is had from the API, the reason where the product means something else by it).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

Get = Callable[..., Any]
Measure = Callable[[Get], "float | None"]
Figure = tuple[str, float, Measure, str]
OWN = "by the expected figure's own definition, from the votes"  # where ours means something else: that the data are the same
TEXT = [{"field": "text", "as": "text"}]


@dataclass
class Prepared:
    """`labels` and `truth` are rows of a label import and of a resolution import, one column a question."""

    questions: list[dict[str, Any]]
    items: list[dict[str, Any]]
    labels: list[dict[str, Any]]
    figures: list[Figure]
    truth: list[dict[str, Any]] = field(default_factory=list)
    pictures: dict[str, tuple[int, int]] = field(default_factory=dict)  # key → width and height of a blank picture to import
    before: list[Figure] = field(default_factory=list)  # what is to be asked before the truth is loaded
    display: list[dict[str, str]] = field(default_factory=lambda: TEXT)
    labels_per_example: int = 5


def rows_of(folder: Path, name: str = "votes") -> list[dict[str, str]]:
    path = folder / f"{name}.csv.gz"
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def items_of(folder: Path) -> list[dict[str, Any]]:
    path = folder / "items.jsonl.gz"
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def archive_of(items: list[dict[str, Any]], pictures: dict[str, tuple[int, int]]) -> bytes:
    """A ZIP of blank pictures and the items as their metadata."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("metadata.jsonl", "\n".join(json.dumps(item, ensure_ascii=False) for item in items))
        for item in items:
            picture = io.BytesIO()
            Image.new("1", pictures[item["key"]]).save(picture, format="PNG")
            archive.writestr(item["file_name"], picture.getvalue())
    return out.getvalue()


def classes_of(keys: Iterable[str]) -> list[dict[str, str]]:
    return [{"key": key} for key in keys]


class Times:
    """Which time it is that a labeller answers an example: a second answer is of round 2, and so on."""

    def __init__(self) -> None:
        self.seen: Counter[tuple[str, ...]] = Counter()

    def of(self, *who: str) -> int:
        self.seen[who] += 1
        return self.seen[who]


# -- what is asked of the API --------------------------------------------------------------------------------------------


def agreement(question: str, *path: str, level: str | None = None) -> Measure:
    """A figure of the agreement of a question: alpha, or one of its measures. A second answer of a person counts too."""

    def measure(get: Get) -> float | None:
        found = get("agreement/", question=question, rounds="all", **({"level": level} if level else {}))
        for name in path:
            found = found[name]
        return found["value"]  # type: ignore[no-any-return]

    return measure


def alpha_by(question: str, by: str, key: str) -> Measure:
    """Alpha within one class, or within the examples that have one value of a field."""

    def measure(get: Get) -> float | None:
        found = get("agreement/", question=question, by=by, rounds="all")["by"]
        return next(entry["alpha"]["value"] for entry in found if entry["key"] == key)  # type: ignore[no-any-return]

    return measure


def person(question: str, *path: str) -> Measure:
    """One person against the resolved answers."""

    def measure(get: Get) -> float | None:
        found = get("human-performance/", question=question)
        for name in path or ("against_resolved",):
            found = found[name]
        return found["value"]  # type: ignore[no-any-return]

    return measure


def mean(parts: list[Measure]) -> Measure:
    def measure(get: Get) -> float | None:
        values = [part(get) for part in parts]
        return None if None in values else sum(values) / len(values)  # type: ignore[arg-type]

    return measure


def consensus(question: str, method: str, truth: dict[str, str]) -> Measure:
    """How often the consensus is the right answer; a tie of k answers has 1/k of the credit where the right one is among them."""

    def measure(get: Get) -> float | None:
        credit = n = 0.0
        for row in get("consensus/", question=question, method=method):
            if row["example"] not in truth:
                continue
            n += 1
            if row["answer"] is not None:
                credit += str(row["answer"]) == truth[row["example"]]
                continue
            top = max(row["votes"].values())
            tied = [answer for answer, count in row["votes"].items() if count == top]
            credit += (truth[row["example"]] in tied) / len(tied)
        return credit / n

    return measure


def correlation(question: str, truth: dict[str, float]) -> Measure:
    """Pearson's correlation of the mean answer with the right one, over the examples."""

    def measure(get: Get) -> float | None:
        pairs = []
        for row in get("consensus/", question=question):
            if row["example"] in truth:
                total = sum(float(answer) * count for answer, count in row["votes"].items())
                pairs.append((total / sum(row["votes"].values()), truth[row["example"]]))
        return float(np.corrcoef(np.array(pairs).T)[0, 1])

    return measure
