"""From the database to columns, without a Python object a row where it matters.

PostgreSQL is read through ADBC into Arrow, on a connection of its own. SQLite is read through Python's own module, on a
read-only connection of its own: never through a driver that brings a second copy of SQLite into the process. When such
a copy closes the file, the operating system drops the locks that the first one holds; another process then takes itself
for the last one, deletes the write-ahead log under our feet, and what this process writes afterwards is lost.

Where Django's connection holds what others cannot see yet (an open transaction, an in-memory database), its cursor is read.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from typing import Any, Protocol
from urllib.parse import quote

import numpy as np
import pyarrow as pa
from django.db import connection
from numpy.typing import NDArray

FETCH = 50_000  # rows at a time
BUSY_SECONDS = 20  # a writer that folds the log back holds readers up for a moment


class Reader(Protocol):
    """One consistent look at the database. SQL holds its values inline (`literal`); NULLs are coalesced by the query."""

    vendor: str

    def integers(self, columns: Mapping[str, str], source: str) -> dict[str, NDArray[np.int64]]:
        """`SELECT columns FROM source`, as int64 arrays by name; `columns` are SQL expressions that are never NULL. Rows come
        in any order, the same for all columns. The fast way."""
        ...

    def table(self, sql: str) -> pa.Table: ...

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]: ...


@contextmanager
def snapshot() -> Iterator[Reader]:
    """A Reader whose queries all see the same state, until the block ends."""
    if not seen_by_all():
        with connection.cursor() as cursor:
            yield (SqliteReader if connection.vendor == "sqlite" else CursorReader)(cursor)
        return
    with ExitStack() as stack:
        if connection.vendor == "sqlite":
            opened = stack.enter_context(closing(_open_sqlite()))
            opened.execute("BEGIN")
            yield SqliteReader(stack.enter_context(closing(opened.cursor())))
        else:
            cursor = stack.enter_context(closing(stack.enter_context(closing(_open_postgresql())).cursor()))
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield AdbcReader(cursor)


def seen_by_all() -> bool:
    """Whether what Django's connection sees is what others see too: it is in no transaction, and the database is no part of it."""
    return not connection.in_atomic_block and not _in_memory()


def literal(value: int | str) -> str:
    """A value as SQL text, for both databases."""
    if isinstance(value, int):
        return str(int(value))
    if "\x00" in value:
        raise ValueError("SQL texts hold no null bytes.")
    return "'" + value.replace("'", "''") + "'"


class CursorReader:
    """Rows through an ordinary cursor."""

    def __init__(self, cursor: Any) -> None:
        self.vendor = connection.vendor
        self._cursor = cursor

    def integers(self, columns: Mapping[str, str], source: str) -> dict[str, NDArray[np.int64]]:
        return _of_table(self.table(_select(columns, source)), columns)

    def table(self, sql: str) -> pa.Table:
        batches = list(self.batches(sql))
        return pa.concat_tables([pa.Table.from_batches([batch]) for batch in batches], promote_options="permissive")

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        self._cursor.execute(sql)
        names = [column[0] for column in self._cursor.description]
        rows = self._cursor.fetchmany(FETCH)
        while True:
            columns = list(zip(*rows, strict=True)) or [[] for _ in names]
            yield pa.RecordBatch.from_arrays([pa.array(column) for column in columns], names=names)
            rows = self._cursor.fetchmany(FETCH)
            if not rows:
                return


class SqliteReader(CursorReader):
    """Columns of integers leave SQLite as one text each, which NumPy reads ten times faster than rows are fetched."""

    def integers(self, columns: Mapping[str, str], source: str) -> dict[str, NDArray[np.int64]]:
        texts = ", ".join(f"group_concat({name})" for name in columns)
        self._cursor.execute(f"SELECT count(*), {texts} FROM ({_select(columns, source)})")
        count, *found = self._cursor.fetchone()
        if not count:
            return {name: np.zeros(0, dtype=np.int64) for name in columns}
        arrays = {}
        for name in columns:
            arrays[name] = np.fromstring(found.pop(0), dtype=np.int64, sep=",", count=count)
        return arrays


class AdbcReader:
    """PostgreSQL's own binary copy, straight into Arrow."""

    def __init__(self, cursor: Any) -> None:
        self.vendor = connection.vendor
        self._cursor = cursor

    def integers(self, columns: Mapping[str, str], source: str) -> dict[str, NDArray[np.int64]]:
        return _of_table(self.table(_select(columns, source)), columns)

    def table(self, sql: str) -> pa.Table:
        self._cursor.execute(sql)
        return self._cursor.fetch_arrow_table()

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        self._cursor.execute(sql)
        yield from self._cursor.fetch_record_batch()


def _select(columns: Mapping[str, str], source: str) -> str:
    return f"SELECT {', '.join(f'{sql} AS {name}' for name, sql in columns.items())} FROM {source}"


def _of_table(table: pa.Table, columns: Mapping[str, str]) -> dict[str, NDArray[np.int64]]:
    if not table.num_rows:  # a column of no rows may have no type
        return {name: np.zeros(0, dtype=np.int64) for name in columns}
    return {name: table.column(name).to_numpy().astype(np.int64, copy=False) for name in columns}


def _in_memory() -> bool:
    return connection.vendor == "sqlite" and connection.is_in_memory_db()


def _open_sqlite() -> sqlite3.Connection:
    name = quote(str(connection.settings_dict["NAME"]))
    return sqlite3.connect(f"file:{name}?mode=ro", uri=True, timeout=BUSY_SECONDS, isolation_level=None)


def _open_postgresql() -> Any:
    from adbc_driver_postgresql import dbapi
    from psycopg.conninfo import make_conninfo

    settings = connection.settings_dict
    wanted = {"dbname": settings["NAME"], "user": settings["USER"], "password": settings["PASSWORD"],
              "host": settings["HOST"], "port": settings["PORT"]}  # fmt: skip
    ssl = {name: value for name, value in settings["OPTIONS"].items() if name.startswith("ssl")}
    return dbapi.connect(make_conninfo(**{name: value for name, value in {**wanted, **ssl}.items() if value}))
