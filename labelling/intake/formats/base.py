"""What all readers share: a row, a bad row, and how big things may be."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from labelling.errors import WrongContent


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one file. They keep a hostile file from filling memory or disk; none is met by real data."""

    row_bytes: int = 8 * 2**20  # one line of text, one JSON object
    field_chars: int = 1_000_000
    columns: int = 1000
    rows: int = 10_000_000
    depth: int = 50  # of nested JSON
    members: int = 200_000  # files in an archive
    member_bytes: int = 64 * 2**20  # one file of an archive, unpacked
    unpacked_bytes: int = 16 * 2**30  # all of them
    ratio: int = 200  # unpacked to packed, above 1 MiB
    metadata_bytes: int = 64 * 2**20


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be read, and why, in a sentence. `last`: the file could not be read any further."""

    message: str
    column: str = ""
    last: bool = False


Row = tuple[int, "dict[str, Any] | BadRow"]


@dataclass(slots=True)
class Rows:
    """An open file: iterate once. `columns` are all columns (CSV, Parquet) or those of the first rows (JSON, ZIP);
    `sure` says which. `total` is the number of rows where the file says it. `data_columns` are those
    that the format itself calls data (Label Studio)."""

    rows: Iterator[Row]
    columns: list[str] = field(default_factory=list)
    sure: bool = False
    total: int | None = None
    data_columns: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Row]:
        return self.rows


def with_first_columns(rows: Iterator[Row], *, total: int | None = None, look_at: int = 50) -> Rows:
    """Rows whose columns are learnt from the first ones. Raises WrongContent when there is no row at all."""
    first = list(islice(rows, look_at))
    if not first:
        raise WrongContent("The file holds no rows.")
    columns: dict[str, None] = {}
    for _, row in first:
        if isinstance(row, dict):
            columns |= dict.fromkeys(row)
    if not columns:
        number, bad = next(((number, row.message) for number, row in first if isinstance(row, BadRow)), (1, "it holds no fields."))
        raise WrongContent(f"None of the first rows can be read. Row {number}: {bad}")
    return Rows(chain(first, rows), list(columns), total=total)


def check_columns(names: list[str], limits: Limits) -> None:
    """Raises WrongContent for a header that names a column twice or has too many."""
    if len(names) > limits.columns:
        raise WrongContent(f"The file has {len(names):,} columns; at most {limits.columns:,} can be imported.")
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise WrongContent(f"The column {twice[0]!s:.80} is there twice. Give each column a name of its own.")
    for name in names:
        if len(name) > 200 or "\x00" in name or not _is_text(name):
            raise WrongContent("A column's name is longer than 200 characters or holds bytes that are not text.")


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
