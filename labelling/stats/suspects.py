"""Labels that are probably slips: what contradicts the other people, or the answer and a model alike; and an audit's error rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labelling.stats.columns import Bools, Floats, Labels, Longs
from labelling.stats.dawid_skene import SMALLEST, dawid_skene
from labelling.stats.intervals import wilson
from labelling.stats.results import Counts, Interval, Result, Undefined, figure, undefined


@dataclass(frozen=True, eq=False)
class SuspectedLabels:
    """Label rows, the most doubtful first: `chance` (n,) that the label's own answer is right, given everybody else's labels of
    the example and how reliable each of them is, and `instead` (n,) the most probable code."""

    row: Longs
    chance: Floats
    instead: NDArray[np.int32]
    method: str


def suspected_labels(labels: Labels, *, most_chance: float = 0.1, fewest_others: int = 2) -> SuspectedLabels | Undefined:
    """Labels whose answer is improbable once the label itself is left out.

    The model is Dawid and Skene's; a label never speaks for itself, and an example needs labels of `fewest_others` other people.
    """
    if not 0 < most_chance < 1:
        raise ValueError("most_chance lies between 0 and 1.")
    model = dawid_skene(labels, keep_posterior=True)
    if isinstance(model, Undefined):
        return model
    rows = np.flatnonzero(labels.sizes[labels.example] > fewest_others)
    if not rows.size or model.posterior is None:
        return Undefined(f"No example has labels of more than {fewest_others} people yet.", 0, 0, labels.n_labellers)
    logs = np.log(np.maximum(model.posterior[labels.example[rows]].astype(np.float64), SMALLEST))
    logs -= np.log(np.maximum(model.confusion[labels.labeller[rows], :, labels.code[rows]], SMALLEST))
    chances = np.exp(logs - logs.max(1, keepdims=True))
    chances /= chances.sum(1, keepdims=True)
    own = chances[np.arange(rows.size), labels.code[rows]]
    instead = chances.argmax(1).astype(np.int32)
    doubtful = np.flatnonzero((own <= most_chance) & (instead != labels.code[rows]))
    order = doubtful[np.lexsort((rows[doubtful], own[doubtful]))]
    method = f"The label's own answer is right with a chance of at most {most_chance:.0%}, by {model.consensus.method} without the label itself"
    return SuspectedLabels(rows[order], own[order], instead[order], method)


def confident_learning(given: ArrayLike, probabilities: ArrayLike) -> tuple[Bools, Floats]:
    """(which examples' given answers a model confidently contradicts, the model's probability of the given answer).

    Northcutt, Jiang and Chuang (2021): a class is confidently predicted where its probability reaches that class's mean among
    examples given it; an example is an error where the most probable of the confident classes is another one than given.
    `given` (n,) holds codes, `probabilities` (n, n_codes) those of a model that has not seen the answers.
    """
    codes, p = np.asarray(given, dtype=np.int64), np.asarray(probabilities, dtype=np.float64)
    if p.ndim != 2 or codes.shape != (p.shape[0],) or (codes.size and not 0 <= int(codes.min()) <= int(codes.max()) < p.shape[1]):
        raise ValueError("There is one answer and one row of probabilities an example, and each answer has its column.")
    if not codes.size:
        return np.zeros(0, dtype=np.bool_), np.zeros(0)
    n_each = np.bincount(codes, minlength=p.shape[1])
    own = p[np.arange(codes.size), codes]
    mark = np.bincount(codes, weights=own, minlength=p.shape[1]) / np.maximum(n_each, 1)
    mark[n_each == 0] = np.inf  # nobody gave this class: there is nothing to be confident by
    confident = np.where(p >= mark - 1e-12, p, -1.0)
    best = confident.argmax(1)
    return (confident.max(1) >= 0) & (best != codes), own


def audit_sample(n_examples: int, count: int, seed: int) -> Longs:
    """Places of a seeded sample without replacement, in random order: a longer sample begins with the shorter one."""
    return np.random.default_rng(seed).permutation(n_examples)[:count].astype(np.int64)


def error_rate(wrong: int, checked: int, population: int, confidence: float = 0.95) -> Result:
    """The share of wrong answers among `population`, from a random sample of `checked` that somebody looked at."""
    if not 0 <= wrong <= checked <= population:
        raise ValueError("wrong is at most checked, and checked at most the population.")
    counts = Counts(checked, checked, 0)
    if not checked:
        return undefined("Nothing of the sample has been checked yet.", counts)
    low, high = wilson(float(wrong), float(checked), confidence)
    method = f"Share of wrong answers in a random sample of {checked:,} of {population:,}"
    return figure(wrong / checked, {"examples": Interval(low, high, "Wilson's score interval")}, method, counts, confidence)
