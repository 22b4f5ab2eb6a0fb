"""Adaptive overlap: few labels where people agree, more where they do not, and what that would have cost on labels at hand.

Confidence is that of one answer under the one-coin model with known skills (naive Bayes; Toloka's "dynamic overlap" and Dawid
and Skene's simplest case): a labeller of skill s gives the right answer with probability s and each other one with
(1 - s) / (options - 1). Skills are shares of right answers, shrunk towards one half: (k + right) / (2k + total).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t

from labelling.stats.columns import Floats, Ints, Labels, Longs

SMOOTHING = 5.0
LEAST, BEST = 0.02, 0.98  # no skill is taken to be worse or better: certainty needs more than one person


@dataclass(frozen=True)
class Overlap:
    """What a setting costs and loses. `n_labels` were used, `per_example` on average; `reached` is the share of examples whose
    confidence reached the mark; `same_answer` the share whose answer is that of all labels at hand (examples that tie there are
    left out), `right` the share that is right where the truth was given, else None."""

    name: str
    n_examples: int
    n_labels: int
    per_example: float
    reached: float
    same_answer: float | None
    right: float | None


def posterior(codes: ArrayLike, skills: ArrayLike, options: int) -> Floats:
    """Probabilities (options,) of one example's answers, from the `codes` given and the `skills` of those who gave them."""
    given, skill = np.asarray(codes, dtype=np.int64), np.asarray(skills, dtype=np.float64)
    if given.shape != skill.shape or options < 2:
        raise ValueError("There is one skill a code, and there are at least two options.")
    logs = np.zeros(options)
    wrong = np.log((1 - skill) / (options - 1))
    logs += wrong.sum()
    np.add.at(logs, given, np.log(skill) - wrong)
    shares: Floats = np.exp(logs - logs.max())
    return np.asarray(shares / shares.sum())


def skills_of(right: ArrayLike, total: ArrayLike, smoothing: float = SMOOTHING) -> Floats:
    """(k + right) / (2k + total): one half for somebody unknown, the plain share for somebody well known."""
    found = (smoothing + np.asarray(right, dtype=np.float64)) / (2 * smoothing + np.asarray(total, dtype=np.float64))
    return np.clip(found, LEAST, BEST)


def simulate_adaptive(
    labels: Labels,
    *,
    start: int,
    most: int,
    confidence: float,
    budget: int | None = None,
    truth: ArrayLike | None = None,
    smoothing: float = SMOOTHING,
    seed: int = 0,
) -> Overlap:
    """Hand out the labels at hand as the setting would have: `start` for each example, then one more at a time for those whose
    answer is less sure than `confidence`, up to `most` or until `budget` labels are spent, the least sure first.

    Labels of an example are taken in a seeded order; skills are learnt on the way from the answers so far, never from labels
    that the setting would not have asked for. `truth` (n_examples,) holds codes, -1 where unknown.
    """
    have, answer, sure = _adaptive(labels, start, most, confidence, budget, smoothing, seed)
    return _told(_name(start, most, confidence, budget), labels, have, answer, float((sure >= confidence).mean()) if sure.size else 0.0, truth)


def _name(start: int, most: int, confidence: float, budget: int | None) -> str:
    return f"{start} to {most} labels until {confidence:.0%} sure" + (f", {budget:,} labels at most" if budget is not None else "")


def _adaptive(
    labels: Labels, start: int, most: int, confidence: float, budget: int | None, smoothing: float, seed: int
) -> tuple[Longs, Ints, Floats]:
    """(labels used, answer, its probability) of each example."""
    if not 1 <= start <= most or not 0 < confidence <= 1:
        raise ValueError("start is from 1 to most, and confidence above 0 up to 1.")
    order, rank = _shuffled(labels, seed)
    have = np.minimum(labels.sizes, start)
    limit = np.minimum(labels.sizes, most)
    spent = int(have.sum())
    while True:
        used = order[rank < have[labels.example[order]]]
        answer, sure = _settle(labels, used, smoothing)
        wanting = np.flatnonzero((sure < confidence) & (have < limit))
        if budget is not None:
            wanting = wanting[np.argsort(sure[wanting], kind="stable")][: max(0, budget - spent)]
        if not wanting.size:
            return have, answer, sure
        have[wanting] += 1
        spent += int(wanting.size)


def simulate_fixed(labels: Labels, count: int, *, truth: ArrayLike | None = None, seed: int = 0) -> Overlap:
    """The same with `count` labels for each example and the majority of them; a tie is no answer."""
    have, answer = _fixed(labels, count, seed)
    return _told(f"{count} label{'s' if count > 1 else ''} each", labels, have, answer, 1.0, truth)


def _fixed(labels: Labels, count: int, seed: int) -> tuple[Longs, Ints]:
    if count < 1:
        raise ValueError("count is at least 1.")
    order, rank = _shuffled(labels, seed)
    have = np.minimum(labels.sizes, count)
    return have, _majority(labels, order[rank < have[labels.example[order]]])


@dataclass(frozen=True, eq=False)
class Replay:
    """A setting over many orders of the labels at hand. `cost` (n_examples,) labels used and `alike` (n_known,) the share of
    orders in which the answer was the reference, both means over the orders; `reached` the share that was sure enough."""

    name: str
    cost: Floats
    alike: Floats
    reached: float


def reference_of(labels: Labels, truth: ArrayLike | None = None) -> Ints:
    """What answers are held against, (n_examples,): the truth given, else the majority of all labels at hand; -1 where there is
    none, because it is not known or because the labels tie."""
    if truth is None:
        return _majority(labels, np.arange(labels.n_labels))
    wanted = np.asarray(truth, dtype=np.int32)
    if wanted.shape != (labels.n_examples,):
        raise ValueError(f"The truth is one code for each of {labels.n_examples:,} examples, -1 where it is unknown.")
    return wanted


def replay_adaptive(
    labels: Labels, reference: ArrayLike, *, start: int, most: int, confidence: float, budget: int | None = None, orders: int = 10,
    smoothing: float = SMOOTHING, seed: int = 0,
) -> Replay:  # fmt: skip
    """`simulate_adaptive` over this many seeded orders of the labels, example by example."""
    runs = [_adaptive(labels, start, most, confidence, budget, smoothing, seed + number) for number in range(orders)]
    reached = float(np.mean([(sure >= confidence).mean() for _, _, sure in runs])) if labels.n_examples else 0.0
    return _replay(_name(start, most, confidence, budget), [(have, answer) for have, answer, _ in runs], reference, reached)


def replay_fixed(labels: Labels, reference: ArrayLike, count: int, *, orders: int = 10, seed: int = 0) -> Replay:
    """`simulate_fixed` over the same orders."""
    runs = [_fixed(labels, count, seed + number) for number in range(orders)]
    return _replay(f"{count} label{'s' if count > 1 else ''} each", runs, reference, 1.0)


def _replay(name: str, runs: list[tuple[Longs, Ints]], reference: ArrayLike, reached: float) -> Replay:
    wanted = np.asarray(reference)
    known = wanted >= 0
    cost = np.mean([have for have, _ in runs], axis=0)
    alike = np.mean([answer[known] == wanted[known] for _, answer in runs], axis=0)
    return Replay(name, cost, alike, reached)


def mean_interval(values: ArrayLike, confidence: float = 0.95) -> tuple[float, float, float]:
    """(mean, low, high) over examples: the mean and Student's t times its standard error. Of one value alone there is no
    spread; then low and high are the mean."""
    found = np.asarray(values, dtype=np.float64)
    mean = float(found.mean())
    if found.size < 2:
        return mean, mean, mean
    reach = float(t.ppf((1 + confidence) / 2, found.size - 1)) * float(found.std(ddof=1)) / float(np.sqrt(found.size))
    return mean, mean - reach, mean + reach


def _shuffled(labels: Labels, seed: int) -> tuple[Longs, Longs]:
    """Label rows, example by example, each example's in a seeded order, and the place of each within its example."""
    chance = np.random.default_rng(seed).random(labels.n_labels)
    order = np.lexsort((chance, labels.example))
    return order, np.arange(labels.n_labels) - labels.offsets[labels.example[order]]


def _settle(labels: Labels, used: Longs, smoothing: float) -> tuple[Ints, Floats]:
    """(the most probable code of each example, its probability): skills and answers learnt from each other, three rounds."""
    example, who, code = labels.example[used].astype(np.int64), labels.labeller[used], labels.code[used]
    options = max(2, int(labels.used_codes.size))
    place = np.zeros(labels.n_codes, dtype=np.int64)
    place[labels.used_codes] = np.arange(labels.used_codes.size)
    cell = example * options + place[code]
    total = np.bincount(who, minlength=labels.n_labellers)
    votes = np.bincount(cell, minlength=labels.n_examples * options).astype(np.float64).reshape(-1, options)
    shares = votes / np.maximum(votes.sum(1, keepdims=True), 1)
    for _ in range(3):
        # What a person's own label makes of the answer is left out, or everybody would agree with themselves.
        own = shares.reshape(-1)[cell]
        alone = votes.sum(1)[example] < 2
        right = np.bincount(who, weights=np.where(alone, 0.5, own), minlength=labels.n_labellers)
        skill = skills_of(right, total, smoothing)[who]
        gain = np.log(skill) - np.log((1 - skill) / (options - 1))
        logs = np.bincount(cell, weights=gain, minlength=labels.n_examples * options).reshape(-1, options)
        shares = np.exp(logs - logs.max(1, keepdims=True))
        shares /= shares.sum(1, keepdims=True)
    best = shares.argmax(1)
    sure = shares[np.arange(best.size), best]
    tied = (np.abs(shares - sure[:, None]) < 1e-9).sum(1) > 1
    return np.where(tied, -1, labels.used_codes[np.minimum(best, labels.used_codes.size - 1)]).astype(np.int32), sure


def _majority(labels: Labels, used: Longs) -> Ints:
    votes = np.zeros((labels.n_examples, max(1, labels.used_codes.size)))
    place = np.zeros(labels.n_codes, dtype=np.int64)
    place[labels.used_codes] = np.arange(labels.used_codes.size)
    np.add.at(votes, (labels.example[used], place[labels.code[used]]), 1)
    best = votes.argmax(1)
    tied = (votes == votes.max(1, keepdims=True)).sum(1) > 1
    return np.where(tied, -1, labels.used_codes[best]).astype(np.int32)


def _told(name: str, labels: Labels, have: Longs, answer: Ints, reached: float, truth: ArrayLike | None) -> Overlap:
    n = labels.n_examples
    whole = _majority(labels, np.arange(labels.n_labels)) if n else np.zeros(0, dtype=np.int32)
    known = whole >= 0
    same = float((answer[known] == whole[known]).mean()) if known.any() else None
    right = None
    if truth is not None:
        wanted = np.asarray(truth)
        if wanted.shape != (n,):
            raise ValueError(f"The truth is one code for each of {n:,} examples, -1 where it is unknown.")
        right = float((answer[wanted >= 0] == wanted[wanted >= 0]).mean()) if bool((wanted >= 0).any()) else None
    return Overlap(name, n, int(have.sum()), float(have.mean()) if n else 0.0, reached, same, right)
