"""Reads of assignments and the queue."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q

from labelling.access import Permission, Role, Viewer
from labelling.assign.models import Assignment, Cursor, GoldExample, ReturnedExample
from labelling.assign.qualification import qualification_of
from labelling.assign.rules import AssignmentState, Purpose, purpose_at, standing_of, start_of
from labelling.errors import NotFound
from labelling.intake.models import AssignQueue, Example
from labelling.projects.models import Membership, Project, ProjectCounts
from labelling.projects.selectors import get_project_by_id, labelling_settings
from labelling.sql import rows

MISSING = "There is no such assignment, or it is not yours."
COUNTED_UP_TO = 1000  # nobody needs to know more exactly how much is left
# Whether an example e is out of the question for a labeller: in their hands, labelled or skipped in this round. A scalar
# look-up, not EXISTS: PostgreSQL may answer EXISTS from a hash of everything that the labeller ever did.
OWN = (
    "(COALESCE((SELECT a.state FROM labelling_assignment a WHERE a.example_id = e.id AND a.labeller_id = %s "
    "AND a.round = e.round AND a.repeat = 0), 'released') NOT IN ('released', 'expired'))"
)


def check_id(value: Any) -> int:
    """An id from outside; what cannot be one is not found."""
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = 0
    if not 0 < number < 2**63:
        raise NotFound(MISSING)
    return number


def get_own_assignment(viewer: Viewer, assignment_id: Any) -> Assignment:
    """An assignment of the viewer's own; another person's is not found."""
    found = Assignment.objects.filter(pk=check_id(assignment_id), labeller_id=viewer.user_id).first()
    if found is None:
        raise NotFound(MISSING)
    try:
        get_project_by_id(viewer, found.project_id, Permission.LABEL)
    except NotFound:
        raise NotFound(MISSING) from None
    return found


@dataclass(frozen=True, slots=True)
class Left:
    """What a labeller could still do now. `left` counts the examples in hand too, and stops at COUNTED_UP_TO."""

    left: int
    at_least: bool  # there may be more
    in_hand: int
    waiting: int  # open examples, when nothing is left for the labeller: they wait for others


def left_for(project: Project, member: Membership, username: str, *, now: datetime) -> Left:
    """How many examples are left for this labeller: counted from their cursor on, so that what is done costs nothing."""
    in_hand = Assignment.objects.filter(project=project, labeller_id=member.user_id, state=AssignmentState.LEASED).count()
    if (qualification := qualification_of(project, member)) and qualification.state != "passed":
        left = max(0, qualification.examples - qualification.done) if qualification.state == "open" else 0
        return Left(left, False, in_hand, 0)
    open_ = ProjectCounts.objects.values_list("open", flat=True).get(project=project)
    queue = AssignQueue.objects.filter(project=project).first()
    cursor = Cursor.objects.filter(membership=member).first()
    handed = cursor.handed if cursor is not None else 0
    if cursor is not None and queue is not None and cursor.epoch != queue.epoch:
        cursor = None
    found = 0 if queue is None or not open_ else _ahead(project, member, username, cursor)
    found += _checks_ahead(project, member, username, handed, min(found, COUNTED_UP_TO), now)
    left = min(COUNTED_UP_TO, found + in_hand)
    return Left(left, found + in_hand >= COUNTED_UP_TO, in_hand, 0 if left else open_)


def _checks_ahead(project: Project, member: Membership, username: str, handed: int, labels: int, now: datetime) -> int:
    """How many checks come among the next examples of a labeller: what is left is counted with them, so that it falls by one
    with each example, whatever it was."""
    settings = labelling_settings(project)
    gold, second_round = settings["gold"]["share"], settings["second_round"]["share"]
    if member.role != Role.LABELLER or not (gold or second_round):
        return 0
    due = 0
    if second_round:
        again = Assignment.objects.filter(project=project, labeller_id=member.user_id, comes_back_at__lte=now)
        due = len(again.values_list("id", flat=True)[:COUNTED_UP_TO])
    if not gold or not GoldExample.objects.filter(project=project).exists():
        return due
    checks = 0
    while labels > 0:
        purpose = purpose_at(seed=project.seed, username=username, number=handed, gold=gold, second_round=0.0)
        handed, labels, checks = handed + 1, labels - (purpose == Purpose.LABEL), checks + (purpose == Purpose.GOLD)
    return due + checks


def _ahead(project: Project, member: Membership, username: str, cursor: Cursor | None) -> int:
    start = start_of(order=project.order, seed=project.seed, username=username)
    at = "SELECT e.id FROM labelling_example e WHERE e.project_id = %s AND e.has_room = 1 "
    parts: list[tuple[str, list[Any]]] = []
    if cursor is None or cursor.priority is None:
        parts.append((at, [project.pk]))
    else:
        here = [project.pk, cursor.priority, cursor.place]
        if cursor.wrapped:
            parts.append((at + "AND e.priority = %s AND e.place > %s AND e.place < %s ", [*here, start]))
        else:
            parts.append((at + "AND e.priority = %s AND e.place > %s ", here))
            if start:
                parts.append((at + "AND e.priority = %s AND e.place < %s ", [project.pk, cursor.priority, start]))
        parts.append((at + "AND e.priority < %s ", [project.pk, cursor.priority]))
        parts.append(
            (
                "SELECT e.id FROM labelling_returnedexample r JOIN labelling_example e ON e.id = r.example_id "
                "WHERE r.project_id = %s AND r.number > %s AND e.has_room = 1 ",
                [project.pk, cursor.returned],
            )
        )
    found: set[int] = set()
    for sql, params in parts:
        if len(found) < COUNTED_UP_TO:
            found.update(pk for (pk,) in rows(f"{sql}AND NOT {OWN} LIMIT %s", [*params, member.user_id, COUNTED_UP_TO]))
    return len(found)


@dataclass(frozen=True, slots=True)
class Hands:
    """What one labeller holds."""

    username: str
    display_name: str
    leases: int
    oldest_leased_at: datetime | None
    next_expiry: datetime | None
    labels: int
    today: int
    is_member: bool
    standing: str | None  # with the qualification, for whom one is asked
    score: float | None  # share that was right in their last try


@dataclass(frozen=True, slots=True)
class QueueState:
    """How the queue stands. Open examples without room are in somebody's hands to the last label."""

    open: int
    with_room: int
    leases: int
    over: int  # leases whose time is over and that nobody took back yet
    returned: int
    labels_per_example: int
    lease_seconds: int
    order: str


def get_queue_state(project: Project, *, now: datetime) -> QueueState:
    """Few index look-ups; `with_room` stops counting at COUNTED_UP_TO."""
    live = Assignment.objects.filter(project=project, repeat=0, state=AssignmentState.LEASED)
    with_room = Example.objects.filter(project=project, has_room=1)[: COUNTED_UP_TO + 1]
    return QueueState(
        open=ProjectCounts.objects.values_list("open", flat=True).get(project=project),
        with_room=len(with_room.values_list("id", flat=True)),
        leases=live.count(),
        over=live.filter(expires_at__lte=now).count(),
        returned=ReturnedExample.objects.filter(project=project, example__has_room=1).count(),
        labels_per_example=project.labels_per_example,
        lease_seconds=project.lease_seconds,
        order=project.order,
    )


def list_hands(project: Project, *, now: datetime) -> list[Hands]:
    """Everybody who labels here or holds something, those with most in hand first."""
    live = Assignment.objects.filter(project=project, state=AssignmentState.LEASED)
    held = {
        row["labeller_id"]: row
        for row in live.values("labeller_id").annotate(n=Count("id"), oldest=Min("leased_at"), soonest=Min("expires_at"))
    }
    members = Membership.objects.filter(project=project).select_related("user")
    members = members.filter(Q(user_id__in=held) | Q(labels__gt=0, removed_at=None) | Q(role=Role.LABELLER, removed_at=None))
    today = dict(members.filter(days__day=now.date()).values_list("user_id", "days__labels"))
    settings = labelling_settings(project)
    found = []
    for member in members:
        standing = standing_of(
            settings, role=member.role, labels=member.labels, qualified=member.qualified_at is not None, tries=member.tries,
            tries_allowed=member.tries_allowed,
        )  # fmt: skip
        mine = held.get(member.user_id, {"n": 0, "oldest": None, "soonest": None})
        found.append(
            Hands(
                username=member.user.username,
                display_name=str(member.user),
                leases=mine["n"],
                oldest_leased_at=mine["oldest"],
                next_expiry=mine["soonest"],
                labels=member.labels,
                today=today.get(member.user_id, 0),
                is_member=member.removed_at is None,
                standing=standing,
                score=member.qualification_score,
            )
        )
    return sorted(found, key=lambda one: (-one.leases, -one.today, -one.labels, one.username))
