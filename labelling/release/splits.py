"""Which example goes into which split. Pure, seeded, and in whole numbers: the same on any machine.

A unit is what may not be torn apart: a group, or a single example. Units have an order of their own, by the first eight
bytes of SHA-256 over "seed:name". Within each stratum (the answer to the first choice question) each split is owed its
share of the examples, in whole ones; what is left of a stratum, less than one example a split, goes to the split that is
furthest behind over all strata. So each class is spread to within one example, the whole is too, and a class of one
example does not always end up in the largest split. Groups go largest first, because small ones can even out what large
ones leave; a group that is more than any split is owed goes to the one that is furthest behind. Whoever has a place already (`kept`) keeps it and counts for what its split is owed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NOWHERE = -1


def order_of(seed: int, name: str) -> int:
    """Where a unit stands in the order of this seed: 63 bits of SHA-256."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:8], "big") >> 1


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """What is dealt out; one entry a unit."""

    order: NDArray[np.int64]  # order_of()
    size: NDArray[np.int64]  # examples in it
    stratum: NDArray[np.int32]  # from 0
    kept: NDArray[np.int16]  # the split that it has already, else NOWHERE


def deal(units: Units, weights: Mapping[str, int]) -> NDArray[np.int16]:
    """The split of each unit, as a place in `weights`. Equal `order`s fall back on the units' own order."""
    shares = list(weights.values())
    splits = units.kept.astype(np.int16).copy()
    if not splits.size:
        return splits
    whole = sum(shares)
    owed_by_stratum = _owed(units, units.stratum, shares)
    owed_in_all = [sum(column) for column in zip(*owed_by_stratum, strict=True)]
    free = np.flatnonzero(splits == NOWHERE)
    left: list[int] = []
    for place in free[np.lexsort((units.order[free], -units.size[free], units.stratum[free]))].tolist():
        size, owed = int(units.size[place]), owed_by_stratum[units.stratum[place]]
        split = owed.index(max(owed))
        if owed[split] >= size * whole:
            _give(splits, place, split, size * whole, owed, owed_in_all)
        elif size == 1:  # nobody is owed a whole one: decided when every whole one is given
            left.append(place)
        else:
            _give(splits, place, owed_in_all.index(max(owed_in_all)), size * whole, owed, owed_in_all)
    for place in left:
        owed = owed_by_stratum[units.stratum[place]]
        behind = [number for number in range(len(shares)) if owed[number] > 0] or range(len(shares))
        split = max(behind, key=lambda number: (owed_in_all[number], owed[number], -number))
        _give(splits, place, split, whole, owed, owed_in_all)
    return splits


def _owed(units: Units, stratum: NDArray[np.int32], shares: Sequence[int]) -> list[list[int]]:
    """What each split is owed in each stratum, times the sum of the weights, less what is there already."""
    whole, strata = sum(shares), int(stratum.max()) + 1
    total = np.bincount(stratum, weights=units.size, minlength=strata).astype(np.int64).tolist()
    there = [
        np.bincount(stratum, weights=units.size * (units.kept == number), minlength=strata).astype(np.int64).tolist()
        for number in range(len(shares))
    ]
    return [
        [total[row] * share - there[number][row] * whole for number, share in enumerate(shares)] for row in range(strata)
    ]


def _give(splits: NDArray[np.int16], place: int, split: int, size: int, owed: list[int], owed_in_all: list[int]) -> None:
    splits[place] = split
    owed[split] -= size
    owed_in_all[split] -= size
