"""What figures are computed from, as NumPy columns in the order of their examples.

All functions take ids that the caller got from a selector which checked access; none of them does.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from labelling.errors import Invalid
from labelling.measure import live
from labelling.measure.bulk import Reader, literal, snapshot
from labelling.measure.counted import Columns, Ints, Rounds, code_values, narrow, read_rows

__all__ = [
    "Categories", "Columns", "ExampleColumns", "Resolved", "Rounds", "TookPart", "code_values", "example_columns", "read_counted",
    "read_resolved", "read_took_part",
]  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Resolved:
    """Answers that stand after a resolution, ordered by (example, code); several rows where several are right."""

    example: Ints
    code: Ints
    gold: Ints  # 0 or 1


@dataclass(frozen=True, slots=True, eq=False)
class TookPart:
    """Who helped to settle which example, ordered by (example, user)."""

    example: Ints
    user: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Categories:
    """One value an example, as a place in `values`; -1 where there is none."""

    code: Ints
    values: list[Any]


@dataclass(frozen=True, slots=True, eq=False)
class ExampleColumns:
    """`id` ascending; `columns[name].code` has one entry an id."""

    id: NDArray[Any]
    columns: dict[str, Categories]

    def place(self, example: NDArray[Any]) -> NDArray[np.intp]:
        """Where each of these ids (all of them known) stands in `id`."""
        return np.searchsorted(self.id, example)


def read_counted(question_id: int, *, rounds: Rounds = "current", reader: Reader | None = None) -> Columns:
    """The counted answers to a question. "current": of each example's newest round alone; or the rounds named.

    With a `reader` it sees that reader's snapshot; without one it sees the newest, and reads only what is not known yet.
    """
    if reader is not None:
        return read_rows(question_id, rounds, reader)
    if (known := live.known(question_id)) is not None:
        return known.rows(rounds)
    with snapshot() as own:
        return read_rows(question_id, rounds, own)


def read_resolved(question_id: int, *, reader: Reader | None = None, known: live.Known | None = None) -> Resolved:
    """The answers to a question that stand for examples which were settled (or came with their truth); `known` are those that were
    given to it, if they are at hand."""
    if reader is None:
        return _unless_known(known or live.known(question_id), ("resolved",), lambda own: read_resolved(question_id, reader=own))
    gold = "gold" if reader.vendor == "sqlite" else "gold::int"
    found = reader.table(
        f"SELECT example_id AS example, code, {gold} AS gold FROM labelling_resolvedanswer "
        f"WHERE question_id = {literal(question_id)} ORDER BY example_id, code"
    )
    return Resolved(_ints(found, "example"), _ints(found, "code"), _ints(found, "gold"))


def read_took_part(project_id: int, *, reader: Reader | None = None, known: live.Known | None = None) -> TookPart:
    """Who helped to settle which example of a project; `known` are the answers to one of its questions, if they are at hand."""
    if reader is None:
        return _unless_known(known, ("took part",), lambda own: read_took_part(project_id, reader=own))
    found = reader.table(
        "SELECT t.example_id AS example, t.user_id AS user_ FROM labelling_tookpart t JOIN labelling_example e "
        f"ON e.id = t.example_id WHERE e.project_id = {literal(project_id)} ORDER BY t.example_id, t.user_id"
    )
    return TookPart(_ints(found, "example"), _ints(found, "user_"))


def _unless_known(known: live.Known | None, key: tuple[str], read: Callable[[Reader], live.Found]) -> live.Found:
    """What stands after resolutions, read again only if it has changed."""

    def anew() -> live.Found:
        with snapshot() as own:
            return read(own)

    return anew() if known is None else known.lasting(key, known.standing, anew)


def example_columns(
    project_id: int, wanted: Iterable[str] = ("source", "batch", "state"), *, reader: Reader | None = None
) -> ExampleColumns:
    """What slices of figures go by: "source" (its key), "batch" (its id), "state", "meta.NAME" (the JSON value).

    Raises Invalid for another name. Where an example lacks the field its code is -1.
    """
    if reader is None:
        with snapshot() as own:
            return example_columns(project_id, wanted, reader=own)
    wanted = list(dict.fromkeys(wanted))
    parts = [f"{_example_column(name, reader.vendor)} AS c{number}" for number, name in enumerate(wanted)]
    found = reader.table(
        f"SELECT {', '.join(['id', *parts])} FROM labelling_example WHERE project_id = {literal(project_id)} ORDER BY id"
    )
    columns = {}
    for number, name in enumerate(wanted):
        column = found.column(f"c{number}")
        if name.startswith("meta."):
            whole = reader.vendor == "sqlite" and '"' in name
            pick = name.removeprefix("meta.")
            columns[name] = _categories(column, (lambda text, key=pick: orjson.loads(text).get(key)) if whole else orjson.loads)
        elif name == "state":
            columns[name] = _categories(column, str)
        else:
            columns[name] = _by_id(column, _source_keys(project_id, reader) if name == "source" else None)
    return ExampleColumns(_ints(found, "id"), columns)


def _example_column(name: str, vendor: str) -> str:
    if name in ("source", "batch"):
        return f"COALESCE({name}_id, 0)"
    if name == "state":
        return "state"
    field = name.removeprefix("meta.")
    if field == name or not field or "\x00" in field:
        raise Invalid.field("by", f"Examples have no column {name!s:.60}. Known: source, batch, state, meta.NAME.")
    if vendor == "sqlite" and '"' in field:
        return "meta"  # no path of SQLite's names such a field: it is picked out below
    if vendor == "sqlite":
        # Written as Django writes JSON into the table, in ASCII: older SQLite compares the escapes as they stand.
        return f"COALESCE(meta -> {literal('$.' + json.dumps(field))}, '')"
    return f"COALESCE((meta -> {literal(field)})::text, '')"


def _categories(column: pa.ChunkedArray, read: Any) -> Categories:
    """Distinct texts as values; texts that mean the same JSON value share a place, '' and null have none."""
    encoded = column.cast(pa.large_string()).combine_chunks().dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    names: dict[bytes, Any] = {}
    meant = []
    for text in texts:
        value = read(text) if text else None
        name = b"" if value is None else orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        names.setdefault(name, value)
        meant.append(name)
    names.pop(b"", None)
    place = {name: number for number, name in enumerate(sorted(names))}
    table = np.array([place.get(name, -1) for name in meant], dtype=np.int32)
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    return Categories(table[codes] if table.size else codes.astype(np.int32), [names[name] for name in sorted(names)])


def _by_id(column: pa.ChunkedArray, names: dict[int, str] | None) -> Categories:
    """Ids as values, or their names where given, in the order of ids."""
    ids, codes = np.unique(_numbers(column), return_inverse=True)
    values = [names.get(int(number)) if names is not None else int(number) for number in ids]
    codes = codes.astype(np.int32)
    return Categories(codes - 1, values[1:]) if ids.size and ids[0] == 0 else Categories(codes, values)


def _source_keys(project_id: int, reader: Reader) -> dict[int, str]:
    found = reader.table(f"SELECT id, key FROM labelling_source WHERE project_id = {literal(project_id)}")
    return dict(zip(found.column("id").to_pylist(), found.column("key").to_pylist(), strict=True))


def _numbers(column: pa.ChunkedArray) -> NDArray[Any]:
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int32())  # Django's cursor makes truth values of SQLite's 0 and 1
    return column.to_numpy() if pa.types.is_integer(column.type) else np.zeros(len(column), dtype=np.int32)


def _ints(found: pa.Table, name: str) -> NDArray[Any]:
    return narrow(_numbers(found.column(name)))
