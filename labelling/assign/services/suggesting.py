"""A model's answer goes along with an example that is handed out, unless the example belongs to the control arm.

Which suggestion held when the example was handed out is written down, and whether it was shown: what a label is later said
to have been made beside depends on nothing that a client says. Two statements for any number of examples, and none where
the project shows no suggestions.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labelling.assign.blind_arm import is_blind
from labelling.kinds.changes import current_value
from labelling.projects.labelling_settings import complete
from labelling.projects.models import SchemaVersion
from labelling.sql import marks, rows, run

# Suggestions up to this one were taken away; the parameter is the project's id.
REMOVED = "(SELECT COALESCE(MAX(r.last), 0) FROM labelling_suggestionremoval r WHERE r.project_id = %s)"


@dataclass(frozen=True, slots=True)
class Shown:
    """A suggestion as it goes to a labeller's screen."""

    value: dict[str, Any]
    model: str
    confidence: float | None

    def as_dict(self) -> dict[str, Any]:
        return {"value": self.value, "model": self.model} | ({} if self.confidence is None else {"confidence": self.confidence})


def suggest(
    *, project_id: int, seed: int, settings: Mapping[str, Any], schema_version: int, handed: Mapping[int, int], new: Collection[int]
) -> dict[int, Shown]:
    """What is shown beside these examples, by assignment, in the caller's transaction. `handed`: assignment → example; `new`:
    assignments that began just now, for which it is written down."""
    chosen = complete(settings)["suggestions"] if settings else {"show": False}
    if not chosen["show"] or not handed:
        return {}
    if new:
        _note(project_id, [(pk, handed[pk], not is_blind(seed=seed, example_id=handed[pk], share=chosen["blind_share"])) for pk in sorted(new)])
    found = rows(
        "SELECT d.assignment_id, s.value, s.model, s.confidence, s.schema_version FROM labelling_suggested d "
        f"JOIN labelling_suggestion s ON s.id = d.suggestion_id WHERE d.assignment_id IN {marks(handed)} AND d.shown AND s.id > {REMOVED}",
        [*handed, project_id],
    )
    changes = _changes(project_id, min((row[4] for row in found), default=schema_version), schema_version)
    shown: dict[int, Shown] = {}
    for pk, value, model, confidence, version in found:
        value = json.loads(value) if isinstance(value, str) else value
        if version < schema_version:
            value = current_value(value, [made for number, made in changes if number > version])
        if value:
            shown[pk] = Shown(value, model, confidence)
    empty = [pk for pk, *_ in found if pk not in shown and pk in new]
    if empty:  # none of its answers is still one: nothing is shown, and nothing was
        run(f"DELETE FROM labelling_suggested WHERE assignment_id IN {marks(empty)}", empty)
    return shown


def _note(project_id: int, leased: Sequence[tuple[int, int, bool]]) -> None:
    """Write down which suggestion holds for each example, and whether it is shown. Who was shown one once has seen it."""
    values = ", ".join(f"({pk:d}, {example_id:d}, {'TRUE' if shown else 'FALSE'})" for pk, example_id, shown in leased)
    run(
        "INSERT INTO labelling_suggested (assignment_id, project_id, suggestion_id, shown) "
        f"SELECT v.column1, s.project_id, s.id, v.column3 FROM (VALUES {values}) v JOIN labelling_suggestion s ON s.id = "
        f"(SELECT MAX(x.id) FROM labelling_suggestion x WHERE x.example_id = v.column2 AND x.id > {REMOVED}) WHERE TRUE "
        "ON CONFLICT (assignment_id) DO UPDATE SET suggestion_id = excluded.suggestion_id, "
        "shown = (labelling_suggested.shown OR excluded.shown)",
        [project_id],
    )


def _changes(project_id: int, oldest: int, newest: int) -> list[tuple[int, list[dict[str, Any]]]]:
    """(version, its changes) of the schema versions after the oldest; no look where there is none."""
    if oldest >= newest:
        return []
    later = SchemaVersion.objects.filter(project_id=project_id, version__gt=oldest).order_by("version")
    return list(later.values_list("version", "changes"))
