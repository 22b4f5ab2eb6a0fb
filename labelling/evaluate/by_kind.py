"""Scores of predictions that are sets, numbers, texts, spans or boxes: how like they are to the references, by the kind's own
measure, and the figures that are usual for it. No Django."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from labelling.evaluate.split import Split
from labelling.kinds import KINDS
from labelling.stats.boxes import match
from labelling.stats.part_scoring import PartCounts, mean_of, ratio_of

# What the mean of the kind's own score is called, and what it says.
LIKE = {
    "choices": ("jaccard", "Mean share of common classes among all that prediction or reference name (Jaccard)"),
    "number": ("score", "Mean of 1 minus the distance in parts of the question's range (of the larger number without one)"),
    "text": ("likeness", "Mean of 1 minus the edit distance over the length of the longer text"),
    "spans": ("likeness", "Mean share of code points with the same class among all that prediction or reference mark"),
    "boxes": ("likeness", "Mean F1 of boxes that match at an overlap of 0.5 and have the same class"),
}
MICRO = {
    "spans": ("f1", "F1 over all spans; right are those with the same start, end and class"),
    "boxes": ("f1", "F1 over all boxes; right are those that match at an overlap of 0.5 and have the same class"),
    "choices": ("f1_micro", "F1 over all classes of all examples"),
}


def figures(split: Split, predicted: Sequence[Any]) -> tuple[dict[str, Any], NDArray[np.float64]]:
    """(figures against the version's answers, how like each prediction is to its own). `predicted[i]` is a canonical answer, or None for
    none."""
    described = split.described
    kind, name = KINDS[described["kind"]], described["kind"]
    known = np.array([bool(answers) for answers in split.reference], dtype=np.bool_)
    rows = np.flatnonzero(known).tolist()
    best = {row: _nearest(described, predicted[row], split.reference[row]) for row in rows}
    like = np.zeros(known.size)
    for row, reference in best.items():
        like[row] = 0.0 if predicted[row] is None else kind.score(described, predicted[row], reference)
    key, words = LIKE[name]
    pairs = [(predicted[row], best[row]) for row in rows]
    counts = _parts(described, pairs)
    found = {
        "metrics": {"accuracy": _exact(pairs), key: mean_of(like[known], words, highest=1.0).as_dict()} | _usual(name, pairs, counts),
        "baselines": {"most_frequent": _baseline(split, rows, key)},
        "by_class": _by_class(described, counts),
        "confusion": {"classes": [], "table": []},
        "missing": sum(predicted[row] is None for row in rows),
    }
    return found, like


def _nearest(described: Mapping[str, Any], answer: Any, right: Sequence[Any]) -> Any:
    """Of several right answers the one that the prediction comes nearest to."""
    if answer is None or len(right) == 1:
        return right[0]
    kind = KINDS[described["kind"]]
    return max(right, key=lambda one: kind.score(described, answer, one))


def _exact(pairs: Sequence[tuple[Any, Any]]) -> dict[str, Any]:
    same = [float(answer is not None and answer == reference) for answer, reference in pairs]
    return ratio_of(same, np.ones(len(same)), "Share of predictions that equal the reference; without a prediction counts as wrong", highest=1.0).as_dict()


def _usual(name: str, pairs: Sequence[tuple[Any, Any]], counts: PartCounts | None) -> dict[str, Any]:
    """The further figures that are usual for a kind."""
    if counts is not None:
        key, said = MICRO[name]
        return {key: counts.micro(said).as_dict(), "f1_macro": counts.macro("Mean F1 of the classes that the references hold").as_dict()}
    if name == "number":
        apart = [abs(answer - reference) for answer, reference in pairs if answer is not None]
        return {"mean_absolute_error": mean_of(apart, "Mean distance of prediction and reference; missing predictions are left out").as_dict()}
    words = [reference.split() for _, reference in pairs]
    edits = [Levenshtein.distance([] if answer is None else answer.split(), wanted) for (answer, _), wanted in zip(pairs, words, strict=True)]
    method = "Words put in, left out or replaced, over the words of the references; without a prediction all words are missing"
    return {"word_error_rate": ratio_of(edits, [len(wanted) for wanted in words], method).as_dict()}


def _parts(described: Mapping[str, Any], pairs: Sequence[tuple[Any, Any]]) -> PartCounts | None:
    """Parts by class of each prediction, of its reference and of both; None for kinds without classes."""
    match_up = MATCHED.get(described["kind"])
    if match_up is None:
        return None
    counted = []
    for answer, reference in pairs:
        given = [] if answer is None else answer
        counted.append((match_up(given, reference), Counter(map(_class_of, given)), Counter(map(_class_of, reference))))
    return PartCounts.of(counted, [item["key"] for item in described["classes"]])


def _class_of(part: Any) -> Any:
    return part["class"] if isinstance(part, Mapping) else part


def _same_classes(given: Sequence[Any], reference: Sequence[Any]) -> Counter[Any]:
    return Counter(set(given) & set(reference))


def _same_spans(given: Sequence[Any], reference: Sequence[Any]) -> Counter[Any]:
    places = {(span["start"], span["end"], span["class"]) for span in given}
    return Counter(span["class"] for span in reference if (span["start"], span["end"], span["class"]) in places)


def _same_boxes(given: Sequence[Any], reference: Sequence[Any]) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for name in {box["class"] for box in given} & {box["class"] for box in reference}:
        found[name] = len(match([box for box in given if box["class"] == name], [box for box in reference if box["class"] == name], most=True))
    return found


MATCHED: dict[str, Callable[[Sequence[Any], Sequence[Any]], Counter[Any]]] = {
    "choices": _same_classes,
    "spans": _same_spans,
    "boxes": _same_boxes,
}


def _baseline(split: Split, rows: Sequence[int], key: str) -> dict[str, Any]:
    """Always the same answer, the most frequent of the training split (for numbers the median)."""
    always = split.most_frequent
    if always is None:
        return {"accuracy": {"value": None, "undefined": "The version has no training split to take an answer from."}}
    described = split.described
    kind = KINDS[described["kind"]]
    pairs = [(always, _nearest(described, always, split.reference[row])) for row in rows]
    like = [kind.score(described, answer, reference) for answer, reference in pairs]
    return {"answer": always, "accuracy": _exact(pairs), key: mean_of(like, "Always the same answer", highest=1.0).as_dict()}


def _by_class(described: Mapping[str, Any], counts: PartCounts | None) -> list[dict[str, Any]]:
    return [
        {
            "key": described["classes"][row.code]["key"],
            "name": described["classes"][row.code]["name"],
            "support": row.support,
            "precision": row.precision.as_dict(),
            "recall": row.recall.as_dict(),
            "f1": row.f1.as_dict(),
        }
        for row in (counts.per_class() if counts is not None else [])
    ]
