"""What becomes of a check: the reference is told where the lead wants that, and a qualification is judged when it is done.

What is right is what stands for the example now: a resolution, or truth that came in a file, marked as gold.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from labelling import audit
from labelling.access import Permission, Viewer
from labelling.assign import services as assign
from labelling.assign.models import Assignment, GoldExample
from labelling.assign.qualification import CHECKABLE
from labelling.assign.rules import AssignmentState, Purpose, enough_right
from labelling.discuss.models import Case, Resolution
from labelling.discuss.rules import CaseState
from labelling.discuss.services.opening import open_cases
from labelling.errors import Conflict, NotFound
from labelling.intake.rules import ExampleState
from labelling.intake.states import change_state
from labelling.kinds.changes import current_value
from labelling.kinds.rightness import all_right, reference_words
from labelling.label.models import AnswerCode
from labelling.label.remapping import later_changes
from labelling.label.services import Submitted
from labelling.measure.models import ResolvedAnswer
from labelling.projects.models import Membership, Project
from labelling.projects.selectors import get_project, labelling_settings, questions_of

CHUNK = 500  # examples set aside in one go


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


def after_check(*, actor: Viewer, done: Submitted, now: datetime) -> dict[str, Any] | None:
    """What follows from a label that checks its labeller's work, in its transaction; what its labeller is told, if anything:
    {"right", "reference", "reason"}."""
    project = Project.objects.get(pk=done.project_id)
    if done.purpose == Purpose.QUALIFICATION:
        _judge(actor, project, now)
        return None
    if done.purpose != Purpose.GOLD or not labelling_settings(project)["gold"]["feedback"]:
        return None
    Assignment.objects.filter(pk=done.assignment_id, told_at=None).update(told_at=now)
    reference = references_of([done.example_id]).get(done.example_id)
    if reference is None:  # it stood when the example was handed out
        return None
    questions = questions_of(project)
    return {
        "right": all_right(questions, done.value, reference.answers),
        "reference": reference_words(questions, reference.answers),
        "reason": reference.reason,
    }


def _judge(actor: Viewer, project: Project, now: datetime) -> None:
    """End the try when enough of it is done. Whoever stores a check holds the membership's row, so that two labels sent at
    once do not both find the other one missing."""
    asked = labelling_settings(project)["qualification"]
    member = Membership.objects.select_for_update(no_key=True).get(project=project, user_id=actor.user_id)
    if member.qualified_at or member.tries >= member.tries_allowed or not asked["examples"]:
        return
    rows = list(_of_try(project.pk, actor.user_id).filter(told_at=None))
    if len(rows) < asked["examples"]:
        return
    right = sum(one["right"] for one in _results(project, rows))
    passed = enough_right(right=right, asked=len(rows), required=asked["required"])
    Assignment.objects.filter(pk__in=[row.pk for row in rows]).update(told_at=now)
    # What they hold of it is over: they are told the answers of all that they did.
    Membership.objects.filter(pk=member.pk).update(
        tries=member.tries + 1, qualification_score=right / len(rows), qualified_at=now if passed else None
    )
    verb = "passed qualification" if passed else "failed qualification"
    audit.record(actor=actor, verb=verb, obj=member, now=now, project_id=project.pk, right=right, examples=len(rows))


def _of_try(project_id: int, labeller_id: int) -> Any:
    return (
        Assignment.objects.filter(
            project_id=project_id, labeller_id=labeller_id, repeat__gt=0, purpose=Purpose.QUALIFICATION, state=AssignmentState.DONE
        )
        .select_related("label", "example")
        .order_by("ended_at", "id")
    )


def _results(project: Project, rows: list[Assignment]) -> list[dict[str, Any]]:
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
    over = _of_try(project.pk, viewer.user_id).filter(told_at__isnull=False)
    newest = over.order_by("-told_at").values_list("told_at", flat=True).first()
    return _results(project, list(over.filter(told_at=newest))) if newest else []


def allow_try(*, actor: Viewer, slug: str, username: str, now: datetime) -> None:
    """Let somebody who failed the qualification try once more. Raises Conflict where there is nothing to allow."""
    project = get_project(actor, slug, Permission.MANAGE_MEMBERS)
    with transaction.atomic():
        member = Membership.objects.select_for_update(no_key=True).filter(project=project, user__username=username).first()
        if member is None:
            raise NotFound(f"{username:.60} is not a member of this project.")
        if member.qualified_at or member.tries < member.tries_allowed:
            raise Conflict(f"{username} does not wait for another try.")
        Membership.objects.filter(pk=member.pk).update(tries_allowed=member.tries + 1)
        audit.record(actor=actor, verb="allowed another try", obj=member, now=now, project_id=project.pk, username=username)


def set_gold_aside(*, project: Project, now: datetime) -> int:
    """Where gold is used for checks, gold examples that are still open are settled by their truth and handed out as checks
    alone; how many. In the caller's transaction."""
    settings = labelling_settings(project)
    if not settings["gold"]["share"] and not settings["qualification"]["examples"]:
        return 0
    gold = GoldExample.objects.filter(project=project, example__state=ExampleState.OPEN)
    ids = sorted(gold.values_list("example_id", flat=True))
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        assign.end_leases_on(project=project, example_ids=part, now=now)
        for example_id, resolution in Resolution.objects.filter(example_id__in=part).order_by("id").values_list("example_id", "id"):
            Case.objects.filter(example_id=example_id).update(state=CaseState.RESOLVED, resolution=resolution, changed_at=now)
        change_state(project_id=project.pk, example_ids=part, to=ExampleState.RESOLVED)
    if ids:
        open_cases(project_id=project.pk, example_ids=ids, tags={}, now=now)
    return len(ids)


def gold_counts(project: Project) -> dict[str, int]:
    """Gold examples of a project: {"ready": checks can be drawn from them, "open": still labelled in the ordinary way}."""
    return GoldExample.objects.filter(project=project).aggregate(
        ready=Count("id", filter=Q(example__state__in=CHECKABLE)), open=Count("id", filter=Q(example__state=ExampleState.OPEN))
    )
