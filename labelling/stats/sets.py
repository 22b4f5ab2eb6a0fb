"""Distances between sets of classes."""

from collections.abc import Collection, Hashable, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labelling.stats.columns import Bools, Floats, Ints


def jaccard_distance(one: Collection[Hashable], other: Collection[Hashable]) -> float:
    """1 minus the share of common elements among all (Jaccard 1901); two empty sets agree fully: 0."""
    a, b = set(one), set(other)
    return 1.0 - len(a & b) / len(a | b) if a or b else 0.0


def masi_distance(one: Collection[Hashable], other: Collection[Hashable]) -> float:
    """MASI (Passonneau 2006): 1 minus Jaccard times 1 for equal sets, 2/3 for a subset, 1/3 for an overlap, 0 for none in common."""
    a, b = set(one), set(other)
    if a == b:
        return 0.0
    likeness = 2 / 3 if a <= b or b <= a else 1 / 3 if a & b else 0.0
    return 1.0 - (1.0 - jaccard_distance(a, b)) * likeness


def medoid(answers: Sequence[Collection[Hashable]]) -> tuple[list[Any] | None, float, bool]:
    """(the set that was given and has the least summed Jaccard distance to the others, its mean likeness to them, tie)."""
    different = {tuple(sorted(map(str, answer))): answer for answer in answers}
    if len(different) == 1:
        return list(answers[0]), 1.0, False
    sums = {key: sum(jaccard_distance(one, other) for other in answers) for key, one in different.items()}
    least = min(sums.values())
    nearest = [key for key, total in sums.items() if total <= least + 1e-12]
    answer = list(different[nearest[0]]) if len(nearest) == 1 else None
    return answer, 1.0 - least / (len(answers) - 1), answer is None


class Sets:
    """Distinct sets of classes as rows of a table: the answers of a question that takes several classes.

    `member` (n_sets, n_classes) tells which class is in which set; distances are those above, computed for many at once. Alpha takes
    a set's distance as it stands (delta in Passonneau 2006), not its square.
    """

    def __init__(self, member: ArrayLike) -> None:
        self.member: Bools = np.asarray(member, dtype=np.bool_)
        self._numbers: NDArray[np.float32] = self.member.astype(np.float32)
        self.size: Floats = self.member.sum(axis=1).astype(np.float64)

    @classmethod
    def of(cls, values: Sequence[Collection[Hashable] | None], classes: Sequence[Hashable]) -> Self:
        """`values[code]` is a set; classes that are not in `classes` are left out."""
        place = {key: at for at, key in enumerate(classes)}
        member = np.zeros((len(values), len(place)), dtype=np.bool_)
        for row, value in enumerate(values):
            for key in value or ():
                if key in place:
                    member[row, place[key]] = True
        return cls(member)

    def jaccard(self, one: Ints, other: Ints) -> Floats:
        """Elementwise distances of the sets at these places."""
        return _jaccard(self._common(one, other), self.size[one], self.size[other])

    def masi(self, one: Ints, other: Ints) -> Floats:
        return _masi(self._common(one, other), self.size[one], self.size[other])

    def table(self, measure: str = "jaccard") -> Floats:
        """Distances of each with each, (n_sets, n_sets)."""
        common = (self._numbers @ self._numbers.T).astype(np.float64)
        return (_masi if measure == "masi" else _jaccard)(common, self.size[:, None], self.size[None, :])

    def summed(self, counts: Floats, measure: str = "jaccard") -> Floats:
        """For each set its distances to `counts` of every set, summed; rows are taken in blocks so that no table is kept."""
        used = np.flatnonzero(counts)
        found = np.zeros(len(self.member))
        step = max(1, (1 << 22) // max(1, used.size))
        how = _masi if measure == "masi" else _jaccard
        for start in range(0, used.size, step):
            rows = used[start : start + step]
            common = (self._numbers[rows] @ self._numbers[used].T).astype(np.float64)
            found[rows] = how(common, self.size[rows, None], self.size[None, used]) @ counts[used]
        return found

    def _common(self, one: Ints, other: Ints) -> Floats:
        found = np.empty(one.size)
        step = max(1, (1 << 22) // max(1, self.member.shape[1]))
        for start in range(0, one.size, step):
            part = slice(start, start + step)
            found[part] = (self.member[one[part]] & self.member[other[part]]).sum(axis=1)
        return found


def _jaccard(common: Floats, one: Floats, other: Floats) -> Floats:
    either = one + other - common
    return np.where(either > 0, 1.0 - common / np.where(either > 0, either, 1.0), 0.0)


def _masi(common: Floats, one: Floats, other: Floats) -> Floats:
    equal = (common == one) & (common == other)
    likeness = np.where(common == np.minimum(one, other), 2 / 3, np.where(common > 0, 1 / 3, 0.0))
    return np.where(equal, 0.0, 1.0 - (1.0 - _jaccard(common, one, other)) * likeness)
