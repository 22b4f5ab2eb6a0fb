"""Handing out examples: one short transaction, whose cost depends neither on how many examples a project has nor on how
many a labeller has done: what is in hand already, then checks and new examples (checks, walk), then suggestions beside them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from labelling.access import Permission, Role, Viewer, permissions_of
from labelling.assign.qualification import Qualification
from labelling.assign.rules import Purpose, check_count
from labelling.assign.services.checks import Checks
from labelling.assign.services.desk import LAG, Desk, take_desk
from labelling.assign.services.room import expire_leases
from labelling.assign.services.suggesting import suggest
from labelling.assign.services.walk import Leased, Walk, read_lease
from labelling.sql import at, locked, marks, rows, run

MOST_TRIES = 4  # while others hold what has room


@dataclass(frozen=True, slots=True)
class Handed:
    """What a labeller has in hand now. `waiting`: open examples besides, which wait for others once the list is empty."""

    assignments: list[Leased]
    waiting: int
    schema_version: int
    guideline_version: int
    reads_examples: bool  # whether the labeller may see what came with an example besides its data
    qualification: Qualification | None = None  # for whom one is asked


def lease_examples(*, actor: Viewer, slug: str, count: Any, now: datetime) -> Handed:
    """Up to `count` examples for the actor: those in their hands already come first, then new ones from the queue.

    Raises NotFound for strangers, NotAllowed for members who may not label.
    """
    count = check_count(count)
    for _ in range(MOST_TRIES):
        handed, missed = _lease(actor, slug, count, now)
        if handed.assignments or not missed:
            break
    if not handed.assignments and handed.waiting and expire_leases(now=now, most=1):
        handed, _ = _lease(actor, slug, count, now)
    return handed


def _lease(actor: Viewer, slug: str, count: int, now: datetime) -> tuple[Handed, bool]:
    """What is in hand now, and whether others held examples that had room when they were looked at."""
    missed, qualification = False, None
    with transaction.atomic():
        desk, held = take_desk(actor, slug, count)
        before = (desk.cursor_epoch, *desk.position[1:])
        found = _in_hand(desk, held, now)
        checks = Checks(desk, actor, now) if desk.settings else None
        taken: list[Leased] = []
        if checks and checks.standing:
            gold, qualification = checks.qualify(count - len(found))
            taken = [read_lease(*row) for row in gold]
        if len(found) < count and (qualification is None or qualification.state == "passed"):
            walk = Walk(desk, actor, now)
            if checks and checks.mixes:
                taken = _mixed(walk, checks, count - len(found), may_wait=not found)
            elif desk.open:
                taken = walk.take(count - len(found), may_wait=not found)
            missed = bool(walk.held_by_others)
        # One that was in hand a moment ago may have been taken back and leased anew in between: it is named once.
        found = list({lease.id: lease for lease in [*found, *taken]}.values())
        # The cursor may lag a few rows behind: they are looked at again and passed again.
        if desk.position[:3] != before[:3] or desk.position[4:] != before[4:] or desk.passed >= LAG:
            run(
                "UPDATE labelling_cursor SET epoch = %s, priority = %s, wrapped = %s, place = %s, returned = %s, "
                "handed = %s, gold_place = %s WHERE membership_id = %s",
                [*desk.position, desk.membership_id],
            )
        if qualification is None or qualification.state == "passed":  # who shows what they can do is not helped
            found = _with_suggestions(desk, found, {row[0] for row in held})
    handed = Handed(
        assignments=found,
        # A check leaves the number of open examples as it was; where there are any, nobody reads it who has something to do.
        waiting=0 if found and checks and checks.mixes else max(0, desk.open - len(found)),
        schema_version=desk.schema_version,
        guideline_version=desk.guideline_version,
        reads_examples=Permission.READ_EXAMPLES in permissions_of(actor, Role(desk.role)),
        qualification=qualification,
    )
    return handed, missed


def _mixed(walk: Walk, checks: Checks, wanted: int, *, may_wait: bool) -> list[Leased]:
    """The next examples with checks among them: each lease goes into the table in its turn, so that they come back in the
    same order after a reload. When the queue has no more, what is due of their own comes; gold comes only among others."""
    desk, taken = walk.desk, []
    while len(taken) < wanted:
        labels, then = checks.run_of_labels(wanted - len(taken))
        if labels:
            got = walk.take(labels, may_wait=may_wait and not taken) if desk.open else []
            desk.handed += len(got)
            taken += got
            if len(got) < labels:
                break
        elif then == Purpose.GOLD and not desk.open:
            break
        if then != Purpose.LABEL:
            one = [read_lease(*row) for row in checks.take(then)]
            desk.handed += len(one)
            taken += one
    if len(taken) < wanted and checks.second_round:
        rest = [read_lease(*row) for row in checks.take(Purpose.REPEAT, wanted - len(taken))]
        desk.handed += len(rest)
        taken += rest
    return taken


def _with_suggestions(desk: Desk, found: list[Leased], held: set[int]) -> list[Leased]:
    """The leases, each with what a model suggests where its labeller is to see it."""
    shown = suggest(
        project_id=desk.project_id,
        seed=desk.seed,
        settings=desk.settings,
        schema_version=desk.schema_version,
        handed={lease.id: lease.example_id for lease in found},
        new={lease.id for lease in found} - held,
    )
    return [replace(lease, suggestion=shown.get(lease.id)) for lease in found] if shown else found


def _in_hand(desk: Desk, held: Sequence[tuple[Any, ...]], now: datetime) -> list[Leased]:
    """The live leases of the labeller. One whose time is over, but that nobody took back yet, goes on."""
    found = [read_lease(*row) for row in held]
    over = [lease.id for lease in found if lease.expires_at <= now]
    if over:
        until = now + timedelta(seconds=desk.lease_seconds)
        # Whoever takes one of them back at this moment holds its row; it is left to them, so that neither waits.
        mine = f"SELECT id FROM labelling_assignment WHERE id IN {marks(over)} AND state = 'leased'" + locked(skip=True)
        renewed = rows(
            f"UPDATE labelling_assignment SET expires_at = %s WHERE id IN ({mine}) RETURNING id", [at(until), *over]
        )
        ended = set(over) - {pk for (pk,) in renewed}
        found = [replace(lease, expires_at=until) if lease.id in over else lease for lease in found if lease.id not in ended]
    return found
