"""Which column becomes what: a row of a file to an example's key, data and meta. Pure; media come in by a callback."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from labelling.errors import Invalid, WrongContent
from labelling.intake.formats.base import BadRow, Limits
from labelling.intake.formats.text import foreign_byte

KEYS = ("key", "id")
MEDIA = ("image", "audio")
LISTS = ("table", "dialogue")
LONGEST_KEY = 200
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
MISSING = object()
SORTED = orjson.OPT_SORT_KEYS

# (field, how it is shown, value) -> the name that is stored; raises Refused
TakeMedia = Callable[[str, str, Any], str]


class Refused(Exception):
    """One row is wrong; args[0] is a BadRow."""

    def __init__(self, message: str, column: str = "") -> None:
        super().__init__(BadRow(message, column=column))


@dataclass(frozen=True, slots=True)
class Prepared:
    """An example as it will be stored. `hash` is over the canonical JSON of its data."""

    number: int
    key: str
    data: str
    meta: str
    hash: str


def check_mapping(mapping: Any) -> dict[str, Any]:
    """A mapping as in API.md, cleaned: {"key"?: column, "data"?: {field: column}, "meta"?: [columns]}."""
    if mapping in (None, "", {}):
        return {}
    if not isinstance(mapping, Mapping) or set(mapping) - {"key", "data", "meta"}:
        raise Invalid.field("mapping", 'A mapping is an object like {"key": "id", "data": {"text": "sentence"}, "meta": ["lab"]}.')
    key, data, meta = mapping.get("key"), mapping.get("data"), mapping.get("meta")
    if key is not None and (not isinstance(key, str) or not key):
        raise Invalid.field("mapping", "key is the name of one column.")
    if data is not None and not (isinstance(data, Mapping) and all(isinstance(name, str) and name for pair in data.items() for name in pair)):
        raise Invalid.field("mapping", 'data is an object, field of the project → column of the file, like {"text": "sentence"}.')
    if meta is not None and not (isinstance(meta, list) and all(isinstance(name, str) and name for name in meta)):
        raise Invalid.field("mapping", 'meta is a list of columns, like ["lab"].')
    cleaned: dict[str, Any] = {}
    if key is not None:
        cleaned["key"] = key
    if data is not None:
        cleaned["data"] = dict(data)
    if meta is not None:
        cleaned["meta"] = list(dict.fromkeys(meta))
    return cleaned


class Mapper:
    """Turns rows into examples. Built once a file; raises WrongContent when the file lacks a column that is needed."""

    def __init__(
        self,
        *,
        display: Sequence[Mapping[str, str]],
        columns: Sequence[str],
        mapping: Mapping[str, Any],
        data_columns: Sequence[str] = (),
        format: str = "csv",
        take_media: TakeMedia | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.take_media = take_media
        shown = {part["field"]: part["as"] for part in display}
        there = set(columns)
        named = mapping.get("data", {})
        self.key_column = mapping.get("key") or next((name for name in KEYS if name in there and name not in shown), None)
        sources = dict(named) | {field: self._default(field, shown[field], there, format) for field in shown if field not in named}
        if "data" not in mapping:
            sources |= {name: name for name in data_columns if name not in sources and name != self.key_column}
        meta = mapping.get("meta")
        wanted = {*sources.values(), *(meta or ()), *([mapping["key"]] if "key" in mapping else [])}
        self._check_columns(sources, wanted - there, columns)
        self.fields = [(field, column, shown.get(field, "")) for field, column in sources.items()]
        self.used = {self.key_column, *sources.values()} | ({"file"} if format == "zip" else set())
        self.meta_columns = meta
        self.packed = format == "zip"

    def _default(self, field: str, kind: str, there: set[str], format: str) -> str:
        return "file" if format == "zip" and kind in MEDIA and field not in there else field

    def _check_columns(self, sources: Mapping[str, str], missing: set[str], columns: Sequence[str]) -> None:
        if not missing:
            return
        names = ", ".join(sorted(missing))
        are = "column is" if len(missing) == 1 else "columns are"
        raise WrongContent(
            f"The file lacks what the project needs: the {are} missing: {names:.500}. Its columns: {', '.join(columns)[:500]}. "
            "Rename them, or say in the mapping which is which.",
            fields={"file": [f"Missing: {names:.500}."]},
        )

    def prepare(self, number: int, row: Mapping[str, Any]) -> Prepared:
        """The example in this row. Raises Refused naming the column and what to do."""
        data: dict[str, Any] = {}
        filled = False
        for field, column, kind in self.fields:
            value = row.get(column, MISSING)
            if value is MISSING and not kind:
                continue
            if type(value) is not str or kind not in ("text", "markdown") or len(value) > self.limits.field_chars:
                value = self._value(field, column, kind, value)
            if value not in ("", None) or not kind:
                filled = True
            data[field] = value
        if not filled:
            self._say_empty()
        if self.meta_columns is None:
            used = self.used
            meta = {name: value for name, value in row.items() if name not in used}
        else:
            meta = {name: row.get(name) for name in self.meta_columns}
        try:
            blob, meta_blob = orjson.dumps(data, option=SORTED), orjson.dumps(meta)
        except TypeError:  # orjson.JSONEncodeError is one
            blob, meta_blob = self._mended(data), self._mended(meta)
        if b"\\u0000" in blob or b"\\u0000" in meta_blob:
            self._check_texts(data)
            self._check_texts(meta)
        if len(meta_blob) > self.limits.row_bytes:
            raise Refused(f"The meta fields are longer than {self.limits.row_bytes:,} bytes together.")
        for name, value in meta.items():
            if type(value) is not str:
                self._check_meta(name, value)
        digest = hashlib.sha256(blob).hexdigest()
        return Prepared(number, self._key(row, digest), blob.decode(), meta_blob.decode(), digest)

    def _key(self, row: Mapping[str, Any], digest: str) -> str:
        if self.key_column is None:
            if not self.packed:
                return digest[:32]
            key = row["file"].name
        else:
            key = row.get(self.key_column)
        if type(key) is int:
            key = str(key)
        if type(key) is not str or not key:
            if self.packed and key is None:
                key = row["file"].name
            elif key in (None, ""):
                raise Refused(f"The key (column {self.key_column}) is empty. Fill it or delete the row.", self.key_column or "key")
            else:
                raise Refused(f"The key (column {self.key_column}) is no text and no whole number.", self.key_column or "key")
        if len(key) > LONGEST_KEY:
            raise Refused(f"The key has {len(key):,} characters; at most {LONGEST_KEY} are possible.", self.key_column or "key")
        if CONTROL.search(key):
            raise Refused("The key holds a control character, a line break or half a character.", self.key_column or "key")
        return key

    def _say_empty(self) -> None:
        columns = [column for _, column, kind in self.fields if kind]
        if len(columns) == 1:
            raise Refused(f"The column {columns[0]} is empty. Fill it or delete the row.", columns[0])
        raise Refused(f"The columns {', '.join(columns)} are all empty. Fill one or delete the row.", columns[0] if columns else "")

    def _value(self, field: str, column: str, kind: str, value: Any) -> Any:
        if value is MISSING:
            raise Refused(f'The row has no {column}. Write "" where there is none.', column)
        if kind in MEDIA:
            if self.take_media is None or value in ("", None):
                raise Refused(f"The column {column} names no {'picture' if kind == 'image' else 'sound'}.", column)
            return self.take_media(column, kind, value)
        if isinstance(value, str) and len(value) > self.limits.field_chars:
            raise Refused(f"The text in {column} has {len(value):,} characters; at most {self.limits.field_chars:,} are possible.", column)
        if kind in ("text", "markdown"):
            if value is None:
                return ""
            if not isinstance(value, str):
                raise Refused(f"The column {column} holds {words_for(value)}; a text is wanted.", column)
            return value
        if kind in LISTS:
            return self._list(column, value)
        if not isinstance(value, str):
            self._check_meta(column, value)
        return value

    def _list(self, column: str, value: Any) -> Any:
        if isinstance(value, str) and value:
            try:
                value = orjson.loads(value)
            except ValueError:
                raise Refused(f"The column {column} is shown as a list, and its text is not JSON.", column) from None
        if value in (None, ""):
            return ""
        if not isinstance(value, list):
            raise Refused(f"The column {column} holds {words_for(value)}; a list is wanted.", column)
        self._check_meta(column, value)
        return value

    def _mended(self, values: dict[str, Any]) -> bytes:
        """The JSON of values among which there is one that JSON has no word for; raises Refused where it is not ours to mend."""
        self._check_texts(values)
        try:
            return orjson.dumps(values, option=SORTED, default=_plain)
        except TypeError:
            for name, value in values.items():
                try:
                    orjson.dumps({name: value}, default=_plain)
                except TypeError:
                    raise Refused(f"The column {name!s:.80} holds {words_for(value)}, which cannot be stored.", str(name)[:80]) from None
            raise Refused("The row holds a value that cannot be stored.") from None

    def _check_texts(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            for text in (str(name), *_each_text(value, 0)):
                wrong = foreign_byte(text)
                if wrong:
                    shown = str(name).encode("utf-8", "replace").decode().replace("\x00", "?")[:80]
                    raise Refused(f"The column {shown} cannot be stored: {wrong}.", shown)

    def _check_meta(self, name: str, value: Any) -> None:
        if isinstance(value, list | dict) and _depth(value, self.limits.depth) > self.limits.depth:
            raise Refused(f"The column {name!s:.80} is nested more than {self.limits.depth} levels deep.", str(name)[:80])
        if isinstance(value, bytes | bytearray | memoryview):
            raise Refused(f"The column {name!s:.80} holds bytes; a text or a number is wanted.", str(name)[:80])


def words_for(value: Any) -> str:
    """What a value is, for people."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    names = {list: "a list", dict: "an object", type(None): "nothing", bytes: "bytes", str: "a text"}
    return names.get(type(value), "something else than text")


def _plain(value: Any) -> Any:
    """Decimals, durations and the like from Parquet, as text."""
    if isinstance(value, bytes | bytearray | memoryview | set):
        raise TypeError
    return str(value)


def _each_text(value: Any, depth: int) -> list[str]:
    if isinstance(value, str):
        return [value]
    if depth > 60:
        return []
    if isinstance(value, Mapping):
        return [text for pair in value.items() for part in pair for text in _each_text(part, depth + 1)]
    if isinstance(value, list):
        return [text for part in value for text in _each_text(part, depth + 1)]
    return []


def _depth(value: Any, enough: int) -> int:
    """How deep lists and objects are nested; stops counting just above `enough`."""
    level, deep = [value], 0
    while level and deep <= enough:
        deep += 1
        level = [
            part
            for outer in level
            for part in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(part, list | dict)
        ]
    return deep
