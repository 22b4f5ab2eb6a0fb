"""JSON Lines: one object a line; blank lines are passed over."""

from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson

from labelling.intake.formats.base import BadRow, Limits, Row, Rows, with_first_columns
from labelling.intake.formats.text import LineTooLong, encoding_of, head_of, lines


def read(file: BinaryIO, limits: Limits) -> Rows:
    head, whole = head_of(file)
    encoding = encoding_of(head, whole=whole)
    return with_first_columns(_rows(lines(file, encoding, limits), limits))


def _rows(texts: Iterator[str], limits: Limits) -> Iterator[Row]:
    number = line = 0
    while True:
        try:
            text = next(texts)
        except StopIteration:
            return
        except LineTooLong:
            yield number + 1, BadRow(f"Line {line + 1:,} is longer than {limits.row_bytes:,} bytes. Nothing after it was read.", last=True)
            return
        except UnicodeDecodeError:
            yield number + 1, BadRow(f"After line {line:,} the file is no longer UTF-16. Nothing after it was read.", last=True)
            return
        line += 1
        if not text.strip():
            continue
        number += 1
        try:
            yield number, as_row(orjson.loads(text.encode("utf-8", "surrogateescape")))
        except ValueError as error:
            yield number, BadRow(f"Line {line:,} is not JSON: {say(error)}.")


def as_row(value: Any) -> dict[str, Any] | BadRow:
    """The value, if it is an object."""
    if isinstance(value, dict):
        return value
    names = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return BadRow(f'This is {names.get(type(value), "a number")}; each row is an object like {{"key": "a1", "text": "..."}}.')


def say(error: Exception) -> str:
    """A JSON error in its own words, without the position twice."""
    words = str(error)
    if "surrogate" in words:
        return "a text holds half of a surrogate pair or a byte that is not UTF-8"
    return words.split(": line ")[0]
