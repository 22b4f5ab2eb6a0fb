"""The circle of gold: which examples checks are drawn from."""

from collections.abc import Collection

from labelling.assign.rules import gold_place
from labelling.sql import marks, rows, run

CHUNK = 500  # ids in one statement


def set_gold(*, example_ids: Collection[int], gold: Collection[int]) -> None:
    """Of these examples, those in `gold` have a gold answer that stands, the others have none; in the caller's
    transaction, which holds them."""
    ids, now_gold = sorted(set(example_ids)), set(gold)
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        others = [pk for pk in part if pk not in now_gold]
        if others:
            run(f"DELETE FROM labelling_goldexample WHERE example_id IN {marks(others)}", others)
        come = [pk for pk in part if pk in now_gold]
        if not come:
            continue
        found = rows(
            "SELECT e.id, e.project_id, p.seed FROM labelling_example e JOIN labelling_project p ON p.id = e.project_id "
            f"WHERE e.id IN {marks(come)} ORDER BY e.id",
            come,
        )
        values = [part for pk, project_id, seed in found for part in (pk, project_id, gold_place(seed=seed, example_id=pk))]
        run(
            f"INSERT INTO labelling_goldexample (example_id, project_id, place) VALUES {', '.join(['(%s, %s, %s)'] * len(found))} "
            "ON CONFLICT (example_id) DO NOTHING",
            values,
        )
