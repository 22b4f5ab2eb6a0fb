"""What is in the files of a version: keys, splits and answers, whichever formats it was released in.

    for rows in read_columns(version, split="test", names=["key", "sentiment"]): ...     # lists, one a column

Columns come back as they went in; from CSV alone answers are parsed again, and other typed columns are texts.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from labelling.errors import NotFound
from labelling.kinds import KINDS
from labelling.kinds.rating import as_number
from labelling.release.fields import PARTS, Column, answer_column
from labelling.release.files import open_stored
from labelling.release.formats import WRITERS
from labelling.release.models import DatasetVersion, VersionFile
from labelling.release.rules import split_names


def questions_in(version: DatasetVersion) -> list[dict[str, Any]]:
    """The questions as they stood when the version was released."""
    return version.manifest["schema"]["questions"]


def read_columns(version: DatasetVersion, *, split: str, names: Sequence[str]) -> Iterator[list[list[Any]]]:
    """Some columns of one split, batch by batch, in the order of keys. Raises NotFound for a split that is not there."""
    if split not in version.policy["splits"]:
        raise NotFound(f"Version {version.number} has no split {split:.60}. Its splits: {', '.join(split_names(version.policy['splits']))}.")
    format = version.policy["formats"][0]
    suffix = WRITERS[format].suffix
    file = VersionFile.objects.get(version=version, name=f"{split}.{suffix}")
    questions = {question["key"]: question for question in questions_in(version)}
    columns = [_column(name, questions) for name in names]
    with open_stored(file.storage_name) as opened:
        for batch in WRITERS[format].read(opened, names, columns):
            batch = [_numbers(column, values) for column, values in zip(columns, batch, strict=True)]
            if format == "csv":
                batch = [_parsed(name, values, questions) for name, values in zip(names, batch, strict=True)]
            yield batch


def _numbers(column: Column, values: list[Any]) -> list[Any]:
    """Parquet gives 20 back as 20.0: numbers as answers are stored, so that versions in other formats compare."""
    return [as_number(value) if type(value) is float else value for value in values] if column.type == "float" and column.write else values


def read_splits(version: DatasetVersion) -> dict[str, str]:
    """Key → split of every example in a version."""
    found: dict[str, str] = {}
    for split in split_names(version.policy["splits"]):
        for (keys,) in read_columns(version, split=split, names=["key"]):
            found |= dict.fromkeys(keys, split)
    return found


def _column(name: str, questions: dict[str, dict[str, Any]]) -> Column:
    if name in questions:
        return answer_column(questions[name])
    key, _, part = name.rpartition("__")
    if key in questions and part in PARTS:
        return Column(name, {"confidence": "float", "decided_by": "string", "votes": "counts", "also_right": "strings"}[part])  # type: ignore[arg-type]
    return Column(name, "strings" if name == "tags" else "string")


def _parsed(name: str, values: list[Any], questions: dict[str, dict[str, Any]]) -> list[Any]:
    question = questions.get(name)
    if question is None:
        if name == "tags":
            return [value.split("|") if value else [] for value in values]
        return [orjson.loads(value) if value else None for value in values] if name.rpartition("__")[2] in ("also_right", "votes") else values
    kind = KINDS[question["kind"]]
    return [None if value is None else kind.canonical(question, kind.parse(question, value), name) for value in values]
