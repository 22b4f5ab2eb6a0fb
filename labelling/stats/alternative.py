"""The alternative annotator test: may a model stand in for one of the people?

Calderon, Reichart and Dror (ACL 2025), "The Alternative Annotator Test for LLM-as-a-Judge". One person is left out at a time;
model and person are compared by how well each meets the remaining people, example by example.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from labelling.stats.columns import Bools, Floats, Labels
from labelling.stats.results import Counts, Interval, Result, Undefined, figure

FEWEST_LABELLERS = 3
FEWEST_EXAMPLES = 30  # per labeller: the t-test rests on it
EPSILONS = {"experts": 0.2, "trained": 0.15, "crowd": 0.1}  # how much a person costs more than the model, as the paper puts it


@dataclass(frozen=True)
class Comparison:
    """Model against one person on the person's `n_examples`: the share in which the model was at least as near to the others
    (`model`), and the person (`person`); `p_value` of "the model is worse by epsilon or more"; `won` after the correction."""

    labeller: object
    n_examples: int
    model: float
    person: float
    p_value: float
    won: bool


@dataclass(frozen=True)
class AlternativeTest:
    """`winning_rate` is the share of people whose place the model may take, `passed` whether that is half or more;
    `advantage` the mean share in which the model was at least as near to the others as the person was."""

    comparisons: list[Comparison]
    winning_rate: float
    passed: bool
    advantage: Result
    epsilon: float
    left_out: Mapping[str, int]
    method: str


def alternative_annotator_test(
    labels: Labels,
    candidate: ArrayLike,
    *,
    epsilon: float = 0.1,
    values: ArrayLike | None = None,
    rate: float = 0.05,
    fewest_examples: int = FEWEST_EXAMPLES,
) -> AlternativeTest | Undefined:
    """Compare a model's answers with each labeller against the labellers that remain.

    `candidate` (n_examples,) holds the model's code for each of `labels.example_ids`, -1 for none. Nearness is the share of the
    others with the same answer, or minus the root mean squared difference to them where `values` (n_codes,) gives numbers.
    `epsilon` is the cost-benefit margin (0.1 for crowds, 0.15 for trained people, 0.2 for experts); `rate` the false discovery
    rate, corrected after Benjamini and Yekutieli (2001) because the comparisons depend on each other. Undefined, with the
    reason, where fewer than 3 labellers have 30 examples that others labelled too. Raises ValueError for wrong shapes.
    """
    guess = np.asarray(candidate, dtype=np.int64)
    if guess.shape != (labels.n_examples,) or (guess.size and int(guess.max()) >= labels.n_codes):
        raise ValueError(f"The model's answers are one code for each of {labels.n_examples:,} examples, -1 for none.")
    model, person, rows = _nearness(labels, guess, None if values is None else np.asarray(values, dtype=np.float64))
    who = labels.labeller[rows]
    n_each = np.bincount(who, minlength=labels.n_labellers)
    enough = np.flatnonzero(n_each >= fewest_examples)
    left_out = {"labellers_with_few_examples": int((n_each > 0).sum() - enough.size), "without_answer_or_others": int(labels.n_labels - rows.size)}
    if enough.size < FEWEST_LABELLERS:
        reason = (
            f"The test needs at least {FEWEST_LABELLERS} labellers with {fewest_examples} examples each that others labelled and the "
            f"model answered; {enough.size} {'has' if enough.size == 1 else 'have'} that many."
        )
        return Undefined(reason, int(np.unique(labels.example[rows]).size), int(rows.size), int((n_each > 0).sum()))
    ahead, behind = (model >= person - 1e-12), (person >= model - 1e-12)
    p_values = np.array([_worse_by(ahead[who == one], behind[who == one], epsilon) for one in enough])
    won = benjamini_yekutieli(p_values, rate)
    ids = labels.labeller_ids.tolist()
    comparisons = [
        Comparison(ids[one], int(n_each[one]), float(ahead[who == one].mean()), float(behind[who == one].mean()), float(p), bool(w))
        for one, p, w in zip(enough.tolist(), p_values, won, strict=True)
    ]
    shares = np.array([comparison.model for comparison in comparisons])
    winning = float(won.mean())
    method = (
        f"Alternative annotator test (Calderon, Reichart and Dror 2025) with epsilon {epsilon:g}: each person in turn is left out, and model "
        f"and person are compared by their nearness to the others; one-sided t-tests, Benjamini-Yekutieli at {rate:g}"
    )
    counts = Counts(int(np.unique(labels.example[rows]).size), int(rows.size), int(enough.size))
    return AlternativeTest(comparisons, winning, winning >= 0.5, _mean(shares, counts, method), epsilon, left_out, method)


def _nearness(labels: Labels, guess: np.ndarray, values: Floats | None) -> tuple[Floats, Floats, np.ndarray]:
    """(the model's, the person's nearness to the others, label rows) where there are others and the model answered."""
    size = labels.sizes[labels.example]
    own = guess[labels.example]
    rows = np.flatnonzero((size >= 2) & (own >= 0))
    example, code, own, others = labels.example[rows], labels.code[rows], own[rows], (size[rows] - 1).astype(np.float64)
    if values is None:
        key = labels.example.astype(np.int64) * labels.n_codes + labels.code
        names, counts = np.unique(key, return_counts=True)

        def said(codes: np.ndarray) -> Floats:
            wanted = example.astype(np.int64) * labels.n_codes + codes
            at = np.minimum(np.searchsorted(names, wanted), names.size - 1)
            return np.where(names[at] == wanted, counts[at], 0).astype(np.float64)

        same = own == code
        return (said(own) - same) / others, (said(code) - 1) / others, rows
    numbers = values[labels.code]
    total = np.bincount(labels.example, weights=numbers, minlength=labels.n_examples)[example] - numbers[rows]
    square = np.bincount(labels.example, weights=numbers**2, minlength=labels.n_examples)[example] - numbers[rows] ** 2

    def minus_distance(mine: Floats) -> Floats:
        return -np.sqrt(np.maximum(mine**2 - 2 * mine * total / others + square / others, 0.0))

    return minus_distance(values[own]), minus_distance(values[code]), rows


def _worse_by(ahead: Bools, behind: Bools, epsilon: float) -> float:
    """p of "the person is ahead by epsilon or more", a one-sided t-test on the differences of single examples."""
    difference = behind.astype(np.float64) - ahead
    spread = float(difference.std(ddof=1))
    if spread == 0.0:  # all examples alike: the mean is what it is
        return 0.0 if float(difference[0]) < epsilon else 1.0
    t = (float(difference.mean()) - epsilon) / (spread / np.sqrt(difference.size))
    return float(stats.t.cdf(t, difference.size - 1))


def benjamini_yekutieli(p_values: ArrayLike, rate: float) -> Bools:
    """Which hypotheses are rejected at this false discovery rate, whatever the dependence (Benjamini and Yekutieli 2001)."""
    p = np.asarray(p_values, dtype=np.float64)
    if not p.size:
        return np.zeros(0, dtype=np.bool_)
    order = np.argsort(p, kind="stable")
    ranks = np.arange(1, p.size + 1)
    limits = rate * ranks / (p.size * float((1.0 / ranks).sum()))
    passing = np.flatnonzero(p[order] <= limits)
    rejected = np.zeros(p.size, dtype=np.bool_)
    if passing.size:
        rejected[order[: passing[-1] + 1]] = True
    return rejected


def _mean(shares: Floats, counts: Counts, method: str) -> Result:
    value, n = float(shares.mean()), shares.size
    reach = float(stats.t.ppf(0.975, n - 1)) * float(shares.std(ddof=1)) / np.sqrt(n)
    interval = Interval(max(0.0, value - reach), min(1.0, value + reach), "t interval over the people")
    return figure(value, {"labellers": interval}, method, counts, 0.95)


__all__ = ["EPSILONS", "AlternativeTest", "Comparison", "alternative_annotator_test", "benjamini_yekutieli"]
