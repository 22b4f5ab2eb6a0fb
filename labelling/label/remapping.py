"""What earlier answers count as after changes of the schema: worked out from the stored changes, code by code."""

from collections.abc import Mapping
from typing import Any

from labelling.kinds import KINDS
from labelling.kinds.changes import current_answer, renamings
from labelling.label.models import AnswerCode
from labelling.projects.models import Question, SchemaVersion

GONE = -1


def later_changes(project_id: int, version: int) -> list[list[dict[str, Any]]]:
    """The changes of every schema version after this one, oldest first."""
    rows = SchemaVersion.objects.filter(project_id=project_id, version__gt=version).order_by("version")
    return list(rows.values_list("changes", flat=True))


def moved_codes(project_id: int) -> list[tuple[int, int, int, int]]:
    """(question id, schema version of the label, code, what it counts as now) of every code that counts as another one
    for labels of that version; GONE for those that count no longer. Empty while no change touched an answer."""
    changes = dict(SchemaVersion.objects.filter(project_id=project_id).order_by("version").values_list("version", "changes"))
    if not any(changes.values()):
        return []
    found: list[tuple[int, int, int, int]] = []
    newest = max(changes)
    for question in Question.objects.filter(project_id=project_id):
        touching = [version for version, made in changes.items() if renamings(question.key, made) != {}]
        if not touching:
            continue
        values = dict(AnswerCode.objects.filter(question=question).values_list("code", "value"))
        codes = _codes(question, values)
        for version in range(1, max(touching)):
            later = [changes[number] for number in range(version + 1, newest + 1) if number in changes]
            for code, value in values.items():
                becomes = current_answer(question.key, value, later)
                now = GONE if becomes is None else codes.get(KINDS[question.kind].text(becomes), GONE)
                if now != code:
                    found.append((question.pk, version, code, now))
    return found


def _codes(question: Question, values: Mapping[int, Any]) -> dict[str, int]:
    return {KINDS[question.kind].text(value): code for code, value in values.items()}
