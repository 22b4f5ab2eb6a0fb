"""Human level: how well one person does, against references that were made without that person.

The same references serve people, models and the popular answer; a figure against one kind of reference is never to be put
beside a figure against another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from labelling.stats.columns import Bools, Floats, Labels, Longs
from labelling.stats.doubles import find_doubles
from labelling.stats.intervals import wilson
from labelling.stats.noise import ErrorRange, ceiling, irreducible_error, one_against_another_and_popular, root
from labelling.stats.patterns import Histograms, Patterns
from labelling.stats.repeats import repeat_consistency
from labelling.stats.results import Counts, Interval, Result, Undefined, figure, undefined
from labelling.stats.shares import over_examples, over_labellers

__all__ = [
    "ErrorRange", "Scores", "Undefined", "against_reference", "ceiling", "irreducible_error", "leave_one_out",
    "one_against_another_and_popular", "repeat_consistency", "root",
]


@dataclass(frozen=True, eq=False)
class Scores:
    """One score a label: `credit` (n_labels,) from 0 to 1, `counted` (n_labels,) which labels are scored at all, `popular` the
    credit of the most popular answer against that same label's reference."""

    labels: Labels
    credit: Floats
    counted: Bools
    popular: Floats
    method: str
    reference: str  # "leave_one_out" or "resolved"
    find_wanted: Callable[[], tuple[Longs, Longs, Floats]]

    @cached_property
    def wanted(self) -> tuple[Longs, Longs, Floats]:
        """The classes to which each scored label's reference belongs: label rows, codes, and shares that add up to 1 a label."""
        return self.find_wanted()

    def overall(self, confidence: float = 0.95) -> Result:
        """The mean score of one person, over all scored labels."""
        return self._mean(np.flatnonzero(self.counted), self.credit, None, self.method, confidence)

    def popular_answer(self, confidence: float = 0.95) -> Result:
        """The answer most labels chose, against the same references; it is made of the people it is compared with, and
        against leave-one-out references it even holds the label that was left out."""
        method = "The answer that most labels chose (ties share the credit), against the same references as each person; "
        method += "it is made of these people's labels, so it beats each of them without knowing more"
        return self._mean(np.flatnonzero(self.counted), self.popular, None, method, confidence)

    def by_class(self, confidence: float = 0.95) -> dict[int, Result]:
        """Code to the mean score where the reference is that class (with several, each counts its share)."""
        row, code, share = self.wanted
        found: dict[int, Result] = {}
        # Sixteen bits are sorted by counting, five times as fast.
        order = np.argsort(code.astype(np.int16) if self.labels.n_codes < 1 << 15 else code, kind="stable")
        edges = np.concatenate(([0], np.cumsum(np.bincount(code, minlength=self.labels.n_codes))))
        for wanted in range(self.labels.n_codes):
            at = order[edges[wanted] : edges[wanted + 1]]
            if not at.size:
                continue
            method = f"{self.method}; where the reference is this class"
            found[wanted] = self._mean(row[at], self.labels.code == wanted, share[at], method, confidence)
        return found

    def by_labeller(self, confidence: float = 0.95) -> dict[object, Result]:
        """Original labeller id to that person's mean score, with a Wilson interval over their examples."""
        n = self.labels.n_labellers
        weight = self.counted.astype(np.float64)
        right = np.bincount(self.labels.labeller, weights=self.credit * weight, minlength=n)
        total = np.bincount(self.labels.labeller, weights=weight, minlength=n)
        ids = self.labels.labeller_ids.tolist()
        found: dict[object, Result] = {}
        for who in range(n):
            counts = Counts(int(total[who]), int(total[who]), 1)
            if not total[who]:
                found[ids[who]] = undefined("None of this person's labels has a reference to be compared with.", counts)
                continue
            low, high = wilson(float(right[who]), float(total[who]), confidence)
            named = {"examples": Interval(low, high, "Wilson's score interval")}
            found[ids[who]] = figure(float(right[who] / total[who]), named, self.method, counts, confidence)
        return found

    def by_group(self, groups: ArrayLike, confidence: float = 0.95, *, of: str = "example") -> dict[object, Result]:
        """Group value to the mean score within it. `groups` has one entry an example (n_examples,), in this object's order of
        examples, or with of="label" one entry a label in the caller's row order. Entries below 0 belong to no group."""
        labels = self.labels
        per_label = np.asarray(groups)[labels.example] if of == "example" else labels.align(groups)
        found: dict[object, Result] = {}
        names, place = np.unique(per_label, return_inverse=True)
        order = np.argsort(place, kind="stable")
        edges = np.searchsorted(place[order], np.arange(names.size + 1))
        for at, group in enumerate(names.tolist()):
            if isinstance(group, int) and group < 0:
                continue
            rows = order[edges[at] : edges[at + 1]]
            found[group] = self._mean(np.sort(rows[self.counted[rows]]), self.credit, None, self.method, confidence)
        return found

    def _mean(self, rows: Longs, credit: Floats | Bools, weight: Floats | None, method: str, confidence: float) -> Result:
        """The mean credit of these label rows, each with its weight (None: 1)."""
        if not rows.size:
            return undefined("No label has a reference that was made without its author.", Counts())
        labels = self.labels
        mine = credit[rows].astype(np.float64) if weight is None else credit[rows] * weight
        example = labels.example[rows]
        first, last = int(example.min()), int(example.max())
        right = np.bincount(example - first, weights=mine, minlength=last - first + 1).astype(np.float64)
        total = np.bincount(example - first, weights=weight, minlength=last - first + 1).astype(np.float64)
        by_whom = np.bincount(labels.labeller[rows], weights=mine, minlength=labels.n_labellers).astype(np.float64)
        loads = np.bincount(labels.labeller[rows], weights=weight, minlength=labels.n_labellers).astype(np.float64)
        counts = Counts(int((total > 0).sum()), int(rows.size), int((loads > 0).sum()))
        value = float(right.sum() / total.sum())
        named = {"examples": over_examples(right, total, value, confidence), "labellers": over_labellers(by_whom, loads, value, confidence)}
        return figure(value, named, method, counts, confidence)


def leave_one_out(labels: Labels) -> Scores:
    """Each label against the majority of the other labels of its example; tied classes share the credit, 1/k each.
    Labels of examples with nobody else are not scored. A person's other labels on the example are left out too."""
    patterns = Patterns.of(labels)
    h = patterns.histograms
    less = h.one_less()
    best, winners = less.leaders()
    popular, popular_number = h.leaders()
    own = less.codes == h.codes[less.row]
    credit_of_cell = less.sum_rows((best & own).astype(np.float64)) / np.maximum(winners, 1.0)
    # Both sides may be tied: the popular answer is drawn among its winners and so is the reference, in thought.
    in_popular = popular[h.pairs()[1]]  # for each entry of `less` the entry of `h` with the same pattern and code
    meets = less.sum_rows((best & in_popular).astype(np.float64)) / np.maximum(winners, 1.0) / popular_number[h.row]
    reference = patterns.cell_of_label(labels)
    counted = np.repeat(labels.sizes >= 2, labels.sizes)
    credit, popular_credit = np.where(counted, credit_of_cell[reference], 0.0), np.where(counted, meets[reference], 0.0)
    doubles = find_doubles(labels)
    if doubles is not None:
        rest = doubles.rest
        rest_best, rest_winners = rest.leaders()
        shared = np.maximum(rest_winners, 1.0)
        keys = h.row * h.n_codes + h.codes
        at = np.searchsorted(keys, patterns.of_example[doubles.example][rest.row].astype(np.int64) * h.n_codes + rest.codes)
        liked = rest.sum_rows((rest_best & popular[at]).astype(np.float64)) / shared
        rows, pair = doubles.rows, doubles.pair
        wins = np.isin(pair * h.n_codes + labels.code[rows], (rest.row * h.n_codes + rest.codes)[rest_best])
        counted[rows] = (rest_winners > 0)[pair]
        credit[rows] = wins / shared[pair]
        popular_credit[rows] = liked[pair] / popular_number[patterns.of_example[labels.example[rows]]]
        reference[rows] = less.n_rows + pair
        less, best, winners = less.and_rows(rest), np.concatenate((best, rest_best)), np.concatenate((winners, rest_winners))
    method = "One label against the majority of the others' labels of the same example (ties share the credit)"
    return Scores(
        labels, credit, counted, popular_credit, method, "leave_one_out", lambda: _spread(reference, counted, less, best, winners)
    )


def _spread(reference: Longs, counted: Bools, histograms: Histograms, best: Bools, winners: Floats) -> tuple[Longs, Longs, Floats]:
    """(label row, winning code, share) for every scored label, whose others are row `reference` of the histograms."""
    rows = np.flatnonzero(counted)
    begin, width = histograms.indptr[reference[rows]], np.diff(histograms.indptr)[reference[rows]]
    label = np.repeat(rows, width)
    at = np.arange(label.size) - np.repeat(np.cumsum(width) - width, width) + np.repeat(begin, width)
    at, label = at[best[at]], label[best[at]]
    return label, histograms.codes[at].astype(np.int64), 1.0 / winners[histograms.row[at]]


def against_reference(
    labels: Labels,
    reference_example: ArrayLike,
    reference_code: ArrayLike,
    *,
    never_counted: ArrayLike | None = None,
) -> Scores:
    """Each label against given reference answers.

    `reference_example` holds original example ids and `reference_code` their codes; an example may stand there several times
    when several answers are right. `never_counted` (n_labels,), in the caller's row order, marks labels of people who helped to
    settle that example: they are not scored. The popular answer is made of all labels of the example.
    """
    ids, codes = np.asarray(reference_example), np.asarray(reference_code).astype(np.int64)
    if ids.shape != codes.shape or ids.ndim != 1:
        raise ValueError("References need one example id and one code each, as two flat arrays of one length.")
    if codes.size and (int(codes.min()) < 0 or int(codes.max()) >= labels.n_codes):
        raise ValueError(f"Reference codes lie between 0 and {labels.n_codes - 1}.")
    place = np.searchsorted(labels.example_ids, ids)
    inside = place < labels.n_examples
    inside[inside] = labels.example_ids[place[inside]] == ids[inside]
    keys = np.unique(place[inside].astype(np.int64) * labels.n_codes + codes[inside])
    example, code = keys // labels.n_codes, keys % labels.n_codes
    allowed = np.bincount(example, minlength=labels.n_examples)
    own = labels.example.astype(np.int64) * labels.n_codes + labels.code
    credit = np.isin(own, keys).astype(np.float64)
    counted = (allowed > 0)[labels.example]
    if never_counted is not None:
        counted &= ~labels.align(never_counted).astype(np.bool_)
    popular = _popular_against(labels, keys)[labels.example]
    method = "One label against the resolved answer, labels of people who helped to settle it left out"
    return Scores(
        labels, credit * counted, counted, popular, method, "resolved", lambda: _spread_allowed(labels, allowed, code, credit, counted)
    )


def _spread_allowed(labels: Labels, allowed: Longs, code: Longs, credit: Floats, counted: Bools) -> tuple[Longs, Longs, Floats]:
    """(label row, right code, share) for every scored label, with `allowed` right codes an example, listed in `code`."""
    begins = np.cumsum(allowed) - allowed
    rows = np.flatnonzero(counted)
    width = allowed[labels.example[rows]]
    label = np.repeat(rows, width)
    at = np.arange(label.size) - np.repeat(np.cumsum(width) - width, width) + np.repeat(begins[labels.example[rows]], width)
    wanted = code[at] if at.size else np.zeros(0, dtype=np.int64)
    # A label that is one of the right answers belongs to that answer's class, any other one to each right class in equal parts.
    right = credit[label] > 0
    share = np.where(right, (labels.code[label] == wanted).astype(np.float64), 1.0 / np.maximum(allowed[labels.example[label]], 1))
    keep = share > 0
    return label[keep], wanted[keep], share[keep]


def _popular_against(labels: Labels, keys: Longs) -> Floats:
    """Per example the credit of its most popular answer: of tied ones each counts its share. Shape (n_examples,)."""
    patterns = Patterns.of(labels)
    h = patterns.histograms
    winners, number = h.leaders()
    width = np.diff(h.indptr)[patterns.of_example]
    example = np.repeat(np.arange(labels.n_examples), width)
    at = np.arange(example.size) - np.repeat(np.cumsum(width) - width, width) + np.repeat(h.indptr[patterns.of_example], width)
    right = np.isin(example * labels.n_codes + h.codes[at], keys) & winners[at]
    return np.bincount(example, weights=right / number[h.row[at]], minlength=labels.n_examples).astype(np.float64)
