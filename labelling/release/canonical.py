"""One way to write a value down, so that the same state gives the same bytes on any machine and either database. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson

FAR = 1e16  # from here on PostgreSQL writes whole floating-point numbers without their exponent
BEYOND = 2**63


def number(value: int | float) -> int | float:
    """The same number for both databases: PostgreSQL's jsonb forgets the exponent of 1e+16 and the sign of -0.0."""
    if isinstance(value, int):
        return value if -BEYOND <= value < BEYOND else float(value)
    if value == 0:
        return 0.0
    if abs(value) >= FAR and value.is_integer() and abs(value) < BEYOND:
        return int(Decimal(repr(value)))
    return value


def clean(value: Any) -> Any:
    """A JSON value with its numbers as above, at any depth."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value
    if kind is int or kind is float:
        return number(value)
    if isinstance(value, Mapping):
        return {key: clean(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [clean(item) for item in value]
    return value


def dumps(value: Any) -> bytes:
    """Canonical JSON: keys sorted by code point, no spaces, UTF-8, numbers in their shortest form."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def pretty(value: Any) -> bytes:
    """The same for people to read: indented, keys in the order given, a line end at the end."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def digest_of(policy: Mapping[str, Any], schema: Any, files: Mapping[str, str]) -> str:
    """The digest of a version: SHA-256 over the canonical JSON of policy, schema and the data files' names and hashes."""
    return hashlib.sha256(dumps({"policy": clean(policy), "schema": clean(schema), "files": dict(files)})).hexdigest()
