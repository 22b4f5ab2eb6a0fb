"""How examples were decided: shares, which methods meet what people settled, and which examples are least certain."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.access import Permission, Viewer
from labelling.intake.models import Example
from labelling.kinds import KINDS
from labelling.measure.answers import Answers, read_answers
from labelling.measure.columns import Resolved, read_resolved, read_took_part
from labelling.measure.compare import OF_CLASSES
from labelling.measure.consensus import Outcome, check_method, from_labels, methods_of, settle
from labelling.measure.weighted import took_part
from labelling.projects.selectors import get_project
from labelling.stats.intervals import wilson
from labelling.stats.overlap import mean_interval
from labelling.stats.results import Counts, Interval, Result, figure, undefined

# Examples whose consensus is worked out one by one: as many as take about half a second.
MOST_EXAMPLES = {"number": 20_000, "choices": 20_000, "text": 2_000, "spans": 2_000, "boxes": 500}
FEWEST_LABELS = 2  # of people who did not help to settle it, for an example on which methods are compared
DECIDED_BY = ("unanimous", "single", "majority", "model", "adjudication", "tie")
COMPARED = (
    "What the labels of an example come to, against its resolved answer; a tie is no right answer. Labels of people who helped to settle an example are "
    "left out of it, and examples with fewer than two labels left are not counted; all methods have the same examples"
)


@dataclass(frozen=True)
class Compared:
    """One method on resolved examples: how right it was, and on how many of them it was tied."""

    method: str
    figure: dict[str, Any]
    ties: int


@dataclass(frozen=True, eq=False)
class Decided:
    """How a question's examples were decided by one method. `counts` by DECIDED_BY ("single": one label, so nobody could differ);
    `compared` has a row a method; `order` (n,) are places in `outcome`, ties first and then the least certain, settled examples
    and single labels left out. `sampled` is the number of examples that were drawn from, where not all were looked at."""

    answers: Answers
    outcome: Outcome
    method: str
    methods: tuple[str, ...]
    counts: dict[str, int]
    compared: list[Compared]
    order: NDArray[np.intp]
    sampled: int | None


def decided(viewer: Viewer, slug: str, *, question: str | None = None, method: str | None = None) -> Decided:
    """Raises NotFound, NotAllowed, and Invalid for a method that does not fit."""
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    answers = read_answers(project, question)
    method = check_method(answers, method)
    return answers.remember(("decided", method, project.seed), lambda: _decided(answers, method, project.seed))


def _decided(answers: Answers, method: str, seed: int) -> Decided:
    resolved = read_resolved(answers.question.pk)
    part, sampled = _some(answers, seed)
    if sampled is not None:
        looked_at = np.isin(resolved.example, part.labels.example_ids)
        resolved = Resolved(*(column[looked_at] for column in (resolved.example, resolved.code, resolved.gold)))
    outcome = settle(part, method, resolved=resolved)
    labels = part.labels
    sizes = np.zeros(outcome.example.size, dtype=np.int64)
    sizes[np.searchsorted(outcome.example, labels.example_ids)] = labels.sizes
    names = np.where((sizes == 1) & (outcome.decided_by == "unanimous"), "single", outcome.decided_by)
    found, number = np.unique(names, return_counts=True)
    counts = dict.fromkeys(DECIDED_BY, 0) | dict(zip(found.tolist(), number.tolist(), strict=True))
    open_ = np.flatnonzero(~np.isin(names, ("adjudication", "single")))
    order = open_[np.lexsort((outcome.example[open_], outcome.confidence[open_].round(9), names[open_] != "tie"))]
    compared = _compare(answers, read_resolved(answers.question.pk), seed)
    return Decided(answers, outcome, method, methods_of(answers.described["kind"]), counts, compared, order, sampled)


def _some(answers: Answers, seed: int, most: int | None = None) -> tuple[Answers, int | None]:
    """The answers, or those of examples drawn at random, and how many they were drawn from."""
    most = most or MOST_EXAMPLES.get(answers.described["kind"])
    ids = answers.labels.example_ids
    if most is None or ids.size <= most:
        return answers, None
    chosen = np.random.default_rng(seed).choice(ids, most, replace=False)
    return _of_examples(answers, chosen), int(ids.size)


def _of_examples(answers: Answers, ids: NDArray[Any]) -> Answers:
    return replace(answers, columns=answers.columns.keep(np.isin(answers.columns.example, ids)))


def _compare(answers: Answers, resolved: Resolved, seed: int) -> list[Compared]:
    """Every method of the kind on the resolved examples that have labels enough of people who did not help to settle them."""
    methods = methods_of(answers.described["kind"])
    if not resolved.example.size or not answers.labels.n_labels:
        return []
    part = read_took_part(answers.question.project_id)
    settled = np.isin(answers.columns.example, resolved.example)
    left = ~(settled & took_part(answers, part))
    blind = replace(answers, columns=answers.columns.keep(left))
    enough = blind.labels.example_ids[blind.labels.sizes >= FEWEST_LABELS]
    wanted = np.intersect1d(enough, resolved.example)
    if not wanted.size:
        return []
    if answers.described["kind"] not in OF_CLASSES:  # which of the other examples are there bears on nothing but sets' reliabilities
        most = MOST_EXAMPLES[answers.described["kind"]]
        wanted = wanted if wanted.size <= most else np.sort(np.random.default_rng(seed).choice(wanted, most, replace=False))
        blind = _of_examples(blind, wanted)
    return [_one(blind, name, resolved, wanted) for name in methods]


def _one(blind: Answers, method: str, resolved: Resolved, wanted: NDArray[Any]) -> Compared:
    outcome = from_labels(blind, method, resolved=resolved)
    values = [*blind.values, *outcome.made]
    right: dict[int, list[int]] = {}
    for example, code in zip(resolved.example.tolist(), resolved.code.tolist(), strict=True):
        right.setdefault(example, []).append(code)
    at = np.searchsorted(outcome.example, wanted)
    kind, classes = KINDS[blind.described["kind"]], blind.described["kind"] in OF_CLASSES
    known: dict[tuple[int, int], float] = {}

    def score(code: int, reference: int) -> float:
        if classes or code == reference:
            return float(code == reference)
        if (code, reference) not in known:
            known[code, reference] = float(kind.score(blind.described, values[code], values[reference]))
        return known[code, reference]

    scores = np.array(
        [
            max((score(code, reference) for reference in right[example] if reference < len(blind.values)), default=0.0) if code >= 0 else 0.0
            for example, code in zip(wanted.tolist(), outcome.answer[at].tolist(), strict=True)
        ]
    )
    rows = np.isin(blind.columns.example, wanted)
    counts = Counts(int(wanted.size), int(rows.sum()), int(np.unique(blind.columns.labeller[rows]).size))
    return Compared(method, _figure(scores, counts, classes, outcome.method).as_dict(), int((outcome.decided_by[at] == "tie").sum()))


def _figure(scores: NDArray[np.float64], counts: Counts, classes: bool, words: str) -> Result:
    if not scores.size:
        return undefined("No resolved example has labels enough of people who did not help to settle it.", counts)
    if classes:
        low, high = wilson(float(scores.sum()), float(scores.size), 0.95)
        named = Interval(low, high, "Wilson's score interval")
    else:
        _, low, high = mean_interval(scores)
        named = Interval(max(0.0, low), min(1.0, high), "Student's t over the examples")
    return figure(float(scores.mean()), {"examples": named}, f"{COMPARED}; the method: {words}", counts, 0.95)


def rows_of(found: Decided, places: Iterable[int]) -> list[dict[str, Any]]:
    """Rows of the list: {"example", "answer" (in words, None for a tie), "confidence", "decided_by", "votes": [(words, count)]}."""
    answers, outcome = found.answers, found.outcome
    labels, kind = answers.labels, KINDS[answers.described["kind"]]
    values, rows = [*answers.values, *outcome.made], []
    places = [int(place) for place in places]
    examples = Example.objects.only("id", "key", "data").in_bulk([int(outcome.example[place]) for place in places])
    for place in places:
        pk, code = int(outcome.example[place]), int(outcome.answer[place])
        at = int(np.searchsorted(labels.example_ids, pk))
        codes, counts = np.unique(labels.code[int(labels.offsets[at]) : int(labels.offsets[at + 1])], return_counts=True)
        votes = sorted(zip(codes.tolist(), counts.tolist(), strict=True), key=lambda one: (-one[1], one[0]))
        rows.append(
            {
                "example": examples[pk],
                "answer": kind.show(answers.described, values[code]) if code >= 0 else None,
                "confidence": float(outcome.confidence[place]),
                "decided_by": str(outcome.decided_by[place]),
                "votes": [(kind.show(answers.described, values[one]), number) for one, number in votes],
            }
        )
    return rows
