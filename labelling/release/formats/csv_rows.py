"""CSV: UTF-8, a comma between cells, lines end with one line feed, quotes only where needed.

Cells hold what the data hold, exactly: a text that begins with =, + or - is not changed, because these files feed
programs. (Open them in a spreadsheet as text.) No value is an empty cell; so is an empty text. Tags are joined by |,
counts and other lists are JSON.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from labelling.release.fields import Column
from labelling.release.formats.base import Batch, Writer

ROWS = 10_000
csv.field_size_limit(2**31 - 1)


class CsvWriter(Writer):
    suffix = "csv"

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        super().__init__(path, columns)
        self.file = path.open("w", encoding="utf-8", newline="")
        self.writer = csv.writer(self.file, lineterminator="\n")
        self.writer.writerow([column.name for column in columns])

    def _write(self, batch: Batch) -> None:
        cells = [
            [None if value is None else write(value) for value in values] if (write := _writer(column)) else values
            for column, values in zip(self.columns, batch, strict=True)
        ]
        self.writer.writerows(zip(*cells, strict=True))

    def close(self) -> None:
        self.file.close()

    @staticmethod
    def read(file: BinaryIO, names: Sequence[str], columns: Sequence[Column]) -> Iterator[Batch]:
        """Cells as texts, None for empty ones."""
        text = TextIOWrapper(file, encoding="utf-8", newline="")
        reader = csv.reader(text)
        header = next(reader)
        places = [header.index(name) for name in names]
        rows = []
        for row in reader:
            rows.append([row[place] or None for place in places])
            if len(rows) == ROWS:
                yield [list(column) for column in zip(*rows, strict=True)]
                rows = []
        if rows:
            yield [list(column) for column in zip(*rows, strict=True)]
        text.detach()


def _writer(column: Column) -> Callable[[Any], str] | None:
    """How a value that is not None becomes a cell; None where the csv module's own way will do."""
    if column.write is not None and column.type not in ("string", "int"):
        return column.write
    if column.type == "bool":
        return lambda value: "true" if value else "false"
    if column.type == "strings":
        return "|".join
    if column.type in ("json", "counts"):
        return lambda value: orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    return None
