"""What a labeller does that the others do not: where this person says X and the others say Y, tested so that only what is beyond
chance is said.

Everything is compared within examples, so that nobody is judged by how hard their examples were. Of the labels of one example one
or more may say X where the others say Y; if the labellers were alike, each label of the example were equally likely to be one of them.
For a labeller with examples e that hold k_e such labels among m_e, the number of times T that it is theirs is then a sum of independent
Bernoulli(k_e / m_e): a stratified permutation test whose distribution is computed exactly (conditional on each example's labels, as in
Mantel and Haenszel 1959). Only "more often than the others" is looked for. The error of saying anything about anybody is held: the level
is divided by the number of labellers, and within one labeller by Holm's step-down over the pairs that could reach it at all (Tarone 1990).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, norm

from labelling.stats.columns import Bools, Floats, Labels, Longs
from labelling.stats.human import Scores
from labelling.stats.intervals import wilson
from labelling.stats.results import Counts, Figure, Interval, figure

STRENGTH = 20.0  # labels' worth of the others that a share is drawn towards
FEWEST = 10  # labels against which a share is told
METHOD = "Share of this person's labels with this answer, of those where the reference is the other answer and clear"


@dataclass(frozen=True)
class Habit:
    """One labeller (place) says `said` where the reference is `wanted` (codes): `count` of `out_of` labels; the others on the same
    examples `others_count` of `others_out_of`. `expected` is what `count` would be on average if everybody were alike, `p` the chance
    of as much or more. `corrected` is the interval of the share at the confidence that is left to each of the labellers; `shrunk` the
    share drawn towards the others'. `stands_out`: the test holds for all labellers together, and the corrected interval excludes the
    others' share."""

    labeller: int
    said: int
    wanted: int
    count: int
    out_of: int
    others_count: int
    others_out_of: int
    expected: float
    p: float
    share: Figure
    corrected: tuple[float, float]
    shrunk: float
    stands_out: bool

    @property
    def others(self) -> float | None:
        return self.others_count / self.others_out_of if self.others_out_of else None


def clear_references(scores: Scores) -> Longs:
    """Per label the one code that it is held against, -1 where there is none or several share it; shape (n_labels,)."""
    row, code, share = scores.wanted
    found = np.full(scores.labels.n_labels, -1, dtype=np.int64)
    clear = share > 1.0 - 1e-9
    found[row[clear]] = code[clear]
    return found


def habits(
    labels: Labels, wanted: Longs, eligible: Bools, *, people: Iterable[int] | None = None, n_people: int | None = None, level: float = 0.05,
    all_pairs: bool = False,
) -> list[Habit]:  # fmt: skip
    """Every pair of answers that stands out, or with `all_pairs` every one that occurs, strongest first within each labeller.

    `wanted` (n_labels,) is the code each label is held against (-1: none), `eligible` (n_labels,) the labels that could have been one
    another's. `people` are places of labellers to look at (all by default); `n_people` for how many the level is shared (all who have
    eligible labels by default).
    """
    n = labels.n_codes
    if not labels.n_labels or not n:
        return []
    eligible = eligible & ~labels.repeated
    if n_people is None:
        n_people = max(1, int(np.unique(labels.labeller[eligible]).size))
    chosen = np.ones(labels.n_labellers, dtype=np.bool_) if people is None else np.isin(np.arange(labels.n_labellers), list(people))
    known = eligible & (wanted >= 0)
    rows = np.flatnonzero(known)
    example = labels.example[rows].astype(np.int64)
    pair = wanted[rows] * n + labels.code[rows]
    off = wanted[rows] != labels.code[rows]
    size = np.bincount(labels.example[eligible], minlength=labels.n_examples)
    # Each label meets the pairs that occur in its example, k times among m labels.
    who, cell, k, m = _meet(labels, eligible & chosen[labels.labeller], example[off], pair[off], size)
    own = np.unique(labels.labeller[rows[off]].astype(np.int64) * (n * n) + pair[off], return_counts=True)
    met_who, met_code, met_k, _ = _meet(labels, eligible & chosen[labels.labeller], example, wanted[rows], size)
    all_of = _Sums(met_who * n + met_code, met_k)
    mine_of = _Sums(labels.labeller[rows].astype(np.int64) * n + wanted[rows], np.ones(rows.size))
    keys, place = np.unique(who * (n * n) + cell, return_inverse=True)
    if not keys.size:
        return []
    share = k / m
    expected = np.bincount(place, weights=share)
    total = np.bincount(place, weights=k)
    least = np.exp(np.bincount(place, weights=np.log(share)))  # the smallest p that could come out
    at = np.minimum(np.searchsorted(own[0], keys), max(own[0].size - 1, 0))
    count = np.where(own[0][at] == keys, own[1][at], 0)
    spread = np.sqrt(np.bincount(place, weights=share * (1.0 - share)))
    order = np.argsort(place, kind="stable")
    edges = np.searchsorted(place[order], np.arange(keys.size + 1))
    alone = level / 2.0 / n_people
    found: list[Habit] = []
    labeller, cells = keys // (n * n), keys % (n * n)
    for person in np.unique(labeller).tolist():
        mine = np.flatnonzero(labeller == person)
        testable = int((least[mine] <= alone).sum())
        chances = np.ones(mine.size)
        for number, one in enumerate(mine.tolist()):
            if count[one] > expected[one] and (all_pairs or count[one] - expected[one] > spread[one]):
                part = order[edges[one] : edges[one + 1]]
                chances[number] = _tail(int(count[one]), k[part], m[part])
        passed = _holm(chances, alone, testable)
        for number, one in enumerate(mine.tolist()):
            said, meant = int(cells[one] % n), int(cells[one] // n)
            key = person * n + meant
            out_of = int(mine_of.of(key))
            if not count[one] or (not all_pairs and not passed[number]):
                continue
            found.append(
                _habit(person, said, meant, int(count[one]), out_of, int(total[one] - count[one]), int(all_of.of(key)) - out_of,
                       float(expected[one]), float(chances[number]), bool(passed[number]), n_people, level)
            )  # fmt: skip
    found = found if all_pairs else [one for one in found if one.stands_out]
    return sorted(found, key=lambda one: (one.labeller, not one.stands_out, one.p, -one.count, one.wanted, one.said))


def _habit(
    person: int, said: int, meant: int, count: int, out_of: int, others_count: int, others_out_of: int, expected: float, p: float, passed: bool,
    n_people: int, level: float,
) -> Habit:  # fmt: skip
    others = others_count / others_out_of if others_out_of else None
    low, high = wilson(count, out_of, 0.95)
    share = figure(count / out_of, {"examples": Interval(low, high, "Wilson's score interval")}, METHOD, Counts(out_of, out_of, 1), 0.95)
    corrected = wilson(count, out_of, 1.0 - level / n_people)
    shrunk = (count + STRENGTH * others) / (out_of + STRENGTH) if others is not None else count / out_of
    stands_out = passed and out_of >= FEWEST and others is not None and corrected[0] > others
    return Habit(person, said, meant, count, out_of, others_count, others_out_of, expected, p, share, corrected, shrunk, stands_out)


class _Sums:
    """Weights added up by a key."""

    def __init__(self, keys: Longs, weights: Floats) -> None:
        self.keys, place = np.unique(keys, return_inverse=True)
        self.sums = np.bincount(place, weights=weights) if keys.size else np.zeros(0)

    def of(self, key: int) -> float:
        at = int(np.searchsorted(self.keys, key))
        return float(self.sums[at]) if at < self.keys.size and self.keys[at] == key else 0.0


def _meet(labels: Labels, mask: Bools, example: Longs, thing: Longs, size: Longs) -> tuple[Longs, Longs, Floats, Floats]:
    """For every label in `mask` and each distinct thing in its example: (labeller, thing, how many labels of the example have it, how
    many labels the example has)."""
    wide = int(thing.max()) + 1 if thing.size else 1
    keys, k = np.unique(example * wide + thing, return_counts=True)
    where, what = keys // wide, keys % wide
    width = np.diff(labels.offsets)[where]
    entry = np.repeat(np.arange(keys.size), width)
    row = np.arange(entry.size) - np.repeat(np.cumsum(width) - width, width) + np.repeat(labels.offsets[where], width)
    keep = mask[row]
    entry, row = entry[keep], row[keep]
    return labels.labeller[row].astype(np.int64), what[entry], k[entry].astype(np.float64), size[where[entry]].astype(np.float64)


def _tail(count: int, k: Floats, m: Floats) -> float:
    """P(T >= count) for T a sum of independent Bernoulli(k / m)."""
    pairs, number = np.unique(np.column_stack((k, m)), axis=0, return_counts=True)
    chances = np.ones(1)
    for (one, of), times in zip(pairs.tolist(), number.tolist(), strict=True):
        chances = np.convolve(chances, binom.pmf(np.arange(times + 1), times, one / of))
    return float(min(1.0, chances[count:].sum()))


def _holm(chances: Floats, level: float, tests: int) -> Bools:
    """Which hold by Holm's step-down at `level` when `tests` of them could."""
    passed = np.zeros(chances.size, dtype=np.bool_)
    for rank, at in enumerate(np.argsort(chances, kind="stable").tolist()):
        if tests - rank < 1 or chances[at] > level / (tests - rank):
            break
        passed[at] = True
    return passed


@dataclass(frozen=True)
class Direction:
    """Whether one labeller gives higher or lower numbers than the others of the same examples: `higher` and `lower` of `n` labels lie
    above the upper and below the lower middle of the others', `difference` is the mean of label less others with its interval."""

    labeller: int
    n: int
    higher: int
    lower: int
    difference: Figure
    p: float
    stands_out: bool


def directions(labels: Labels, numbers: Floats, *, n_people: int | None = None, level: float = 0.05) -> list[Direction]:
    """One for every labeller who has an example in common with others. `numbers` (n_codes,) is each code's number.

    The test is that of habits: if all were alike, each label of an example were equally likely to be one of those that lie above the
    others (or below). Somebody else's odd number makes nobody lie below: of two others the lower one is what counts for "lower".
    """
    part = labels.keep(np.repeat(labels.sizes >= 2, labels.sizes) & ~labels.repeated)
    part = part.keep(np.repeat(part.sizes >= 2, part.sizes)) if part.n_labels else part
    if not part.n_labels:
        return []
    n_people = n_people or max(1, part.n_labellers)
    value = numbers[part.code].astype(np.float64)
    size = part.sizes[part.example].astype(np.float64)
    apart = value - (np.bincount(part.example, weights=value)[part.example] - value) / (size - 1.0)
    sides = _beyond(part, value)
    k = [np.bincount(part.example, weights=side, minlength=part.n_examples)[part.example].astype(np.float64) for side in sides]
    order = np.argsort(part.labeller, kind="stable")
    edges = np.searchsorted(part.labeller[order], np.arange(part.n_labellers + 1))
    places = np.searchsorted(labels.labeller_ids, part.labeller_ids).tolist()
    found = []
    for person in range(part.n_labellers):
        rows = order[edges[person] : edges[person + 1]]
        counts = [int(side[rows].sum()) for side in sides]
        chances = [_tail(count, of[rows][of[rows] > 0], size[rows][of[rows] > 0]) for count, of in zip(counts, k, strict=True)]
        p = min(1.0, 2.0 * min(chances))
        difference = _difference(apart[rows], level / n_people)
        same_way = (difference[0].value or 0.0) * (1.0 if chances[0] <= chances[1] else -1.0) > 0
        stands_out = p <= level / n_people and rows.size >= FEWEST and same_way and difference[1]
        found.append(Direction(places[person], int(rows.size), counts[0], counts[1], difference[0], p, stands_out))
    return found


def _difference(apart: Floats, level: float) -> tuple[Figure, bool]:
    """(the mean with its interval, whether the interval at this level leaves out 0)."""
    n, middle = int(apart.size), float(apart.mean())
    error = float(apart.std(ddof=1)) / float(np.sqrt(n)) if n > 1 else 0.0
    reach = float(norm.ppf(0.975)) * error
    named = {"examples": Interval(middle - reach, middle + reach, "normal, over this person's examples")} if n > 1 else {}
    method = "Mean of this person's number less the mean of the others' on the same example"
    return figure(middle, named, method, Counts(n, n, 1), 0.95), n > 1 and abs(middle) > float(norm.ppf(1.0 - level / 2.0)) * error


def _beyond(labels: Labels, value: Floats) -> tuple[Bools, Bools]:
    """Per label: does it lie above the upper middle of the others' of its example, below the lower middle?"""
    order = np.lexsort((value, labels.example))
    ordered, start = value[order], labels.offsets[:-1][labels.example]
    rank = np.empty(labels.n_labels, dtype=np.int64)
    rank[order] = np.arange(labels.n_labels)
    rank -= start
    others = labels.sizes[labels.example] - 1
    upper, lower = others // 2, (others - 1) // 2
    above = value > ordered[start + upper + (upper >= rank)]
    return above, value < ordered[start + lower + (lower >= rank)]
