"""Do answers to things that are the same, or nearly, agree? Shares over pairs within groups, with an interval over groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labelling.stats.columns import Floats, Longs
from labelling.stats.intervals import wilson
from labelling.stats.results import Counts, Interval, Result, figure, undefined


@dataclass(frozen=True, eq=False)
class PairsInGroups:
    """One entry a group, in the order of `group` (distinct numbers, ascending): how many `pairs` of its things are compared and how
    far they agree in all (`agreeing`, up to `pairs`)."""

    group: Longs
    pairs: Floats
    agreeing: Floats

    def share(self, counts: Counts, *, confidence: float = 0.95, what: str = "answers") -> Result:
        """The share of agreeing pairs. `counts` say what it rests on. The interval is Wilson's, with as many trials as the spread between groups is worth (a
        ratio of sums over groups, linearised), because pairs of one group are no independent ones."""
        total, count = float(self.pairs.sum()), int((self.pairs > 0).sum())
        if not total:
            return undefined(f"No two near-duplicates have {what} to compare yet.", counts)
        share = float(self.agreeing.sum()) / total
        apart = (self.agreeing - share * self.pairs) / total
        variance = float((apart**2).sum()) * count / max(1, count - 1)
        trials = float(count) if variance < 1e-14 else min(total, max(1.0, share * (1 - share) / variance))
        low, high = wilson(share * trials, trials, confidence)
        how = f"Wilson's score interval for as many independent pairs as the spread between {count:,} groups is worth"
        method = f"Share of pairs within groups whose {what} agree, over {int(round(total)):,} pairs"
        return figure(share, {"examples": Interval(low, high, how)}, method, counts, confidence)


def pairs_of_codes(group: ArrayLike, copy: ArrayLike, code: ArrayLike, weight: ArrayLike, thing: ArrayLike) -> PairsInGroups:
    """Pairs of things of one group that are not copies of each other, and the chance that one answer drawn from each is the same.

    One row an answer of a thing (n,): `thing` is a number of it, `weight` the share of its answers that this one is (they add up
    to 1 for each thing: one row of weight 1 for a single answer), `group` and `copy` those of the thing.
    """
    g, c, k, t = (np.asarray(part, dtype=np.int64) for part in (group, copy, code, thing))
    w = np.asarray(weight, dtype=np.float64)
    groups, place = np.unique(g, return_inverse=True)
    if not groups.size:
        return PairsInGroups(groups, np.zeros(0), np.zeros(0))
    copies, of_copy = np.unique(np.stack([place, c]), axis=1, return_inverse=True)
    of_copy, group_of_copy = of_copy.ravel(), copies[0]
    alone = _distinct(place, t)
    things = np.bincount(alone[0], minlength=groups.size).astype(np.float64)
    by_copy = np.bincount(_distinct(of_copy, t)[0], minlength=copies.shape[1]).astype(np.float64)
    pairs = (things**2 - np.bincount(group_of_copy, weights=by_copy**2, minlength=groups.size)) / 2
    whole, inside = _squares(place, k, w, groups.size), _squares(of_copy, k, w, copies.shape[1])
    agreeing = (whole - np.bincount(group_of_copy, weights=inside, minlength=groups.size)) / 2
    return PairsInGroups(groups, pairs, np.clip(agreeing, 0.0, pairs))


def _distinct(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.unique(np.stack([one, other]), axis=1)


def _squares(unit: NDArray[np.int64], code: NDArray[np.int64], weight: Floats, count: int) -> Floats:
    """For each unit the sum over codes of the squared summed weights."""
    cells, at = np.unique(np.stack([unit, code]), axis=1, return_inverse=True)
    sums = np.bincount(at.ravel(), weights=weight, minlength=cells.shape[1])
    return np.asarray(np.bincount(cells[0], weights=sums**2, minlength=count), dtype=np.float64)
