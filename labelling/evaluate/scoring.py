"""Scores of one question's predictions beside people, on the same examples against the same references. Classes and
ratings are scored here by what is right, all other kinds in by_kind.py by how like answers are.

`metrics` scores the model against the version's answers, which the people's votes made. People are never put beside that: they
and the model are scored together by references that were made without the person (`human`, references.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labelling.evaluate import by_kind, places
from labelling.evaluate.humans import beside
from labelling.evaluate.references import BY_CLASS, Coded
from labelling.evaluate.split import Split
from labelling.stats import scoring


@dataclass(frozen=True, eq=False)
class Scored:
    """`figures` as plain JSON; `examples`: column → one entry a scored example (places.per_example)."""

    figures: dict[str, Any]
    examples: dict[str, list[Any]]


def score(split: Split, predicted: Sequence[Any], *, seed: int = 0) -> dict[str, Any]:
    """Everything about one question, as plain JSON. `predicted[i]` is a canonical answer, or None for none."""
    return measure(split, predicted, seed=seed).figures


def measure(split: Split, predicted: Sequence[Any], *, seed: int = 0) -> Scored:
    """The same with a row an example."""
    coded = Coded(split, predicted)
    found = beside(coded, seed=seed)
    figures, like = by_kind.figures(split, predicted) if split.described["kind"] not in BY_CLASS else _figures(coded, seed)
    known = np.array([bool(answers) for answers in split.reference], dtype=np.bool_)
    figures["baselines"]["human"] = found.human
    figures["by_slice"] = places.by_slice(split, found, like, known)
    beside_people = {str(row["key"]): row for row in places.by_class(found)}
    for row in figures["by_class"]:
        row["beside"] = beside_people.get(str(row["key"]))
    figures |= {"n_examples": known.size, "without_reference": int((~known).sum())}
    return Scored(figures, places.per_example(found))


def _figures(coded: Coded, seed: int) -> tuple[dict[str, Any], Any]:
    """(figures against the version's answers, 1 or 0 an example) of classes and ratings."""
    split, codes, allowed, guess = coded.split, coded, coded.allowed, coded.guess
    known = np.array([bool(answers) for answers in split.reference], dtype=np.bool_)
    rows = np.flatnonzero(known)
    truth = np.array([allowed[row][0] for row in rows], dtype=np.int64)
    several = [allowed[row] for row in rows]
    common = None if split.most_frequent is None else codes.of(split.most_frequent)
    found = scoring.score_choice(
        guess[rows], truth, len(codes.values), allowed=several, baseline_code=common, seed=seed
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
    figures = {
        "metrics": metrics,
        "baselines": {"most_frequent": baseline},
        "by_class": [
            {
                "key": codes.values[row.code],
                "name": codes.names.get(row.code, str(codes.values[row.code])),
                "support": row.support,
                "precision": row.precision.as_dict(),
                "recall": row.recall.as_dict(),
                "f1": row.f1.as_dict(),
            }
            for row in found.per_class
        ],
        "confusion": {"classes": codes.values, "table": found.confusion.tolist()},
        "missing": found.missing,
    }
    right = np.array([bool(answers) and int(one) in answers for one, answers in zip(guess.tolist(), allowed, strict=True)], dtype=np.float64)
    return figures, right
