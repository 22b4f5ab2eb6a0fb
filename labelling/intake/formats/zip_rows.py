"""A ZIP of pictures or sounds with an optional metadata.csv or metadata.jsonl.

One row a file: {"file": Packed, <its metadata>}. Names that lead out of the archive, links, archives in archives and
files that unpack to far more than they weigh are bad rows; nothing is ever unpacked to disk.
"""

import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from typing import Any, BinaryIO

from labelling.errors import WrongContent
from labelling.intake.formats import csv_rows, jsonl_rows
from labelling.intake.formats.base import BadRow, Limits, Row, Rows

BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, struct.error,
    OSError, EOFError, NotImplementedError, RuntimeError, ValueError, IndexError, OverflowError, MemoryError,
)  # fmt: skip
METADATA = ("metadata.csv", "metadata.jsonl")
NAME_COLUMNS = ("file", "file_name", "filename", "image", "audio")
SYSTEM_FILES = (".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class Packed:
    """A file inside an archive, not read yet."""

    name: str
    archive: zipfile.ZipFile
    info: zipfile.ZipInfo
    limit: int

    def read(self) -> bytes | BadRow:
        """Its bytes, or why they cannot be had: broken, or more than the limit."""
        try:
            with self.archive.open(self.info) as member:
                content = member.read(self.limit + 1)
        except BROKEN as error:
            return BadRow(f"{self.name!s:.200} cannot be unpacked: {str(error) or type(error).__name__:.200}.", column="file")
        if len(content) > self.limit:
            return BadRow(f"{self.name!s:.200} unpacks to more than {self.limit:,} bytes.", column="file")
        return content


def read(file: BinaryIO, limits: Limits) -> Rows:
    try:
        archive = zipfile.ZipFile(file)
        infos = [info for info in archive.infolist() if not _is_noise(info)]
    except BROKEN as error:
        raise WrongContent(f"The file cannot be read as a ZIP archive: {str(error) or type(error).__name__:.200}.") from None
    if len(infos) > limits.members:
        raise WrongContent(f"The archive holds {len(infos):,} files; at most {limits.members:,} can be imported at once. Split it.")
    described = [info for info in infos if info.filename.rsplit("/", 1)[-1] in METADATA]
    members = [info for info in infos if info not in described]
    if len(described) > 1:
        raise WrongContent("The archive holds more than one metadata file. Keep one metadata.csv or metadata.jsonl.")
    names = {info.filename for info in members}
    notes, columns = _metadata(archive, described[0], names, limits) if described else (_Notes({}, []), [])
    if not members:
        raise WrongContent("The archive holds no pictures or sounds.")
    return Rows(_rows(archive, members, notes, limits), ["file", *columns], total=len(members))


def _is_noise(info: zipfile.ZipInfo) -> bool:
    parts = info.filename.split("/")
    return info.filename.endswith("/") or parts[0] == "__MACOSX" or parts[-1] in SYSTEM_FILES


@dataclass(slots=True)
class _Notes:
    """Metadata rows by the file that they speak of, and those that speak of none."""

    by_name: dict[str, dict[str, Any]]
    bad: list[BadRow]


def _metadata(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, members: Collection[str], limits: Limits
) -> tuple[_Notes, list[str]]:
    """Its rows by file, and its columns. The file is named by a column that is called so, or else by the first one that does."""
    content = Packed(info.filename, archive, info, limits.metadata_bytes).read()
    if isinstance(content, BadRow):
        raise WrongContent(content.message)
    reader = csv_rows if info.filename.endswith(".csv") else jsonl_rows
    try:
        rows = reader.read(BytesIO(content), limits)
    except WrongContent as error:
        raise WrongContent(f"{info.filename}: {error.message}") from None
    folder = info.filename.rpartition("/")[0]
    numbered = iter(rows)
    first = next(numbered, None)
    given = first[1] if first is not None and not isinstance(first[1], BadRow) else {}
    naming = [name for name in rows.columns if isinstance(given.get(name), str) and _within(folder, given[name]) in members]
    column = next((name for name in NAME_COLUMNS if name in rows.columns), naming[0] if naming else None)
    if column is None:
        raise WrongContent(
            f"{info.filename} has no column that names the file: call it file, file_name or image. Its columns: {', '.join(rows.columns)[:300]}."
        )
    again = [name for name in naming if name != column]  # the same name a second time, under the field that shows it
    notes = _Notes({}, [])
    for number, row in numbered if first is None else chain([first], numbered):
        if isinstance(row, BadRow):
            notes.bad.append(BadRow(f"{info.filename}, row {number:,}: {row.message}", column=row.column))
            continue
        name = row.pop(column, None)
        path = _within(folder, name)
        if not isinstance(name, str) or not name:
            notes.bad.append(BadRow(f"{info.filename}, row {number:,}: names no file.", column=column))
        elif path in notes.by_name:
            notes.bad.append(BadRow(f"{info.filename}, row {number:,}: the file {name:.200} is there twice.", column=column))
        else:
            for twin in again:
                if row.get(twin) == name:
                    del row[twin]
            row.pop("file", None)
            notes.by_name[path] = row
    return notes, [name for name in rows.columns if name not in (column, "file", *again)]


def _within(folder: str, name: Any) -> str:
    return f"{folder}/{name}" if folder else str(name)


def _rows(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], notes: _Notes, limits: Limits) -> Iterator[Row]:
    number, unpacked, seen = 0, 0, set()
    for info in members:
        number += 1
        wrong = _what_is_wrong(info, limits)
        if wrong is None and info.filename in seen:
            wrong = "is in the archive twice; the first one was taken"
        seen.add(info.filename)
        about = notes.by_name.pop(info.filename, {})
        if wrong is not None:
            yield number, BadRow(f"{info.filename!s:.200} {wrong}.", column="file")
            continue
        unpacked += info.file_size
        if unpacked > limits.unpacked_bytes:
            yield number, BadRow(f"The archive unpacks to more than {limits.unpacked_bytes:,} bytes. Nothing after {info.filename!s:.200} was read.", column="file", last=True)
            return
        yield number, {"file": Packed(info.filename, archive, info, limits.member_bytes), **about}
    for bad in notes.bad:
        number += 1
        yield number, bad
    for name in notes.by_name:
        number += 1
        yield number, BadRow(f"The metadata speak of {name!s:.200}, which is not in the archive.", column="file")


def _what_is_wrong(info: zipfile.ZipInfo, limits: Limits) -> str | None:
    name = info.orig_filename if "\x00" in info.orig_filename else info.filename
    if not name:
        return "(a file without a name) cannot be called by a key"
    if "\x00" in name:
        return "has a null byte in its name"
    if name.startswith(("/", "\\")) or name[1:2] == ":":
        return "has an absolute path for a name; nothing is written outside the archive"
    if ".." in name.replace("\\", "/").split("/"):
        return "has .. in its name; nothing is written outside the archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link, not a file"
    if info.flag_bits & 1:
        return "is encrypted. Pack it without a password"
    if info.file_size > limits.member_bytes:
        return f"unpacks to {info.file_size:,} bytes; at most {limits.member_bytes:,} are taken"
    if info.file_size > 2**20 and info.file_size > limits.ratio * max(info.compress_size, 1):
        return f"unpacks to {info.file_size // max(info.compress_size, 1):,} times its size, as a ZIP bomb does"
    return None
