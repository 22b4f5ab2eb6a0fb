"""Live figures held against the same figures from nothing: what must never differ."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from django.db import connection

from labelling.measure import live
from labelling.measure.answers import Answers, read_answers
from labelling.measure.bulk import snapshot
from labelling.measure.counted import Columns, read_rows
from labelling.measure.dashboard import figures_of
from labelling.projects.models import Project, Question
from labelling.projects.selectors import questions_of
from labelling.sql import rows

TRIES = 20
TRIGGERS = ("answer_gone", "answer_changed", *(f"{what}_{event}" for what in ("standing", "helped") for event in ("insert", "update", "delete")))


def differences(project: Project) -> list[str]:
    """What differs between the labels and figures that this process knows and those read and computed from the tables alone, in
    sentences; empty when all is well. Where labels come in meanwhile it looks again."""
    found = [f"The database has lost the trigger {name}: changes of labels leave no trace. Run migrate anew." for name in _lost_triggers()]
    described = {question["key"] for question in questions_of(project)}
    for question in Question.objects.filter(project=project).order_by("id"):
        found += _of_columns(question)
        if question.key in described:
            found += _of_figures(project, question.key)
    return found


def from_nothing(project: Project, key: str) -> tuple[Answers, dict[str, Any]]:
    """A question's answers and its figures of the first page, with nothing known before."""
    with live.from_scratch():
        answers = read_answers(project, key)
        return answers, vars(figures_of(project, answers))


def _of_columns(question: Question) -> list[str]:
    for _ in range(TRIES):
        before = live.known(question.pk)
        if before is None:
            return []  # nothing is kept here, so nothing can differ
        with snapshot() as reader:
            every, current = read_rows(question.pk, "all", reader), read_rows(question.pk, "current", reader)
        after = live.known(question.pk)
        if after is not None and after.version == before.version:
            kept = ((after.columns, every, "all rounds"), (after.current, current, "the newest rounds"))
            return [f"{question.key}: {words}." for mine, true, which in kept for words in _unlike(mine, true, which)]
    return [f"{question.key}: labels came in too fast to be compared."]


def _unlike(mine: Columns, true: Columns, which: str) -> Iterator[str]:
    if len(mine) != len(true):
        yield f"{len(mine):,} labels of {which} are known, and {len(true):,} are there"
        return
    for name in Columns.__slots__:
        wrong = int((getattr(mine, name) != getattr(true, name)).sum())
        if wrong:
            yield f"{wrong:,} labels of {which} have another {name.replace('_', ' ')}"


def _of_figures(project: Project, key: str) -> list[str]:
    for _ in range(TRIES):
        answers = read_answers(project, key)
        mine = vars(figures_of(project, answers))
        _, true = from_nothing(project, key)
        after = read_answers(project, key)
        if answers.known is None or after.known is None or after.known.version == answers.known.version:
            return [f"{key}: {name} differs." for name in true if not _same(mine[name], true[name])]
    return [f"{key}: labels came in too fast for its figures to be compared."]


def _same(one: Any, other: Any) -> bool:
    """Equal, numbers up to what adding in another order changes."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(value, other[name]) for name, value in one.items())
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return bool(np.isclose(one, other, rtol=1e-9, atol=1e-12))
    return bool(one == other)


def _lost_triggers() -> list[str]:
    catalogue = "SELECT name FROM sqlite_master WHERE type = 'trigger'" if connection.vendor == "sqlite" else "SELECT tgname FROM pg_trigger"
    there = {name for (name,) in rows(catalogue, [])}
    return [name for name in TRIGGERS if name not in there]
