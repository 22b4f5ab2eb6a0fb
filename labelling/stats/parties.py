"""People, a model and the most popular answer by identical references on identical examples: what each scores, and by how much.

Every figure of a party is a weighted mean over the same labels: a label has a reference that was made without it; its author, the
model and the popular answer of its example are scored by that one reference. So differences are taken label by label.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.stats import norm, t

from labelling.stats.columns import Bools, Floats, Ints, Labels, Longs
from labelling.stats.intervals import jackknife, wilson
from labelling.stats.results import Counts, Interval, Result, figure, undefined
from labelling.stats.shares import over_examples, over_labellers
from labelling.stats.shrinkage import shrink

FEWEST = 10  # scored labels: with fewer, a person's own mean is chance
NOTHING = "No label here has a reference that was made without its author."
PAIRED = (
    "each label's reference serves both; interval over examples, the labels of one taken together, with one made-up example for each side "
    "(Bonett and Price 2012)"
)


@dataclass(frozen=True)
class Standing:
    """The parties over one and the same set of weighted labels."""

    person: Result
    model: Result
    popular: Result
    model_minus_person: Result
    model_minus_popular: Result


@dataclass(frozen=True)
class Best:
    """Who comes out best of `n_people`; `expected` on all examples is drawn towards the others' level, `standing` is as measured on their
    own labels (its difference with an interval for all people together)."""

    labeller: object
    n_people: int
    expected: Result
    standing: Standing


@dataclass(frozen=True, eq=False)
class Parties:
    """One entry a label of `labels`: what its author, the model and the popular answer score by its reference (0 to 1), and
    how much it counts (`weight`, 0: not at all). `whole`: scores are right or wrong, not degrees."""

    labels: Labels
    person: Floats
    model: Floats
    popular: Floats
    weight: Floats
    method: str
    whole: bool = True

    @cached_property
    def counted(self) -> Bools:
        return self.weight > 0

    @cached_property
    def unit(self) -> float:
        """The size of a made-up example's difference: 1 of what is right or wrong, else the usual one."""
        if self.whole or not self.counted.any():
            return 1.0
        size = float(np.sqrt(((self.model - self.person)[self.counted] ** 2).mean()))
        return size or 1.0

    @cached_property
    def loads(self) -> Longs:
        """How many labels of each person are scored (n_labellers,)."""
        return np.bincount(self.labels.labeller[self.counted], minlength=self.labels.n_labellers)

    def each_label(self) -> Standing:
        """Each label counts once: whoever labels more bears more on it."""
        return self._standing(self.weight, "each label counts once")

    def each_person(self) -> Standing:
        """Each person with enough labels counts once, however many they gave."""
        return self._standing(self._of_people, f"each person with {FEWEST} labels or more counts once")

    @cached_property
    def _of_people(self) -> Floats:
        total = _add(self.labels.labeller, self.weight, self.labels.n_labellers)
        enough = self.loads >= FEWEST
        each = np.where(enough, 1.0 / np.maximum(total, 1e-12) / max(int(enough.sum()), 1), 0.0)
        return self.weight * each[self.labels.labeller]

    def people(self) -> list[tuple[object, Standing]]:
        """(original labeller id, the parties on this person's labels alone) of everybody with enough labels."""
        ids = self.labels.labeller_ids.tolist()
        order = np.argsort(self.labels.labeller, kind="stable")
        edges = np.searchsorted(self.labels.labeller[order], np.arange(self.labels.n_labellers + 1))
        found = []
        for who in np.flatnonzero(self.loads >= FEWEST).tolist():
            rows = order[edges[who] : edges[who + 1]]
            found.append((ids[who], self._standing(self.weight, "this person's labels alone", rows=rows)))
        return found

    def best(self) -> Best | None:
        """The person who is furthest above the popular answer's level on their own examples, so that nobody is best for having
        had the easier ones; None without anybody who has enough labels."""
        enough = np.flatnonzero(self.loads >= FEWEST)
        if not enough.size:
            return None
        n, who, w = self.labels.n_labellers, self.labels.labeller, self.weight
        total = _add(who, w, n)[enough]
        above = self.person - self.popular
        mean = _add(who, w * above, n)[enough] / total
        level = float((w * self.popular).sum() / w.sum())
        place = np.full(n, 0)
        place[enough] = np.arange(enough.size)
        rest = (w * (above - mean[place[who]])) ** 2
        # One made-up label for each side: who never differs is not known for certain.
        own = (total / self.loads[enough]) ** 2 * 2 * self.unit**2
        error = np.sqrt(_add(who, rest, n)[enough] + own) / (total * (1 + 2 / self.loads[enough]))
        shrunk = shrink(mean, error)
        at = int(np.argmax(shrunk.value))
        chosen = int(enough[at])
        value, reach = float(shrunk.value[at]) + level, float(norm.ppf(0.975)) * float(shrunk.error[at])
        rows = np.flatnonzero((who == chosen) & self.counted)
        counts = Counts(int(np.unique(self.labels.example[rows]).size), int(rows.size), int(enough.size))
        method = (
            f"What to expect of the best of {enough.size} people on all examples: their distance from the popular answer on the same examples, drawn "
            "towards that of the others by how much of the differences between people is chance (empirical Bayes), from the popular answer's level"
        )
        limits = Interval(max(0.0, value - reach), min(1.0, value + reach), "normal interval of an empirical Bayes estimate")
        expected = figure(min(1.0, max(0.0, value)), {"examples": limits}, method, counts, 0.95)
        standing = self._standing(self.weight, "the best person's labels alone", rows=rows, comparisons=int(enough.size))
        return Best(self.labels.labeller_ids.tolist()[chosen], int(enough.size), expected, standing)

    def _standing(self, weight: Floats, about: str, *, rows: Longs | None = None, comparisons: int = 1) -> Standing:
        rows = np.flatnonzero(weight > 0) if rows is None else rows[weight[rows] > 0]
        w = weight[rows]
        return Standing(
            self._mean(self.person, rows, w, f"{self.method}; {about}", people=True),
            self._mean(self.model, rows, w, f"The model, by the same references on the same examples; {about}", people=False),
            self._mean(self.popular, rows, w, f"The answer that most labels of an example chose (ties share the credit), by the same references; {about}", people=False),
            self._difference(self.model - self.person, rows, w, f"Model minus person; {about}", comparisons),
            self._difference(self.model - self.popular, rows, w, f"Model minus the popular answer; {about}", comparisons),
        )

    def _sums(self, values: Floats, rows: Longs, w: Floats) -> tuple[Floats, Floats, Floats, Floats, Counts]:
        """(values, weights) summed by example and by labeller; and what they rest on."""
        example, who = self.labels.example[rows], self.labels.labeller[rows]
        first, last = int(example.min()), int(example.max())
        at, mine = example - first, w * values[rows]
        by = [_add(at, part, last - first + 1) for part in (mine, w)]
        of = [_add(who, part, self.labels.n_labellers) for part in (mine, w)]
        counts = Counts(int((by[1] > 0).sum()), int(rows.size), int((of[1] > 0).sum()))
        return by[0], by[1], of[0], of[1], counts

    def _mean(self, credit: Floats, rows: Longs, w: Floats, method: str, *, people: bool) -> Result:
        if not rows.size:
            return undefined(NOTHING, Counts())
        right, total, by_whom, loads, counts = self._sums(credit, rows, w)
        value = min(1.0, max(0.0, float(right.sum() / total.sum())))
        named = {"examples": over_examples(right, total, value, 0.95)}
        if people:
            named["labellers"] = over_labellers(by_whom, loads, value, 0.95)
        return figure(value, named, method, counts, 0.95)

    def _difference(self, values: Floats, rows: Longs, w: Floats, method: str, comparisons: int) -> Result:
        if not rows.size:
            return undefined(NOTHING, Counts())
        above, total, by_whom, loads, counts = self._sums(values, rows, w)
        value = float(above.sum() / total.sum())
        low, high = paired(above, total, np.zeros(above.size, dtype=np.int64), 1, self.unit, 1 - 0.05 / comparisons)
        words = PAIRED if comparisons == 1 else f"{PAIRED}, for all {comparisons} people together (Bonferroni)"
        named = {"examples": Interval(None, None, "it takes at least 2 examples")}
        if counts.n_examples > 1:
            named["examples"] = Interval(float(low[0]), float(high[0]), words)
        who = loads > 0
        if counts.n_labellers > 2:
            rest = loads.sum() - loads[who]
            named["labellers"] = jackknife((above.sum() - by_whom[who]) / rest, value, 0.95, (-1.0, 1.0))
        return figure(value, named, method, counts, 0.95)


def paired(
    above: Floats, total: Floats, group: Longs, n_groups: int, unit: float, confidence: float | Floats
) -> tuple[Floats, Floats]:
    """Intervals (n_groups,) of paired differences in [-1, 1]: `above` and `total` are an example's weighted differences and weights, one
    entry an example and group.

    Bonett and Price (2012): Wald's interval after adding one example of each sign, here of size `unit`, so that a group where model
    and people never differed is not taken for certain. NaN where a group has fewer than 2 examples.
    """
    some = total > 0
    above, total, group = above[some], total[some], group[some]
    n = np.bincount(group, minlength=n_groups).astype(np.float64)
    weight = _add(group, total, n_groups)
    usual = weight / np.maximum(n, 1)
    whole = np.where(n > 0, weight + 2 * usual, 1.0)
    middle = _add(group, above, n_groups) / whole
    rest = _add(group, (above - middle[group] * total) ** 2, n_groups)
    rest = rest + usual**2 * ((unit - middle) ** 2 + (unit + middle) ** 2)
    reach = t.ppf((1 + np.asarray(confidence)) / 2, n + 1) * np.sqrt(rest * (n + 2) / (n + 1)) / whole
    unknown = np.where(n > 1, 0.0, np.nan)
    return np.maximum(-1.0, middle - reach) + unknown, np.minimum(1.0, middle + reach) + unknown


@dataclass(frozen=True, eq=False)
class Groups:
    """Arrays (n_groups,): what they rest on, how right person and model are, and model minus person with the interval of one group
    alone and with one for all `comparisons` together. Intervals go over examples; NaN without enough of them."""

    n_examples: Longs
    n_labels: Longs
    n_labellers: Longs
    weight: Floats
    person: tuple[Floats, Floats, Floats]  # value, low, high
    model: tuple[Floats, Floats, Floats]
    gap: tuple[Floats, Floats, Floats]
    together: tuple[Floats, Floats]
    comparisons: int


def compare_groups(
    parties: Parties, group: Longs, rows: Longs, share: Floats, person: Floats, model: Floats, n_groups: int, *, fewest: int = FEWEST
) -> Groups:
    """Person and model within groups. Each entry is a label (its row in `parties.labels`), or the `share` of it that belongs to a
    group, with the scores of person and model there; entries of a group below 0 are left out. Groups with fewer than `fewest` examples
    are no comparison: they do not widen the others' intervals."""
    weight = parties.weight[rows] * share
    some = (group >= 0) & (weight > 0)
    group, rows, weight, person, model = group[some].astype(np.int64), rows[some], weight[some], person[some], model[some]
    keys, place = np.unique(group << 32 | parties.labels.example[rows], return_inverse=True)
    of = keys >> 32
    total, mine, its = (_add(place, part, keys.size) for part in (weight, weight * person, weight * model))
    n = np.bincount(of, minlength=n_groups)
    whole = _add(of, total, n_groups)
    safe = np.where(whole > 0, whole, np.nan)
    level, score = (_add(of, part, n_groups) / safe for part in (mine, its))
    comparisons = max(1, int((n >= fewest).sum()))
    alone = paired(its - mine, total, of, n_groups, parties.unit, 0.95)
    together = paired(its - mine, total, of, n_groups, parties.unit, 1 - 0.05 / comparisons)
    who = np.unique(group << 32 | parties.labels.labeller[rows]) >> 32
    return Groups(
        n, np.bincount(group, minlength=n_groups), np.bincount(who, minlength=n_groups), whole,
        (level, *_wilson(mine, total, of, level, n)), (score, *_wilson(its, total, of, score, n)), (score - level, *alone), together, comparisons,
    )  # fmt: skip


def _add(place: Longs | Ints, values: Floats, size: int) -> Floats:
    return np.bincount(place, weights=values, minlength=size).astype(np.float64)


def _wilson(right: Floats, total: Floats, group: Longs, value: Floats, n: Longs) -> tuple[Floats, Floats]:
    """Wilson's interval with the effective number of labels, as over_examples makes it, for each group."""
    whole, rest = _add(group, total, n.size), _add(group, (right - value[group] * total) ** 2, n.size)
    low, high = np.full(n.size, np.nan), np.full(n.size, np.nan)
    for at in np.flatnonzero(n > 1).tolist():
        spread = rest[at] / whole[at] ** 2 * n[at] / (n[at] - 1)
        share = float(value[at])
        effective = share * (1 - share) / spread if spread > 1e-15 and 0 < share < 1 else float(n[at])
        low[at], high[at] = wilson(share * effective, effective, 0.95)
    return low, high


__all__ = ["FEWEST", "Best", "Groups", "Parties", "Standing", "compare_groups", "paired"]
