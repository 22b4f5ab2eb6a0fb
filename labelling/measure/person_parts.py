"""One person against references in the measures of the trade: word error rate of texts, F1 of spans and of boxes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.measure.answers import Answers
from labelling.measure.person import KindScores, Scorer
from labelling.stats.additive import Additive, ratio
from labelling.stats.boxes import match
from labelling.stats.columns import Floats, Labels, Longs
from labelling.stats.results import Counts, Result
from labelling.stats.words import Words

NAMES = {"text": "word_error_rate", "spans": "span_f1_exact", "boxes": "box_f1"}
METHODS = {
    "text": "Words to change, to add or to leave out, over the words of the references, pooled; capitals and punctuation do not count",
    "spans": "F1 of spans with the same beginning, end and class, pooled: twice the matches over all spans of labels and references",
    "boxes": "F1 of boxes that match at an overlap of 0.5, whatever their class, pooled: twice the matches over all boxes of labels and references",
}
POPULAR = "; what the labels come to, once an example, ties left out"
MOST_LABELS = {"text": 30_000, "spans": 30_000, "boxes": 3_000}
NOTHING = "There is no label with a reference to compare it with, or nothing is marked in either."


def measures(
    answers: Answers, example: NDArray[Any], code: NDArray[Any], never_counted: NDArray[np.bool_], scores: KindScores
) -> dict[str, dict[str, Any]]:
    """{name: {"person", "popular_answer"}} of the figures that belong to the kind, against these reference answers (original example
    ids and codes; several where several are right). The popular answer counts once an example, ties left out, on the examples of
    `scores`."""
    kind = answers.described["kind"]
    if kind not in NAMES:
        return {}
    right: dict[int, list[int]] = {}
    for one, answer in zip(example.tolist(), code.tolist(), strict=True):
        right.setdefault(one, []).append(answer)
    labels = answers.labels
    settled = np.isin(labels.example_ids, np.fromiter(right, dtype=np.int64, count=len(right)))[labels.example]
    rows = np.flatnonzero(settled & ~labels.align(never_counted).astype(np.bool_))
    most = MOST_LABELS[kind]
    words = METHODS[kind]
    if rows.size > most:
        rows = np.sort(np.random.default_rng(0).choice(rows, most, replace=False))
        words += f"; measured on {most:,} labels drawn at random (seed 0)"
    ids = labels.example_ids[labels.example].tolist()
    given = labels.code[rows].astype(np.int64)
    wanted = [_nearest(scores.scorer, answer, right[ids[row]]) for row, answer in zip(rows.tolist(), given.tolist(), strict=True)]
    person = _figure(labels, scores.scorer, rows, given, np.array(wanted, dtype=np.int64), words)
    part = scores.labels
    first = part.offsets[:-1][[bool(scores.counted[start:end].any()) for start, end in zip(part.offsets, part.offsets[1:], strict=False)]]
    liked = np.array([_liked(scores, int(part.example[row])) for row in first.tolist()], dtype=np.int64)
    first, liked = first[liked >= 0], liked[liked >= 0]
    places = part.example_ids[part.example[first]].tolist()
    wanted = [_nearest(scores.scorer, answer, right[place]) for place, answer in zip(places, liked.tolist(), strict=True)]
    popular = _figure(part, scores.scorer, first, liked, np.array(wanted, dtype=np.int64), METHODS[kind] + POPULAR, once=True)
    return {NAMES[kind]: {"person": person.as_dict(), "popular_answer": popular.as_dict()}}


def _nearest(scorer: Scorer, given: int, wanted: Sequence[int]) -> int:
    return wanted[0] if len(wanted) == 1 else max(wanted, key=lambda code: (scorer.score(given, code), -code))


def _liked(scores: KindScores, example: int) -> int:
    """What the labels of an example come to, -1 in a tie."""
    labels = scores.labels
    found = scores.scorer.consensus(labels.code[labels.offsets[example] : labels.offsets[example + 1]].tolist())
    return -1 if found is None else found


def _figure(labels: Labels, scorer: Scorer, rows: Longs, given: Longs, wanted: Longs, method: str, *, once: bool = False) -> Result:
    example, who = labels.example[rows], labels.labeller[rows]
    behind = np.isin(labels.example, example) if once else rows  # what the labels come to rests on all of them
    counts = Counts(int(np.unique(example).size), int(labels.example[behind].size), int(np.unique(labels.labeller[behind]).size))
    parts = _compared(scorer, given, wanted)
    by_example = np.column_stack([np.bincount(example, weights=part, minlength=labels.n_examples) for part in parts])
    people = np.unique(who)
    taken = np.column_stack([np.bincount(who, weights=part, minlength=labels.n_labellers) for part in parts])[people]
    return Additive(by_example, ratio, None if once else taken).result(method, counts, 0.95, NOTHING, (0.0, np.inf))


def _compared(scorer: Scorer, given: Longs, wanted: Longs) -> tuple[Floats, Floats]:
    """(what is summed above, what below) of each label and its reference."""
    values, kind = scorer.values, scorer.kind.name
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
