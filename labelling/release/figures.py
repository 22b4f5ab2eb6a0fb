"""Agreement and human level on the labels behind a version, question by question."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.kinds import KINDS
from labelling.measure.at_level import alpha_at_level
from labelling.measure.bulk import Reader
from labelling.measure.columns import read_took_part
from labelling.release.decide import Decisions
from labelling.release.plan import Plan
from labelling.stats import human
from labelling.stats.part_scoring import against_each_other


def agreement_figures(plan: Plan) -> dict[str, Any]:
    """Question → alpha, at the level that fits its kind."""
    return {
        one.key: alpha_at_level(one.described, one.answers.labels, one.values, seed=plan.project.seed) for one in plan.decisions
    }


def human_figures(plan: Plan, reader: Reader) -> dict[str, Any]:
    """Question → one person against what people settled where at least 30 examples are, else against the others' majority.

    `reference` says which it was; `popular_answer` stands beside it: the answer that most gave, by the same measure.
    """
    took_part = read_took_part(plan.project.pk, reader=reader)
    settled = set(zip(took_part.example.tolist(), took_part.user.tolist(), strict=True))
    return {one.key: _one(one, settled) for one in plan.decisions}


ENOUGH = 30


def _one(one: Decisions, settled: set[tuple[int, int]]) -> dict[str, Any]:
    columns = one.answers.columns
    never = np.array([pair in settled for pair in zip(columns.example.tolist(), columns.labeller.tolist(), strict=True)], dtype=bool)
    scores = _right(one, never) if one.described["kind"] in ("choice", "rating") else _like(one, never)
    return {**scores.overall().as_dict(), "reference": scores.reference, "popular_answer": scores.popular_answer().as_dict()}


def _right(one: Decisions, never: NDArray[np.bool_]) -> human.Scores:
    labels, resolved = one.answers.labels, one.resolved
    scores = human.leave_one_out(labels)
    if resolved is not None and resolved.example.size:
        against = human.against_reference(labels, resolved.example, resolved.code, never_counted=never)
        if np.unique(labels.example[against.counted]).size >= ENOUGH:
            scores = against
    return scores


def _like(one: Decisions, never: NDArray[np.bool_]) -> human.Scores:
    """How like one person's answer is to what people settled, or else to each of the others': kinds whose answers are hardly
    ever equal."""
    labels, resolved, values = one.answers.labels, one.resolved, one.values
    kind = KINDS[one.described["kind"]]

    def score(answer: Any, reference: Any) -> float:
        return kind.score(one.described, answer, reference)

    right: dict[int, list[Any]] = {}
    if resolved is not None:
        for example, code in zip(resolved.example.tolist(), resolved.code.tolist(), strict=True):
            right.setdefault(example, []).append(values[code])
    if right:
        against = against_each_other(labels, values, score, right=right, never_counted=labels.align(never), only_settled=True).people
        if np.unique(labels.example[against.counted]).size >= ENOUGH:
            return against
    return against_each_other(labels, values, score, right={}, never_counted=labels.align(never)).people
