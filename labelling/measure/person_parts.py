"""One person against references in the measures of the trade: word error rate of texts, F1 of spans and of boxes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from labelling.measure.person import KindScores
from labelling.stats.additive import Additive, ratio
from labelling.stats.boxes import match
from labelling.stats.columns import Floats, Longs
from labelling.stats.results import Counts, Result
from labelling.stats.words import Words

NAMES = {"text": "word_error_rate", "spans": "span_f1_exact", "boxes": "box_f1"}
METHODS = {
    "text": "Words to change, to add or to leave out, over the words of the references, pooled; capitals and punctuation do not count",
    "spans": "F1 of spans with the same beginning, end and class, pooled: twice the matches over all spans of labels and references",
    "boxes": "F1 of boxes that match at an overlap of 0.5, whatever their class, pooled: twice the matches over all boxes of labels and references",
}
NOTHING = "There is no label with a reference to compare it with, or nothing is marked in either."


def measures(scores: KindScores) -> dict[str, dict[str, Any]]:
    """{name: {"person", "popular_answer"}} of the figures that belong to the kind; the popular answer counts once an example, where
    there is one (a tie has none)."""
    kind = scores.scorer.kind.name
    if kind not in NAMES:
        return {}
    rows = np.array(sorted(scores.wanted_of), dtype=np.int64)
    given = scores.labels.code[rows].astype(np.int64)
    wanted = np.array([_nearest(scores, int(scores.labels.code[row]), scores.wanted_of[row]) for row in rows.tolist()], dtype=np.int64)
    liked = _liked(scores, rows)
    first = np.concatenate(([True], np.diff(scores.labels.example[rows]) > 0)) & (liked >= 0) if rows.size else np.zeros(0, dtype=np.bool_)
    return {
        NAMES[kind]: {
            "person": _figure(scores, rows, given, wanted, METHODS[kind]).as_dict(),
            "popular_answer": _figure(
                scores, rows[first], liked[first], wanted[first], METHODS[kind] + "; what the labels come to, once an example, ties left out"
            ).as_dict(),
        }
    }


def _nearest(scores: KindScores, given: int, wanted: Sequence[int]) -> int:
    return max(wanted, key=lambda code: (scores.scorer.score(given, code), -code))


def _liked(scores: KindScores, rows: Longs) -> Longs:
    """What the labels of each row's example come to, -1 in a tie."""
    labels, known = scores.labels, {}
    for example in np.unique(labels.example[rows]).tolist():
        codes = labels.code[labels.offsets[example] : labels.offsets[example + 1]].tolist()
        found = scores.scorer.consensus(codes)
        known[example] = -1 if found is None else found
    return np.array([known[example] for example in labels.example[rows].tolist()], dtype=np.int64)


def _figure(scores: KindScores, rows: Longs, given: Longs, wanted: Longs, method: str) -> Result:
    labels = scores.labels
    example, who = labels.example[rows], labels.labeller[rows]
    counts = Counts(int(np.unique(example).size), int(rows.size), int(np.unique(who).size))
    parts = _compared(scores, given, wanted)
    by_example = np.column_stack([np.bincount(example, weights=part, minlength=labels.n_examples) for part in parts])
    people = np.unique(who)
    taken = np.column_stack([np.bincount(who, weights=part, minlength=labels.n_labellers) for part in parts])[people]
    popular = "once an example" in method
    return Additive(by_example, ratio, None if popular else taken).result(method, counts, 0.95, NOTHING, (0.0, np.inf))


def _compared(scores: KindScores, given: Longs, wanted: Longs) -> tuple[Floats, Floats]:
    """(what is summed above, what below) of each label and its reference."""
    values, kind = scores.scorer.values, scores.scorer.kind.name
    if kind == "text":
        used, place = np.unique(np.concatenate((given, wanted)), return_inverse=True)
        words = Words([values[code] for code in used.tolist()])
        one, other = place[: given.size], place[given.size :]
        return words.wrong(one, other), words.number[other].astype(np.float64)
    pairs = list(zip(given.tolist(), wanted.tolist(), strict=True))
    below = np.array([len(values[one]) + len(values[other]) for one, other in pairs], dtype=np.float64)
    if kind == "boxes":
        return np.array([2.0 * len(match(values[one], values[other])) for one, other in pairs], dtype=np.float64), below
    spans = {code: {(part["start"], part["end"], part["class"]) for part in values[code]} for code in {*given.tolist(), *wanted.tolist()}}
    return np.array([2.0 * len(spans[one] & spans[other]) for one, other in pairs], dtype=np.float64), below
