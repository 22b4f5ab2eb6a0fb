"""A Label Studio JSON export: a list of {"id", "data", "meta"?, ...}. Its fields become columns; its own answers are left
to the import of labels."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, BinaryIO

from labelling.intake.formats import json_rows
from labelling.intake.formats.base import BadRow, Limits, Row, Rows, with_first_columns


def read(file: BinaryIO, limits: Limits) -> Rows:
    rows = json_rows.read(file, limits)
    first = list(islice(rows.rows, 50))
    named: dict[str, None] = {}
    for _, row in first:
        if isinstance(row, dict) and isinstance(row.get("data"), dict):
            named |= dict.fromkeys(row["data"])
    flattened = with_first_columns(flat(chain(first, rows.rows)))
    flattened.data_columns = list(named)
    return flattened


def flat(rows: Iterator[Row]) -> Iterator[Row]:
    for number, row in rows:
        yield number, row if isinstance(row, BadRow) else _flat(row)


def _flat(element: dict[str, Any]) -> dict[str, Any] | BadRow:
    """key, the fields of data, and those of meta that data does not have."""
    data, meta = element.get("data"), element.get("meta") or {}
    if not isinstance(data, dict):
        return BadRow("The element has no object called data, as a Label Studio export has.", column="data")
    if not isinstance(meta, dict):
        return BadRow("meta is not an object.", column="meta")
    row = {**meta, **data}
    if "id" in element:
        row["key"] = element["id"]
    return row
