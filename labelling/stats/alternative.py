"""The alternative annotator test: may a model stand in for one of the people?

Calderon, Reichart and Dror (ACL 2025), "The Alternative Annotator Test for LLM-as-a-Judge". One person is left out at a time;
model and person are compared by how well each meets the remaining people, example by example.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from labelling.stats.columns import Bools, Floats, Labels, Longs
from labelling.stats.results import Counts, Interval, Result, Undefined, figure

FEWEST_LABELLERS = 3
FEWEST_EXAMPLES = 30  # per labeller: the t-test rests on it
EPSILONS = {"experts": 0.2, "trained": 0.15, "crowd": 0.1}  # how much a person costs more than the model, as the paper puts it


@dataclass(frozen=True)
class Against:
    """Model and one person on the person's `n_examples`: the shares in which the model (`model`) or the person (`person`) was
    at least as near to the others, the mean of the differences person minus model, and its standard error."""

    labeller: object
    n_examples: int
    model: float
    person: float
    difference: float
    error: float


@dataclass(frozen=True)
class Comparison:
    """Model against one person on the person's `n_examples`: the share in which the model was at least as near to the others
    (`model`), and the person (`person`); `p_value` of "the model is worse by epsilon or more", `adjusted` for all people
    together; `won` after that correction."""

    labeller: object
    n_examples: int
    model: float
    person: float
    p_value: float
    adjusted: float
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
    found = compare(labels, candidate, values=values)
    both = int(((labels.sizes >= 2) & (np.asarray(candidate) >= 0)).sum())
    without = labels.n_labels - sum(one.n_examples for one in found)
    return judge(found, n_examples=both, epsilon=epsilon, rate=rate, fewest_examples=fewest_examples, without=without)


def compare(
    labels: Labels,
    candidate: ArrayLike,
    *,
    values: ArrayLike | None = None,
    likeness: Callable[[int, int], float] | None = None,
    weight: Floats | None = None,
) -> list[Against]:
    """Model and each labeller by their nearness to the labellers that remain, for `judge`; what it rests on does not depend on
    epsilon. With `likeness` (of two codes) nearness is the mean likeness to the others. `weight` (n_labels,) is how much each
    person's label counts in comparisons, 0 for not at all; it goes on serving the others as a reference.
    """
    guess = np.asarray(candidate, dtype=np.int64)
    if guess.shape != (labels.n_examples,) or (guess.size and likeness is None and int(guess.max()) >= labels.n_codes):
        raise ValueError(f"The model's answers are one code for each of {labels.n_examples:,} examples, -1 for none.")
    counts = (labels.sizes[labels.example] >= 2) & (guess[labels.example] >= 0)
    rows = np.flatnonzero(counts if weight is None else counts & (weight > 0))
    if likeness is not None:
        model, person = _alike(labels, guess, rows, likeness)
    else:
        model, person = _nearness(labels, guess, rows, None if values is None else np.asarray(values, dtype=np.float64))
    ahead, behind = (model >= person - 1e-12), (person >= model - 1e-12)
    who = labels.labeller[rows]
    load = np.ones(rows.size) if weight is None else weight[rows]
    order = np.argsort(who, kind="stable")
    edges = np.searchsorted(who[order], np.arange(labels.n_labellers + 1))
    found = []
    for one, name in enumerate(labels.labeller_ids.tolist()):
        mine = order[edges[one] : edges[one + 1]]
        if mine.size:
            found.append(_against(name, ahead[mine], behind[mine], load[mine]))
    return found


def judge(
    found: Sequence[Against],
    *,
    n_examples: int,
    epsilon: float = 0.1,
    rate: float = 0.05,
    fewest_examples: int = FEWEST_EXAMPLES,
    without: int = 0,
) -> AlternativeTest | Undefined:
    """The test's verdict on what `compare` found on `n_examples`; `without` labels had no others or no answer of the model."""
    enough = [one for one in found if one.n_examples >= fewest_examples]
    left_out = {"labellers_with_few_examples": len(found) - len(enough), "without_answer_or_others": without}
    n = sum(one.n_examples for one in found)
    if len(enough) < FEWEST_LABELLERS:
        reason = (
            f"The test needs at least {FEWEST_LABELLERS} labellers with {fewest_examples} examples each that others labelled and the "
            f"model answered; {len(enough)} {'has' if len(enough) == 1 else 'have'} that many."
        )
        return Undefined(reason, n_examples, n, len(found))
    p_values = np.array([_worse_by(one, epsilon) for one in enough])
    won, adjusted = benjamini_yekutieli(p_values, rate), adjust(p_values)
    comparisons = [
        Comparison(one.labeller, one.n_examples, one.model, one.person, float(p), float(q), bool(w))
        for one, p, q, w in zip(enough, p_values, adjusted, won, strict=True)
    ]
    winning = float(won.mean())
    method = (
        f"Alternative annotator test (Calderon, Reichart and Dror 2025) with epsilon {epsilon:g}: each person in turn is left out, and model "
        f"and person are compared by their nearness to the others; one-sided t-tests, Benjamini-Yekutieli at {rate:g}"
    )
    shares = np.array([comparison.model for comparison in comparisons])
    advantage = _mean(shares, Counts(n_examples, n, len(enough)), method)
    return AlternativeTest(comparisons, winning, winning >= 0.5, advantage, epsilon, left_out, method)


def _against(name: object, ahead: Bools, behind: Bools, load: Floats) -> Against:
    difference = behind.astype(np.float64) - ahead
    n, total = int(load.size), float(load.sum())
    mean = float((load * difference).sum() / total)
    error = float(np.sqrt((load**2 * (difference - mean) ** 2).sum() * n / (n - 1)) / total) if n > 1 else 0.0
    return Against(name, n, float((load * ahead).sum() / total), float((load * behind).sum() / total), mean, error)


def _alike(labels: Labels, guess: Longs, rows: Longs, likeness: Callable[[int, int], float]) -> tuple[Floats, Floats]:
    """Mean likeness of the model's and of the person's answer to those of the others, label by label."""
    model, person = np.zeros(rows.size), np.zeros(rows.size)
    codes, offsets, example = labels.code.tolist(), labels.offsets.tolist(), labels.example.tolist()
    for at, row in enumerate(rows.tolist()):
        start, end, own = offsets[example[row]], offsets[example[row] + 1], int(guess[example[row]])
        others = [codes[other] for other in range(start, end) if other != row]
        model[at] = sum(likeness(own, other) for other in others) / len(others)
        person[at] = sum(likeness(codes[row], other) for other in others) / len(others)
    return model, person


def _nearness(labels: Labels, guess: Longs, rows: Longs, values: Floats | None) -> tuple[Floats, Floats]:
    """(the model's, the person's nearness to the others) of these labels, all of which have others and an answer of the model."""
    example, code, own = labels.example[rows], labels.code[rows], guess[labels.example[rows]]
    others = (labels.sizes[example] - 1).astype(np.float64)
    if values is None:
        key = labels.example.astype(np.int64) * labels.n_codes + labels.code
        names, counts = np.unique(key, return_counts=True)

        def said(codes: np.ndarray) -> Floats:
            wanted = example.astype(np.int64) * labels.n_codes + codes
            at = np.minimum(np.searchsorted(names, wanted), max(names.size - 1, 0))
            return np.where(names[at] == wanted, counts[at], 0).astype(np.float64) if names.size else np.zeros(0)

        same = own == code
        return (said(own) - same) / others, (said(code) - 1) / others
    numbers = values[labels.code]
    total = np.bincount(labels.example, weights=numbers, minlength=labels.n_examples)[example] - numbers[rows]
    square = np.bincount(labels.example, weights=numbers**2, minlength=labels.n_examples)[example] - numbers[rows] ** 2

    def minus_distance(mine: Floats) -> Floats:
        return -np.sqrt(np.maximum(mine**2 - 2 * mine * total / others + square / others, 0.0))

    return minus_distance(values[own]), minus_distance(values[code])


def _worse_by(one: Against, epsilon: float) -> float:
    """p of "the person is ahead by epsilon or more", a one-sided t-test on the differences of single examples."""
    if one.error <= 1e-12:  # all examples alike: the mean is what it is
        return 0.0 if one.difference < epsilon else 1.0
    return float(stats.t.cdf((one.difference - epsilon) / one.error, one.n_examples - 1))


def benjamini_yekutieli(p_values: ArrayLike, rate: float) -> Bools:
    """Which hypotheses are rejected at this false discovery rate, whatever the dependence (Benjamini and Yekutieli 2001)."""
    return adjust(p_values) <= rate


def adjust(p_values: ArrayLike) -> Floats:
    """The lowest false discovery rate at which each hypothesis is rejected (Benjamini and Yekutieli 2001)."""
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    ranks = np.arange(1, p.size + 1)
    raised = p[order] * p.size * float((1.0 / ranks).sum()) / ranks if p.size else p
    found = np.empty(p.size)
    found[order] = np.minimum(1.0, np.minimum.accumulate(raised[::-1])[::-1])
    return found


def _mean(shares: Floats, counts: Counts, method: str) -> Result:
    value, n = float(shares.mean()), shares.size
    reach = float(stats.t.ppf(0.975, n - 1)) * float(shares.std(ddof=1)) / np.sqrt(n)
    interval = Interval(max(0.0, value - reach), min(1.0, value + reach), "t interval over the people")
    return figure(value, {"labellers": interval}, method, counts, 0.95)


__all__ = ["EPSILONS", "Against", "AlternativeTest", "Comparison", "adjust", "alternative_annotator_test", "benjamini_yekutieli", "compare", "judge"]
