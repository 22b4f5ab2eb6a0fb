"""Agreement and human level on the labels behind a version, question by question."""

from typing import Any

import numpy as np

from labelling.measure.bulk import Reader
from labelling.measure.columns import read_took_part
from labelling.release.decide import Decisions
from labelling.release.plan import Plan
from labelling.stats import agreement, human


def agreement_figures(plan: Plan) -> dict[str, Any]:
    """Question → alpha, at the level that fits its kind."""
    return {
        one.key: agreement.alpha(one.answers.labels, one.answers.level, one.answers.numbers, seed=plan.project.seed).as_dict()
        for one in plan.decisions
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
    labels, columns, resolved = one.answers.labels, one.answers.columns, one.resolved
    scores = human.leave_one_out(labels)
    if resolved is not None and resolved.example.size:
        never = np.array([pair in settled for pair in zip(columns.example.tolist(), columns.labeller.tolist(), strict=True)], dtype=bool)
        against = human.against_reference(labels, resolved.example, resolved.code, never_counted=never)
        if np.unique(labels.example[against.counted]).size >= ENOUGH:
            scores = against
    return {**scores.overall().as_dict(), "reference": scores.reference, "popular_answer": scores.popular_answer().as_dict()}
