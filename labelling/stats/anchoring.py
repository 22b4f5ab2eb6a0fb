"""What showing people a model's answer does to theirs: how often they agree with it when they see it, and when they do not.

Whether an example's suggestion is shown is decided by chance, example by example, so the two groups differ in nothing else:
the difference between them is the effect of showing, and says nothing of how good the model is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from labelling.stats.columns import Floats, Longs
from labelling.stats.intervals import jackknife
from labelling.stats.results import Counts, Interval, Result, Undefined, figure, undefined
from labelling.stats.shares import over_examples, over_labellers

METHOD = "Mean agreement of a label with the model's suggestion for its example"
DIFFERENCE = "Mean agreement with the suggestion where it was shown, less the same where it was not"


@dataclass(frozen=True)
class Anchoring:
    """Agreement with suggestions that were shown, with those that were held back, and the first less the second."""

    shown: Result
    blind: Result
    difference: Result


@dataclass(frozen=True, eq=False)
class _Arm:
    """Sums of one group of labels, by example and by labeller (of all, in one order)."""

    right: Floats
    total: Floats
    by_whom: Floats
    loads: Floats
    n: int

    @property
    def value(self) -> float:
        return float(self.right.sum() / self.total.sum())

    @property
    def counts(self) -> Counts:
        return Counts(int(self.total.size), self.n, int((self.loads > 0).sum()))


def compare_arms(
    example: ArrayLike, labeller: ArrayLike, shown: ArrayLike, credit: ArrayLike, *, confidence: float = 0.95
) -> Anchoring:
    """One entry a label in each column: ids of its example and labeller, whether the suggestion was shown, and how far the
    label agrees with it, 0..1."""
    examples, people = np.asarray(example), np.unique(np.asarray(labeller), return_inverse=True)
    seen, credits = np.asarray(shown).astype(np.bool_), np.asarray(credit).astype(np.float64)
    if not examples.shape == people[1].shape == seen.shape == credits.shape or examples.ndim != 1:
        raise ValueError("Four flat columns of one length are needed.")
    if credits.size and not (0.0 <= float(credits.min()) and float(credits.max()) <= 1.0):
        raise ValueError("Agreement with a suggestion lies between 0 and 1.")
    n_people = int(people[0].size)
    arms = [_arm(examples[rows], people[1][rows], credits[rows], n_people) for rows in (np.flatnonzero(seen), np.flatnonzero(~seen))]
    with_, without = arms
    return Anchoring(
        _share(with_, "No label was made beside a suggestion yet.", confidence),
        _share(without, "No label was made of an example whose suggestion is held back.", confidence),
        _difference(with_, without, confidence),
    )


def _arm(example: Longs, labeller: Longs, credit: Floats, n_people: int) -> _Arm:
    _, place = np.unique(example, return_inverse=True)
    return _Arm(
        np.bincount(place, weights=credit).astype(np.float64),
        np.bincount(place).astype(np.float64),
        np.bincount(labeller, weights=credit, minlength=n_people).astype(np.float64),
        np.bincount(labeller, minlength=n_people).astype(np.float64),
        int(credit.size),
    )


def _share(arm: _Arm, nothing: str, confidence: float) -> Result:
    if not arm.n:
        return Undefined(nothing)
    named = {
        "examples": over_examples(arm.right, arm.total, arm.value, confidence),
        "labellers": over_labellers(arm.by_whom, arm.loads, arm.value, confidence),
    }
    return figure(arm.value, named, METHOD, arm.counts, confidence)


def _difference(with_: _Arm, without: _Arm, confidence: float) -> Result:
    people = int(((with_.loads > 0) | (without.loads > 0)).sum())
    counts = Counts(with_.counts.n_examples + without.counts.n_examples, with_.n + without.n, people)
    if not with_.n or not without.n:
        return undefined("It takes labels made beside a suggestion and labels made without one.", counts)
    value = with_.value - without.value
    named = {"examples": _over_examples(with_, without, confidence), "labellers": _over_labellers(with_, without, value, confidence)}
    return figure(value, named, DIFFERENCE, counts, confidence)


def _over_examples(with_: _Arm, without: _Arm, confidence: float) -> Interval:
    """Newcombe's hybrid score interval (1998, method 10) from the two shares' own: it holds at 0 and 1 as well."""
    one, other = (over_examples(arm.right, arm.total, arm.value, confidence) for arm in (with_, without))
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return Interval(None, None, "it takes at least 2 examples with and 2 without a suggestion")
    value = with_.value - without.value
    low = value - float(np.hypot(with_.value - one.low, other.high - without.value))
    high = value + float(np.hypot(one.high - with_.value, without.value - other.low))
    return Interval(max(-1.0, low), min(1.0, high), "Newcombe's hybrid score interval, the labels of one example taken together")


def _over_labellers(with_: _Arm, without: _Arm, value: float, confidence: float) -> Interval:
    """Each labeller left out of both groups in turn."""
    who = (with_.loads > 0) | (without.loads > 0)
    n = int(who.sum())
    if n < 3:
        return Interval(None, None, f"it takes at least 3 labellers, and there are {n}")
    shares = []
    for arm in (with_, without):
        rest = arm.loads.sum() - arm.loads[who]
        shares.append(np.where(rest > 0, (arm.by_whom.sum() - arm.by_whom[who]) / np.where(rest > 0, rest, 1.0), np.nan))
    return jackknife(shares[0] - shares[1], value, confidence, (-1.0, 1.0))


__all__ = ["Anchoring", "compare_arms"]
