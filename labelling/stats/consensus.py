"""One answer out of several: majority, weighted majority, median, mean. Ties are named, never broken at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labelling.stats.columns import Floats, Ints, Labels, Longs
from labelling.stats.patterns import EQUAL, Histograms, Patterns

UNANIMOUS, MAJORITY, MODEL, TIE = 0, 1, 2, 3
DECIDED_BY = ("unanimous", "majority", "model", "tie")
NO_ANSWER = -1


@dataclass(frozen=True, eq=False)
class Consensus:
    """One row an example, in the order of `labels.example_ids`; all arrays have shape (n_examples,).

    `answer` is a code, or -1 for a tie; `confidence` the share of the votes (or of their weight, or the model's probability)
    behind it; `decided_by` indexes `DECIDED_BY`; `n_votes` counts labels. `value` is the number for mean and median of numbers.
    """

    labels: Labels
    answer: Ints
    confidence: Floats
    decided_by: NDArray[np.int8]
    n_votes: Longs
    method: str
    value: Floats | None = None

    @property
    def example_ids(self) -> NDArray[Any]:
        return self.labels.example_ids

    def votes(self, index: int) -> dict[int, int]:
        """Code to number of labels of the example at this index."""
        codes, counts = np.unique(self._codes(index), return_counts=True)
        return dict(zip(codes.tolist(), counts.tolist(), strict=True))

    def tied(self, index: int) -> list[int]:
        """The codes that share the first place of the example at this index; one code when there is no tie."""
        if self.decided_by[index] != TIE:
            return [int(self.answer[index])]
        if self.method.startswith("median"):
            codes = np.sort(self._codes(index))
            return [int(codes[codes.size // 2 - 1]), int(codes[codes.size // 2])]
        votes = self.votes(index)
        best = max(votes.values())
        return [code for code, count in votes.items() if count == best]

    def _codes(self, index: int) -> Ints:
        first, last = self.labels.offsets[index], self.labels.offsets[index + 1]
        return self.labels.code[first:last]


def majority(labels: Labels) -> Consensus:
    """The answer that most labels gave. Confidence is its share of the labels; a tie has no answer."""
    patterns = Patterns.of(labels)
    answer, share, decided = _winners(patterns.histograms)
    at = patterns.of_example
    return Consensus(labels, answer[at], share[at], decided[at], labels.sizes, "majority")


def weighted_majority(labels: Labels, weights: ArrayLike) -> Consensus:
    """The answer with the most weight behind it; `weights` (n_labellers,) in the order of `labels.labeller_ids`."""
    table = np.asarray(weights, dtype=np.float64)
    if table.shape != (labels.n_labellers,) or bool(np.any(table < 0)) or not bool(np.isfinite(table).all()):
        raise ValueError(f"Weights are one number from 0 upwards a labeller ({labels.n_labellers}).")
    key = labels.example.astype(np.int64) * labels.n_codes + labels.code
    keys, place = np.unique(key, return_inverse=True)
    weight = np.bincount(place, weights=table[labels.labeller], minlength=keys.size).astype(np.float64)
    row = keys // max(labels.n_codes, 1)
    indptr = np.searchsorted(row, np.arange(labels.n_examples + 1))
    votes = Histograms(indptr, (keys - row * labels.n_codes).astype(np.int32), weight, labels.n_codes)
    answer, share, decided = _winners(votes)
    return Consensus(labels, answer, share, decided, labels.sizes, "weighted majority")


def median_class(labels: Labels, values: ArrayLike | None = None) -> Consensus:
    """The middle answer of ordered classes: always a class that was given. With an even number of labels whose two middle ones
    differ it is a tie of those two. Confidence is the share of labels that gave it. `values` (n_codes,) order the codes."""
    order = np.arange(labels.n_codes) if values is None else np.argsort(np.asarray(values, dtype=np.float64), kind="stable")
    rank = np.empty(labels.n_codes, dtype=np.int32)
    rank[order] = np.arange(labels.n_codes, dtype=np.int32)
    patterns = Patterns.of(labels.recode(rank, labels.n_codes))
    h = patterns.histograms
    if not h.n_rows:
        empty = np.zeros(0, dtype=np.int32)
        return Consensus(labels, empty, np.zeros(0), empty.astype(np.int8), labels.sizes, "median")
    running = np.cumsum(h.counts)
    before = np.concatenate(([0.0], running))[h.indptr[:-1]]
    within = running - before[h.row]
    lower = _first_at_least(h, within, np.floor((h.totals + 1) / 2))
    upper = _first_at_least(h, within, np.floor(h.totals / 2) + 1)
    tie = h.codes[lower] != h.codes[upper]
    answer = np.where(tie, NO_ANSWER, order[h.codes[lower]]).astype(np.int32)
    share = h.counts[lower] / h.totals
    share = np.where(tie, np.maximum(share, h.counts[upper] / h.totals), share)
    decided = np.where(tie, TIE, np.where(np.diff(h.indptr) == 1, UNANIMOUS, MAJORITY)).astype(np.int8)
    at = patterns.of_example
    return Consensus(labels, answer[at], share[at], decided[at], labels.sizes, "median")


def number_consensus(labels: Labels, values: ArrayLike, how: str = "median") -> Consensus:
    """Mean or median of the codes' numbers in `value`. `answer` is the code of that number where it is one, else -1 (that is
    not a tie: `decided_by` says "majority"). Confidence is the share of labels that gave exactly this number."""
    if how not in ("mean", "median"):
        raise ValueError("Numbers are combined by 'mean' or 'median'.")
    table = np.asarray(values, dtype=np.float64)
    numbers = table[labels.code]
    if how == "mean":
        value = np.bincount(labels.example, weights=numbers, minlength=labels.n_examples) / np.maximum(labels.sizes, 1)
    else:
        ordered = numbers[np.lexsort((numbers, labels.example))]
        begins = labels.offsets[:-1]
        value = (ordered[begins + (labels.sizes - 1) // 2] + ordered[begins + labels.sizes // 2]) / 2.0
    same = np.abs(numbers - value[labels.example]) <= EQUAL * np.maximum(1.0, np.abs(value[labels.example]))
    share = np.bincount(labels.example, weights=same, minlength=labels.n_examples) / np.maximum(labels.sizes, 1)
    answer = np.full(labels.n_examples, NO_ANSWER, dtype=np.int32)
    answer[labels.example[same]] = labels.code[same]
    decided = np.where(share == 1.0, UNANIMOUS, MAJORITY).astype(np.int8)
    return Consensus(labels, answer, share, decided, labels.sizes, how, value)


def _winners(votes: Histograms) -> tuple[Ints, Floats, NDArray[np.int8]]:
    best, winners = votes.leaders()
    answer = np.full(votes.n_rows, NO_ANSWER, dtype=np.int32)
    single = best & (winners == 1)[votes.row]
    answer[votes.row[single]] = votes.codes[single]
    totals = votes.totals
    behind = votes.sum_rows(votes.counts * best) / np.maximum(winners, 1.0)
    share = np.where(totals > 0, behind / np.where(totals > 0, totals, 1.0), 0.0)
    # Without any weight behind an answer there is none to prefer.
    decided = np.where(winners != 1, TIE, np.where(np.diff(votes.indptr) == 1, UNANIMOUS, MAJORITY)).astype(np.int8)
    return answer, share, decided


def _first_at_least(h: Histograms, within: Floats, wanted: Floats) -> Longs:
    """The first entry of each row whose running count reaches `wanted` (n_rows,)."""
    reached = within >= wanted[h.row]
    entry = np.where(reached, np.arange(within.size), within.size)
    return np.minimum.reduceat(entry, h.indptr[:-1])
