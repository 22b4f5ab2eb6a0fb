"""Reads about checks: what is right for an example, how a qualification went, how much gold there is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from labelling.access import Viewer
from labelling.assign.models import Assignment, GoldExample
from labelling.assign.qualification import CHECKABLE
from labelling.assign.rules import AssignmentState, Purpose
from labelling.intake.rules import ExampleState
from labelling.kinds.changes import current_value
from labelling.kinds.rightness import all_right, reference_words
from labelling.label.models import AnswerCode
from labelling.label.remapping import later_changes
from labelling.measure.models import ResolvedAnswer
from labelling.projects.models import Project
from labelling.projects.selectors import questions_of


@dataclass(frozen=True, slots=True)
class Reference:
    """What is right for one example: {question key: [answers]}, and the reason that was given."""

    answers: Mapping[str, list[Any]]
    reason: str


def references_of(example_ids: Collection[int]) -> dict[int, Reference]:
    """The gold answers that stand for these examples."""
    found: dict[int, Reference] = {}
    gold = ResolvedAnswer.objects.filter(example_id__in=list(example_ids), gold=True).order_by("id")
    rows = list(gold.values_list("example_id", "question_id", "question__key", "code", "resolution__note"))
    values = {
        (question, code): value
        for question, code, value in AnswerCode.objects.filter(
            question_id__in={row[1] for row in rows}, code__in={row[3] for row in rows}
        ).values_list("question_id", "code", "value")
    }
    for example_id, question, key, code, note in rows:
        reference = found.setdefault(example_id, Reference({}, note))
        if (question, code) in values:
            reference.answers.setdefault(key, []).append(values[question, code])  # type: ignore[attr-defined]
    return found


def of_try(project_id: int, labeller_id: int) -> Any:
    return (
        Assignment.objects.filter(
            project_id=project_id, labeller_id=labeller_id, repeat__gt=0, purpose=Purpose.QUALIFICATION, state=AssignmentState.DONE
        )
        .select_related("label", "example")
        .order_by("ended_at", "id")
    )


def results_of(project: Project, rows: list[Assignment]) -> list[dict[str, Any]]:
    questions, references = questions_of(project), references_of([row.example_id for row in rows])
    found = []
    for row in rows:
        value = row.label.value
        if row.label.schema_version != project.schema_version:
            value = current_value(value, later_changes(project.pk, row.label.schema_version))
        reference = references.get(row.example_id, Reference({}, ""))
        found.append(
            {
                "example": {"key": row.example.key, "data": row.example.data},
                "given": reference_words(questions, {key: [answer] for key, answer in (value or {}).items()}) or "No answer",
                "right": all_right(questions, value, reference.answers),
                "reference": reference_words(questions, reference.answers),
                "reason": reference.reason,
            }
        )
    return found


def qualification_results(viewer: Viewer, project: Project) -> list[dict[str, Any]]:
    """The viewer's last try, example by example, once it is over: [{"example": {"key", "data"}, "given", "right", "reference",
    "reason"}]."""
    over = of_try(project.pk, viewer.user_id).filter(told_at__isnull=False)
    newest = over.order_by("-told_at").values_list("told_at", flat=True).first()
    return results_of(project, list(over.filter(told_at=newest))) if newest else []


def gold_counts(project: Project) -> dict[str, int]:
    """Gold examples of a project: {"ready": checks can be drawn from them, "open": still labelled in the ordinary way}."""
    return GoldExample.objects.filter(project=project).aggregate(
        ready=Count("id", filter=Q(example__state__in=CHECKABLE)), open=Count("id", filter=Q(example__state=ExampleState.OPEN))
    )
