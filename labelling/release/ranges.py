"""What of a file an HTTP request asks for: conditions and byte ranges (RFC 9110, 13 and 14). Pure."""

import re
from dataclasses import dataclass

RANGE = re.compile(r"bytes=\s*([0-9]*)\s*-\s*([0-9]*)\s*", re.IGNORECASE)
DIGITS = 18


@dataclass(frozen=True, slots=True)
class Part:
    """`status` 200 (whole), 206 (from `start`, `length` bytes), 304 (they have it) or 416 (not there)."""

    status: int
    start: int
    length: int


def asked_part(*, size: int, etag: str, if_none_match: str = "", range_: str = "", if_range: str = "") -> Part:
    """Which part of a file of `size` bytes answers these headers. `etag` is quoted, as in the ETag header.

    Several ranges at once, units other than bytes and what cannot be read are answered with the whole file, as the
    standard allows; a date in If-Range never matches, because these files have no date.
    """
    if if_none_match and matches(etag, if_none_match):
        return Part(304, 0, 0)
    whole = Part(200, 0, size)
    if not range_ or (if_range and if_range.strip() != etag):
        return whole
    found = RANGE.fullmatch(range_.strip())
    if found is None or found[1] == found[2] == "" or max(len(found[1]), len(found[2])) > DIGITS:
        return whole
    first, last = found[1], found[2]
    if not first:  # the last so many bytes
        length = min(int(last), size)
        return Part(206, size - length, length) if length else Part(416, 0, 0)
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return whole
    return Part(206, start, end - start + 1) if start < size else Part(416, 0, 0)


def matches(etag: str, header: str) -> bool:
    """Whether If-None-Match names this file; weak tags compare as strong ones there."""
    names = [name.strip().removeprefix("W/") for name in header.split(",")]
    return "*" in names or etag in names
