"""How many labels examples want, and what happens when they are to be labelled anew."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from labelling.assign.services.room import CHUNK, lock_examples, put_back, start_anew
from labelling.intake.rules import PRIME, shuffle_of
from labelling.intake.states import count_examples
from labelling.projects.models import Project
from labelling.projects.rules import Order
from labelling.sql import at, marks, rows, run


def set_labels_wanted(*, project: Project, wanted: int) -> list[int]:
    """Ask for this many labels of each example that is open or complete, in the caller's transaction.

    None is asked for fewer than are made or promised already. Examples that have enough now become complete; complete
    ones that lack some become open again. Returns the ids of those that became complete, for whoever opens cases.
    """
    least = "CASE WHEN labels_here + leases_live > %s THEN labels_here + leases_live ELSE %s END"
    run(
        f"UPDATE labelling_example SET labels_wanted = {least} "
        f"WHERE project_id = %s AND state IN ('open', 'complete') AND labels_wanted <> {least}",
        [wanted, wanted, project.pk, wanted, wanted],
    )
    completed = rows(
        "UPDATE labelling_example SET state = 'complete' WHERE project_id = %s AND state = 'open' "
        "AND labels_counted >= labels_wanted RETURNING id",
        [project.pk],
    )
    reopened = run(
        "UPDATE labelling_example SET state = 'open' WHERE project_id = %s AND state = 'complete' "
        "AND labels_counted < labels_wanted",
        [project.pk],
    )
    start_anew(project_id=project.pk)
    moved = len(completed) - reopened
    if moved:
        count_examples(project_id=project.pk, complete=moved, open=-moved)
    return sorted(pk for (pk,) in completed)


def start_round(*, project: Project, example_ids: Collection[int], now: datetime) -> None:
    """Have examples labelled anew, in the caller's transaction: the next round, as many labels as the project asks for.

    Live leases of the old round end. Labels of the old round are kept and stay counted in theirs.
    """
    ids = sorted(set(example_ids))
    changes: Counter[str] = Counter()
    for start in range(0, len(ids), CHUNK):
        changes.update(_start_round(project, ids[start : start + CHUNK], now))
    if any(changes.values()):
        count_examples(project_id=project.pk, **changes)


def _start_round(project: Project, ids: Sequence[int], now: datetime) -> Counter[str]:
    """How the project's counts change: state → difference."""
    lock_examples(ids)
    changes: Counter[str] = Counter()
    for state, number in rows(
        f"SELECT state, count(*) FROM labelling_example WHERE project_id = %s AND id IN {marks(ids)} GROUP BY state",
        [project.pk, *ids],
    ):
        changes[state] -= number
    run(
        f"UPDATE labelling_assignment SET state = 'expired', ended_at = %s WHERE example_id IN {marks(ids)} AND state = 'leased'",
        [at(now), *ids],
    )
    # Imported labels may name a round that was still to come.
    counted = (
        "(SELECT count(*) FROM labelling_assignment a WHERE a.example_id = labelling_example.id "
        "AND a.round = labelling_example.round + 1 AND a.counted)"
    )
    wanted = project.labels_per_example
    for (state,) in rows(
        f"UPDATE labelling_example SET state = CASE WHEN {counted} >= %s THEN 'complete' ELSE 'open' END, leases_live = 0, "
        f"labels_here = 0, labels_wanted = %s, labels_counted = {counted}, round = round + 1 "
        f"WHERE project_id = %s AND id IN {marks(ids)} RETURNING state",
        [wanted, wanted, project.pk, *ids],
    ):
        changes[state] += 1
    put_back(project_id=project.pk, example_ids=ids)
    return changes


def set_order(*, project: Project) -> None:
    """Place all examples anew after a change between sequence and shuffled, in the caller's transaction."""
    if project.order == Order.SHUFFLED:
        factor, offset = shuffle_of(project.seed)
        place = f"(position * {factor} + {offset}) %% {PRIME}"
    else:
        place = "position"
    run(f"UPDATE labelling_example SET place = {place} WHERE project_id = %s", [project.pk])
    start_anew(project_id=project.pk)
