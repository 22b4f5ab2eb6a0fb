"""The counted answers to a question, out of the database and into sorted columns."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from labelling.label.models import AnswerCode
from labelling.measure.bulk import Reader, literal

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
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

    @property
    def nbytes(self) -> int:
        return sum(int(getattr(self, field.name).nbytes) for field in fields(self))

    def keep(self, mask: NDArray[Any]) -> Self:
        """The rows where `mask` holds (or those at its places), still in order."""
        return type(self)(**{field.name: getattr(self, field.name)[mask] for field in fields(self)})


def read_rows(question_id: int, rounds: Rounds, reader: Reader) -> Columns:
    """The counted answers to a question, all of them read from the database."""
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
        example=narrow(example >> 20),
        labeller=narrow(who >> 32),
        code=narrow(who & 0xFFFFFFFF),
        round=narrow((what >> 1) & 0xFFFF),
        schema_version=narrow(example & 0xFFFFF),
        guideline_version=narrow((what >> 17) & 0x7FFFF),
        day=narrow(what >> 36),
        imported=narrow(what & 1),
    )
    del found, example, who, what
    order = _order(columns.example, columns.labeller, columns.round)
    if order is not None:
        columns = columns.keep(order)
    return newest_rounds(columns, *_sent_back(question_id, reader)) if rounds == "current" else columns


def _sent_back(question_id: int, reader: Reader) -> tuple[Longs, Longs]:
    """(ids ascending, newest round) of the examples that are past their first round. They are few and have an index."""
    found = reader.integers(
        {"id": "id", "newest": "round"},
        "labelling_example WHERE round > 1 AND "
        f"project_id = (SELECT project_id FROM labelling_question WHERE id = {literal(question_id)})",
    )
    by_id = np.argsort(found["id"])
    return found["id"][by_id], found["newest"][by_id]


def newest_rounds(columns: Columns, ids: Longs, newest: Longs) -> Columns:
    """Leave out answers of rounds that were given up: `newest` are the rounds of the examples `ids`, all others are in their first."""
    right = columns.round == 1
    if ids.size:
        rows, width = rows_of(columns, ids)
        right[rows] = columns.round[rows] == np.repeat(newest, width)
    return columns if bool(right.all()) else columns.keep(right)


def rows_of(columns: Columns, examples: NDArray[Any]) -> tuple[Longs, Longs]:
    """The rows of these examples (ids, each once), in their order, and how many each has."""
    begin = np.searchsorted(columns.example, examples)
    width = np.searchsorted(columns.example, examples, side="right") - begin
    return np.arange(int(width.sum())) + np.repeat(begin - np.cumsum(width) + width, width), width


def in_rounds(columns: Columns, rounds: Sequence[int]) -> Columns:
    """The rows of these rounds."""
    return columns.keep(np.isin(columns.round, np.array(rounds, dtype=np.int64)))


def code_values(question_id: int, known: Sequence[Any] = ()) -> list[Any]:
    """The canonical answers of a question; an answer's place is its code. Those that are `known` are not read again."""
    values = list(known)
    rows = AnswerCode.objects.filter(question_id=question_id, code__gte=len(values)).order_by("code")
    for code, value in rows.values_list("code", "value"):
        values.extend([None] * (code - len(values)))  # codes have no gaps unless a transaction gave one up
        values.append(value)
    return values


def narrow(numbers: NDArray[Any]) -> NDArray[Any]:
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
