"""Active seconds of labels, read for a few labellers at a time and never for a whole project."""

from collections.abc import Sequence

import numpy as np

from labelling.measure.bulk import literal, snapshot
from labelling.projects.models import Project
from labelling.stats.columns import Labels
from labelling.stats.pace import Pace, pace
from labelling.stats.results import Undefined

NEWEST = 500  # labels that a median is taken of: what it costs does not grow with the project
AT_ONCE = 100  # people a query: SQLite joins no more than 500 selects


def median_seconds(project: Project, people: Sequence[int]) -> dict[int, float]:
    """User id → median active seconds of that person's newest 500 timed labels."""
    found: dict[int, float] = {}
    with snapshot() as reader:
        for start in range(0, len(people), AT_ONCE):
            parts = [
                f"SELECT * FROM (SELECT labeller_id AS labeller, seconds FROM labelling_label WHERE project_id = {literal(project.pk)} "
                f"AND labeller_id = {literal(who)} AND seconds IS NOT NULL ORDER BY id DESC LIMIT {NEWEST}) AS of_{literal(who)}"
                for who in people[start : start + AT_ONCE]
            ]
            rows = reader.table(" UNION ALL ".join(parts))
            if not rows.num_rows:
                continue
            who, seconds = rows.column("labeller").to_numpy(), rows.column("seconds").to_numpy()
            for one in np.unique(who).tolist():
                found[one] = float(np.median(seconds[who == one]))
    return found


def pace_of(project: Project, who: int, *, confidence: float = 0.95) -> Pace:
    """One person's time beside the others' on the same examples; a label's first answer counts, not what was revised later."""
    mine = f"SELECT example_id FROM labelling_label WHERE project_id = {literal(project.pk)} AND labeller_id = {literal(who)} AND seconds IS NOT NULL"
    with snapshot() as reader:
        rows = reader.integers(
            {"example": "example_id", "labeller": "labeller_id", "thousandths": "CAST(ROUND(seconds * 1000) AS bigint)"},
            f"labelling_label WHERE project_id = {literal(project.pk)} AND seconds IS NOT NULL AND revision = 1 AND example_id IN ({mine})",
        )
    if not rows["example"].size:
        return Pace(Undefined("No active seconds are known of this person's labels: labels that were imported often have none."), [])
    labels = Labels.of(rows["example"], rows["labeller"], np.zeros(rows["example"].size, dtype=np.int64), 1)
    seconds = labels.align(rows["thousandths"] / 1000.0)
    person = np.flatnonzero(labels.labeller_ids == who)
    return pace(labels, seconds, int(person[0]), confidence=confidence)
