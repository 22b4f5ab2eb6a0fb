"""Many rows at once into a table, without a model instance each."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from labelling.sql import rows

PIECE = 1 << 16
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def new_ids(table: str, count: int) -> Sequence[int]:
    """Ids for rows that are about to be inserted into this table, in the caller's transaction, given to nobody else."""
    if connection.vendor == "postgresql":
        found = rows(
            "SELECT nextval(s.name) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name) s, generate_series(1, %s)",
            [table, count],
        )
        return [number for (number,) in found]
    # Whoever writes to SQLite writes alone; its own counter goes on from the highest id.
    found = rows("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
    first = (found[0][0] if found else 0) + 1
    return range(first, first + count)


def insert(table: str, columns: Sequence[str], values: Iterable[Sequence[Any]]) -> None:
    """Rows in the order of the columns. JSON comes as text, times as labelling.sql.at gives them."""
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values))
            return
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            lines: list[str] = []
            for value in values:
                lines.append("\t".join(map(_cell, value)))
                if len(lines) == PIECE:
                    copy.write("\n".join(lines) + "\n")
                    lines = []
            if lines:
                copy.write("\n".join(lines) + "\n")


def _cell(value: Any) -> str:
    """A value as COPY reads it."""
    if value is None:
        return "\\N"
    if type(value) is str:
        return value if value.isalnum() else value.translate(ESCAPES)
    if value is True:
        return "t"
    if value is False:
        return "f"
    return str(value)
