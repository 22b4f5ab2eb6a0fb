"""Labels that are probably slips: what contradicts the other people, or the answer and a model alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labelling.stats.columns import Bools, Floats, Labels, Longs
from labelling.stats.dawid_skene import SMALLEST, DawidSkene, dawid_skene
from labelling.stats.intervals import wilson
from labelling.stats.results import Undefined

TRUSTED = 0.5  # of a prediction's examples that have the predicted answer: below, it contradicts nothing
NEARLY = 1e-12  # a probability that equals its mark but for rounding reaches it


@dataclass(frozen=True, eq=False)
class SuspectedLabels:
    """Label rows, the most doubtful first: `chance` (n,) that the label's own answer is right, given everybody else's labels of
    the example and how reliable each of them is, and `instead` (n,) the most probable code."""

    row: Longs
    chance: Floats
    instead: NDArray[np.int32]
    method: str


def suspected_labels(
    labels: Labels, *, most_chance: float = 0.1, fewest_others: int = 2, model: DawidSkene | None = None
) -> SuspectedLabels | Undefined:
    """Labels whose answer is improbable once the label itself is left out.

    The model is Dawid and Skene's (1979); a label never speaks for itself, and an example needs labels of `fewest_others` other
    people. `model` spares a second fit: one of these labels that kept its posterior.
    """
    if not 0 < most_chance < 1:
        raise ValueError("most_chance lies between 0 and 1.")
    fitted = dawid_skene(labels, keep_posterior=True) if model is None else model
    if isinstance(fitted, Undefined):
        return fitted
    rows = np.flatnonzero(labels.sizes[labels.example] > fewest_others)
    if not rows.size or fitted.posterior is None:
        return Undefined(f"No example has labels of more than {fewest_others} people yet.", 0, 0, labels.n_labellers)
    logs = np.log(np.maximum(fitted.posterior[labels.example[rows]].astype(np.float64), SMALLEST))
    logs -= np.log(np.maximum(fitted.confusion[labels.labeller[rows], :, labels.code[rows]], SMALLEST))
    chances = np.exp(logs - logs.max(1, keepdims=True))
    chances /= chances.sum(1, keepdims=True)
    own = chances[np.arange(rows.size), labels.code[rows]]
    instead = chances.argmax(1).astype(np.int32)
    doubtful = np.flatnonzero((own <= most_chance) & (instead != labels.code[rows]))
    order = doubtful[np.lexsort((rows[doubtful], own[doubtful]))]
    method = f"The label's own answer is right with a chance of at most {most_chance:.0%}, by {fitted.consensus.method} without the label itself"
    return SuspectedLabels(rows[order], own[order], instead[order], method)


@dataclass(frozen=True, eq=False)
class Confident:
    """What a model says against given answers, one entry each: whether it contradicts the answer (`found`), its probability of the
    answer (`own`), the class that it is confident of (`instead`, -1 for none) and its probability (`other`, 0 for none)."""

    found: Bools
    own: Floats
    instead: NDArray[np.int64]
    other: Floats


def confident_learning(given: ArrayLike, probabilities: ArrayLike) -> Confident:
    """Which given answers a model confidently contradicts.

    Northcutt, Jiang and Chuang (2021), "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 70, the rule
    C_confusion with thresholds: a class is confidently predicted where its probability reaches that class's mean among the
    examples that were given it; of several such classes the most probable counts; an answer is an error where that class is
    another one than given. `given` (n,) holds codes, `probabilities` (n, n_codes) those of a model that has not seen the answers.
    """
    codes, p = np.asarray(given, dtype=np.int64), np.asarray(probabilities, dtype=np.float64)
    if p.ndim != 2 or codes.shape != (p.shape[0],) or (codes.size and not 0 <= int(codes.min()) <= int(codes.max()) < p.shape[1]):
        raise ValueError("There is one answer and one row of probabilities an example, and each answer has its column.")
    if not codes.size:
        return Confident(np.zeros(0, dtype=np.bool_), np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(0))
    n_each = np.bincount(codes, minlength=p.shape[1])
    own = p[np.arange(codes.size), codes]
    mark = np.bincount(codes, weights=own, minlength=p.shape[1]) / np.maximum(n_each, 1)
    mark[n_each == 0] = np.inf  # nobody gave this class: there is nothing to be confident by
    confident = np.where(p >= mark - NEARLY, p, -1.0)
    best, most = confident.argmax(1), confident.max(1)
    instead = np.where(most >= 0, best, -1)
    return Confident((most >= 0) & (best != codes), own, instead, np.maximum(most, 0.0))


def probabilities_of(predicted: ArrayLike, given: ArrayLike, n_codes: int) -> tuple[Floats, Bools]:
    """Hard predictions as probabilities (n, n_codes): how often examples with this prediction were given each answer; and which of
    them are to be trusted (n,).

    `predicted` and `given` (n,) hold codes. A prediction contradicts nothing where fewer than half of its examples bear it out, or
    not surely more of them (by Wilson's 95 % interval) than of all examples: a model that guesses is not listened to. One example
    of the answers' overall shares is added to each row, so that a prediction that was made once is not certain.
    """
    guess, codes = np.asarray(predicted, dtype=np.int64), np.asarray(given, dtype=np.int64)
    if guess.shape != codes.shape or (guess.size and not 0 <= min(guess.min(), codes.min()) <= max(guess.max(), codes.max()) < n_codes):
        raise ValueError("There is one prediction and one answer an example, each of them a code.")
    if not guess.size:
        return np.zeros((0, n_codes)), np.zeros(0, dtype=np.bool_)
    table = np.bincount(guess * n_codes + codes, minlength=n_codes * n_codes).reshape(n_codes, n_codes).astype(np.float64)
    overall = table.sum(0) / table.sum()
    made, right = table.sum(1), np.diag(table).copy()
    table = (table + overall) / (made[:, None] + 1)
    surely = np.array([made[code] > 0 and wilson(right[code], made[code], 0.95)[0] > overall[code] for code in range(n_codes)])
    return table[guess], (surely & (np.diag(table) >= TRUSTED))[guess]
