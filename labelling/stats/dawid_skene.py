"""Dawid and Skene's model: each labeller has a confusion matrix, each example one true class.

Plain maximum likelihood (1979) loses to the majority where each labeller gave few labels of each class. A Dirichlet prior
centred on the pooled confusion matrix of all labellers, worth `strength` labels a class, helps there. The pooled matrix is
taken from the vote shares and kept: re-estimating it in each step lets whole classes drift into each other. EM runs as two
products with one sparse matrix of votes and stops on the true log-likelihood of the labels (plus the prior's, if any).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from labelling.stats.columns import Floats, Ints, Labels, Longs
from labelling.stats.consensus import MODEL, NO_ANSWER, TIE, UNANIMOUS, Consensus
from labelling.stats.results import Undefined

SMALLEST = 1e-300
PLENTY = 20  # labels a labeller and class from which plain maximum likelihood does as well or better
BLOCK = 1 << 14  # examples a block, so that their probabilities stay in the processor's cache


@dataclass(frozen=True, eq=False)
class DawidSkene:
    """`consensus` holds answers and their probabilities; `class_shares` (n_codes,) the estimated truth; `confusion` (n_labellers,
    n_codes, n_codes) the probability of each answer (last axis) given the true class; `reliability` (n_labellers,) the estimated
    share of right answers; `human_accuracy` its mean over labels. `log_likelihood` is that of the labels."""

    consensus: Consensus
    class_shares: Floats
    confusion: Floats
    reliability: Floats
    human_accuracy: float
    log_likelihood: float
    steps: int
    converged: bool
    posterior: NDArray[np.float32] | None


def dawid_skene(
    labels: Labels,
    *,
    prior: str = "auto",
    strength: float = 10.0,
    tolerance: float = 1e-7,
    max_steps: int = 200,
    keep_posterior: bool = False,
) -> DawidSkene | Undefined:
    """Estimate answers, class shares and confusion matrices from the labels alone.

    `prior`: "pooled", "none" for plain maximum likelihood, or "auto": none where there are at least 20 labels a labeller and
    class, pooled below. `consensus.method` says which it was. EM stops when a step raises the log-likelihood by less than
    `tolerance` times its size. Equal probabilities of the two best classes (within 1e-9) are a tie. `keep_posterior` keeps all
    probabilities (n_examples, n_codes) as float32.
    """
    if prior not in ("auto", "pooled", "none"):
        raise ValueError("The prior is 'auto', 'pooled' or 'none'.")
    if strength < 0 or tolerance < 0 or max_steps < 1:
        raise ValueError("Strength and tolerance are not negative, and there is at least one step.")
    if not labels.n_labels:
        return Undefined("There are no labels yet.")
    if labels.used_codes.size < 2:
        return Undefined("Every label has the same answer, so nothing can be estimated.", labels.n_examples, labels.n_labels, labels.n_labellers)
    k, n_people = labels.n_codes, labels.n_labellers
    if n_people * k * k > 1 << 27:
        return Undefined(f"{n_people:,} labellers with {k:,} classes are too many for confusion matrices.", labels.n_examples, labels.n_labels, n_people)
    plenty = labels.n_labels >= PLENTY * n_people * labels.used_codes.size
    if prior == "none" or (prior == "auto" and plenty):
        strength = 0.0
    votes = _votes(labels)
    expected, class_counts = _start(labels, votes)
    pooled = _pooled(expected, n_people, k)
    before = -np.inf
    converged = False
    steps = 0
    shares, confusion = np.zeros(k), np.zeros((n_people, k, k))
    likelihood = before
    while not converged and steps < max_steps:
        steps += 1
        shares, confusion = _maximise(expected, class_counts, strength, pooled)
        expected, class_counts, likelihood = _expect(votes, shares, confusion, None)
        penalised = likelihood + strength * float((pooled * np.log(np.maximum(confusion, SMALLEST))).sum()) if strength else likelihood
        converged = abs(penalised - before) <= tolerance * abs(penalised)
        before = penalised
    found = _Answers(labels.n_examples, k, keep_posterior)
    _expect(votes, shares, confusion, found)
    reliability = np.einsum("c,lcc->l", shares, confusion)
    loads = np.bincount(labels.labeller, minlength=n_people)
    method = "Dawid-Skene with a prior centred on the pooled confusion matrix" if strength else "Dawid-Skene, maximum likelihood"
    return DawidSkene(
        consensus=_consensus(labels, found, method),
        class_shares=shares,
        confusion=confusion,
        reliability=reliability,
        human_accuracy=float(reliability @ loads / labels.n_labels),
        log_likelihood=likelihood,
        steps=steps,
        converged=converged,
        posterior=found.posterior,
    )


def _votes(labels: Labels) -> list[Any]:
    """Blocks of examples as CSR (n_block, n_labellers * n_codes): how often each labeller gave each answer. Repeats add up in
    the products."""
    column = labels.labeller.astype(np.int64) * labels.n_codes + labels.code
    width = labels.n_labellers * labels.n_codes
    narrow = np.int32 if max(width, labels.n_labels) < np.iinfo(np.int32).max else np.int64
    data = np.ones(labels.n_labels)
    whole = sparse.csr_array((data, column.astype(narrow), labels.offsets.astype(narrow)), shape=(labels.n_examples, width))
    return [whole[start : start + BLOCK] for start in range(0, labels.n_examples, BLOCK)]


def _start(labels: Labels, votes: list[Any]) -> tuple[Floats, Floats]:
    """Begin with each example's vote shares, slightly smoothed, as probabilities of its true class."""
    k = labels.n_codes
    expected, counts = np.zeros((labels.n_labellers * k, k)), np.zeros(k)
    for start, part in zip(range(0, labels.n_examples, BLOCK), votes, strict=True):
        stop = start + part.shape[0]
        first, last = int(labels.offsets[start]), int(labels.offsets[stop])
        key = (labels.example[first:last].astype(np.int64) - start) * k + labels.code[first:last]
        share = np.bincount(key, minlength=(stop - start) * k).reshape(-1, k) + 0.01
        share /= share.sum(1, keepdims=True)
        expected += part.T @ share
        counts += share.sum(0)
    return expected, counts


def _pooled(expected: Floats, n_people: int, k: int) -> Floats:
    """The confusion matrix (true class, answer) of all labellers together. A class that nobody is thought to have yet gets one
    label spread over the answers, which keeps its row a distribution."""
    counts = expected.reshape(n_people, k, k).sum(0).T
    return np.asarray((counts + 1.0 / k) / (counts.sum(1, keepdims=True) + 1.0))


def _maximise(expected: Floats, class_counts: Floats, strength: float, pooled: Floats) -> tuple[Floats, Floats]:
    """Class shares and confusion matrices (n_people, true class, answer) from expected counts (n_people * answer, true class)."""
    k = class_counts.size
    counts = expected.reshape(-1, k, k).transpose(0, 2, 1)
    totals = counts.sum(2, keepdims=True)
    if strength:
        return (class_counts + 1.0 / k) / (class_counts.sum() + 1.0), (counts + strength * pooled) / (totals + strength)
    return class_counts / class_counts.sum(), np.where(totals > 0, counts / np.where(totals > 0, totals, 1.0), 1.0 / k)


class _Answers:
    """Where the last step writes each example's best class and its probability."""

    def __init__(self, n_examples: int, k: int, keep: bool) -> None:
        self.best: Ints = np.zeros(n_examples, dtype=np.int32)
        self.chance: Floats = np.zeros(n_examples)
        self.tied = np.zeros(n_examples, dtype=np.bool_)
        self.posterior: NDArray[np.float32] | None = np.zeros((n_examples, k), dtype=np.float32) if keep else None

    def take(self, start: int, stop: int, chances: Floats) -> None:
        best = chances.argmax(1)
        rows = np.arange(best.size)
        self.best[start:stop] = best
        self.chance[start:stop] = chances[rows, best]
        if self.posterior is not None:
            self.posterior[start:stop] = chances
        chances[rows, best] = -1.0
        self.tied[start:stop] = self.chance[start:stop] - chances.max(1) <= 1e-9


def _expect(votes: list[Any], shares: Floats, confusion: Floats, found: _Answers | None) -> tuple[Floats, Floats, float]:
    """Expected counts (n_people * answer, true class), class counts, and the log-likelihood under the parameters given."""
    k = shares.size
    log_shares = np.log(np.maximum(shares, SMALLEST))
    log_confusion = np.log(np.maximum(confusion, SMALLEST)).transpose(0, 2, 1).reshape(-1, k)
    log_confusion = np.ascontiguousarray(log_confusion)
    expected, counts, likelihood = np.zeros_like(log_confusion), np.zeros(k), 0.0
    for place, part in enumerate(votes):
        chances = part @ log_confusion
        chances += log_shares
        top = chances.max(1, keepdims=True)
        chances -= top
        np.exp(chances, out=chances)
        total = chances.sum(1, keepdims=True)
        chances /= total
        likelihood += float(top.sum() + np.log(total).sum())
        if found is not None:
            found.take(place * BLOCK, place * BLOCK + part.shape[0], chances)
            continue
        expected += part.T @ chances
        counts += chances.sum(0)
    return expected, counts, likelihood


def _consensus(labels: Labels, found: _Answers, method: str) -> Consensus:
    one_answer = np.ones(labels.n_examples, dtype=np.bool_)
    if labels.n_labels:
        begins: Longs = labels.offsets[:-1]
        one_answer = np.minimum.reduceat(labels.code, begins) == np.maximum.reduceat(labels.code, begins)
    same = one_answer & (found.best == labels.code[labels.offsets[:-1]])
    decided = np.where(found.tied, TIE, np.where(same, UNANIMOUS, MODEL)).astype(np.int8)
    answer = np.where(found.tied, NO_ANSWER, found.best).astype(np.int32)
    return Consensus(labels, answer, found.chance, decided, labels.sizes, method)
