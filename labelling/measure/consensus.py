"""What the labels of an example come to, and by what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Q, QuerySet
from numpy.typing import NDArray

from labelling.access import Permission, Viewer
from labelling.errors import Invalid
from labelling.intake.models import Example
from labelling.measure.answers import Answers, read_answers
from labelling.measure.columns import Resolved, read_resolved
from labelling.projects.selectors import get_project
from labelling.stats import consensus
from labelling.stats.dawid_skene import dawid_skene
from labelling.stats.results import Undefined

METHODS = {
    "choice": ("majority", "dawid_skene"),
    "rating": ("median", "majority", "dawid_skene"),
}
ADJUDICATION = "adjudication"


@dataclass(frozen=True, eq=False)
class Outcome:
    """One row an example that has labels or a resolution, ascending by `example` (database ids).

    `answer` is a code or -1 where there is none (a tie, or several right answers); `confidence` a share; `decided_by` one of
    unanimous, majority, model, adjudication, tie.
    """

    example: NDArray[Any]
    answer: NDArray[np.int32]
    confidence: NDArray[np.float64]
    decided_by: NDArray[Any]
    method: str


def methods_of(kind: str) -> tuple[str, ...]:
    """The methods that fit a kind of question, the default first."""
    return METHODS.get(kind, ("majority",))


def settle(answers: Answers, method: str | None = None, *, resolved: Resolved | None = None) -> Outcome:
    """Consensus of every example by the method; what people settled goes before what the labels say.

    Raises Invalid for a method that does not fit the kind. Ties have no answer: they are never broken at random.
    """
    known = methods_of(answers.described["kind"])
    method = method or known[0]
    if method not in known:
        raise Invalid.field(
            "method", f"For a {answers.described['kind']} question the method is one of: {', '.join(known)}."
        )
    found = _by_method(answers, method)
    outcome = Outcome(
        answers.labels.example_ids,
        found.answer,
        found.confidence,
        np.array(consensus.DECIDED_BY)[found.decided_by] if found.decided_by.size else np.zeros(0, dtype="<U12"),
        found.method,
    )
    return _adjudicated(outcome, read_resolved(answers.question.pk) if resolved is None else resolved)


def _by_method(answers: Answers, method: str) -> consensus.Consensus:
    if method == "median":
        return consensus.median_class(answers.labels, answers.numbers)
    if method == "dawid_skene":
        model = dawid_skene(answers.labels)
        if not isinstance(model, Undefined):
            return model.consensus
    return consensus.majority(answers.labels)


def _adjudicated(outcome: Outcome, resolved: Resolved) -> Outcome:
    if not resolved.example.size:
        return outcome
    ids, first, many = np.unique(resolved.example, return_index=True, return_counts=True)
    codes = np.where(many == 1, resolved.code[first], -1).astype(np.int32)
    example = np.union1d(outcome.example, ids)
    old, new = np.searchsorted(example, outcome.example), np.searchsorted(example, ids)
    answer, confidence = np.full(example.size, -1, dtype=np.int32), np.zeros(example.size)
    decided = np.full(example.size, "tie", dtype="<U12")
    answer[old], confidence[old], decided[old] = outcome.answer, outcome.confidence, outcome.decided_by
    answer[new], confidence[new], decided[new] = codes, 1.0, ADJUDICATION
    return Outcome(example, answer, confidence, decided, outcome.method)


def rows_for(answers: Answers, outcome: Outcome, examples: Sequence[Any]) -> list[dict[str, Any]]:
    """The API's rows for some examples (objects with id and key), in their order."""
    labels = answers.labels
    rows = []
    for example in examples:
        place = int(np.searchsorted(outcome.example, example.pk))
        if place >= outcome.example.size or int(outcome.example[place]) != example.pk:
            continue
        at = int(np.searchsorted(labels.example_ids, example.pk))
        own = labels.code[0:0]
        if at < labels.n_examples and int(labels.example_ids[at]) == example.pk:
            own = labels.code[int(labels.offsets[at]) : int(labels.offsets[at + 1])]
        codes, counts = np.unique(own, return_counts=True)
        answer = int(outcome.answer[place])
        rows.append(
            {
                "example": example.key,
                "answer": answers.key(answer) if answer >= 0 else None,
                "confidence": float(outcome.confidence[place]),
                "decided_by": str(outcome.decided_by[place]),
                "votes": {
                    str(answers.key(code)): int(count)
                    for code, count in zip(codes.tolist(), counts.tolist(), strict=True)
                },
            }
        )
    return rows


def list_consensus(
    viewer: Viewer, slug: str, *, question: str | None = None, method: str | None = None
) -> tuple[QuerySet[Example], Callable[[list[Example]], list[dict[str, Any]]]]:
    """(the examples that have labels or a resolution, what makes a page of them into rows)."""
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    answers = read_answers(project, question)
    outcome = settle(answers, method)
    examples = (
        Example.objects.filter(project=project).filter(Q(labels_counted__gt=0) | Q(state="resolved")).only("id", "key")
    )
    return examples, lambda page: rows_for(answers, outcome, page)
