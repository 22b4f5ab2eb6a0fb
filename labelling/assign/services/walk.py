"""A labeller's way through the queue.

Each labeller has a cursor in it: everything before the cursor was handed to them or had no room. What got room again
since then is looked at first, by number (room.put_back). From there on the queue is read in the order of the index
example_queue: by priority, then place, going round the circle from a start of the labeller's own where the project is
shuffled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from labelling.access import Viewer
from labelling.assign.rules import start_of
from labelling.assign.selectors import OWN
from labelling.assign.services.desk import Desk
from labelling.assign.services.room import free
from labelling.assign.services.suggesting import Shown
from labelling.sql import at, locked, marks, on_postgres, rows, when

SPARE = 16  # looked at beyond what is wanted, because others may hold some of them
WIDEST = 4096
PICK = "AND x.has_room = 1 ORDER BY x.place LIMIT %s"
BACK = (
    "RETURNING labelling_example.id, labelling_example.place, labelling_example.project_id, labelling_example.round, "
    "labelling_example.key, labelling_example.data, labelling_example.meta"
)
TAKEN = "m.id, t.round, t.key, t.data, t.meta"
# A new assignment, or the labeller's own that they gave back or let run out in this round.
ASSIGN = (
    "INSERT INTO labelling_assignment (project_id, example_id, labeller_id, round, state, leased_at, expires_at, skip_reason, "
    "revisions, counted, imported) SELECT t.project_id, t.id, %s, t.round, 'leased', %s, %s, '', 0, %s, %s "
    "FROM {source} t WHERE {only} ON CONFLICT (example_id, labeller_id, round, repeat) DO UPDATE SET state = 'leased', "
    "leased_at = excluded.leased_at, expires_at = excluded.expires_at, ended_at = NULL "
    "WHERE labelling_assignment.state IN ('released', 'expired') RETURNING id, example_id"
)


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
    suggestion: Shown | None = None  # a model's answer, where the labeller is to see it


def read_lease(pk: int, round_: int, expires_at: Any, *rest: Any) -> Leased:
    """A row of IN_HAND."""
    return Leased(pk, round_, when(expires_at), *rest)


class Walk:
    """One labeller's way through the queue, in one transaction. The cursor moves past an example only when it went to this
    labeller now or did so before; it stays before the first one that had room and was held by somebody else."""

    def __init__(self, desk: Desk, actor: Viewer, now: datetime) -> None:
        self.desk, self.labeller_id, self.now = desk, actor.user_id, now
        self.start = start_of(order=desk.order, seed=desk.seed, username=actor.username)
        self.until = now + timedelta(seconds=desk.lease_seconds)
        self.held_by_others: list[int] = []  # had room when they were looked at

    def take(self, wanted: int, *, may_wait: bool) -> list[Leased]:
        taken = self._from_returned(wanted) if self.desk.returned < self.desk.newest_returned else []
        if len(taken) < wanted:
            taken += self._from_queue(wanted - len(taken))
        if may_wait and not taken and self.held_by_others:
            # Before saying that nothing is left, wait for whoever is at one of these. For one alone: this holds no example
            # and no assignment yet, and must hold none while it waits.
            taken += self._lease(self.held_by_others[:1], 1, wait=True).values()
        return taken

    def _from_returned(self, wanted: int) -> list[Leased]:
        desk, taken, passing = self.desk, [], True
        after, width = desk.returned, wanted + SPARE
        while len(taken) < wanted:
            found = rows(
                f"SELECT r.number, e.id, e.has_room = 1, {OWN} FROM labelling_returnedexample r "
                "JOIN labelling_example e ON e.id = r.example_id "
                "WHERE r.project_id = %s AND r.number > %s ORDER BY r.number LIMIT %s",
                [self.labeller_id, desk.project_id, after, width],
            )
            got = self._lease([pk for _, pk, room, own in found if room and not own], wanted - len(taken))
            taken += got.values()
            for number, pk, room, own in found:
                self._note(pk, room and not own and pk not in got)
                passing = passing and (pk in got or not room or own)
                if passing:
                    desk.returned = number
            if len(found) < width:
                if passing:
                    desk.returned = max(desk.returned, desk.newest_returned)
                break
            after, width = found[-1][0], min(width * 8, WIDEST)
        return taken

    def _from_queue(self, wanted: int) -> list[Leased]:
        desk, taken, passing = self.desk, [], True
        priority, wrapped, place, width = desk.priority, desk.wrapped, desk.place, wanted + SPARE
        if priority is None:
            priority, wrapped, place = self._next_priority(None), False, self.start - 1
        while priority is not None and len(taken) < wanted:
            found, got = self._segment(priority, wrapped, place, width, wanted - len(taken))
            taken += got.values()
            for pk, here, own in found:
                self._note(pk, not own and pk not in got)
                passing = passing and (pk in got or own)
                if passing:
                    desk.priority, desk.wrapped, desk.place = priority, wrapped, here
                    desk.passed += 1
            if len(found) == width:
                place, width = found[-1][1], min(width * 8, WIDEST)
            elif self.start and not wrapped:
                wrapped, place = True, -1
            else:
                priority, wrapped, place = self._next_priority(priority), False, self.start - 1
        return taken

    def _note(self, example_id: int, missed: bool) -> None:
        if missed and len(self.held_by_others) < SPARE:
            self.held_by_others.append(example_id)

    def _next_priority(self, below: int | None) -> int | None:
        further = "" if below is None else "AND priority < %s "
        found = rows(
            f"SELECT priority FROM labelling_example WHERE project_id = %s AND has_room = 1 {further}"
            "ORDER BY priority DESC LIMIT 1",
            [self.desk.project_id, *([] if below is None else [below])],
        )
        return found[0][0] if found else None

    def _segment(
        self, priority: int, wrapped: bool, place: int, width: int, most: int
    ) -> tuple[list[tuple[int, int, bool]], dict[int, Leased]]:
        """(id, place, the labeller had it) of the next `width` examples with room, and up to `most` of them leased."""
        end = "AND e.place < %s " if wrapped else ""
        look = (
            f"SELECT e.id, e.place, {OWN} AS own FROM labelling_example e WHERE e.project_id = %s AND e.has_room = 1 "
            f"AND e.priority = %s AND e.place > %s {end}ORDER BY e.place LIMIT %s"
        )
        params = [self.labeller_id, self.desk.project_id, priority, place, *([self.start] if wrapped else []), width]
        if not on_postgres():
            found = rows(look, params)
            return found, self._lease([pk for pk, _, own in found if not own], most)
        found, taken = [], []
        pick = f"SELECT x.id FROM labelling_example x WHERE x.id IN (SELECT id FROM seen WHERE NOT own) {PICK}"
        for pk, here, own, *lease in rows(
            f"WITH seen AS MATERIALIZED ({look}), {self._take(pick)} SELECT s.id, s.place, s.own, {TAKEN} FROM seen s "
            "LEFT JOIN taken t ON t.id = s.id LEFT JOIN made m ON m.example_id = s.id ORDER BY s.place",
            [*params, most, *self._terms()],
        ):
            found.append((pk, here, own))
            if lease[1] is not None:
                taken.append((pk, *lease))
        return found, self._leased(taken)

    def _lease(self, ids: Sequence[int], most: int, *, wait: bool = False) -> dict[int, Leased]:
        """Lease up to `most` of these examples, those that still have room and, unless it may wait, that nobody else holds
        at this moment."""
        if not ids:
            return {}
        pick = f"SELECT x.id FROM labelling_example x WHERE x.id IN {marks(ids)} {PICK}"
        if on_postgres():
            sql = f"WITH {self._take(pick, wait=wait)} SELECT t.id, {TAKEN} FROM taken t LEFT JOIN made m ON m.example_id = t.id ORDER BY t.place"
            return self._leased(rows(sql, [*ids, most, *self._terms()]))
        taken = rows(f"UPDATE labelling_example SET leases_live = leases_live + 1 WHERE id IN ({pick}) {BACK}", [*ids, most])
        if not taken:
            return {}
        mine = [row[0] for row in taken]
        made = rows(ASSIGN.format(source="labelling_example", only=f"t.id IN {marks(mine)}"), [*self._terms(), *mine])
        by_example = {example_id: pk for pk, example_id in made}
        taken.sort(key=lambda row: row[1])
        return self._leased([(pk, by_example.get(pk), *rest) for pk, _, _, *rest in taken])

    def _take(self, pick: str, *, wait: bool = False) -> str:
        """Pick, lease and assign in one statement: PostgreSQL's way."""
        return (
            f"picked AS MATERIALIZED ({pick}{locked(skip=not wait)}), taken AS (UPDATE labelling_example "
            f"SET leases_live = leases_live + 1 FROM picked WHERE labelling_example.id = picked.id {BACK}), "
            f"made AS ({ASSIGN.format(source='taken', only='true')})"
        )

    def _terms(self) -> list[Any]:
        return [self.labeller_id, at(self.now), at(self.until), False, False]

    def _leased(self, taken: Sequence[tuple[Any, ...]]) -> dict[int, Leased]:
        lost = [pk for pk, assignment_id, *_ in taken if assignment_id is None]
        if lost:  # an import gave this labeller one of them a moment ago
            free(lost)
        return {
            pk: Leased(assignment_id, round_, self.until, pk, key, data, meta)
            for pk, assignment_id, round_, key, data, meta in taken
            if assignment_id is not None
        }
