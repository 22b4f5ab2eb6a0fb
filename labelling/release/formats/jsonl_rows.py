"""JSON Lines: one object a row, its keys in the columns' order, UTF-8."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import orjson

from labelling.release.fields import Column
from labelling.release.formats.base import Batch, Writer

ROWS = 10_000


class JsonlWriter(Writer):
    suffix = "jsonl"

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        super().__init__(path, columns)
        self.names = [column.name for column in columns]
        self.file = path.open("wb")

    def _write(self, batch: Batch) -> None:
        names = self.names
        # Values are canonical when they get here; only JSON inside a value may still have its keys in any order.
        nested = {place for place, column in enumerate(self.columns) if column.type == "json"}
        batch = [[_sorted(value) for value in values] if place in nested else values for place, values in enumerate(batch)]
        self.file.writelines(
            orjson.dumps(dict(zip(names, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE) for row in zip(*batch, strict=True)
        )

    def close(self) -> None:
        self.file.close()

    @staticmethod
    def read(file: BinaryIO, names: Sequence[str], columns: Sequence[Column]) -> Iterator[Batch]:
        rows = []
        for line in file:
            row = orjson.loads(line)
            rows.append([row[name] for name in names])
            if len(rows) == ROWS:
                yield [list(column) for column in zip(*rows, strict=True)]
                rows = []
        if rows:
            yield [list(column) for column in zip(*rows, strict=True)]


def _sorted(value: object) -> object:
    return None if value is None else orjson.Fragment(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))
