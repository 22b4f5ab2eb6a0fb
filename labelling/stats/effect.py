"""What a change did to agreement: before and after it, on the very same examples, and the difference with both intervals.

    from labelling.stats import effect
    found = effect.of_labels(before, after, level="nominal")       # two `Labels` whose example ids mean the same
    found.n_examples, found.alpha.before.value, found.alpha.after.value, found.alpha.difference.low

Only examples that hold labels of two people or more on both sides are in, so that nothing but the labels differs: comparing all
labels of one side with all of the other mixes the change with which examples happened to be labelled then.

The interval over examples draws examples with replacement, each with its labels of both sides (a paired bootstrap, Efron and
Tibshirani 1993, 8.3): what makes an example hard moves both figures, and drops out of the difference. The one over labellers
leaves out each labeller on both sides at once (a jackknife), and is what tells of other labellers. The wider one is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from labelling.stats.agreement import estimate
from labelling.stats.coefficients import Coefficient, RawAgreement, alpha_coefficient
from labelling.stats.columns import Floats, Labels, Longs
from labelling.stats.intervals import (
    DENSE_CELLS,
    MOST_PATTERNS_FOR_BOOTSTRAP,
    Groundwork,
    jackknife,
    multinomial,
    percentiles,
)
from labelling.stats.perclass import _AllClasses, per_class_alphas
from labelling.stats.results import Counts, Figure, Interval, Result, Undefined, figure, undefined

FEWEST = 10  # examples that must hold a class before its own figures are given
NOT_BOTH = "No example holds labels of two people both before and after, so there is nothing to compare."
LIMITS = (-2.0, 2.0)  # of a difference of two alphas


@dataclass(frozen=True)
class Change:
    """One figure before, after, and after less before."""

    before: Result
    after: Result
    difference: Result


@dataclass(frozen=True)
class Effect:
    """`n_examples` are those that hold labels of two people on both sides. `per_class` has the one-against-the-rest alpha of each
    code that 10 of them or more hold before or after."""

    n_examples: int
    alpha: Change
    percent: Change
    per_class: Mapping[int, Change] = field(default_factory=dict)


def in_common(before: Labels, after: Labels) -> tuple[Labels, Labels]:
    """Of both sides the labels of examples that have two labellers or more on either; examples are the same by their original ids."""
    for side in (before, after):
        if bool(side.repeated.any()):
            raise ValueError("Each side holds one label of a person on an example; keep the newest one.")
    enough = [side.example_ids[side.sizes >= 2] for side in (before, after)]
    both = np.intersect1d(enough[0], enough[1], assume_unique=True)
    kept = [side.keep(np.isin(side.example_ids, both)[side.example]) for side in (before, after)]
    return kept[0], kept[1]


def of_labels(
    before: Labels,
    after: Labels,
    *,
    level: str = "nominal",
    values: ArrayLike | None = None,
    distance: ArrayLike | None = None,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
    per_class: bool = True,
) -> Effect:
    """Alpha, raw agreement and each class's alpha before and after. Both sides have the same codes; `level`, `values` and `distance`
    are as in `agreement.measure`. ValueError means wrong arguments, never too little data."""
    if before.n_codes != after.n_codes:
        raise ValueError(f"Both sides have the same codes, but there are {before.n_codes} and {after.n_codes}.")
    before, after = in_common(before, after)
    n = before.n_examples
    if not n:
        none = Change(*(undefined(NOT_BOTH, Counts()) for _ in range(3)))
        return Effect(0, none, none)
    pair = _Pair(Groundwork.of(before), Groundwork.of(after))
    counts = (before.code_counts + after.code_counts).astype(np.float64)
    chosen: dict[str, Coefficient] = {"alpha": alpha_coefficient(level, before.n_codes, values, distance, counts), "percent": RawAgreement()}
    sides = [estimate(work, chosen, confidence, resamples, seed) for work in (pair.before, pair.after)]
    found = {}
    for name, coefficient in chosen.items():
        one, other = sides[0][name], sides[1][name]
        [difference] = pair.differences(coefficient, coefficient.name, confidence, resamples, seed, [(one, other)])
        found[name] = Change(one, other, difference)
    each = _per_class(pair, confidence, resamples, seed) if per_class else {}
    return Effect(n, found["alpha"], found["percent"], each)


def _per_class(pair: _Pair, confidence: float, resamples: int, seed: int) -> dict[int, Change]:
    held = pair.holding()
    sides = [per_class_alphas(work, confidence, resamples, seed) for work in (pair.before, pair.after)]
    codes = [code for code in np.flatnonzero(held >= FEWEST).tolist() if code in sides[0] and code in sides[1]]
    if not codes:
        return {}
    n_codes = pair.before.labels.n_codes
    none = undefined("This class is not on both sides.", Counts())
    known = [(sides[0].get(code, none), sides[1].get(code, none)) for code in range(n_codes)]
    found = pair.differences(_AllClasses(n_codes), "Krippendorff's alpha, nominal, this class against all others", confidence, resamples, seed, known)
    return {code: Change(sides[0][code], sides[1][code], found[code]) for code in codes}


@dataclass(frozen=True, eq=False)
class _Pair:
    """The two sides; both have the same examples in the same order."""

    before: Groundwork
    after: Groundwork

    @cached_property
    def joint(self) -> tuple[Longs, Longs, Longs]:
        """(pattern before, pattern after, how many examples show the two) of each pair of patterns that occurs."""
        n = self.after.patterns.n_patterns
        keys = self.before.patterns.of_example.astype(np.int64) * n + self.after.patterns.of_example
        names, counts = np.unique(keys, return_counts=True)
        return names // n, names % n, counts

    @property
    def counts(self) -> Counts:
        one, other = self.before.labels, self.after.labels
        return Counts(one.n_examples, one.n_labels + other.n_labels, int(self.people.size))

    @cached_property
    def people(self) -> Any:
        """Original ids of everybody who labelled on either side."""
        return np.union1d(self.before.labels.labeller_ids, self.after.labels.labeller_ids)

    def holding(self) -> Longs:
        """How many examples hold each code before or after, (n_codes,)."""
        n = self.before.labels.n_codes
        keys = np.concatenate([work.labels.example.astype(np.int64) * n + work.labels.code for work in (self.before, self.after)])
        return np.bincount(np.unique(keys) % n, minlength=n)

    def differences(
        self, coefficient: Any, name: str, confidence: float, resamples: int, seed: int, known: list[tuple[Result, Result]]
    ) -> list[Result]:
        """After less before, one for each figure that the coefficient has; `known` are those of the two sides, in order."""
        over_examples = self._over_examples(coefficient, confidence, resamples, seed)
        over_labellers = self._over_labellers(coefficient, confidence)
        found: list[Result] = []
        for place, (one, other) in enumerate(known):
            missing = next(((when, side) for when, side in (("before", one), ("after", other)) if isinstance(side, Undefined)), None)
            if missing is not None or not isinstance(one, Figure) or not isinstance(other, Figure):
                when, side = missing if missing is not None else ("before", one)
                found.append(undefined(f"Not defined {when} the change: {side.undefined}", self.counts))
                continue
            named = {"examples": over_examples[place], "labellers": over_labellers[place]}
            found.append(figure(other.value - one.value, named, f"{name}: after less before, on the same examples", self.counts, confidence))
        return found

    def _over_examples(self, coefficient: Any, confidence: float, resamples: int, seed: int) -> list[Interval]:
        first, second, counts = self.joint
        sides = [(self.before.features(coefficient), first), (self.after.features(coefficient), second)]
        n = int(counts.sum())
        width = max(1, coefficient.n_features, counts.size)
        if n < 2:
            nothing = Interval(None, None, "it takes at least 2 examples that hold labels on both sides")
            return [nothing] * _columns(coefficient.value(_sums(sides[0][0], first, counts[None, :]))).shape[1]
        if resamples > 0 and counts.size <= MOST_PATTERNS_FOR_BOOTSTRAP:
            random = np.random.default_rng(seed)
            draws = []
            step = max(1, DENSE_CELLS // width)
            for start in range(0, resamples, step):
                drawn = multinomial(random, counts, min(step, resamples - start))
                values = [_columns(coefficient.value(_sums(features, place, drawn))) for features, place in sides]
                draws.append(values[1] - values[0])
            table = np.concatenate(draws)
            return [percentiles(column, confidence, f"{resamples:,} resamples of the examples, before and after together") for column in table.T]
        return self._leaving_out(coefficient, sides, counts, confidence)

    def _leaving_out(self, coefficient: Any, sides: list[tuple[Any, Longs]], counts: Longs, confidence: float) -> list[Interval]:
        """Where so many patterns occur that drawing them is slow: each example left out in turn, before and after together."""
        totals = [_sums(features, place, counts[None, :]) for features, place in sides]
        step = max(1, DENSE_CELLS // max(1, coefficient.n_features))
        parts = []
        for start in range(0, counts.size, step):
            rows = slice(start, start + step)
            values = [_columns(coefficient.value(total - _dense(features[place[rows]]))) for total, (features, place) in zip(totals, sides, strict=True)]
            parts.append(values[1] - values[0])
        # Examples with the same patterns leave the same figure behind: each row stands for `counts` of them.
        without = np.repeat(np.concatenate(parts), counts, axis=0)
        values = [_columns(coefficient.value(total))[0] for total in totals]
        full = (values[1] - values[0]).tolist()
        return [jackknife(column, value, confidence, LIMITS, "examples") for column, value in zip(without.T, full, strict=True)]

    def _over_labellers(self, coefficient: Any, confidence: float) -> list[Interval]:
        people = self.people
        values = []
        for work in (self.before, self.after):
            whole = _columns(coefficient.value(work.total(coefficient)[None, :]))
            table = np.repeat(whole, people.size, axis=0)
            who = work.labels.labeller_ids[work.pairable_labellers]
            table[np.searchsorted(people, who)] = _columns(work.without_each_labeller(coefficient))
            values.append((whole[0], table))
        full, without = values[1][0] - values[0][0], values[1][1] - values[0][1]
        if people.size < 3:
            return [Interval(None, None, f"it takes at least 3 labellers, and there are {people.size}")] * full.size
        return [jackknife(column, float(value), confidence, LIMITS) for column, value in zip(without.T, full, strict=True)]


def _sums(features: Any, place: Longs, drawn: Any) -> Floats:
    """Counts of each pair of patterns (n_sets, n_pairs) to the feature sums of one side (n_sets, n_features)."""
    fold = sparse.csr_array((np.ones(place.size), (np.arange(place.size), place)), shape=(place.size, features.shape[0]))
    return _dense((np.asarray(drawn, dtype=np.float64) @ fold) @ features)


def _dense(matrix: Any) -> Floats:
    return np.asarray(matrix.toarray() if hasattr(matrix, "toarray") else matrix, dtype=np.float64)


def _columns(values: Any) -> Floats:
    """(n_sets,) or (n_sets, k) to (n_sets, k)."""
    array = np.asarray(values, dtype=np.float64)
    return array.reshape(len(array), -1)
