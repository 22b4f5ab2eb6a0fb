"""Bytes to lines of text: UTF-8 with or without its mark, UTF-16 with its mark; anything else is refused by name."""

import codecs
from collections.abc import Iterator
from io import TextIOWrapper
from typing import BinaryIO

from labelling.errors import WrongContent
from labelling.intake.formats.base import Limits

HEAD = 64 * 1024
ADVICE = "Save the file as UTF-8 and import it again."


class LineTooLong(Exception):
    """A line beyond the limit: the rest of the file cannot be cut into rows."""


def encoding_of(head: bytes, *, whole: bool) -> str:
    """`utf-8-sig` or `utf-16`, from the first bytes of a file; `whole` says that there are no more.

    Raises WrongContent naming the byte and the line that is neither.
    """
    if not head:
        raise WrongContent("The file is empty (0 bytes). Export it again.")
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise WrongContent(f"The file is written in UTF-32. {ADVICE}")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=whole)
    except UnicodeDecodeError as error:
        line = head.count(b"\n", 0, error.start) + 1
        raise WrongContent(
            f"Line {line:,} holds the byte 0x{head[error.start]:02X} (byte {error.start + 1:,} of the file), which is not UTF-8, "
            f"and no mark at the start says which encoding it is. {ADVICE}"
        ) from None
    if head.count(b"\x00") > len(head) // 5:
        raise WrongContent(f"The file looks like UTF-16 without its mark, or like no text at all. {ADVICE}")
    return "utf-8-sig"


def head_of(file: BinaryIO) -> tuple[bytes, bool]:
    """The first bytes of a file, and whether they are all of it."""
    file.seek(0)
    head = file.read(HEAD)
    whole = len(head) < HEAD
    file.seek(0)
    return head, whole


def lines(file: BinaryIO, encoding: str, limits: Limits) -> Iterator[str]:
    """The lines with their ends. A byte that is not UTF-8 comes out as a lone surrogate (U+DC80 to U+DCFF), so that only
    its own row is refused. Raises LineTooLong."""
    limit = limits.row_bytes
    if encoding == "utf-16":
        yield from _wide_lines(file, limit)
        return
    file.seek(0)
    readline = file.readline
    line = readline(limit + 1).removeprefix(codecs.BOM_UTF8)
    while line:
        if len(line) > limit:
            raise LineTooLong
        yield line.decode("utf-8", "surrogateescape")
        line = readline(limit + 1)


def _wide_lines(file: BinaryIO, limit: int) -> Iterator[str]:
    file.seek(0)
    text = TextIOWrapper(file, encoding="utf-16", errors="surrogatepass", newline="")
    try:
        while line := text.readline(limit + 1):
            if len(line) > limit:
                raise LineTooLong
            yield line
    finally:
        text.detach()


def foreign_byte(text: str) -> str | None:
    """What is wrong with a text that cannot be stored, in words; None if nothing is."""
    for char in text:
        if "\udc80" <= char <= "\udcff":
            return f"the byte 0x{ord(char) - 0xDC00:02X} is not UTF-8"
        if "\ud800" <= char <= "\udfff":
            return "it holds half of a surrogate pair, which is not a character"
        if char == "\x00":
            return "it holds a null byte"
    return None
