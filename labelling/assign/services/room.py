"""Room that comes back: examples that labellers may have passed are shown to each of them once more.

The order of locks, here and wherever assignments change: a labeller's cursor, then examples (whoever changes an
assignment holds its example), then the queue, then the project's counts. Leasing waits for nobody's example.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from labelling.assign.rules import Purpose
from labelling.sql import at, locked, marks, rows, run

CHUNK = 500  # ids in one statement
SKIPPED_COMES_BACK = timedelta(days=1)  # a check that was skipped is not got rid of


def put_back(*, project_id: int, example_ids: Collection[int]) -> None:
    """Say that these examples may have room again, in the caller's transaction, which holds their rows."""
    ids = sorted(example_ids)
    for start in range(0, len(ids), CHUNK):
        _put_back(project_id, ids[start : start + CHUNK])


def _put_back(project_id: int, ids: Sequence[int]) -> None:
    with_room = [
        row[0]
        for row in rows(f"SELECT id FROM labelling_example WHERE id IN {marks(ids)} AND has_room = 1 ORDER BY id", ids)
    ]
    if not with_room:
        return
    # The lock on this row makes numbers visible in their order: no labeller's cursor can pass one that comes later.
    [(newest,)] = rows(
        "INSERT INTO labelling_assignqueue (project_id, next_position, returned, epoch) VALUES (%s, 0, %s, 0) "
        "ON CONFLICT (project_id) DO UPDATE SET returned = labelling_assignqueue.returned + %s RETURNING returned",
        [project_id, len(with_room), len(with_room)],
    )
    run(f"DELETE FROM labelling_returnedexample WHERE example_id IN {marks(with_room)}", with_room)
    first = newest - len(with_room) + 1
    values = [(project_id, first + place, example_id) for place, example_id in enumerate(with_room)]
    run(
        "INSERT INTO labelling_returnedexample (project_id, number, example_id) VALUES "
        + ", ".join(["(%s, %s, %s)"] * len(values)),
        [part for value in values for part in value],
    )


def start_anew(*, project_id: int) -> None:
    """Let every labeller go through the queue from its start: for changes that give room to many examples at once."""
    run(
        "INSERT INTO labelling_assignqueue (project_id, next_position, returned, epoch) VALUES (%s, 0, 0, 1) "
        "ON CONFLICT (project_id) DO UPDATE SET epoch = labelling_assignqueue.epoch + 1",
        [project_id],
    )


def expire_leases(*, now: datetime, most: int | None = None) -> int:
    """End leases that ran out, in batches, and put their examples back; how many. With `most`, it stops after the batch
    that reaches it. Leases whose examples somebody is working on at this moment are left to the next call."""
    total = 0
    while most is None or total < most:
        ended = _expire_batch(now)
        total += ended
        if not ended:
            break
    if most is None:  # whoever waits for an example does not wait for this
        prune()
    return total


def _expire_batch(now: datetime) -> int:
    over = rows(
        "SELECT id, example_id FROM labelling_assignment WHERE state = 'leased' AND expires_at <= %s "
        "ORDER BY expires_at LIMIT %s",
        [at(now), CHUNK],
    )
    if not over:
        return 0
    with transaction.atomic():
        held = lock_examples([example_id for _, example_id in over], skip=True)
        mine = [pk for pk, example_id in over if example_id in held]
        if not mine:
            return 0
        return end_leases(assignment_ids=mine, state="expired", now=now, only_past=True)


def lock_examples(example_ids: Collection[int], *, skip: bool = False) -> dict[int, int]:
    """Lock these examples in order of their ids; {id: round}. With `skip`, those that others hold are left out."""
    ids = sorted(set(example_ids))
    found: dict[int, int] = {}
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        found |= rows(f"SELECT id, round FROM labelling_example WHERE id IN {marks(part)} ORDER BY id" + locked(skip=skip), part)
    return found


def end_leases(
    *, assignment_ids: Sequence[int], state: str, now: datetime, only_past: bool = False, skip_reason: str = ""
) -> int:
    """End live leases in the caller's transaction, which holds their examples, and put these back; how many ended."""
    past = " AND expires_at <= %s" if only_past else ""
    ended = rows(
        f"UPDATE labelling_assignment SET state = %s, ended_at = %s, skip_reason = %s WHERE id IN {marks(assignment_ids)} "
        f"AND state = 'leased'{past} RETURNING project_id, example_id, labeller_id, round, purpose",
        [state, at(now), skip_reason, *assignment_ids, *([at(now)] if only_past else [])],
    )
    projects: dict[int, list[int]] = {}
    for project_id, example_id, labeller_id, round_, purpose in ended:
        if purpose == Purpose.LABEL:  # a check took no room
            projects.setdefault(project_id, []).append(example_id)
        elif purpose == Purpose.REPEAT:
            later = now + SKIPPED_COMES_BACK if state == "skipped" else now
            run(
                "UPDATE labelling_assignment SET comes_back_at = %s WHERE example_id = %s AND labeller_id = %s AND round = %s "
                "AND repeat = 0 AND state = 'done'",
                [at(later), example_id, labeller_id, round_],
            )
    for project_id, example_ids in sorted(projects.items()):
        free(example_ids)
        put_back(project_id=project_id, example_ids=set(example_ids))
    return len(ended)


def free(example_ids: Sequence[int]) -> None:
    """One live lease less for each time that an example is named."""
    times: dict[int, list[int]] = {}
    for example_id in set(example_ids):
        times.setdefault(example_ids.count(example_id), []).append(example_id)
    for number, ids in times.items():
        run(f"UPDATE labelling_example SET leases_live = leases_live - {number} WHERE id IN {marks(ids)}", ids)


def prune() -> None:
    """Forget returned examples without room: if they get room again, they are put back again, under a new number."""
    run(
        "DELETE FROM labelling_returnedexample WHERE id IN (SELECT r.id FROM labelling_returnedexample r "
        "JOIN labelling_example e ON e.id = r.example_id WHERE e.has_room = 0 LIMIT 10000)",
        [],
    )
