"""The columns of a split's files: their names, their types, and how the rows' values get there. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import orjson

from labelling.kinds import KINDS

Type = Literal["string", "bool", "int", "float", "strings", "json", "counts"]
FIXED = ("key", "split", "source", "tags")
PARTS = ("confidence", "decided_by", "votes", "also_right")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file. `write` makes its cell in a CSV file where that differs from the type's own way."""

    name: str
    type: Type
    write: Callable[[Any], str] | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A data or meta field of the examples and its column."""

    where: Literal["data", "meta"]
    name: str
    column: Column


class Shaped(Protocol):
    shapes: list[tuple[tuple[str, str, str], ...]]


def fields_of(candidates: Shaped, shape: Any, questions: Sequence[Mapping[str, Any]], shown: Sequence[str]) -> list[Field]:
    """The data fields (what is shown first, then by name) and the meta fields (by name) that examples in the version have.

    A data field whose name is taken by another column is called data.NAME; meta fields are always meta.NAME.
    """
    letters: dict[tuple[str, str], set[str]] = {}
    for number in np.unique(shape).tolist():
        for where, name, letter in candidates.shapes[number]:
            letters.setdefault((where, name), set()).add(letter)
    meta = sorted(name for where, name in letters if where == "meta")
    data = [name for name in shown if ("data", name) in letters]
    data += sorted(name for where, name in letters if where == "data" and name not in shown)
    taken = {*FIXED, *(f"meta.{name}" for name in meta)}
    for question in questions:
        taken |= {question["key"], *(f"{question['key']}__{part}" for part in PARTS)}
    fields: list[Field] = []
    for name in data:
        column = name
        while column in taken:
            column = f"data.{column}"
        taken.add(column)
        fields.append(Field("data", name, Column(column, type_of(letters["data", name]))))
    return fields + [Field("meta", name, Column(f"meta.{name}", type_of(letters["meta", name]))) for name in meta]


def type_of(letters: set[str]) -> Type:
    """The narrowest type that holds every value exactly; JSON text where they differ in kind."""
    found = letters - {"n"}
    if not found or found == {"s"}:
        return "string"
    if found == {"b"}:
        return "bool"
    if found <= {"i", "I"}:
        return "int"
    return "float" if found <= {"i", "f"} else "json"


def answer_column(question: Mapping[str, Any]) -> Column:
    """The column of a question's answers; its type hangs on the question alone, never on what was answered."""
    kind = KINDS[question["kind"]]

    def write(answer: Any) -> str:
        return kind.write(question, answer)

    if kind.name in ("choice", "text"):
        return Column(question["key"], "string", write)
    if kind.name == "rating":
        whole = all(isinstance(question.get(name), int) for name in ("low", "high", "step"))
        return Column(question["key"], "int" if whole else "float", write)
    if kind.name == "number":
        return Column(question["key"], "float", write)
    return Column(question["key"], "strings" if kind.name == "choices" else "json", write)


def columns_of(fields: Sequence[Field], questions: Sequence[Mapping[str, Any]]) -> list[Column]:
    """All columns of a split's files, in order."""
    columns = [Column("key", "string"), *(field.column for field in fields)]
    for question in questions:
        key = question["key"]
        columns += [
            answer_column(question),
            Column(f"{key}__confidence", "float"),
            Column(f"{key}__decided_by", "string"),
            Column(f"{key}__votes", "counts"),
            Column(f"{key}__also_right", "strings", _json),
        ]
    return [*columns, Column("split", "string"), Column("source", "string"), Column("tags", "strings")]


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
