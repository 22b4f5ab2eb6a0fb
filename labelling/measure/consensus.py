"""What the labels of an example come to, and by what."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from django.db.models import Q, QuerySet
from numpy.typing import NDArray

from labelling.access import Permission, Viewer
from labelling.errors import Invalid
from labelling.intake.models import Example
from labelling.kinds import KINDS
from labelling.kinds.rating import as_number
from labelling.measure.answers import Answers, read_answers
from labelling.measure.columns import Resolved, TookPart, read_resolved, read_took_part
from labelling.measure.weighted import WEIGHTED, WEIGHTED_WORDS, by_weight, sets_by_weight
from labelling.projects.selectors import get_project
from labelling.stats import consensus
from labelling.stats.boxes import boxes_of_majority
from labelling.stats.dawid_skene import dawid_skene
from labelling.stats.results import Undefined
from labelling.stats.sets import medoid
from labelling.stats.spans import spans_of_majority

METHODS = {
    "choice": ("majority", "weighted", "dawid_skene"),
    "rating": ("median", "majority", "weighted", "dawid_skene"),
    "choices": ("majority", "weighted", "medoid"),
    "number": ("median", "mean"),
    "text": ("medoid",),
    "spans": ("majority", "half"),
    "boxes": ("majority", "half"),
}
OF_CODES = ("choice", "rating")  # settled from all labels at once; the others example by example
CONSENSUS_WORDS = {
    ("choice", "weighted"): WEIGHTED_WORDS,
    ("rating", "weighted"): WEIGHTED_WORDS,
    ("choices", "majority"): "class by class, what more than half chose",
    ("choices", "weighted"): f"class by class, chosen or not: {WEIGHTED_WORDS}",
    ("choices", "medoid"): "the set that was given and is nearest to all others by Jaccard's distance",
    ("number", "median"): "the median",
    ("number", "mean"): "the mean",
    ("text", "medoid"): "the text nearest to all others by edit distance",
    ("spans", "majority"): "code point by code point, what more than half marked",
    ("spans", "half"): "code point by code point, what at least half marked",
    ("boxes", "majority"): "objects that more than half drew, their corners averaged",
    ("boxes", "half"): "objects that at least half drew, their corners averaged",
}
ADJUDICATION = "adjudication"


@dataclass(frozen=True, eq=False)
class Outcome:
    """One row an example that has labels or a resolution, ascending by `example` (database ids).

    `answer` is a code or -1 where there is none (a tie, or several right answers); `confidence` a share; `decided_by` one of
    unanimous, majority, model, adjudication, tie. `made` are answers that nobody gave, like a mean of boxes: their codes follow
    those of the question's values.
    """

    example: NDArray[Any]
    answer: NDArray[np.int32]
    confidence: NDArray[np.float64]
    decided_by: NDArray[Any]
    method: str
    made: tuple[Any, ...] = ()


def methods_of(kind: str) -> tuple[str, ...]:
    """The methods that fit a kind of question, the default first."""
    return METHODS[kind]


def check_method(answers: Answers, method: str | None) -> str:
    """The method, or the kind's default. Raises Invalid for one that does not fit the kind."""
    known = methods_of(answers.described["kind"])
    if method is not None and method not in known:
        raise Invalid.field("method", f"For a {answers.described['kind']} question the method is one of: {', '.join(known)}.")
    return method or known[0]


def settle(
    answers: Answers, method: str | None = None, *, resolved: Resolved | None = None, helped: TookPart | None = None
) -> Outcome:
    """Consensus of every example by the method; what people settled goes before what the labels say.

    `resolved` and `helped` are read where they are not given. Raises Invalid for a method that does not fit the kind. Ties have
    no answer: they are never broken at random.
    """
    resolved = read_resolved(answers.question.pk) if resolved is None else resolved
    return _adjudicated(from_labels(answers, method, resolved=resolved, helped=helped), resolved)


def from_labels(answers: Answers, method: str | None, *, resolved: Resolved, helped: TookPart | None = None) -> Outcome:
    """What the labels alone come to. Settled answers of other examples say how reliable people are, where the method asks that."""
    method = check_method(answers, method)
    if method == WEIGHTED and helped is None:
        helped = read_took_part(answers.question.project_id)
    if answers.described["kind"] in OF_CODES:
        return _by_method(answers, method, resolved, helped)
    if method == WEIGHTED:
        words = CONSENSUS_WORDS[answers.described["kind"], method]
        answer, confidence, decided, made = sets_by_weight(answers, resolved, helped)
        return Outcome(answers.labels.example_ids, answer, confidence, decided, words, made)
    return _by_kind(answers, method)


def needs_all(kind: str, method: str | None) -> bool:
    """Whether one example's answer hangs on the labels of the others: then all are settled at once."""
    return kind in OF_CODES or method == WEIGHTED


def _by_method(answers: Answers, method: str, resolved: Resolved, helped: TookPart | None) -> Outcome:
    found = _of_codes(answers, method, resolved, helped)
    return Outcome(
        answers.labels.example_ids,
        found.answer,
        found.confidence,
        np.array(consensus.DECIDED_BY)[found.decided_by] if found.decided_by.size else np.zeros(0, dtype="<U12"),
        CONSENSUS_WORDS.get((answers.described["kind"], method), found.method),
    )


def _by_kind(answers: Answers, method: str) -> Outcome:
    """The kind's own consensus, example by example. Answers go in by their texts, so that the order of labels bears on nothing."""
    decide = consensus_by(answers.described, method)
    labels, kind = answers.labels, KINDS[answers.described["kind"]]
    texts = {code: kind.text(answers.values[code]) for code in labels.used_codes.tolist()}
    codes = {text: code for code, text in texts.items()}
    made: dict[str, Any] = {}
    known: dict[tuple[int, ...], tuple[int, float, str]] = {}
    rows = []
    for start, end in zip(labels.offsets[:-1].tolist(), labels.offsets[1:].tolist(), strict=True):
        given = tuple(sorted(labels.code[start:end].tolist(), key=texts.__getitem__))
        if given not in known:
            answer, share, tie = decide([answers.values[code] for code in given])
            code = -1
            if not tie:
                text = kind.text(answer)
                if text not in codes:
                    codes[text], made[text] = len(answers.values) + len(made), answer
                code = codes[text]
            known[given] = code, share, "tie" if tie else "unanimous" if given[0] == given[-1] else "majority"
        rows.append(known[given])
    return Outcome(
        labels.example_ids,
        np.array([row[0] for row in rows], dtype=np.int32),
        np.array([row[1] for row in rows], dtype=np.float64),
        np.array([row[2] for row in rows], dtype="<U12"),
        CONSENSUS_WORDS[kind.name, method],
        tuple(made.values()),
    )


def consensus_by(described: Mapping[str, Any], method: str) -> Callable[[Sequence[Any]], tuple[Any, float, bool]]:
    """What makes one example's answers into (answer, share that supports it, tie)."""
    kind = KINDS[described["kind"]]
    if (kind.name, method) == ("choices", "medoid"):
        return medoid
    if (kind.name, method) == ("number", "mean"):
        return partial(_mean, described)
    if method == "half":
        return partial(spans_of_majority if kind.name == "spans" else boxes_of_majority, half=True)
    return partial(kind.consensus, described)


def _mean(described: Mapping[str, Any], answers: Sequence[Any]) -> tuple[Any, float, bool]:
    """The mean to nine significant digits, and the share of answers near it that the kind's own consensus reports for the median."""
    _, share, _ = KINDS["number"].consensus(described, answers)
    return as_number(float(f"{statistics.fmean(answers):.9g}")), share, False


def _of_codes(answers: Answers, method: str, resolved: Resolved, helped: TookPart | None) -> consensus.Consensus:
    if method == "median":
        return consensus.median_class(answers.labels, answers.numbers)
    if method == WEIGHTED and helped is not None:
        return by_weight(answers, resolved, helped)
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
    return Outcome(example, answer, confidence, decided, outcome.method, outcome.made)


def rows_for(answers: Answers, outcome: Outcome, examples: Sequence[Any]) -> list[dict[str, Any]]:
    """The API's rows for some examples (objects with id and key), in their order."""
    labels, values = answers.labels, [*answers.values, *outcome.made]
    kind = KINDS[answers.described["kind"]]
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
                "answer": values[answer] if answer >= 0 else None,
                "confidence": float(outcome.confidence[place]),
                "decided_by": str(outcome.decided_by[place]),
                "votes": {
                    kind.write(answers.described, values[code]): int(count)
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
    check_method(answers, method)
    whole = settle(answers, method) if needs_all(answers.described["kind"], method) else None
    examples = (
        Example.objects.filter(project=project).filter(Q(labels_counted__gt=0) | Q(state="resolved")).only("id", "key")
    )

    def rows_of(page: list[Example]) -> list[dict[str, Any]]:
        if whole is not None:
            return rows_for(answers, whole, page)
        # Example by example costs too much for all of them when a page is asked for.
        ids = [example.pk for example in page]
        part = replace(answers, columns=answers.columns.keep(np.isin(answers.columns.example, ids)))
        return rows_for(part, settle(part, method), page)

    return examples, rows_of
