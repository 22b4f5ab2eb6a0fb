"""Consensus by reliability: each label weighs as much as its labeller has been right on other examples.

What a labeller is compared with is the same for everybody: the settled answer where there is one, whoever helped to settle it
aside, and else what the others' labels of the example come to. Nothing is learnt from the example that is decided.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.kinds import KINDS
from labelling.measure.answers import Answers
from labelling.measure.columns import Resolved, TookPart
from labelling.stats import human
from labelling.stats.columns import Labels
from labelling.stats.consensus import TIE, Consensus
from labelling.stats.reliability import right_elsewhere, weighted_votes

WEIGHTED = "weighted"
WEIGHTED_WORDS = (
    "the answer with the most weight behind it: a label weighs as much as its labeller has been right on other examples, against settled "
    "answers where there are any (nobody on what they helped to settle), else against what the others' labels come to; "
    "shrunk to (5 + right) of (10 + compared)"
)
# What a column of one row an example takes: answers, confidences, what decided.
Settled = tuple[NDArray[np.int32], NDArray[np.float64], NDArray[Any], tuple[Any, ...]]


def options_of(answers: Answers) -> int:
    """How many answers a question of classes has."""
    return max(2, len(KINDS[answers.described["kind"]].names(answers.described)), int(answers.labels.used_codes.size))


def compared(
    labels: Labels, example: NDArray[Any], code: NDArray[Any], helped: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Per label (how right it is, from 0 to 1; whether there is anything to compare it with). `example` and `code` are settled
    answers (original ids), `helped` (n_labels,) marks labels of people who helped to settle their example."""
    known = (code >= 0) & (code < labels.n_codes)  # an answer that was new a moment ago is not among the labels' yet
    settled = np.isin(labels.example_ids, example)[labels.example] if example.size else np.zeros(labels.n_labels, dtype=np.bool_)
    among = human.leave_one_out(labels)
    credit, counted = among.credit, among.counted & ~settled
    if settled.any():
        against = human.against_reference(labels, example[known], code[known])
        mine = against.counted & ~helped
        credit, counted = np.where(mine, against.credit, credit), counted | mine
    return credit, counted


def reliabilities(labels: Labels, example: NDArray[Any], code: NDArray[Any], helped: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Per label how often its labeller was right on other examples; what is given is as for `compared`."""
    return right_elsewhere(labels, *compared(labels, example, code, helped))


def by_weight(answers: Answers, resolved: Resolved, part: TookPart) -> Consensus:
    """A question of classes."""
    labels = answers.labels
    helped = took_part(answers, part)
    return weighted_votes(labels, reliabilities(labels, resolved.example, resolved.code, helped), options_of(answers))


def took_part(answers: Answers, part: TookPart) -> NDArray[np.bool_]:
    """Per label: did its labeller help to settle its example?"""
    if not part.example.size:
        return np.zeros(len(answers.columns), dtype=np.bool_)
    helpers = part.example.astype(np.int64) << 32 | part.user
    return np.isin(answers.columns.example.astype(np.int64) << 32 | answers.columns.labeller, helpers)


def sets_by_weight(answers: Answers, resolved: Resolved, part: TookPart) -> Settled:
    """Sets, class by class: chosen or not, each with reliabilities of its own. A class whose weights are equal is a tie, and so
    is a set that the question does not allow; `made` are sets that nobody gave, with codes after those of the question."""
    labels, described, kind = answers.labels, answers.described, KINDS["choices"]
    helped = took_part(answers, part)
    keys = [item["key"] for item in described["classes"]]
    holds = np.array([[value is not None and key in value for value in answers.values] for key in keys], dtype=np.int32)
    inside = (resolved.code >= 0) & (resolved.code < len(answers.values))
    examples, many = np.unique(resolved.example, return_counts=True)
    single = inside & np.isin(resolved.example, examples[many == 1])
    example, code = resolved.example[single], resolved.code[single]
    chosen = np.zeros((labels.n_examples, len(keys)), dtype=np.bool_)
    tied, sure = np.zeros(labels.n_examples, dtype=np.bool_), np.ones(labels.n_examples)
    for place in range(len(keys)):
        # One code of each question of yes or no, so that a class that nobody chose has two options all the same.
        votes = labels.recode(holds[place], 2)
        found = weighted_votes(votes, reliabilities(votes, example, holds[place][code], helped), 2)
        named = np.bincount(labels.example, weights=votes.code, minlength=labels.n_examples) > 0
        chosen[:, place] = found.answer == 1
        tied |= found.decided_by == TIE
        sure = np.where(named, np.minimum(sure, found.confidence), sure)
    number = chosen.sum(1)
    tied |= (number < described.get("min", 0)) | (number > described.get("max", len(keys)))
    return _as_codes(answers, chosen, tied, sure, keys, kind)


def _as_codes(
    answers: Answers, chosen: NDArray[np.bool_], tied: NDArray[np.bool_], sure: NDArray[np.float64], keys: Sequence[str], kind: Any
) -> Settled:
    labels = answers.labels
    known = {kind.text(value): code for code, value in enumerate(answers.values) if value is not None}
    made: list[Any] = []
    rows, place = np.unique(chosen, axis=0, return_inverse=True) if labels.n_examples else (chosen, np.zeros(0, dtype=np.int64))
    table = np.full(len(rows), -1, dtype=np.int32)
    for number, row in enumerate(rows):
        value = sorted(key for key, has in zip(keys, row.tolist(), strict=True) if has)
        if kind.text(value) not in known:
            known[kind.text(value)] = len(answers.values) + len(made)
            made.append(value)
        table[number] = known[kind.text(value)]
    answer = np.where(tied, -1, table[place.reshape(-1)]).astype(np.int32)
    decided = np.full(labels.n_examples, "majority", dtype="<U12")
    plain: dict[tuple[int, ...], int | None] = {}  # what every label weighing the same would come to
    for at, (start, end) in enumerate(zip(labels.offsets[:-1].tolist(), labels.offsets[1:].tolist(), strict=True)):
        given = tuple(sorted(labels.code[start:end].tolist()))
        if given not in plain:
            value, _, tie = kind.consensus(answers.described, [answers.values[code] for code in given])
            plain[given] = None if tie else known.get(kind.text(value))
        if tied[at]:
            decided[at] = "tie"
        elif given[0] == given[-1] == answer[at]:
            decided[at] = "unanimous"
        elif plain[given] != answer[at]:
            decided[at] = "model"
    return answer, sure, decided, tuple(made)
