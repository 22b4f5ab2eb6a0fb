"""Where statements are written by hand, because every millisecond of leasing and labelling is somebody's waiting: what
differs between the two databases, in one place."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

Statement = tuple[str, Sequence[Any]]


def on_postgres() -> bool:
    return connection.vendor == "postgresql"


def rows(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a statement that answers with rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def rows_of_all(statements: Sequence[Statement]) -> list[list[tuple[Any, ...]]]:
    """Run statements that answer with rows, one after the other, in one journey to the server."""
    if not _travel_together():
        return [rows(sql, params) for sql, params in statements]
    with connection.cursor() as cursor:
        cursor.execute("; ".join(sql for sql, _ in statements), [part for _, params in statements for part in params])
        found = [cursor.fetchall()]
        while cursor.nextset():
            found.append(cursor.fetchall())
    return found


def _travel_together() -> bool:
    """Whether several statements may be sent as one text: not where the server binds the parameters."""
    return on_postgres() and not connection.settings_dict["OPTIONS"].get("server_side_binding")


def run(sql: str, params: Sequence[Any]) -> int:
    """Run a statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


def run_all(statements: Sequence[Statement]) -> list[int]:
    """Run statements that answer with nothing, one after the other, in one journey to the server; rows touched by each."""
    if not _travel_together():
        return [run(sql, params) for sql, params in statements]
    with connection.cursor() as cursor:
        cursor.execute("; ".join(sql for sql, _ in statements), [part for _, params in statements for part in params])
        touched = [cursor.rowcount]
        while cursor.nextset():
            touched.append(cursor.rowcount)
    return touched


def marks(values: Sequence[Any]) -> str:
    """(%s, %s, ...) for this many values, one at least."""
    return f"({', '.join(['%s'] * len(values))})"


def locked(of: str = "", *, skip: bool = False) -> str:
    """The clause that locks the rows found. On SQLite a transaction holds the only write lock from its start. Keys do not
    change, so rows that point at these may be added meanwhile."""
    if not on_postgres():
        return ""
    return " FOR NO KEY UPDATE" + (f" OF {of}" if of else "") + (" SKIP LOCKED" if skip else "")


def at(moment: datetime) -> Any:
    """A time as a parameter."""
    return connection.ops.adapt_datetimefield_value(moment)


def when(value: Any) -> datetime | None:
    """A time as it comes back: SQLite keeps times in UTC without saying so."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def as_json(value: Any) -> Any:
    """A JSON value as a parameter."""
    return connection.ops.adapt_json_value(value, None)


def as_uuid(value: UUID) -> Any:
    """A UUID as a parameter."""
    return value if connection.features.has_native_uuid_field else value.hex
