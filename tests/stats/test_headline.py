"""The first page's figures, in one pass, are those of the rooms that compute each alone."""

from typing import Any

import numpy as np
import pytest

from labelling.stats import agreement, human
from labelling.stats.columns import Labels
from labelling.stats.headline import headline
from labelling.stats.results import Result

RANDOM = np.random.default_rng(7)


def some_labels(n: int, classes: int, people: int, *, twice: bool = False) -> Labels:
    """`n` labels with gaps: examples of one label and of many."""
    example, labeller = RANDOM.integers(0, max(1, n // 3), n), RANDOM.integers(0, people, n)
    if not twice:
        _, first = np.unique(example * people + labeller, return_index=True)
        example, labeller = example[first], labeller[first]
    code = np.where(RANDOM.random(example.size) < 0.7, example % classes, RANDOM.integers(0, classes, example.size))
    return Labels.of(example, labeller, code, n_codes=classes)


def close(one: Result, other: Result) -> None:
    ours, theirs = one.as_dict(), other.as_dict()
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        near(value, theirs[name], name)


def near(one: Any, other: Any, name: str) -> None:
    if isinstance(one, float):
        assert one == pytest.approx(other, abs=1e-12), name
    elif isinstance(one, dict):
        for key, value in one.items():
            near(value, other[key], f"{name} {key}")
    elif isinstance(one, tuple | list):
        for first, second in zip(one, other, strict=True):
            near(first, second, name)
    else:
        assert one == other, name


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
@pytest.mark.parametrize(
    "labels",
    [
        some_labels(3000, 5, 12), some_labels(500, 90, 6), some_labels(800, 4, 9, twice=True), some_labels(40, 2, 2), some_labels(30, 3, 1),
        some_labels(1, 1, 1), Labels.of([1, 1, 1], [1, 2, 3], [0, 0, 0], n_codes=2), Labels.of([], [], [], n_codes=0),
    ],
    ids=["several", "many classes", "some twice", "two people", "one person", "one label", "one answer", "nothing"],
)  # fmt: skip
def test_the_headline_is_what_each_room_says(labels: Labels, level: str):
    values = None if level == "nominal" else np.arange(labels.n_codes, dtype=float)
    found = headline(labels, level=level, values=values, seed=3)
    whole = agreement.measure(labels, level=level, values=values, seed=3)
    close(found.alpha, whole.alpha)
    close(found.percent, whole.percent)
    scores = human.leave_one_out(labels)
    close(found.person, scores.overall())
    close(found.popular, scores.popular_answer())
