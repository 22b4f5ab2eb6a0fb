"""Where a labeller works: the access check, the project's settings, the cursor and what the queue says, in one look."""

import json
from dataclasses import dataclass
from typing import Any

from labelling.access import Permission, Role, Viewer, check_permission
from labelling.errors import NotAllowed, NotFound
from labelling.projects.selectors import get_project
from labelling.sql import locked, rows_of_all, run

LAG = 8  # rows that a cursor may be moved before it is stored


@dataclass(slots=True)
class Desk:
    """Where a labeller works: the project, their part in it, their cursor (locked) and what the queue says."""

    project_id: int
    schema_version: int
    guideline_version: int
    lease_seconds: int
    order: str
    seed: int
    settings: Any  # of labelling; the JSON text at first
    role: str
    membership_id: int
    labels: int
    tries: int
    tries_allowed: int
    score: float | None
    qualified_at: Any
    cursor_epoch: int
    priority: int | None
    wrapped: bool
    place: int
    returned: int
    handed: int
    gold_place: int | None
    epoch: int
    newest_returned: int
    open: int
    passed: int = 0  # rows that the cursor was moved past since it was stored

    @property
    def position(self) -> tuple[Any, ...]:
        return (self.epoch, self.priority, self.wrapped, self.place, self.returned, self.handed, self.gold_place)


DESK = (
    'SELECT p.id, p.schema_version, p.guideline_version, p.lease_seconds, p."order", p.seed, p.settings, m.role, m.id, '
    "m.labels, m.tries, m.tries_allowed, m.qualification_score, m.qualified_at, "
    "c.epoch, c.priority, c.wrapped, c.place, c.returned, c.handed, c.gold_place, q.epoch, q.returned, n.open FROM labelling_project p "
    "JOIN labelling_membership m ON m.project_id = p.id JOIN labelling_cursor c ON c.membership_id = m.id "
    "JOIN labelling_assignqueue q ON q.project_id = p.id JOIN labelling_projectcounts n ON n.project_id = p.id "
    "WHERE p.slug = %s AND m.user_id = %s AND m.removed_at IS NULL"
)


# The live leases of a labeller, oldest first; without those whose examples were settled meanwhile, checks aside.
IN_HAND = (
    "SELECT a.id, a.round, a.expires_at, e.id, e.key, e.data, e.meta FROM labelling_assignment a "
    "JOIN labelling_example e ON e.id = a.example_id "
    "WHERE a.project_id = (SELECT id FROM labelling_project WHERE slug = %s) AND a.labeller_id = %s AND a.state = 'leased' "
    "AND (e.state NOT IN ('resolved', 'regather', 'dropped') OR (e.state = 'resolved' AND a.repeat > 0)) ORDER BY a.leased_at, a.id LIMIT %s"
)


def take_desk(actor: Viewer, slug: str, count: int) -> tuple[Desk, list[tuple[Any, ...]]]:
    """The access check and all that leasing needs to know, in one look, and up to `count` rows of what is in the actor's
    hands (IN_HAND). Two requests of one labeller walk one after the other, because the first one holds the cursor."""
    look = [(DESK + locked("c"), [slug, actor.user_id]), (IN_HAND, [slug, actor.user_id, count])]
    found, in_hand = rows_of_all(look) if "\x00" not in slug else ([], [])
    if not found:
        _first_time(actor, slug)
        found, in_hand = rows_of_all(look)
    desk = Desk(*found[0])
    if actor.only_project_id not in (None, desk.project_id):
        raise NotFound("There is no such project, or you are not a member of it.")
    check_permission(actor, Role(desk.role), Permission.LABEL)
    desk.wrapped = bool(desk.wrapped)
    desk.settings = json.loads(desk.settings) if isinstance(desk.settings, str) else desk.settings
    if desk.cursor_epoch != desk.epoch:  # many examples have room again: from the start, which shows those put back as well
        desk.priority, desk.wrapped, desk.place, desk.returned = None, False, -1, desk.newest_returned
        desk.passed = LAG
    return desk, in_hand


def _first_time(actor: Viewer, slug: str) -> None:
    """No cursor yet: find out why, and make one for a member who may label."""
    project = get_project(actor, slug, Permission.LABEL)
    member = project.viewer_membership  # type: ignore[attr-defined]
    if member is None:
        raise NotAllowed("Only members of a project label in it. Add yourself to its members first.")
    run(
        "INSERT INTO labelling_assignqueue (project_id, next_position, returned, epoch) VALUES (%s, 0, 0, 0) "
        "ON CONFLICT (project_id) DO NOTHING",
        [project.pk],
    )
    run(
        "INSERT INTO labelling_cursor (membership_id, epoch, priority, wrapped, place, returned) "
        "SELECT %s, epoch, NULL, %s, -1, returned FROM labelling_assignqueue WHERE project_id = %s "
        "ON CONFLICT (membership_id) DO NOTHING",
        [member.pk, False, project.pk],
    )
