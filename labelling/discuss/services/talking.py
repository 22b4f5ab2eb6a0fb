"""Talk about a case: remarks, invitations, who takes care of it, and a case that somebody asks for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from labelling import audit
from labelling.access import Permission, Role, Viewer, permissions_of
from labelling.accounts.models import User
from labelling.assign import services as assign
from labelling.assign.models import Assignment
from labelling.discuss.models import Case, CaseInvite, Remark
from labelling.discuss.rules import REPORTABLE, CaseState, Reason, check_text, mentions_in
from labelling.discuss.selectors.queue import fetch_case, no_longer_blind
from labelling.discuss.services.suspecting import open_with_reason
from labelling.errors import Conflict, Invalid
from labelling.intake.models import Example
from labelling.intake.rules import ExampleState
from labelling.projects.models import Membership, Project
from labelling.projects.selectors import get_project
from labelling.sql import rows

KEPT_OUT = "invited to its case"


@dataclass(frozen=True)
class Remarked:
    """A remark, and what became of the names in it: labellers who could be invited, and names of nobody here."""

    remark: Remark
    to_invite: list[str]
    not_members: list[str]


def add_remark(*, actor: Viewer, case_id: int, text: Any, now: datetime) -> Remarked:
    """Say something in a case. `@name` mentions a member; one who is not invited yet is named in `to_invite`."""
    project, case = fetch_case(actor, case_id, Permission.JOIN_CASES)
    text = check_text(text, "text", needed=True)
    names = mentions_in(text)
    roles = dict(
        Membership.objects.filter(project=project, removed_at=None, user__username__in=names).values_list("user__username", "role")
    )
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case.pk)
        remark = Remark.objects.create(
            case=case, author_id=actor.user_id, text=text, mentions=[name for name in names if name in roles], created_at=now
        )
        state = CaseState.DISCUSSING if case.state == CaseState.OPEN else case.state
        Case.objects.filter(pk=case.pk).update(state=state, changed_at=now)
        audit.record(actor=actor, verb="remarked on case", obj=case, now=now, project_id=project.pk, remark=remark.pk)
    there = set(CaseInvite.objects.filter(case=case).values_list("user__username", flat=True))
    to_invite = [name for name in names if roles.get(name) == Role.LABELLER and name not in there]
    return Remarked(remark, to_invite, [name for name in names if name not in roles])


@dataclass(frozen=True)
class Invited:
    """`sees` is False while the example is still theirs to label: they see the case once they have labelled it."""

    invite: CaseInvite
    sees: bool


def invite(*, actor: Viewer, case_id: int, username: Any, now: datetime) -> Invited:
    """Let a labeller see a case. Whoever has not labelled its example in this round will not be handed it any more, so
    that no label is swayed; whoever has it in their hands at this moment labels it first."""
    project, case = fetch_case(actor, case_id, Permission.DISCUSS)
    member = _member(project, username)
    with transaction.atomic():
        assign.lock_examples([case.example_id])
        found, created = CaseInvite.objects.get_or_create(
            case=case, user_id=member.user_id, defaults={"invited_by_id": actor.user_id, "invited_at": now}
        )
        if Permission.SEE_LABELS not in permissions_of(_as_viewer(member), Role(member.role)):
            assign.keep_out(project=project, example_id=case.example_id, labeller_id=member.user_id, reason=KEPT_OUT, now=now)
        if created:
            audit.record(actor=actor, verb="invited to case", obj=case, now=now, project_id=project.pk, username=member.user.username)
    sees = member.role != Role.LABELLER or Case.objects.filter(no_longer_blind(_as_viewer(member)), pk=case.pk).exists()
    return Invited(found, sees)


def _as_viewer(member: Membership) -> Viewer:
    return Viewer(user_id=member.user_id, username=member.user.username, is_staff=member.user.is_staff)


def _member(project: Project, username: Any) -> Membership:
    members = Membership.objects.filter(project=project, removed_at=None).select_related("user")
    found = members.filter(user__username=username).first() if isinstance(username, str) and "\x00" not in username else None
    if found is None:
        raise Invalid.field("username", f"{username!s:.60} is not a member of this project. Add them to its members first.")
    return found


def assign_to(*, actor: Viewer, case_id: int, username: Any, now: datetime) -> Case:
    """Say which lead takes care of a case; None takes it from whoever did."""
    project, case = fetch_case(actor, case_id, Permission.DISCUSS)
    user: User | None = None
    if username is not None:
        member = _member(project, username)
        if Permission.DISCUSS not in permissions_of(_as_viewer(member), Role(member.role)):
            raise Invalid.field("username", f"{username} may not settle cases. Name a lead, or invite {username} to the case.")
        user = member.user
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).select_related("example").get(pk=case.pk)
        Case.objects.filter(pk=case.pk).update(assigned_to=user, changed_at=now)
        audit.record(actor=actor, verb="assigned case", obj=case, now=now, project_id=project.pk, username=username)
    case.assigned_to = user
    return case


def report(*, actor: Viewer, slug: str, example: Any, reason: Any = Reason.REPORTED, note: Any = "", now: datetime) -> tuple[Case, bool]:
    """Open a case for an example that nothing else brought up, or add the reason to its case and reopen that; whether
    it is new. What was resolved stands until somebody resolves it anew."""
    project = get_project(actor, slug, Permission.DISCUSS)
    if not isinstance(reason, str) or reason not in REPORTABLE:
        raise Invalid.field("reason", f"The reason is one of: {', '.join(sorted(REPORTABLE))}.")
    note = check_text(note, "note")
    found = Example.objects.filter(project=project, key=example).first() if isinstance(example, str) and "\x00" not in example else None
    if found is None:
        raise Invalid.field("example", f"There is no example {example!s:.100} in this project.")
    if found.state == ExampleState.DROPPED:
        raise _dropped()
    with transaction.atomic():
        done = open_with_reason(project=project, notes={found.pk: note}, reason=str(reason), now=now, gone={ExampleState.DROPPED})
        if not done.cases:
            raise _dropped()
        case = Case.objects.get(pk=done.cases[0])
        audit.record(actor=actor, verb="reported example", obj=case, now=now, project_id=project.pk, reason=str(reason), example=found.key)
    return Case.objects.select_related("example", "assigned_to").get(pk=case.pk), bool(done.opened)


def _dropped() -> Conflict:
    return Conflict("This example was dropped. Reopen its case first.")


def show_names(*, actor: Viewer, case_id: int, now: datetime) -> None:
    """Write down that somebody asked who gave which answer: the answer is to be judged, not the person."""
    project, case = fetch_case(actor, case_id, Permission.SEE_LABELS)
    audit.record(actor=actor, verb="asked for names in case", obj=case, now=now, project_id=project.pk)


def check_not_swayed(*, actor: Viewer, example_id: int, revision: int) -> None:
    """Refuse a label by somebody who may have seen the others' in the example's case: a revision by whoever is invited,
    and any by whoever was kept from labelling it. A first label is blind even then: the case opens to them after it."""
    # By hand, because each label that comes in asks this, and nearly none of them is concerned.
    if not rows(
        "SELECT 1 FROM labelling_caseinvite i JOIN labelling_case c ON c.id = i.case_id WHERE c.example_id = %s AND i.user_id = %s",
        [example_id, actor.user_id],
    ):
        return
    kept_out = Assignment.objects.filter(
        example_id=example_id, labeller_id=actor.user_id, round=F("example__round"), skip_reason=KEPT_OUT
    )
    if revision > 1 or kept_out.exists():
        raise Conflict("You can see the others' answers in this example's case, so yours stays as it is. Write a remark there instead.")
