"""Giving an example back, skipping it, and ending the leases of somebody or of an example."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from labelling import audit
from labelling.access import Permission, Viewer
from labelling.assign.models import Assignment
from labelling.assign.rules import AssignmentState, check_not_labelled, check_reason
from labelling.assign.selectors import get_own_assignment
from labelling.assign.services.room import end_leases, lock_examples
from labelling.errors import NotFound
from labelling.projects.models import Membership, Project
from labelling.projects.selectors import get_project


def release_assignment(*, actor: Viewer, assignment_id: Any, now: datetime) -> dict[str, Any]:
    """Give an example back; once it is back, giving it back again changes nothing."""
    return _end(actor, assignment_id, AssignmentState.RELEASED, now)


def skip_assignment(*, actor: Viewer, assignment_id: Any, reason: Any, now: datetime) -> dict[str, Any]:
    """Leave an example to others; it does not come back to this labeller in this round."""
    return _end(actor, assignment_id, AssignmentState.SKIPPED, now, check_reason(reason))


def _end(actor: Viewer, assignment_id: Any, to: AssignmentState, now: datetime, reason: str = "") -> dict[str, Any]:
    found = get_own_assignment(actor, assignment_id)
    with transaction.atomic():
        lock_examples([found.example_id])
        state = Assignment.objects.values_list("state", flat=True).get(pk=found.pk)
        check_not_labelled(state)
        if state == AssignmentState.LEASED:
            end_leases(assignment_ids=[found.pk], state=to, now=now, skip_reason=reason)
        elif to == AssignmentState.SKIPPED:
            Assignment.objects.filter(pk=found.pk).update(state=to, skip_reason=reason, ended_at=now)
        else:
            to = AssignmentState(state)
    return {"id": found.pk, "state": str(to), "example": {"id": found.example_id}}


def release_leases_of(*, actor: Viewer, slug: str, username: str, now: datetime) -> int:
    """Give back all that a labeller holds, because a lead says so; how many."""
    project = get_project(actor, slug, Permission.MANAGE_MEMBERS)
    member = Membership.objects.filter(project=project, user__username=username).first()
    if member is None:
        raise NotFound(f"{username:.60} is not a member of this project.")
    with transaction.atomic():
        ended = release_all(project_id=project.pk, labeller_id=member.user_id, now=now)
        audit.record(
            actor=actor, verb="released leases", obj=member, now=now, project_id=project.pk, username=username, leases=ended
        )
    return ended


def release_after_leaving(*, slug: str, username: str, now: datetime) -> None:
    """Give back what somebody held who is no member any more, in the caller's transaction."""
    member = Membership.objects.filter(project__slug=slug, user__username=username).get()
    release_all(project_id=member.project_id, labeller_id=member.user_id, now=now)


def release_all(*, project_id: int, labeller_id: int, now: datetime) -> int:
    """Give back all that a labeller holds in a project, in the caller's transaction; how many."""
    live = Assignment.objects.filter(project_id=project_id, labeller_id=labeller_id, state=AssignmentState.LEASED)
    held = dict(live.values_list("id", "example_id"))
    if not held:
        return 0
    lock_examples(held.values())
    return end_leases(assignment_ids=sorted(held), state=AssignmentState.RELEASED, now=now)


def end_leases_on(*, project: Project, example_ids: Collection[int], now: datetime) -> int:
    """End all leases on examples that are not to be labelled any more, in the caller's transaction; how many. Whoever
    labels one of them all the same loses nothing: their label is stored and does not count."""
    lock_examples(example_ids)
    live = Assignment.objects.filter(project=project, example_id__in=list(example_ids), repeat=0, state=AssignmentState.LEASED)
    held = sorted(live.values_list("id", flat=True))
    return end_leases(assignment_ids=held, state=AssignmentState.EXPIRED, now=now) if held else 0


def keep_out(*, project: Project, example_id: int, labeller_id: int, reason: str, now: datetime) -> None:
    """Hand this example to this labeller no more in its current round, in the caller's transaction, which holds the
    example. What they labelled, skipped or hold at this moment stays as it is."""
    [round_] = lock_examples([example_id]).values()
    kept_out = {"state": AssignmentState.SKIPPED, "skip_reason": reason[:500], "ended_at": now}
    found, created = Assignment.objects.get_or_create(
        example_id=example_id,
        labeller_id=labeller_id,
        round=round_,
        repeat=0,
        defaults={**kept_out, "project": project, "leased_at": now, "expires_at": now},
    )
    if not created and found.state in (AssignmentState.RELEASED, AssignmentState.EXPIRED) and not found.counted:
        Assignment.objects.filter(pk=found.pk).update(**kept_out)
    # Nor is it handed to them as a check: they are not blind to it any more.
    own = Assignment.objects.filter(example_id=example_id, labeller_id=labeller_id)
    own.filter(repeat__gt=0, state=AssignmentState.LEASED).update(state=AssignmentState.EXPIRED, ended_at=now)
    own.filter(repeat=0).update(comes_back_at=None)
