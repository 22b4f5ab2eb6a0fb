"""What the labels of each candidate come to, question by question, and which candidates that leaves out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.kinds import KINDS
from labelling.measure.answers import Answers
from labelling.measure.bulk import Reader
from labelling.measure.columns import Resolved, code_values, read_counted, read_resolved, read_took_part
from labelling.measure.consensus import methods_of, settle
from labelling.projects.models import Question
from labelling.release.rules import DecidedBy, LeftOut, Method, Ties

NONE = -1
NAMES = tuple(DecidedBy)  # decided_by is a place in here
PLACES = 6  # decimals of a confidence: what floating-point sums may differ in on other machines lies far below


@dataclass(eq=False)
class Decisions:
    """One question over all candidates, in their order."""

    question: Question
    described: Mapping[str, Any]
    answers: Answers  # of the candidates' labels
    answer: NDArray[np.int32]  # a code, or NONE
    confidence: NDArray[np.float64]  # NaN where nothing was decided
    decided_by: NDArray[np.int8]  # place in NAMES, or NONE
    row: NDArray[np.intp]  # of each label in `answers.columns`: its candidate
    also_right: dict[int, list[int]] = field(default_factory=dict)  # candidate → further codes that are right
    resolved: Resolved | None = None

    @property
    def key(self) -> str:
        return self.described["key"]

    @property
    def values(self) -> list[Any]:
        return self.answers.values

    def written(self) -> list[str]:
        """The text of each code's answer."""
        kind = KINDS[self.described["kind"]]
        return ["" if value is None else kind.write(self.described, value) for value in self.values]


def decide(
    reader: Reader, ids: NDArray[np.int64], asked: Sequence[tuple[Question, Mapping[str, Any]]], policy: Mapping[str, Any]
) -> tuple[list[Decisions], NDArray[np.bool_], Counter[str]]:
    """(decisions by question, which candidates go in, how many are left out by reason)."""
    by_id = np.argsort(ids, kind="stable")
    reasons = np.full(ids.size, "", dtype=object)
    found: list[Decisions] = []
    for question, described in asked:
        decisions = _decide_one(reader, ids, by_id, question, described, policy)
        votes = np.bincount(decisions.row, minlength=ids.size)
        shown = _shown(described, found, ids.size)
        why = _why_not(decisions, votes, policy["consensus"])
        optional = not described.get("required", True)
        for reason in np.unique(why[why != ""]):
            here = (why == reason) & shown
            if not optional:
                reasons[here & (reasons == "")] = reason
            if reason != LeftOut.TIE:
                decisions.decided_by[here] = NONE
            decisions.answer[here] = NONE
        decisions.answer[~shown], decisions.decided_by[~shown] = NONE, NONE
        decisions.confidence[decisions.decided_by == NONE] = np.nan
        found.append(decisions)
    left_out = Counter({str(reason): int((reasons == reason).sum()) for reason in set(reasons[reasons != ""])})
    return found, reasons == "", left_out


def _decide_one(
    reader: Reader, ids: NDArray[np.int64], by_id: NDArray[np.intp], question: Question, described: Mapping[str, Any],
    policy: Mapping[str, Any],
) -> Decisions:  # fmt: skip
    ordered = ids[by_id]
    columns = read_counted(question.pk, reader=reader)
    columns = columns.keep(_among(columns.example, ordered))
    resolved = read_resolved(question.pk, reader=reader)
    mask = _among(resolved.example, ordered)
    resolved = Resolved(resolved.example[mask], resolved.code[mask], resolved.gold[mask])
    kind = KINDS[described["kind"]]
    answers = Answers(question, described, kind.levels[0], columns, code_values(question.pk))
    method = policy["consensus"]["method"]
    method = method if method in methods_of(described["kind"]) else None
    helped = read_took_part(question.project_id, reader=reader) if method == Method.WEIGHTED else None
    outcome = settle(answers, method, resolved=resolved, helped=helped)
    answers = replace(answers, values=[*answers.values, *outcome.made])
    at = by_id[np.searchsorted(ordered, outcome.example)]
    decisions = Decisions(
        question, described, answers,
        answer=np.full(ids.size, NONE, dtype=np.int32),
        confidence=np.full(ids.size, np.nan),
        decided_by=np.full(ids.size, NONE, dtype=np.int8),
        row=by_id[np.searchsorted(ordered, columns.example)],
        resolved=resolved,
    )  # fmt: skip
    decisions.answer[at] = outcome.answer
    decisions.confidence[at] = np.round(outcome.confidence, PLACES)
    for place, name in enumerate(NAMES):
        decisions.decided_by[at[outcome.decided_by == name]] = place
    _several(decisions, ids, by_id, ordered)
    return decisions


def _several(decisions: Decisions, ids: NDArray[np.int64], by_id: NDArray[np.intp], ordered: NDArray[np.int64]) -> None:
    """Where several answers are right, the column holds the one that most labels gave (the first in the question's own
    order among equals), and the others stand beside it."""
    resolved = decisions.resolved
    assert resolved is not None
    examples, first, many = np.unique(resolved.example, return_index=True, return_counts=True)
    if not bool(np.any(many > 1)):
        return
    rank = {code: place for place, code in enumerate(decisions.answers.in_order())}
    labels = decisions.answers.columns
    for example, start, count in zip(examples[many > 1], first[many > 1], many[many > 1], strict=True):
        row = int(by_id[np.searchsorted(ordered, example)])
        own = labels.code[labels.example == example].tolist()
        codes = sorted(
            resolved.code[start : start + count].tolist(), key=lambda code, own=own: (-own.count(code), rank.get(code, len(rank)), code)
        )
        decisions.answer[row], decisions.also_right[row] = codes[0], codes[1:]


def _why_not(decisions: Decisions, votes: NDArray[np.intp], consensus: Mapping[str, Any]) -> NDArray[Any]:
    """For each candidate the reason why this question leaves it out, "" for none."""
    by = decisions.decided_by
    settled, tied = by == NAMES.index(DecidedBy.ADJUDICATION), by == NAMES.index(DecidedBy.TIE)
    why = np.full(by.size, "", dtype=object)
    why[~settled & ~tied & (decisions.confidence < consensus["min_confidence"])] = LeftOut.LOW_CONFIDENCE
    if consensus["ties"] != Ties.KEEP:
        why[tied] = LeftOut.TIE
    why[~settled & (votes < consensus["min_labels"])] = LeftOut.TOO_FEW_LABELS
    if consensus["method"] == Method.ADJUDICATED:
        why[~settled] = LeftOut.NO_ANSWER
    why[by == NONE] = LeftOut.NO_ANSWER
    return why


def _shown(described: Mapping[str, Any], before: Sequence[Decisions], count: int) -> NDArray[np.bool_]:
    """Which candidates the question is asked about, given the answers to those before it."""
    rule = described.get("show_if")
    if rule is None:
        return np.ones(count, dtype=bool)
    asked = next(decisions for decisions in before if decisions.key == rule["question"])
    kind = KINDS[asked.described["kind"]]
    shows = [value is not None and any(kind.meets(value, wanted) for wanted in rule["is"]) for value in asked.values]
    table = np.array([*shows, False])
    return table[asked.answer]  # NONE is the last place: not shown


def _among(example: NDArray[Any], ordered: NDArray[np.int64]) -> NDArray[np.bool_]:
    if not ordered.size:
        return np.zeros(example.size, dtype=bool)
    place = np.minimum(np.searchsorted(ordered, example), ordered.size - 1)
    return ordered[place] == example
