"""What no program should send: values, places in addresses and whole bodies, and ways to put them into good requests."""

import base64
import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

VALUES: dict[str, Any] = {
    "null": None, "true": True, "empty text": "", "null byte": "a\x00b", "lone surrogate": "\ud800", "emoji": "👩🏽‍🚀 ‮حبا",
    "long text": "x" * 100_001, "huge": 10**30, "just too big": 2**63, "negative": -(2**70), "not a number": float("nan"), "endless": float("inf"),
    "tiny": 1e-320, "a fraction": 1.5, "empty list": [], "empty object": {}, "list in list": [[[]]], "mixed list": [None, 1, "a", {"b": []}],
    "odd keys": {"": 1, "\x00": 2, "__proto__": 3, "\udfff": 4}, "text for number": "١٢", "power": "²", "sql": "'; DROP TABLE labelling_label; --",
    "deep": json.loads("[" * 60 + "]" * 60), "dates": "0000-99-99T99:99:99Z", "format": "{0.__class__}%s%n",
}  # fmt: skip
BODIES: dict[str, bytes] = {
    "nothing": b"", "no JSON": b"{", "a list": b"[1, 2]", "a text": b'"text"', "null": b"null", "a number": b"1", "Latin-1": b'{"text": "\xe9"}',
    "UTF-16": '{"text": "a"}'.encode("utf-16"), "bottomless list": b"[" * 100_000, "bottomless object": b'{"a":' * 20_000, "many digits": b'{"count": ' + b"9" * 5_000 + b"}",
    "same name twice": b'{"count": 1, "count": []}', "null bytes": b"\x00\x00\x00", "surrogate": b'{"text": "\\ud83d"}', "byte order mark": b'\xef\xbb\xbf{"text": 1}',
}  # fmt: skip
PLACES = ["0", "-1", "9" * 9, "9" * 18, "9" * 40, "%00", "%ED%A0%80", "%F0%9F%98%80", "%C2%B2", "%D9%A1", "..", "%2e%2e%2fmanifest.json", "1e3", "x" * 3000, "%25s", "%20", "a%27b"]
QUERIES = ["", "\x00", "\ud800".encode("utf-8", "surrogatepass"), "👩🏽‍🚀", "9" * 40, "-1", "²", "x" * 5000, "1,2,,x", "a,b", ",", "true", "[]", "%", "'", "nan", "1_0", "0x1"]


def cursor(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


CURSORS = [
    "", "%%%", "AAAA", "\x00", cursor("p=x"), cursor("p=99999999999999999999999"), cursor("o=9999999999999999"), cursor("o=-1&p=1"), cursor("r=x&p=\x00"), cursor("p=2020-99-99"), cursor("r=1"), cursor("p=1&p=2"), cursor("-5"), cursor("[[]]"), cursor('["a", null]'),
    cursor("1,2"), cursor("1e400|x"), cursor("nan|9"), cursor('{"a": 1}'), cursor("é" * 5), "x" * 4000,
]  # fmt: skip


def mutations(body: Any, *, values: dict[str, Any] = VALUES) -> Iterator[tuple[str, Any]]:
    """(what was done, the body) for each place inside `body`: every nasty value there, the place left out, and one too many."""
    for path in places(body):
        at = ".".join(map(str, path))
        for name, value in values.items():
            yield f"{at} = {name}", put(body, path, value)
        if path:
            yield f"{at} left out", put(body, path, ..., leave_out=True)
    if isinstance(body, dict):
        yield "one field too many", {**body, "surprise": 1}


def places(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    inside = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in inside:
        yield from places(value, (*path, key))


def put(body: Any, path: tuple[Any, ...], value: Any, *, leave_out: bool = False) -> Any:
    changed = deepcopy(body)
    here = changed
    for key in path[:-1]:
        here = here[key]
    if leave_out:
        del here[path[-1]]
    else:
        here[path[-1]] = value
    return changed
