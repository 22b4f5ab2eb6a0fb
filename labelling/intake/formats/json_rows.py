"""A JSON array of objects, read piece by piece: only one element is in memory at a time."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from labelling.errors import WrongContent
from labelling.intake.formats.base import BadRow, Limits, Row, Rows, with_first_columns
from labelling.intake.formats.jsonl_rows import as_row
from labelling.intake.formats.text import encoding_of, head_of

PIECE = 256 * 1024
BLANK = re.compile(r"[ \t\r\n]*")
NEXT = re.compile(r"[ \t\r\n]*(?:(,)[ \t\r\n]*)?")


def read(file: BinaryIO, limits: Limits) -> Rows:
    head, whole = head_of(file)
    encoding = encoding_of(head, whole=whole)
    text = head.decode("utf-16", "replace") if encoding == "utf-16" else head.decode("utf-8-sig", "replace")
    if not text.lstrip().startswith("["):
        raise WrongContent("The file is not a list: it should start with [ and hold objects. With one object a line it is JSONL.")
    return with_first_columns(elements(file, encoding, limits))


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


_decode = json.JSONDecoder(parse_constant=_refuse).raw_decode


class _Text:
    """The file as a growing and shrinking piece of text."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        file.seek(0)
        self.file, self.text, self.at, self.over = file, "", 0, False
        self.decoder = codecs.getincrementaldecoder(encoding)(errors="surrogateescape" if encoding != "utf-16" else "surrogatepass")

    def more(self) -> bool:
        """Read on, keeping what is not used yet; at least doubles it, so that long elements cost no square."""
        if self.over:
            return False
        piece = self.file.read(max(PIECE, len(self.text) - self.at))
        self.over = not piece
        self.text, self.at = self.text[self.at :] + self.decoder.decode(piece, final=self.over), 0
        return True

    def skip(self, pattern: re.Pattern[str]) -> re.Match[str]:
        """Go past blanks, and a comma where the pattern has one; reads on at the end of the piece."""
        while True:
            found = pattern.match(self.text, self.at)
            assert found is not None  # both patterns match nothing too
            if found.end() < len(self.text) or not self.more():
                self.at = found.end()
                return found


def elements(file: BinaryIO, encoding: str, limits: Limits) -> Iterator[Row]:
    """The elements of the array. What is wrong between or inside them ends the reading: nobody knows where the next begins."""
    number = 0
    try:
        text = _Text(file, encoding)
        text.skip(BLANK)
        text.at += 1  # the bracket, seen by read()
        comma = True
        while True:
            text.skip(BLANK)
            if text.text[text.at : text.at + 1] == "]" and (number == 0 or not comma):
                text.at += 1
                text.skip(BLANK)
                if text.at < len(text.text):
                    yield number + 1, BadRow("Something stands after the end of the list; it was not read.", last=True)
                return
            if not comma:
                yield number + 1, BadRow(f"After element {number:,} a comma or ] is missing. Nothing after it was read.", last=True)
                return
            number += 1
            value = _element(text, limits)
            if isinstance(value, BadRow):
                yield number, value
                return
            yield number, as_row(value[0])
            comma = text.skip(NEXT).group(1) is not None
    except (UnicodeDecodeError, RecursionError) as error:
        what = "is nested too deeply" if isinstance(error, RecursionError) else "holds bytes that are no text"
        yield number + 1, BadRow(f"The file {what} here. Nothing after it was read.", last=True)


def _element(text: _Text, limits: Limits) -> tuple[Any] | BadRow:
    while True:
        try:
            value, end = _decode(text.text, text.at)
        except (ValueError, StopIteration) as error:
            if len(text.text) - text.at > limits.row_bytes:
                return BadRow(f"The element is longer than {limits.row_bytes:,} characters, or its end is missing. Nothing after it was read.", last=True)
            if not text.more():
                words = error.msg if isinstance(error, json.JSONDecodeError) else "not JSON"
                return BadRow(f"The element cannot be read as JSON ({words}). Nothing after it was read.", last=True)
            continue
        if end == len(text.text) and not text.over:  # a number may go on in the next piece
            text.more()
            continue
        text.at = end
        return (value,)
