"""Scores of answers that are not one class: numbers, texts, sets, spans and boxes. Predictions against references, and people
and a model against the same ones, by any score of two answers from 0 to 1.

Intervals go over examples: sums of an example's parts stand or fall together (the delta method on a ratio of sums).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm, t

from labelling.stats.columns import Bools, Floats, Labels
from labelling.stats.human import Scores
from labelling.stats.results import Counts, Interval, Result, figure, undefined
from labelling.stats.scoring import NOTHING, ClassScore

Score = Callable[[Any, Any], float]
Consensus = Callable[[Sequence[Any]], Any]  # one example's answers to the one that they come to, None in a tie
METHOD = (
    "One person's answer against the resolved one, or else against what the others' answers come to (where they are tied, the mean over "
    "them); how like they are, 0 to 1"
)
FEW = Interval(None, None, "it takes at least 2 examples")


def mean_of(values: ArrayLike, method: str, *, highest: float = np.inf, confidence: float = 0.95) -> Result:
    """The mean of one number an example (n,), from 0 to `highest`."""
    numbers = np.asarray(values, dtype=np.float64)
    n = int(numbers.size)
    counts = Counts(n, n, 0)
    if not n:
        return undefined(NOTHING, counts)
    value = float(numbers.mean())
    if n < 2:
        return figure(value, {"examples": FEW}, method, counts, confidence)
    reach = float(t.ppf((1 + confidence) / 2, n - 1)) * float(numbers.std(ddof=1)) / float(np.sqrt(n))
    interval = Interval(max(0.0, value - reach), min(highest, value + reach), "Student's t interval of a mean")
    return figure(value, {"examples": interval}, method, counts, confidence)


def ratio_of(
    above: ArrayLike, below: ArrayLike, method: str, *, why: str = NOTHING, highest: float = np.inf, confidence: float = 0.95
) -> Result:
    """sum(above) / sum(below), one entry an example each (n,); `why` it is undefined where there is nothing below."""
    a, b = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    n, total = int(a.size), float(b.sum())
    counts = Counts(n, n, 0)
    if not n or not total:
        return undefined(why, counts)
    value = float(a.sum()) / total
    interval = _delta((a - value * b) / total, value, highest, confidence)
    return figure(value, {"examples": interval}, method, counts, confidence)


def _delta(influence: Floats, value: float, highest: float, confidence: float) -> Interval:
    n = int(influence.size)
    if n < 2:
        return FEW
    reach = float(norm.ppf((1 + confidence) / 2)) * float(np.sqrt((influence**2).sum() * n / (n - 1)))
    return Interval(max(0.0, value - reach), min(highest, value + reach), "delta method, the parts of one example taken together")


@dataclass(frozen=True, eq=False)
class PartCounts:
    """Parts of each example by class, all (n_examples, n_classes): predicted, in the reference, and in both."""

    same: Floats
    predicted: Floats
    reference: Floats

    @classmethod
    def of(cls, counted: Sequence[tuple[Mapping[Any, int], Mapping[Any, int], Mapping[Any, int]]], classes: Sequence[Any]) -> PartCounts:
        """`counted[i]` is (same, predicted, reference), each class → number of parts."""
        place = {name: at for at, name in enumerate(classes)}
        tables = np.zeros((3, len(counted), len(classes)))
        for row, parts in enumerate(counted):
            for table, found in zip(tables, parts, strict=True):
                for name, number in found.items():
                    table[row, place[name]] += number
        return cls(*tables)

    def micro(self, method: str, confidence: float = 0.95) -> Result:
        """F1 over all parts: 2 right / (predicted + in the reference)."""
        both = (self.predicted + self.reference).sum(1)
        why = "Neither predictions nor references hold any part." if both.size else NOTHING
        return ratio_of(2 * self.same.sum(1), both, method, why=why, highest=1.0, confidence=confidence)

    def macro(self, method: str, confidence: float = 0.95) -> Result:
        """Mean F1 of the classes that the references hold."""
        held = self.reference.sum(0) > 0
        n = int(self.same.shape[0])
        counts = Counts(n, n, 0)
        if not held.any():
            return undefined("The references hold no class." if n else NOTHING, counts)
        both = (self.predicted + self.reference)[:, held]
        f1 = 2 * self.same[:, held].sum(0) / both.sum(0)
        influence = ((2 * self.same[:, held] - f1 * both) / both.sum(0)).mean(1)
        value = float(f1.mean())
        return figure(value, {"examples": _delta(influence, value, 1.0, confidence)}, method, counts, confidence)

    def per_class(self, confidence: float = 0.95) -> list[ClassScore]:
        """Of each class that predictions or references hold; `support` counts its parts in the references."""
        found = []
        for code in range(self.same.shape[1]):
            same, predicted, reference = self.same[:, code], self.predicted[:, code], self.reference[:, code]
            if not predicted.any() and not reference.any():
                continue
            given, there = predicted > 0, reference > 0
            either = given | there
            never, none = "The model never gave this class.", "No reference has this class."
            found.append(
                ClassScore(
                    code,
                    int(reference.sum()),
                    ratio_of(same[given], predicted[given], "Right among the predictions of this class", why=never, highest=1.0, confidence=confidence),
                    ratio_of(same[there], reference[there], "Found among the references of this class", why=none, highest=1.0, confidence=confidence),
                    ratio_of(2 * same[either], (predicted + reference)[either], "Harmonic mean of precision and recall", highest=1.0, confidence=confidence),
                )
            )
        return found


@dataclass(frozen=True, eq=False)
class References:
    """What each label is scored by: `of[row]` are answers made without its author, in the order of `people.labels`. Where they
    were `settled` (n_labels,) the best of them counts, else their mean."""

    people: Scores
    of: list[list[Any]]
    settled: Bools

    def credit(self, answer_of: Callable[[int], Any], score: Score) -> Floats:
        """Of one more answer to each label's example, `answer_of(example id)`, None for none: its score by that label's references."""
        ids = self.people.labels.example_ids.tolist()
        answers = [answer_of(ids[place]) for place in self.people.labels.example.tolist()]
        return np.array(
            [0.0 if answer is None else _credit(answer, of, best, score) for answer, of, best in zip(answers, self.of, self.settled.tolist(), strict=True)]
        )


def against_each_other(
    labels: Labels, values: Sequence[Any], score: Score, consensus: Consensus, *, right: Mapping[Any, Sequence[Any]], never_counted: Bools
) -> References:
    """People by references that were made without them: the right answers of examples that people settled (`right`, by example id),
    else what the others' labels come to; where these are tied the mean over them. `values[code]` is an answer; labels in
    `never_counted` (in the order of `labels`) helped to settle their example."""
    n, known = labels.n_labels, _Known(score, consensus, values)
    credit, popular, counted, settled = np.zeros(n), np.zeros(n), np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
    of: list[list[Any]] = [[] for _ in range(n)]
    ids, codes, who = labels.example_ids.tolist(), labels.code.tolist(), labels.labeller.tolist()
    for place, (start, end) in enumerate(zip(labels.offsets[:-1].tolist(), labels.offsets[1:].tolist(), strict=True)):
        answers = right.get(ids[place])
        middle = known.come_to(codes[start:end])
        for row in range(start, end):
            if answers is not None:
                of[row], settled[row], counted[row] = list(answers), True, not never_counted[row]
                credit[row] = max(score(values[codes[row]], answer) for answer in answers)
                popular[row] = sum(max(score(one, answer) for answer in answers) for one in middle) / len(middle)
                continue
            others = [codes[other] for other in range(start, end) if who[other] != who[row]]
            if others:
                wanted = known.come_to(others)
                of[row], counted[row] = wanted, True
                credit[row] = known.mean(values[codes[row]], wanted)
                popular[row] = sum(known.mean(one, wanted) for one in middle) / len(middle)
    nothing = np.zeros(0, dtype=np.int64)
    people = Scores(labels, credit, counted, popular, METHOD, "leave_one_out", lambda: (nothing, nothing, np.zeros(0)))
    return References(people, of, settled)


class _Known:
    """What answers come to, the same answers once."""

    def __init__(self, score: Score, consensus: Consensus, values: Sequence[Any]) -> None:
        self.score, self.consensus, self.values = score, consensus, values
        self.found: dict[tuple[int, ...], list[Any]] = {}

    def come_to(self, codes: Sequence[int]) -> list[Any]:
        """Their consensus; all of them where they are tied."""
        given = tuple(sorted(codes))
        if given not in self.found:
            answers = [self.values[code] for code in given]
            one = answers[0] if given[0] == given[-1] else self.consensus(answers)
            self.found[given] = answers if one is None else [one]
        return self.found[given]

    def mean(self, answer: Any, wanted: Sequence[Any]) -> float:
        return sum(self.score(answer, one) for one in wanted) / len(wanted)


def _credit(answer: Any, of: Sequence[Any], best: bool, score: Score) -> float:
    if not of:
        return 0.0
    scores = [score(answer, reference) for reference in of]
    return max(scores) if best else sum(scores) / len(scores)
