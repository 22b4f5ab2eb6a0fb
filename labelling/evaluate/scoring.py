"""Scores of one question's predictions beside people, on the same examples against the same references. No Django. Classes and
ratings are scored here by what is right, all other kinds in by_kind.py by how like answers are.

A person's label is judged by a reference that was made without it: the resolved answer where people settled the example,
else the majority of the others' labels. `human` scores people and model by exactly these references, so that neither is
favoured. `metrics` scores the model against the version's answers, which the people's votes made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.evaluate import by_kind
from labelling.evaluate.beside import Beside, Split, by_slice
from labelling.kinds import KINDS
from labelling.stats import human, scoring
from labelling.stats.columns import Labels

BY_CLASS = ("choice", "rating")  # the others are scored by how like answers are


class _Codes:
    """Answers as integers, equal answers alike."""

    def __init__(self, described: Mapping[str, Any]) -> None:
        self.kind = KINDS[described["kind"]]
        self.described = described
        self.known = {self.kind.text(value): code for code, (value, _) in enumerate(self.kind.names(described))}
        self.values = [value for value, _ in self.kind.names(described)]

    def of(self, answer: Any) -> int:
        text = self.kind.text(answer)
        if text not in self.known:
            self.known[text] = len(self.values)
            self.values.append(answer)
        return self.known[text]


def score(split: Split, predicted: Sequence[Any], *, seed: int = 0) -> dict[str, Any]:
    """Everything about one question, as plain JSON. `predicted[i]` is a canonical answer, or None for none."""
    if split.described["kind"] not in BY_CLASS:
        return by_kind.score(split, predicted)
    codes = _Codes(split.described)
    known = np.array([bool(answers) for answers in split.reference], dtype=np.bool_)
    allowed = [[codes.of(answer) for answer in answers] for answers in split.reference]
    guess = np.array([-1 if answer is None else codes.of(answer) for answer in predicted], dtype=np.int64)
    own = _Labels(split, codes, allowed, guess)
    n = len(codes.values)
    rows = np.flatnonzero(known)
    truth = np.array([allowed[row][0] for row in rows], dtype=np.int64)
    several = [allowed[row] for row in rows]
    common = None if split.most_frequent is None else codes.of(split.most_frequent)
    found = scoring.score_choice(
        guess[rows], truth, max(n, len(codes.values)), allowed=several, baseline_code=common, seed=seed
    )
    metrics = {"accuracy": found.accuracy.as_dict(), "f1_macro": found.macro_f1.as_dict()}
    baseline = {"accuracy": found.baseline.as_dict()}
    if found.baseline_code is not None:
        baseline["answer"] = codes.values[found.baseline_code]
    if split.described["kind"] == "rating":
        numbers = np.array([float(value) for value in codes.values])
        number = np.where(guess[rows] >= 0, numbers[guess[rows]], np.nan)
        rating = scoring.score_rating(number, numbers[truth])
        metrics["mean_absolute_error"] = rating.mean_absolute_error.as_dict()
        baseline["mean_absolute_error"] = rating.baseline.as_dict()
    classes = dict(codes.kind.names(split.described))
    return {
        "metrics": metrics,
        "baselines": {"most_frequent": baseline, "human": own.overall()},
        "by_class": [
            {
                "key": codes.values[row.code],
                "name": classes.get(codes.values[row.code], str(codes.values[row.code])),
                "support": row.support,
                "precision": row.precision.as_dict(),
                "recall": row.recall.as_dict(),
                "f1": row.f1.as_dict(),
            }
            for row in found.per_class
        ],
        "confusion": {"classes": codes.values, "table": found.confusion.tolist()},
        "by_slice": _by_slice(split, own, guess, allowed, known),
        "n_examples": len(split.reference),
        "without_reference": int((~known).sum()),
        "missing": found.missing,
    }


class _Labels(Beside):
    """People's labels and the model's guesses, scored by identical references."""

    def __init__(self, split: Split, codes: _Codes, allowed: list[list[int]], guess: NDArray[np.int64]) -> None:
        place, labeller, answers = split.labels
        order = np.argsort(place, kind="stable")
        place, labeller = place[order], labeller[order]
        code = np.array([codes.of(answers[row]) for row in order.tolist()], dtype=np.int64)
        labels = Labels.of(place, labeller, code, n_codes=len(codes.values))
        alone = human.leave_one_out(labels)
        settled = [row for row in np.flatnonzero(split.settled).tolist() if allowed[row]]
        known = [(row, answer) for row in settled for answer in allowed[row]]
        example, wanted = (np.array(part, dtype=np.int64) for part in (zip(*known, strict=True) if known else ([], [])))
        against = human.against_reference(labels, example, wanted, never_counted=split.helped[order])
        by_people = np.isin(labels.example_ids, settled)[labels.example]
        self.people = replace(
            alone,
            credit=np.where(by_people, against.credit, alone.credit),
            counted=np.where(by_people, against.counted, alone.counted),
            popular=np.where(by_people, against.popular, alone.popular),
            method="One person's label against the resolved answer, or else against the majority of the others' labels (ties share the credit)",
        )
        self.place = labels.example_ids[labels.example]
        self.model = (
            np.where(by_people, self._against(labels, allowed, guess), self._alone(alone, guess)) * self.people.counted
        )

    def _alone(self, scores: human.Scores, guess: NDArray[np.int64]) -> NDArray[np.float64]:
        row, wanted, share = scores.wanted
        right = guess[self.place[row]] == wanted
        return np.bincount(row, weights=share * right, minlength=self.place.size)

    def _against(self, labels: Labels, allowed: list[list[int]], guess: NDArray[np.int64]) -> NDArray[np.float64]:
        right = np.array(
            [guess[row] >= 0 and int(guess[row]) in allowed[row] for row in labels.example_ids.tolist()],
            dtype=np.float64,
        )
        return right[labels.example] if right.size else np.zeros(0)


def _by_slice(
    split: Split, own: Beside, guess: NDArray[np.int64], allowed: list[list[int]], known: NDArray[np.bool_]
) -> list[dict[str, Any]]:
    """Each value of each field: the model, people there, the gap, and the worst place first."""
    right = np.array(
        [bool(answers) and int(g) in answers for g, answers in zip(guess.tolist(), allowed, strict=True)],
        dtype=np.int64,
    )
    def of(inside: NDArray[np.bool_]) -> dict[str, Any]:
        [found] = scoring.score_choice_slices(right[inside], np.ones(int(inside.sum()), dtype=np.int64), 2, np.zeros(int(inside.sum())))
        return found.figures["accuracy"].as_dict()

    return by_slice(split, own, known, of)
