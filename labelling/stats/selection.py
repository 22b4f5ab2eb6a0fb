"""Examples that are there because of how their labels agree, and how to compare people and a model on them all the same.

A model's answer never decided whether an example was settled, or kept in a data set; people's labels did. Where only disagreements
are settled, a label that is wrong alone brings its example in and one that is right keeps it out: on such examples people seem
worse than they are and the model does not (with three labels each 80 % right, by about twenty points). Where ties were left out it is
the other way round.

The remedy: count a label only where its example could have been there whatever this label said, that is where every way in which
the labels could have agreed, had this one been another, was taken with some chance; and weigh it by one over the chance with
which its example was taken (Horvitz and Thompson 1952). The chance is that of examples whose labels agree alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from labelling.stats.columns import Bools, Floats, Labels, Longs
from labelling.stats.patterns import Histograms, Patterns

RARE = 20  # examples: a way to agree that is rarer is taken together with the next one
LEAST_CHANCE = 0.05  # below, an example would weigh more than twenty others


@dataclass(frozen=True, eq=False)
class Selection:
    """`weight` (n_labels,) says how much each label counts, 0 for labels on which their example's being there hangs; the
    mean of those that count is 1. `hinges` (n_labels,) marks the latter. `even`: all examples had nearly the same chance."""

    weight: Floats
    hinges: Bools
    even: bool


def ways(labels: Labels) -> Longs:
    """How each example's labels agree, as a number (n_examples,): of their number, the largest number alike, and whether two answers
    share that place."""
    patterns = Patterns.of(labels)
    h = patterns.histograms
    top, leaders = _top(h)
    return _way(h.totals.astype(np.int64), top, leaders > 1)[patterns.of_example]


def count_ways(labels: Labels, inside: Bools | None = None) -> dict[int, int]:
    """Way to agree → number of examples; `inside` (n_examples,) leaves out the others."""
    found = ways(labels)
    names, counts = np.unique(found if inside is None else found[inside], return_counts=True)
    return dict(zip(names.tolist(), counts.tolist(), strict=True))


def chances(taken: Mapping[int, float], of: Mapping[int, float]) -> dict[int, float]:
    """Way to agree → the share of its examples that were taken. Rare ways are counted together with the next more disagreeing
    one."""
    found: dict[int, float] = {}
    for size in {way >> 24 for way in of}:
        group: list[int] = []
        # From total disagreement up, so that unanimity, which matters most, is seldom the one that is pooled.
        rest = sorted(way for way in of if way >> 24 == size)
        before: list[int] = []
        for way in rest:
            group.append(way)
            if sum(of[one] for one in group) >= RARE or way == rest[-1]:
                if sum(of[one] for one in group) < RARE:
                    group = before + group
                n = sum(of[one] for one in group)
                share = sum(taken.get(one, 0) for one in group) / n if n else 0.0
                found.update(dict.fromkeys(group, share))
                before, group = group, []
    return found


def weigh(labels: Labels, chance: Mapping[int, float]) -> Selection:
    """The labels of examples that were taken with these chances. Ways to agree without a chance were never seen: nothing hangs on them."""
    if not labels.n_labels:
        return Selection(np.zeros(0), np.zeros(0, dtype=np.bool_), True)
    patterns = Patterns.of(labels)
    own = np.array([chance.get(way, 1.0) for way in ways(labels).tolist()])[labels.example]
    known = list(chance.values())
    even = not known or min(known) >= 0.9 * max(known) > 0
    hinges = np.zeros(labels.n_labels, dtype=np.bool_)
    if not even:
        less = patterns.histograms.one_less()
        low = _hangs(less, chance)[patterns.cell_of_label(labels)]
        hinges = low | (own < LEAST_CHANCE)
    weight = np.where(hinges, 0.0, 1.0 if even else 1.0 / np.maximum(own, LEAST_CHANCE))
    counted = weight > 0
    if counted.any():
        weight /= weight[counted].mean()
    return Selection(weight, hinges, even)


def _hangs(others: Histograms, chance: Mapping[int, float]) -> Bools:
    """For each row of the others' labels: could one more label make of them an example that would not have been taken?"""
    top, leaders = _top(others)
    size = others.totals.astype(np.int64) + 1
    near = others.sum_rows((others.counts == top[others.row] - 1) & (others.counts > 0)) > 0
    alone = leaders == 1
    reached = [
        (_way(size, top + 1, np.zeros(size.size, dtype=np.bool_)), np.ones(size.size, dtype=np.bool_)),  # it says what most say
        (_way(size, top, np.ones(size.size, dtype=np.bool_)), ~alone | near | (top <= 1)),  # it makes or leaves a tie
        (_way(size, top, np.zeros(size.size, dtype=np.bool_)), alone & (top >= 2)),  # it says what few say
    ]
    low = np.zeros(size.size, dtype=np.bool_)
    for way, possible in reached:
        names, place = np.unique(way, return_inverse=True)
        bad = np.array([chance.get(one, 1.0) < LEAST_CHANCE for one in names.tolist()])
        low |= bad[place] & possible
    return low


def _top(h: Histograms) -> tuple[Floats, Floats]:
    """(the largest count, how many answers have it) of each row."""
    top = np.zeros(h.n_rows)
    np.maximum.at(top, h.row, h.counts)
    return top, h.sum_rows((h.counts == top[h.row]) & (h.counts > 0))


def _way(size: Longs, top: Floats, tied: Bools) -> Longs:
    """Ways of more labels come later, and among those of one number the more alike ones."""
    return size.astype(np.int64) << 24 | top.astype(np.int64) << 1 | ~tied


__all__ = ["Selection", "chances", "count_ways", "ways", "weigh"]
