"""What becomes of a check: the reference is told where the lead wants that, and a qualification is judged when it is done.

What is right is what stands for the example now: a resolution, or truth that came in a file, marked as gold.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from labelling import audit
from labelling.access import Permission, Viewer
from labelling.assign import services as assign
from labelling.assign.models import Assignment, GoldExample
from labelling.assign.rules import Purpose, enough_right
from labelling.discuss.models import Case, Resolution
from labelling.discuss.rules import CaseState
from labelling.discuss.selectors.checks import of_try, references_of, results_of
from labelling.discuss.services.opening import open_cases
from labelling.errors import Conflict, NotFound
from labelling.intake.rules import ExampleState
from labelling.intake.states import change_state
from labelling.kinds.rightness import all_right, reference_words
from labelling.label.services import Submitted
from labelling.projects.models import Membership, Project
from labelling.projects.selectors import get_project, labelling_settings, questions_of

CHUNK = 500  # examples set aside in one go


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
    rows = list(of_try(project.pk, actor.user_id).filter(told_at=None))
    if len(rows) < asked["examples"]:
        return
    known = [one for one in results_of(project, rows) if one["reference"]]  # whose gold was withdrawn meanwhile proves nothing
    right = sum(one["right"] for one in known)
    passed = enough_right(right=right, asked=len(known), required=asked["required"])
    Assignment.objects.filter(pk__in=[row.pk for row in rows]).update(told_at=now)
    # What they hold of it is over: they are told the answers of all that they did.
    Membership.objects.filter(pk=member.pk).update(
        tries=member.tries + 1, qualification_score=right / max(1, len(known)), qualified_at=now if passed else None
    )
    verb = "passed qualification" if passed else "failed qualification"
    audit.record(actor=actor, verb=verb, obj=member, now=now, project_id=project.pk, right=right, examples=len(known))


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
