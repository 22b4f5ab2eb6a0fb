"""Agreement and human level on the labels behind a version, question by question."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.measure import person
from labelling.measure.at_level import alpha_at_level
from labelling.measure.bulk import Reader
from labelling.measure.columns import read_took_part
from labelling.measure.compare import OF_CLASSES, text_lengths
from labelling.measure.runs import Measured, measure_run
from labelling.release.decide import Decisions
from labelling.release.plan import Plan
from labelling.stats import human


def agreement_figures(plan: Plan, reader: Reader) -> dict[str, Any]:
    """Question → alpha, at the level that fits its kind."""
    found = {}
    for one in plan.decisions:
        lengths = text_lengths(one.answers, reader=reader) if one.described["kind"] == "spans" else None
        found[one.key] = alpha_at_level(one.described, one.answers.labels, one.values, lengths=lengths, seed=plan.project.seed)
    return found


def runs_behind(plan: Plan, reader: Reader) -> list[Measured]:
    """Agreement on the labels behind a version, as it is stored with the second opinion: alpha at every level that fits a kind."""
    found = []
    for one in plan.decisions:
        if len(one.answers.columns):
            lengths = text_lengths(one.answers, reader=reader) if one.described["kind"] == "spans" else None
            found += measure_run(one.answers, seed=plan.project.seed, lengths=lengths)
    return found


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
    scores = _right(one, never) if one.described["kind"] in OF_CLASSES else _like(one, never)
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
    """The same for kinds whose answers may be partly right."""
    resolved = one.resolved
    if resolved is not None and resolved.example.size:
        against = person.against_reference(one.answers, resolved.example, resolved.code, never_counted=never)
        if np.unique(against.labels.example[against.counted]).size >= ENOUGH:
            return against
    return person.leave_one_out(one.answers)
