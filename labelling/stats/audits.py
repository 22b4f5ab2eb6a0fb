"""Audits: a random sample that somebody checks gives an error rate with an interval, for the whole or stratum by stratum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labelling.stats.columns import Longs
from labelling.stats.intervals import wilson
from labelling.stats.results import Counts, Interval, Result, Undefined, figure, undefined

LEAST_CHECKED = 10  # answers that must have been checked before a rate is told
LEAST_OF_STRATUM = 5  # of each stratum, or all that it has


@dataclass(frozen=True)
class Stratum:
    """A part of the population and what a random sample of it showed: `wrong` of `checked` answers."""

    wrong: int
    checked: int
    population: int

    def __post_init__(self) -> None:
        if not 0 <= self.wrong <= self.checked <= self.population:
            raise ValueError("wrong is at most checked, and checked at most the population.")

    def interval(self, confidence: float) -> tuple[float, float]:
        """Wilson's score interval with the finite population correction: a sample of the whole population is certain."""
        if self.checked == self.population:
            return self.wrong / self.checked, self.wrong / self.checked
        trials = self.checked * (self.population - 1) / (self.population - self.checked)
        return wilson(self.wrong / self.checked * trials, trials, confidence)


def audit_sample(n_examples: int, count: int, seed: int) -> Longs:
    """Places of a seeded sample without replacement, in random order: a longer sample begins with the shorter one."""
    return np.random.default_rng(seed).permutation(n_examples)[:count].astype(np.int64)


def allocate(count: int, sizes: Sequence[int], spreads: Sequence[float]) -> list[int]:
    """How many of `count` checks each stratum gets: in proportion to its size times the spread expected in it (Neyman 1934), at
    least as many as are needed to tell its rate, at most its size."""
    if count < 0 or len(sizes) != len(spreads) or any(size < 0 for size in sizes) or any(spread <= 0 for spread in spreads):
        raise ValueError("There is one size, not negative, and one spread, above zero, a stratum.")
    count = min(count, sum(sizes))
    least = [min(size, LEAST_OF_STRATUM) for size in sizes]
    given = least if sum(least) <= count else [0] * len(sizes)
    while (left := count - sum(given)) > 0:
        # One at a time to whoever is furthest behind its share: whole numbers, deterministic, and full strata stay full.
        weights = [size * spread for size, spread in zip(sizes, spreads, strict=True)]
        open_ = [place for place, size in enumerate(sizes) if given[place] < size]
        place = min(open_, key=lambda one: ((given[one] + 1) / weights[one], one))
        given[place] += 1 if left < 1000 else min(left // 100, sizes[place] - given[place])
    return given


def error_rate(wrong: int, checked: int, population: int, confidence: float = 0.95) -> Result:
    """The share of wrong answers among `population`, from a random sample of `checked` that somebody looked at."""
    return stratified_error_rate([Stratum(wrong, checked, population)], confidence)


def stratified_error_rate(strata: Sequence[Stratum], confidence: float = 0.95) -> Result:
    """The share of wrong answers in the whole, from a random sample of each stratum: the strata's rates, weighted by their sizes.

    The interval adds the distances between each stratum's rate and the limits of its own interval as squares, weighted alike
    (Newcombe's square-and-add; Zou and Donner 2008, "Construction of confidence limits about effect measures", Statist. Med. 27).
    Undefined where something of a stratum's population is there and nothing of it was checked.
    """
    strata = [one for one in strata if one.population]
    population, checked = sum(one.population for one in strata), sum(one.checked for one in strata)
    counts = Counts(checked, checked, 0)
    if not checked or any(not one.checked for one in strata):
        return undefined("Nothing of the sample has been checked yet.", counts)
    weights = [one.population / population for one in strata]
    rates = [one.wrong / one.checked for one in strata]
    rate = float(np.dot(weights, rates))
    limits = [one.interval(confidence) for one in strata]
    low = rate - float(np.sqrt(sum((w * (p - lowest)) ** 2 for w, p, (lowest, _) in zip(weights, rates, limits, strict=True))))
    high = rate + float(np.sqrt(sum((w * (highest - p)) ** 2 for w, p, (_, highest) in zip(weights, rates, limits, strict=True))))
    method = f"Share of wrong answers in a random sample of {checked:,} of {population:,}"
    if len(strata) > 1:
        parts = " and ".join(f"{one.checked:,} of {one.population:,}" for one in strata)
        method += f", drawn in strata ({parts}) whose rates are weighted by their sizes"
    how = "Wilson's score interval" + (" of each stratum, added as squares" if len(strata) > 1 else "") + ", for a finite population"
    return figure(rate, {"examples": Interval(max(0.0, low), min(1.0, high), how)}, method, counts, confidence)


def enough(strata: Sequence[Stratum]) -> bool:
    """Whether so much was checked that a rate may be told: ten answers in all, five of each stratum or all that it has."""
    there = [one for one in strata if one.population]
    least = all(one.checked >= min(LEAST_OF_STRATUM, one.population) for one in there)
    whole = sum(one.population for one in there)
    return bool(there) and least and sum(one.checked for one in there) >= min(LEAST_CHECKED, whole)


def told_error_rate(strata: Sequence[Stratum], confidence: float = 0.95) -> Result:
    """The rate, or why it is not told yet: a few checks would be read as more than they are."""
    checked = sum(one.checked for one in strata)
    if enough(strata):
        return stratified_error_rate(strata, confidence)
    return Undefined(f"Too few to judge: {checked:,} of the answers {'has' if checked == 1 else 'have'} been checked so far.", checked, checked, 0)
