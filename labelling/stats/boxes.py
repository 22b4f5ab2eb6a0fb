"""Boxes of several people on one picture: which are the same object, and how like two markings are.

A box is {"x", "y", "w", "h", "class"}; arrays of boxes have shape (n, 4): left, top, right, bottom.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Box = Mapping[str, Any]
SAME_OBJECT = 0.5  # intersection over union from which two boxes may be one object (PASCAL VOC's threshold)


def corners(boxes: Sequence[Box]) -> NDArray[np.float64]:
    """(n, 4): left, top, right, bottom."""
    return np.array([(b["x"], b["y"], b["x"] + b["w"], b["y"] + b["h"]) for b in boxes], dtype=np.float64).reshape(-1, 4)


def overlaps(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union of each with each; shape (len(one), len(other))."""
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    common = np.clip(high - low, 0, None).prod(axis=2)
    area_one = (one[:, 2:] - one[:, :2]).prod(axis=1)
    area_other = (other[:, 2:] - other[:, :2]).prod(axis=1)
    union = area_one[:, None] + area_other[None, :] - common
    return np.asarray(np.divide(common, union, out=np.zeros_like(common), where=union > 0))


def match(
    one: Sequence[Box], other: Sequence[Box], *, least: float = SAME_OBJECT, most: bool = False, same_class: bool = False
) -> list[tuple[int, int, float]]:
    """Pairs (place in one, place in other, overlap) with the largest sum of overlaps, each box once, none below `least`;
    with `most` as many pairs as can be, so that their number is the same from either side; with `same_class` of one class each."""
    if not one or not other:
        return []
    table = overlaps(corners(one), corners(other))
    if same_class:
        table *= np.array([[a["class"] == b["class"] for b in other] for a in one])
    usable = np.where(table >= least, table + (min(table.shape) if most else 0), 0.0)
    # Most boxes meet nothing, or one box that meets nothing else: only the others need an assignment.
    rows, columns = np.flatnonzero(usable.any(axis=1)), np.flatnonzero(usable.any(axis=0))
    if rows.size != columns.size or np.count_nonzero(usable) > rows.size:
        left, right = linear_sum_assignment(usable[np.ix_(rows, columns)], maximize=True)
    else:
        left, right = np.arange(rows.size), np.searchsorted(columns, usable[rows].argmax(axis=1))
    pairs = zip(rows[left].tolist(), columns[right].tolist(), strict=True)
    return [(i, j, float(table[i, j])) for i, j in pairs if usable[i, j] > 0]


def likeness(one: Sequence[Box], other: Sequence[Box]) -> float:
    """F1 of boxes of the same class that match at an overlap of 0.5; 1 where both mark nothing. Symmetric."""
    if not one and not other:
        return 1.0
    return 2 * len(match(one, other, most=True, same_class=True)) / (len(one) + len(other))


def objects_of(answers: Sequence[Sequence[Box]], *, least: float = SAME_OBJECT) -> list[list[tuple[int, int]]]:
    """Groups of (answer, place) that are one object: at most one box an answer. Pairs join by overlap, the closest first."""
    pairs = []
    for a in range(len(answers)):
        for b in range(a + 1, len(answers)):
            pairs += [(-overlap, (a, i), (b, j)) for i, j, overlap in match(answers[a], answers[b], least=least)]
    group = {(a, i): [(a, i)] for a, answer in enumerate(answers) for i in range(len(answer))}
    for _, one, other in sorted(pairs):
        left, right = group[one], group[other]
        if left is right or {a for a, _ in left} & {a for a, _ in right}:
            continue
        left += right
        for member in right:
            group[member] = left
    distinct = {id(members): sorted(members) for members in group.values()}
    return sorted(distinct.values())


def boxes_of_majority(answers: Sequence[Sequence[Box]], *, half: bool = False) -> tuple[list[dict[str, Any]] | None, float, bool]:
    """(boxes, confidence, tie): objects that more than half drew, corners averaged, class by vote. Confidence is the mean
    likeness of the answers to it. An object that exactly half drew, or two classes with as many votes, is a tie.

    With `half` an object that exactly half drew is there, too, and of classes with as many votes the first one by name stands.
    """
    first = [dict(box) for box in answers[0]]
    if all(list(map(dict, answer)) == first for answer in answers):
        return first, 1.0, False
    n, found, tie = len(answers), [], False
    for members in objects_of(answers):
        if 2 * len(members) < n or (2 * len(members) == n and not half):
            tie = tie or 2 * len(members) == n
            continue
        boxes = [answers[a][i] for a, i in members]
        votes = sorted(Counter(box["class"] for box in boxes).items(), key=lambda vote: (-vote[1], vote[0]))
        tie = tie or (len(votes) > 1 and votes[0][1] == votes[1][1] and not half)
        left, top, right, bottom = corners(boxes).mean(axis=0)
        sides = {"x": left, "y": top, "w": right - left, "h": bottom - top}
        found.append({name: _whole(side) for name, side in sides.items()} | {"class": votes[0][0]})
    found.sort(key=lambda box: (box["x"], box["y"], box["w"], box["h"], box["class"]))
    confidence = sum(likeness(found, answer) for answer in answers) / n
    return (None if tie else found), confidence, tie


def _whole(side: float) -> int | float:
    rounded = round(float(side), 2)
    return int(rounded) if rounded.is_integer() else rounded
