"""What every counter must read, worked out from assignments and labels alone: the truth that the counters are held to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from labelling.intake.rules import ExampleState
from labelling.label.remapping import GONE, moved_codes
from labelling.sql import rows

ANSWERS = "question_id, example_id, labeller_id, round, code, schema_version, guideline_version, day, imported"
STORED_ANSWERS = (
    f"SELECT {ANSWERS} FROM labelling_countedanswer "
    "WHERE question_id IN (SELECT id FROM labelling_question WHERE project_id = %s)"
)
COUNTED = "labelling_assignment a JOIN labelling_label l ON l.id = a.label_id WHERE a.project_id = %s AND a.counted"
CHECKED = "labelling_assignment a JOIN labelling_label l ON l.id = a.label_id WHERE a.project_id = %s AND a.repeat > 0"


@dataclass(slots=True)
class Drift:
    """What differs: name → what it should be. Empty everywhere when all is well."""

    examples: dict[int, tuple[int, int, int]] = field(default_factory=dict)  # counted, made here, leased
    answers: int = 0  # rows of CountedAnswer that are missing or too many
    members: dict[int, tuple[int, float]] = field(default_factory=dict)  # labels, seconds
    days: dict[tuple[int, date], tuple[int, float]] = field(default_factory=dict)
    checks: dict[int, tuple[int, float]] = field(default_factory=dict)  # by member: labels that are checks, seconds
    check_days: dict[tuple[int, date], tuple[int, float]] = field(default_factory=dict)
    tags: dict[tuple[int, str], int] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    asked: int | None = None  # labels asked for beyond the ordinary ones

    def __bool__(self) -> bool:
        return any(self.counts().values())

    def counts(self) -> dict[str, int]:
        """How much differs of each."""
        return {
            "examples": len(self.examples),
            "answers": self.answers,
            "members": len(self.members),
            "days": len(self.days),
            "checks": len(self.checks) + len(self.check_days),
            "tags": len(self.tags),
            "states": len(self.states),
            "asked": int(self.asked is not None),
        }


def find_drift(project_id: int) -> Drift:
    """Compare every counter of a project with what it should be. Reads all of its labels."""
    return Drift(
        examples=_examples(project_id),
        answers=_answers(project_id),
        members=_members(project_id, COUNTED, "labels, seconds"),
        days=_days(project_id, COUNTED, "labels, seconds"),
        checks=_members(project_id, CHECKED, "checks, check_seconds"),
        check_days=_days(project_id, CHECKED, "checks, check_seconds"),
        tags=_tags(project_id),
        states=_states(project_id),
        asked=_asked(project_id),
    )


def true_answers(project_id: int) -> str:
    """A query for the rows that CountedAnswer should hold; its one parameter is the project's id. Classes that were
    renamed, merged, split or retired after a label count as the changes of the schema say."""
    if connection.vendor == "postgresql":
        day = "((l.labelled_at AT TIME ZONE 'UTC')::date - DATE '1970-01-01')"
    else:
        day = "CAST(julianday(date(l.labelled_at)) - 2440587.5 AS INTEGER)"
    code, through, still = "x.code", "", ""
    if moved := moved_codes(project_id):
        values = ", ".join(f"({question}, {version}, {old}, {new})" for question, version, old, new in moved)
        through = (
            f" LEFT JOIN (VALUES {values}) m ON m.column1 = x.question_id AND m.column2 = l.schema_version AND m.column3 = x.code"
        )
        code, still = "COALESCE(m.column4, x.code)", f" AND COALESCE(m.column4, x.code) <> {GONE}"
    return (
        f"SELECT x.question_id, a.example_id, a.labeller_id, a.round, {code}, l.schema_version, l.guideline_version, {day}, "
        f"a.imported FROM labelling_answer x JOIN labelling_label l ON l.id = x.label_id "
        f"JOIN labelling_assignment a ON a.label_id = l.id{through} WHERE a.project_id = %s AND a.counted{still}"
    )


def _examples(project_id: int) -> dict[int, tuple[int, int, int]]:
    found = rows(
        "SELECT e.id, COALESCE(x.counted, 0), COALESCE(x.here, 0), COALESCE(x.leased, 0) FROM labelling_example e LEFT JOIN "
        "(SELECT example_id, round, count(*) FILTER (WHERE counted) AS counted, "
        "count(*) FILTER (WHERE counted AND NOT imported) AS here, count(*) FILTER (WHERE state = 'leased') AS leased "
        "FROM labelling_assignment WHERE project_id = %s AND repeat = 0 GROUP BY example_id, round) x "
        "ON x.example_id = e.id AND x.round = e.round WHERE e.project_id = %s AND (e.labels_counted <> COALESCE(x.counted, 0) "
        "OR e.labels_here <> COALESCE(x.here, 0) OR e.leases_live <> COALESCE(x.leased, 0))",
        [project_id, project_id],
    )
    return {pk: (counted, here, leased) for pk, counted, here, leased in found}


def _answers(project_id: int) -> int:
    wrong = 0
    true = true_answers(project_id)
    for one, other in ((STORED_ANSWERS, true), (true, STORED_ANSWERS)):
        [(number,)] = rows(f"SELECT count(*) FROM ({one} EXCEPT {other}) x", [project_id, project_id])
        wrong += number
    return wrong


def _members(project_id: int, which: str, columns: str) -> dict[int, tuple[int, float]]:
    true = dict.fromkeys(_member_ids(project_id).values(), (0, 0.0))
    true |= _by_member(
        project_id, f"SELECT a.labeller_id, count(*), COALESCE(sum(l.seconds), 0) FROM {which} GROUP BY a.labeller_id"
    )
    stored = {
        pk: (labels, seconds)
        for pk, labels, seconds in rows(f"SELECT id, {columns} FROM labelling_membership WHERE project_id = %s", [project_id])
    }
    return {key: value for key, value in true.items() if not _same(value, stored[key])}


def _by_member(project_id: int, sql: str) -> dict[int, tuple[int, float]]:
    ids = _member_ids(project_id)
    return {ids[user]: (labels, float(seconds)) for user, labels, seconds in rows(sql, [project_id])}


def _member_ids(project_id: int) -> dict[int, int]:
    return dict(rows("SELECT user_id, id FROM labelling_membership WHERE project_id = %s", [project_id]))


def _days(project_id: int, which: str, columns: str) -> dict[tuple[int, date], tuple[int, float]]:
    day = "(l.labelled_at AT TIME ZONE 'UTC')::date" if connection.vendor == "postgresql" else "date(l.labelled_at)"
    ids = _member_ids(project_id)
    true = {
        (ids[user], _date(when)): (labels, float(seconds))
        for user, when, labels, seconds in rows(
            f"SELECT a.labeller_id, {day}, count(*), COALESCE(sum(l.seconds), 0) FROM {which} GROUP BY a.labeller_id, {day}",
            [project_id],
        )
    }
    stored = {
        (pk, _date(when)): (labels, seconds)
        for pk, when, labels, seconds in rows(
            f"SELECT d.membership_id, d.day, {', '.join(f'd.{name}' for name in columns.split(', '))} FROM labelling_labellerday d "
            "JOIN labelling_membership m ON m.id = d.membership_id WHERE m.project_id = %s",
            [project_id],
        )
    }
    return _differences(true, stored, (0, 0.0))


def _tags(project_id: int) -> dict[tuple[int, str], int]:
    if connection.vendor == "postgresql":
        each, name = "CROSS JOIN LATERAL jsonb_array_elements_text(l.tags) AS t(tag)", "t.tag"
    else:
        each, name = "JOIN json_each(l.tags) AS t", "t.value"
    ids = _member_ids(project_id)
    true = {
        (ids[user], tag): number
        for user, tag, number in rows(
            f"SELECT a.labeller_id, {name}, count(*) FROM labelling_assignment a JOIN labelling_label l ON l.id = a.label_id {each} "
            f"WHERE a.project_id = %s AND a.counted GROUP BY a.labeller_id, {name}",
            [project_id],
        )
    }
    stored = {
        (pk, tag): number
        for pk, tag, number in rows(
            "SELECT t.membership_id, t.tag, t.labels FROM labelling_tagcount t "
            "JOIN labelling_membership m ON m.id = t.membership_id WHERE m.project_id = %s",
            [project_id],
        )
    }
    return _differences(true, stored, 0)


def _states(project_id: int) -> dict[str, int]:
    true = dict.fromkeys(map(str, ExampleState), 0)
    true |= dict(rows("SELECT state, count(*) FROM labelling_example WHERE project_id = %s GROUP BY state", [project_id]))
    [stored] = rows(f"SELECT {', '.join(true)} FROM labelling_projectcounts WHERE project_id = %s", [project_id])
    return {state: number for (state, number), there in zip(true.items(), stored, strict=True) if number != there}


def _asked(project_id: int) -> int | None:
    [(true, stored)] = rows(
        "SELECT (SELECT count(*) FROM labelling_askedmore WHERE project_id = %s), "
        "COALESCE((SELECT asked FROM labelling_overlapstate WHERE project_id = %s), 0)",
        [project_id, project_id],
    )
    return true if true != stored else None


def _differences(true: Mapping[Any, Any], stored: Mapping[Any, Any], nothing: Any) -> dict[Any, Any]:
    """What the stored values should be where they are not; rows that say nothing may stand or be missing."""
    keys = set(true) | set(stored)
    return {
        key: true.get(key, nothing) for key in keys if not _same(true.get(key, nothing), stored.get(key, nothing))
    }


def _same(one: Any, other: Any) -> bool:
    """Equal, sums of seconds up to what adding floats in another order changes."""
    if isinstance(one, tuple):
        return one[0] == other[0] and abs(one[1] - other[1]) <= 1e-6 * max(1.0, abs(one[1]))
    return one == other


def _date(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
