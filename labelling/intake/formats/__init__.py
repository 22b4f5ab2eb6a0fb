"""Readers of files: bytes in, `(row number, row)` out, one row at a time, in flat memory. No Django in here.

    with open("reviews.csv", "rb") as file:
        rows = open_rows(file, guess_format(file, "reviews.csv"))
        for number, row in rows:
            ...  # row is a dict, or a BadRow that says what is wrong with it

Rows are counted from 1, without the header. What makes the whole file unreadable raises WrongContent before the first
row; what is wrong with one row is a BadRow in its place, and a BadRow with `last=True` says that nothing after it could
be read.
"""

from typing import BinaryIO

from labelling.errors import Invalid
from labelling.intake.formats import csv_rows, json_rows, jsonl_rows, label_studio, parquet_rows, zip_rows
from labelling.intake.formats.base import BadRow, Limits, Row, Rows
from labelling.intake.formats.guess import guess_format

READERS = {
    "csv": csv_rows.read,
    "jsonl": jsonl_rows.read,
    "json": json_rows.read,
    "parquet": parquet_rows.read,
    "zip": zip_rows.read,
    "label_studio": label_studio.read,
}
FORMATS = tuple(READERS)


def open_rows(file: BinaryIO, format: str, limits: Limits | None = None) -> Rows:
    """The rows of a file in one of FORMATS. Raises Invalid for an unknown format, WrongContent for a file that cannot be
    read as that format at all."""
    if format not in READERS:
        raise Invalid.field("format", f"The format is one of: {', '.join(FORMATS)}.")
    file.seek(0)
    return READERS[format](file, limits or Limits())


__all__ = ["FORMATS", "BadRow", "Limits", "Row", "Rows", "guess_format", "open_rows"]
