"""Handing out examples: one short transaction, whose cost depends neither on how many examples a project has nor on how
many a labeller has done.

Each labeller has a cursor in the queue: everything before it was handed to them or had no room. What got room again
since then is looked at first, by number (room.put_back). From there on the queue is read in the order of the index
example_queue: by priority, then place, going round the circle from a start of the labeller's own where the project is
shuffled.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from labelling.access import Permission, Viewer
from labelling.assign.rules import check_count, start_of
from labelling.assign.selectors import OWN
from labelling.assign.services.room import expire_leases, free
from labelling.assign.sql import at, locked, marks, rows, run, when
from labelling.errors import NotAllowed
from labelling.projects.models import Project
from labelling.projects.selectors import get_project

SPARE = 16  # looked at beyond what is wanted, because others may hold some of them
WIDEST = 4096
FIELDS = "a.id, a.round, a.expires_at, e.id, e.key, e.data, e.meta"


@dataclass(frozen=True, slots=True)
class Leased:
    """An example in somebody's hands. `data` and `meta` are JSON texts, as the database gave them."""

    id: int
    round: int
    expires_at: datetime
    example_id: int
    key: str
    data: str
    meta: str


@dataclass(frozen=True, slots=True)
class Handed:
    """What a labeller has in hand now. `waiting`: open examples besides, which wait for others once the list is empty."""

    assignments: list[Leased]
    waiting: int
    project: Project


@dataclass(slots=True)
class Cursor:
    """A row of labelling_cursor, locked, with what the queue said at the same moment."""

    membership_id: int
    epoch: int
    priority: int | None
    wrapped: bool
    place: int
    returned: int
    newest_returned: int
    open: int

    @property
    def position(self) -> tuple[Any, ...]:
        return (self.epoch, self.priority, self.wrapped, self.place, self.returned)


def lease_examples(*, actor: Viewer, slug: str, count: Any, now: datetime) -> Handed:
    """Up to `count` examples for the actor: those in their hands already come first, then new ones from the queue."""
    count = check_count(count)
    project = get_project(actor, slug, Permission.LABEL)
    if project.viewer_membership is None:  # type: ignore[attr-defined]
        raise NotAllowed("Only members of a project label in it. Add yourself to its members first.")
    handed = _lease(project, actor, count, now)
    if not handed.assignments and handed.waiting and expire_leases(now=now, most=1):
        handed = _lease(project, actor, count, now)
    return handed


def _lease(project: Project, actor: Viewer, count: int, now: datetime) -> Handed:
    with transaction.atomic():
        cursor = _locked_cursor(project)
        before = cursor.position
        found = _in_hand(project, actor.user_id, count, now)
        if len(found) < count and cursor.open:
            found += _Walk(project, actor, cursor, now).take(count - len(found))
        if cursor.position != before:
            run(
                "UPDATE labelling_cursor SET epoch = %s, priority = %s, wrapped = %s, place = %s, returned = %s "
                "WHERE membership_id = %s",
                [*cursor.position, cursor.membership_id],
            )
    return Handed(found, max(0, cursor.open - len(found)), project)


def _locked_cursor(project: Project) -> Cursor:
    """The labeller's cursor, locked: two requests of one labeller walk one after the other."""
    membership_id = project.viewer_membership.pk  # type: ignore[attr-defined]
    sql = (
        "SELECT c.epoch, c.priority, c.wrapped, c.place, c.returned, q.epoch, q.returned, n.open FROM labelling_cursor c "
        "JOIN labelling_assignqueue q ON q.project_id = %s JOIN labelling_projectcounts n ON n.project_id = %s "
        "WHERE c.membership_id = %s" + locked("c")
    )
    params = [project.pk, project.pk, membership_id]
    found = rows(sql, params)
    if not found:
        run(
            "INSERT INTO labelling_assignqueue (project_id, next_position, returned, epoch) VALUES (%s, 0, 0, 0) "
            "ON CONFLICT (project_id) DO NOTHING",
            [project.pk],
        )
        run(
            "INSERT INTO labelling_cursor (membership_id, epoch, priority, wrapped, place, returned) "
            "SELECT %s, epoch, NULL, %s, -1, returned FROM labelling_assignqueue WHERE project_id = %s "
            "ON CONFLICT (membership_id) DO NOTHING",
            [membership_id, False, project.pk],
        )
        found = rows(sql, params)
    epoch, priority, wrapped, place, returned, newest_epoch, newest_returned, open_ = found[0]
    if epoch != newest_epoch:  # many examples have room again: from the start, which shows those put back as well
        return Cursor(membership_id, newest_epoch, None, False, -1, newest_returned, newest_returned, open_)
    return Cursor(membership_id, epoch, priority, bool(wrapped), place, returned, newest_returned, open_)


def _in_hand(project: Project, labeller_id: int, count: int, now: datetime) -> list[Leased]:
    """The live leases of the labeller, oldest first. One whose time is over, but that nobody took back yet, goes on."""
    found = [
        Leased(pk, round_, when(expires_at), *rest)
        for pk, round_, expires_at, *rest in rows(
            f"SELECT {FIELDS} FROM labelling_assignment a JOIN labelling_example e ON e.id = a.example_id "
            "WHERE a.project_id = %s AND a.labeller_id = %s AND a.state = 'leased' ORDER BY a.leased_at, a.id LIMIT %s",
            [project.pk, labeller_id, count],
        )
    ]
    over = [lease.id for lease in found if lease.expires_at <= now]
    if over:
        until = now + timedelta(seconds=project.lease_seconds)
        renewed = rows(
            f"UPDATE labelling_assignment SET expires_at = %s WHERE id IN {marks(over)} AND state = 'leased' RETURNING id",
            [at(until), *over],
        )
        ended = set(over) - {pk for (pk,) in renewed}
        found = [replace(lease, expires_at=until) if lease.id in over else lease for lease in found if lease.id not in ended]
    return found


class _Walk:
    """One labeller's way through the queue, in one transaction. The cursor moves past an example only when it went to this
    labeller now or did so before; it stays before the first one that had room and was held by somebody else."""

    def __init__(self, project: Project, actor: Viewer, cursor: Cursor, now: datetime) -> None:
        self.project, self.labeller_id, self.cursor, self.now = project, actor.user_id, cursor, now
        self.start = start_of(order=project.order, seed=project.seed, username=actor.username)
        self.until = now + timedelta(seconds=project.lease_seconds)

    def take(self, wanted: int) -> list[Leased]:
        taken = self._from_returned(wanted)
        return taken + self._from_queue(wanted - len(taken)) if len(taken) < wanted else taken

    def _from_returned(self, wanted: int) -> list[Leased]:
        cursor, taken, passing = self.cursor, [], True
        after, width = cursor.returned, wanted + SPARE
        while after < cursor.newest_returned and len(taken) < wanted:
            found = rows(
                f"SELECT r.number, e.id, e.has_room = 1, {OWN} FROM labelling_returnedexample r "
                "JOIN labelling_example e ON e.id = r.example_id "
                "WHERE r.project_id = %s AND r.number > %s ORDER BY r.number LIMIT %s",
                [self.labeller_id, self.project.pk, after, width],
            )
            got = self._lease([pk for _, pk, room, own in found if room and not own], wanted - len(taken))
            taken += got.values()
            for number, pk, room, own in found:
                passing = passing and (pk in got or not room or own)
                if passing:
                    cursor.returned = number
            if len(found) < width:
                if passing:
                    cursor.returned = max(cursor.returned, cursor.newest_returned)
                break
            after, width = found[-1][0], min(width * 8, WIDEST)
        return taken

    def _from_queue(self, wanted: int) -> list[Leased]:
        cursor, taken, passing = self.cursor, [], True
        priority, wrapped, place, width = cursor.priority, cursor.wrapped, cursor.place, wanted + SPARE
        if priority is None:
            priority, wrapped, place = self._next_priority(None), False, self.start - 1
        while priority is not None and len(taken) < wanted:
            found = self._segment(priority, wrapped, place, width)
            got = self._lease([pk for pk, _, own in found if not own], wanted - len(taken))
            taken += got.values()
            for pk, here, own in found:
                passing = passing and (pk in got or own)
                if passing:
                    cursor.priority, cursor.wrapped, cursor.place = priority, wrapped, here
            if len(found) == width:
                place, width = found[-1][1], min(width * 8, WIDEST)
            elif self.start and not wrapped:
                wrapped, place = True, -1
            else:
                priority, wrapped, place = self._next_priority(priority), False, self.start - 1
        return taken

    def _next_priority(self, below: int | None) -> int | None:
        further = "" if below is None else "AND priority < %s "
        found = rows(
            f"SELECT priority FROM labelling_example WHERE project_id = %s AND has_room = 1 {further}"
            "ORDER BY priority DESC LIMIT 1",
            [self.project.pk, *([] if below is None else [below])],
        )
        return found[0][0] if found else None

    def _segment(self, priority: int, wrapped: bool, place: int, width: int) -> list[tuple[int, int, bool]]:
        """(id, place, the labeller had it) of the next examples with room."""
        end = "AND e.place < %s " if wrapped else ""
        return rows(
            f"SELECT e.id, e.place, {OWN} FROM labelling_example e WHERE e.project_id = %s AND e.has_room = 1 "
            f"AND e.priority = %s AND e.place > %s {end}ORDER BY e.place LIMIT %s",
            [self.labeller_id, self.project.pk, priority, place, *([self.start] if wrapped else []), width],
        )

    def _lease(self, ids: Sequence[int], most: int) -> dict[int, Leased]:
        """Lease up to `most` of these examples, those that nobody else holds at this moment and that still have room."""
        if not ids:
            return {}
        pick = (
            f"SELECT id FROM labelling_example WHERE id IN {marks(ids)} AND has_room = 1 ORDER BY place LIMIT %s"
            + locked(skip=True)
        )
        back = "RETURNING labelling_example.id, round, key, data, meta"
        if connection.vendor == "postgresql":
            sql = (
                f"WITH picked AS MATERIALIZED ({pick}) UPDATE labelling_example SET leases_live = leases_live + 1 "
                f"FROM picked WHERE labelling_example.id = picked.id {back}"
            )
        else:
            sql = f"UPDATE labelling_example SET leases_live = leases_live + 1 WHERE id IN ({pick}) {back}"
        found = {pk: rest for pk, *rest in rows(sql, [*ids, most])}
        made = self._assign({pk: rest[0] for pk, rest in found.items()})
        if len(made) < len(found):  # an import gave this labeller one of them a moment ago
            free([pk for pk in found if pk not in made])
        leased = {}
        for pk in ids:
            if pk in made:
                round_, key, data, meta = found[pk]
                leased[pk] = Leased(made[pk], round_, self.until, pk, key, data, meta)
        return leased

    def _assign(self, rounds: dict[int, int]) -> dict[int, int]:
        """{example: assignment}: a new one, or the labeller's own that they gave back or let run out in this round."""
        if not rounds:
            return {}
        one = "(%s, %s, %s, %s, 'leased', %s, %s, NULL, '', NULL, 0, %s, %s)"
        values: list[Any] = []
        for example_id, round_ in rounds.items():
            values += [self.project.pk, example_id, self.labeller_id, round_, at(self.now), at(self.until), False, False]
        return dict(
            rows(
                "INSERT INTO labelling_assignment (project_id, example_id, labeller_id, round, state, leased_at, expires_at, "
                f"ended_at, skip_reason, label_id, revisions, counted, imported) VALUES {', '.join([one] * len(rounds))} "
                "ON CONFLICT (example_id, labeller_id, round) DO UPDATE SET state = 'leased', leased_at = excluded.leased_at, "
                "expires_at = excluded.expires_at, ended_at = NULL "
                "WHERE labelling_assignment.state IN ('released', 'expired') RETURNING example_id, id",
                values,
            )
        )
