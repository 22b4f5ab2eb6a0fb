"""What changed about the counted answers to a question since a mark: one statement, so that all of it is of one moment.

A `Mark` says how far was read. SQLite has one writer at a time, so there the newest ids say it. On PostgreSQL a transaction may
become visible after one that drew later ids; there the mark is the oldest transaction that still ran (the snapshot's xmin), and
everything that it or a later one wrote is read again. Rows that were changed or taken away are known by the AnswerChange that a
trigger left; what stands in their places now is read by these.
"""

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from labelling.measure.bulk import Reader, literal
from labelling.sql import rows

MOST = 50_000  # changed rows; with more it is quicker to read all of them in bulk
COLUMNS = ("example", "labeller", "round", "code", "schema_version", "guideline_version", "day", "imported")
CAME, WENT, MARK = 0, 1, 2
COUNTED = "labelling_countedanswer"
CHANGES = "labelling_answerchange"


@dataclass(frozen=True, slots=True)
class Mark:
    """`row` and `change` are the newest ids, or both the oldest transaction that still ran. `relabelled` and `rounds` are the number
    of the project's examples that were sent back and the sum of their rounds: rounds only rise, so the two say whether any did."""

    database: int
    row: int
    change: int
    relabelled: int
    rounds: int
    codes: int  # of the answers given so far


@dataclass(frozen=True, slots=True)
class Changes:
    """`came` holds COLUMNS of the rows that stand where something changed (n, 8), `went` the places (example, labeller, round) of rows
    that were changed or taken away (m, 3). `standing`: what stands after resolutions may have changed."""

    mark: Mark
    came: NDArray[np.int64]
    went: NDArray[np.int64]
    standing: bool


def read_mark(question_id: int, reader: Reader) -> Mark:
    """How far this reader's snapshot reaches."""
    found = reader.integers(_mark(question_id), "(SELECT 1) AS one")
    return Mark(*(int(found[name][0]) for name in _mark(question_id)))


def read_changes(question_id: int, since: Mark) -> Changes | None:
    """None where everything has to be read anew: too much changed, or this is another database."""
    mark = ", ".join(_mark(question_id).values())
    question = literal(question_id)
    flag = "c.imported" if connection.vendor == "sqlite" else "c.imported::int"
    place = "c.example_id, c.labeller_id, c.round, c.code, c.schema_version, c.guideline_version, c.day"
    new, left = _since("c", since), _since("x", since)
    log = f"SELECT DISTINCT x.example_id, x.labeller_id, x.round FROM {CHANGES} x WHERE x.question_id = {question} AND x.labeller_id <> 0 AND {left}"
    found = rows(
        f"SELECT {MARK}, {mark}, CASE WHEN EXISTS (SELECT 1 FROM {CHANGES} x WHERE x.question_id = {question} AND x.labeller_id = 0 AND {left}) "
        f"THEN 1 ELSE 0 END, 0 UNION ALL SELECT {CAME}, {place}, {flag} FROM {COUNTED} c WHERE c.question_id = {question} AND {new} "
        f"UNION ALL SELECT {WENT}, g.example_id, g.labeller_id, g.round, 0, 0, 0, 0, 0 FROM ({log}) g "
        f"UNION ALL SELECT {CAME}, {place}, {flag} FROM ({log}) g JOIN {COUNTED} c ON c.question_id = {question} AND c.example_id = g.example_id "
        f"AND c.labeller_id = g.labeller_id AND c.round = g.round WHERE NOT ({new}) LIMIT {MOST}",
        [],
    )
    table = np.array(found, dtype=np.int64)
    if len(table) >= MOST:
        return None
    [said] = table[table[:, 0] == MARK].tolist()
    now = Mark(*said[1:7])
    if now.database != since.database or now.row < since.row or now.change < since.change:
        return None
    return Changes(now, table[table[:, 0] == CAME][:, 1:], table[table[:, 0] == WENT][:, 1:4], bool(said[7]))


def _since(row: str, mark: Mark) -> str:
    if connection.vendor == "sqlite":
        # All rows there are written in 0; saying so lets the index on the question find the newest ids.
        return f"({row}.written_in = 0 AND {row}.id > {literal(mark.row if row == 'c' else mark.change)})"
    # Numbers beyond the snapshot were brought along from another server; their rows were there from the beginning.
    return f"({row}.written_in >= {literal(mark.row)} AND {row}.written_in < pg_snapshot_xmax(pg_current_snapshot())::text::bigint)"


def _mark(question_id: int) -> dict[str, str]:
    question = literal(question_id)
    sent_back = f"FROM labelling_example WHERE round > 1 AND project_id = (SELECT project_id FROM labelling_question WHERE id = {question})"
    if connection.vendor == "sqlite":
        newest = "COALESCE((SELECT seq FROM sqlite_sequence WHERE name = '{}'), 0)"
        row, change, database = newest.format(COUNTED), newest.format(CHANGES), "0"
    else:
        row = change = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
        database = "(SELECT oid::bigint FROM pg_database WHERE datname = current_database())"
    return {
        "database": database,
        "row": row,
        "change": change,
        "relabelled": f"(SELECT count(*) {sent_back})",
        "rounds": f"(SELECT COALESCE(sum(round), 0) {sent_back})",
        "codes": f"(SELECT COALESCE(max(code), -1) + 1 FROM labelling_answercode WHERE question_id = {question})",
    }


def read_rounds(question_id: int, mark: Mark) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """(ids ascending, newest round) of the examples that were sent back; None where more were since the mark."""
    if not mark.relabelled:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    found = rows(
        "SELECT id, round FROM labelling_example WHERE round > 1 AND project_id = (SELECT project_id FROM labelling_question WHERE id = %s) ORDER BY id",
        [question_id],
    )
    table = np.array(found, dtype=np.int64).reshape(-1, 2)
    if len(table) != mark.relabelled or int(table[:, 1].sum()) != mark.rounds:
        return None
    return table[:, 0].copy(), table[:, 1].copy()


def database_key() -> tuple[Any, ...]:
    """Which database this is, also when another file was put in its place."""
    settings = connection.settings_dict
    name = str(settings["NAME"])
    if connection.vendor != "sqlite":
        return connection.vendor, name, settings["HOST"], settings["PORT"]
    try:
        there = os.stat(name)
    except OSError:
        return connection.vendor, name
    return connection.vendor, name, there.st_dev, there.st_ino
