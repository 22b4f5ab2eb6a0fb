"""What figures are computed from, as NumPy columns in the order of their examples.

All functions take ids that the caller got from a selector which checked access; none of them does.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, Self

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from labelling.errors import Invalid
from labelling.label.models import AnswerCode
from labelling.measure.bulk import Reader, literal, snapshot

Ints = NDArray[np.int32]
Rounds = Literal["current", "all"] | Sequence[int]
INT32 = np.iinfo(np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Counted answers of one question, one entry a row, ordered by (example, labeller, round).

    All are int32 (int64 where an id needs it). `example` and `labeller` are database ids, `day` counts from 1970-01-01
    UTC, `imported` is 0 or 1.
    """

    example: Ints
    labeller: Ints
    code: Ints
    round: Ints
    schema_version: Ints
    guideline_version: Ints
    day: Ints
    imported: Ints

    def __len__(self) -> int:
        return int(self.example.size)

    def keep(self, mask: NDArray[Any]) -> Self:
        """The rows where `mask` holds (or those at its places), still in order."""
        return type(self)(**{field.name: getattr(self, field.name)[mask] for field in fields(self)})


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

    With a `reader` it sees that reader's snapshot, without one its own.
    """
    if reader is None:
        with snapshot() as own:
            return read_counted(question_id, rounds=rounds, reader=own)
    where = f"question_id = {literal(question_id)}"
    if rounds != "current" and rounds != "all":
        where += f" AND round IN ({', '.join(literal(number) for number in rounds) or 'NULL'})"
    big, flag = ("", "imported") if reader.vendor == "sqlite" else ("::bigint", "imported::int")
    # Three numbers a row instead of eight: getting values out of the database costs more than all that follows.
    found = reader.integers(
        {
            "example": f"(example_id{big} << 20) | schema_version",
            "who": f"(labeller_id{big} << 32) | code",
            "what": f"(day{big} << 36) | (guideline_version{big} << 17) | (round{big} << 1) | {flag}",
        },
        f"labelling_countedanswer WHERE {where}",
    )
    example, who, what = found["example"], found["who"], found["what"]
    columns = Columns(
        example=_narrow(example >> 20),
        labeller=_narrow(who >> 32),
        code=_narrow(who & 0xFFFFFFFF),
        round=_narrow((what >> 1) & 0xFFFF),
        schema_version=_narrow(example & 0xFFFFF),
        guideline_version=_narrow((what >> 17) & 0x7FFFF),
        day=_narrow(what >> 36),
        imported=_narrow(what & 1),
    )
    del found, example, who, what
    if rounds == "current":
        columns = _current(columns, question_id, reader)
    order = _order(columns.example, columns.labeller, columns.round)
    return columns if order is None else columns.keep(order)


def _current(columns: Columns, question_id: int, reader: Reader) -> Columns:
    """Leave out answers of rounds that were given up. Examples that were sent back are few and have an index."""
    found = reader.integers(
        {"id": "id", "newest": "round"},
        "labelling_example WHERE round > 1 AND "
        f"project_id = (SELECT project_id FROM labelling_question WHERE id = {literal(question_id)})",
    )
    ids, newest = _narrow(found["id"]), _narrow(found["newest"])
    if not ids.size or not len(columns):
        return columns
    by_id = np.argsort(ids)
    ids, newest = ids[by_id], newest[by_id]
    at = np.minimum(np.searchsorted(ids, columns.example), ids.size - 1)
    wanted = np.where(ids[at] == columns.example, newest[at], 1)
    return columns.keep(columns.round == wanted)


def read_resolved(question_id: int, *, reader: Reader | None = None) -> Resolved:
    """The answers to a question that stand for examples which were settled (or came with their truth)."""
    if reader is None:
        with snapshot() as own:
            return read_resolved(question_id, reader=own)
    gold = "gold" if reader.vendor == "sqlite" else "gold::int"
    found = reader.table(
        f"SELECT example_id AS example, code, {gold} AS gold FROM labelling_resolvedanswer "
        f"WHERE question_id = {literal(question_id)} ORDER BY example_id, code"
    )
    return Resolved(_ints(found, "example"), _ints(found, "code"), _ints(found, "gold"))


def read_took_part(project_id: int, *, reader: Reader | None = None) -> TookPart:
    """Who helped to settle which example of a project."""
    if reader is None:
        with snapshot() as own:
            return read_took_part(project_id, reader=own)
    found = reader.table(
        "SELECT t.example_id AS example, t.user_id AS user_ FROM labelling_tookpart t JOIN labelling_example e "
        f"ON e.id = t.example_id WHERE e.project_id = {literal(project_id)} ORDER BY t.example_id, t.user_id"
    )
    return TookPart(_ints(found, "example"), _ints(found, "user_"))


def code_values(question_id: int) -> list[Any]:
    """The canonical answers of a question; an answer's place is its code."""
    rows = AnswerCode.objects.filter(question_id=question_id).order_by("code").values_list("code", "value")
    values: list[Any] = []
    for code, value in rows:
        values.extend([None] * (code - len(values)))  # codes have no gaps unless a transaction gave one up
        values.append(value)
    return values


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
    return _narrow(_numbers(found.column(name)))


def _narrow(numbers: NDArray[Any]) -> NDArray[Any]:
    """As int32, or as int64 where a number needs it."""
    if numbers.dtype.itemsize > 4 and numbers.size and not INT32.min <= numbers.min() <= numbers.max() <= INT32.max:
        return numbers.astype(np.int64, copy=False)
    return numbers.astype(np.int32, copy=False)


def _order(example: NDArray[Any], labeller: NDArray[Any], round_: NDArray[Any]) -> NDArray[np.intp] | None:
    """The places that put rows in order; None when they are. One sort of packed numbers where they fit."""
    if example.size < 2:
        return None
    bits = [int(column.max()).bit_length() for column in (example, labeller, round_)]
    if sum(bits) > 63:
        return np.lexsort((round_, labeller, example))
    packed = (example.astype(np.int64) << (bits[1] + bits[2])) | (labeller.astype(np.int64) << bits[2]) | round_
    return None if bool(np.all(packed[1:] > packed[:-1])) else np.argsort(packed)
