"""From the database to Arrow columns, without a Python object a row.

ADBC opens a connection of its own, read-only and on one snapshot, to the database that Django uses. Where Django's
connection holds what others cannot see yet (an open transaction, an in-memory database), its cursor is read instead.
"""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any, Protocol
from urllib.parse import quote

import pyarrow as pa
from django.db import connection

FETCH = 50_000  # rows at a time, on both ways
BUSY_MILLISECONDS = 20_000


class Reader(Protocol):
    """One consistent look at the database. SQL holds its values inline (`literal`); NULLs are coalesced by the query,
    because SQLite's columns take the type of their first rows."""

    vendor: str

    def table(self, sql: str) -> pa.Table: ...

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]: ...


@contextmanager
def snapshot() -> Iterator[Reader]:
    """A Reader whose queries all see the same state, until the block ends."""
    if connection.in_atomic_block or _in_memory():
        yield CursorReader()
        return
    with ExitStack() as stack:
        opened = stack.enter_context(closing(_open()))
        cursor = stack.enter_context(closing(opened.cursor()))
        if connection.vendor == "postgresql":
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        else:
            # A writer that folds the write-ahead log back holds readers up for a moment; the driver would give up at once.
            cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
            cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": FETCH})
        yield AdbcReader(cursor)


def literal(value: int | str) -> str:
    """A value as SQL text, for both databases."""
    if isinstance(value, int):
        return str(int(value))
    if "\x00" in value:
        raise ValueError("SQL texts hold no null bytes.")
    return "'" + value.replace("'", "''") + "'"


class AdbcReader:
    """The fast way."""

    def __init__(self, cursor: Any) -> None:
        self.vendor = connection.vendor
        self._cursor = cursor

    def table(self, sql: str) -> pa.Table:
        self._cursor.execute(sql)
        return self._cursor.fetch_arrow_table()

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        self._cursor.execute(sql)
        yield from self._cursor.fetch_record_batch()


class CursorReader:
    """The way inside a transaction: what Django's connection sees."""

    def __init__(self) -> None:
        self.vendor = connection.vendor

    def table(self, sql: str) -> pa.Table:
        batches = list(self.batches(sql))
        return pa.concat_tables([pa.Table.from_batches([batch]) for batch in batches], promote_options="permissive")

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            names = [column[0] for column in cursor.description]
            rows = cursor.fetchmany(FETCH)
            while True:
                columns = list(zip(*rows, strict=True)) or [[] for _ in names]
                yield pa.RecordBatch.from_arrays([pa.array(column) for column in columns], names=names)
                rows = cursor.fetchmany(FETCH)
                if not rows:
                    return


def _in_memory() -> bool:
    return connection.vendor == "sqlite" and connection.is_in_memory_db()


def _open() -> Any:
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        from adbc_driver_sqlite import dbapi

        return dbapi.connect(f"file:{quote(str(settings['NAME']))}?mode=ro")
    from adbc_driver_postgresql import dbapi
    from psycopg.conninfo import make_conninfo

    wanted = {"dbname": settings["NAME"], "user": settings["USER"], "password": settings["PASSWORD"],
              "host": settings["HOST"], "port": settings["PORT"]}  # fmt: skip
    ssl = {name: value for name, value in settings["OPTIONS"].items() if name.startswith("ssl")}
    return dbapi.connect(make_conninfo(**{name: value for name, value in {**wanted, **ssl}.items() if value}))
