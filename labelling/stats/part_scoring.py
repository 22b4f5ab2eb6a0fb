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
    labels: Labels, values: Sequence[Any], score: Score, *, right: Mapping[Any, Sequence[Any]], never_counted: Bools, only_settled: bool = False
) -> References:
    """People by references that were made without them: the right answers of examples that people settled (`right`, by example id),
    else each of the others' labels, averaged. `values[code]` is an answer; labels in `never_counted` (in the order of `labels`)
    helped to settle their example. With `only_settled` labels of other examples are not scored."""
    n, known = labels.n_labels, _Known(score)
    credit, popular, counted, settled = np.zeros(n), np.zeros(n), np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
    of: list[list[Any]] = [[] for _ in range(n)]
    ids, codes, who = labels.example_ids.tolist(), labels.code.tolist(), labels.labeller.tolist()
    for place, (start, end) in enumerate(zip(labels.offsets[:-1].tolist(), labels.offsets[1:].tolist(), strict=True)):
        answers = right.get(ids[place])
        own = [codes[row] for row in range(start, end)]
        if answers is None and only_settled:
            continue
        middle = max(own, key=lambda code: (sum(known.of(code, other, values) for other in own), -own.index(code)))
        for row in range(start, end):
            if answers is not None:
                of[row], settled[row], counted[row] = list(answers), True, not never_counted[row]
                credit[row] = max(score(values[codes[row]], answer) for answer in answers)
                popular[row] = max(score(values[middle], answer) for answer in answers)
                continue
            others = [codes[other] for other in range(start, end) if who[other] != who[row]]
            if others:
                of[row], counted[row] = [values[code] for code in others], True
                credit[row] = sum(known.of(codes[row], code, values) for code in others) / len(others)
                popular[row] = sum(known.of(middle, code, values) for code in others) / len(others)
    nothing = np.zeros(0, dtype=np.int64)
    method = "One person's answer against the resolved one" + ("" if only_settled else ", or else against each of the others' answers, averaged")
    reference = "resolved" if only_settled else "leave_one_out"
    people = Scores(labels, credit, counted, popular, f"{method}; how like they are, 0 to 1", reference, lambda: (nothing, nothing, np.zeros(0)))
    return References(people, of, settled)


class _Known:
    """Scores of two codes, each pair compared once."""

    def __init__(self, score: Score) -> None:
        self.score = score
        self.found: dict[tuple[int, int], float] = {}

    def of(self, one: int, other: int, values: Sequence[Any]) -> float:
        if one == other:
            return 1.0
        if (one, other) not in self.found:
            self.found[one, other] = self.score(values[one], values[other])
        return self.found[one, other]


def _credit(answer: Any, of: Sequence[Any], best: bool, score: Score) -> float:
    if not of:
        return 0.0
    scores = [score(answer, reference) for reference in of]
    return max(scores) if best else sum(scores) / len(scores)
