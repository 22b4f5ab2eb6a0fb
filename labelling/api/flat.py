"""Figures as flat tables: any answer of figures, one line a figure, and lists of records, one line a record.

Figures have the columns of HEAD. `by` and `key` say which part a figure is of (`labeller`, `ada`; empty: of all labels), `name`
is the key in words, `figure` the figure's place in the JSON answer (`alpha`, `measures.fleiss_kappa`); what is undefined has
its reason in `undefined`; what is no number stands in `text`. Both intervals of a figure have a line of their own besides
(`alpha.intervals.labellers`).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
import orjson

from labelling.intake.selectors import no_formula

HEAD = (
    "question", "by", "key", "name", "figure", "value", "low", "high", "confidence", "n_examples", "n_labels", "n_labellers",
    "method", "undefined", "text",
)  # fmt: skip
OF_FIGURE = HEAD[5:14]  # columns that a figure of the API fills itself
KEYS = ("key", "username", "example", "slice", "pair", "code", "id", "at")  # what tells the entries of a list apart, the first there is
NAMES = ("name", "display_name", "prompt")


def of_figures(document: Any, *, by: str = "", question: str = "") -> Iterator[list[Any]]:
    """The lines of an answer, without HEAD. `by` names what the entries of its list `by` are: labeller, week, meta.lab."""
    if isinstance(document, Mapping):
        question = str(document.get("question") or question)
        document = {name: part for name, part in document.items() if name != "question"}
    walk = _Walk(question, by)
    yield from walk.of(document, "", "", "", "")


class _Walk:
    def __init__(self, question: str, by: str) -> None:
        self.question, self.asked = question, by

    def of(self, node: Any, path: str, by: str, key: Any, name: str) -> Iterator[list[Any]]:
        if isinstance(node, Mapping):
            if is_figure(node):
                yield self.line(by, key, name, path, [node.get(column) for column in OF_FIGURE])
                node = {part: value for part, value in node.items() if part not in OF_FIGURE}
                if "intervals" in node:
                    yield from self._intervals(node["intervals"], path, by, key, name)
                    node = {part: value for part, value in node.items() if part != "intervals"}
            for part, value in node.items():
                yield from self.of(value, f"{path}.{part}" if path else str(part), by, key, name)
        elif isinstance(node, list | tuple) and any(isinstance(entry, Mapping) for entry in node):
            yield from self._entries(node, path, by, key)
        elif isinstance(node, list | tuple):
            yield self.line(by, key, name, path, text=", ".join(_text(part) for part in node))
        elif isinstance(node, bool | np.bool_) or not isinstance(node, int | float | np.number | None):
            yield self.line(by, key, name, path, text=_text(node))
        else:
            yield self.line(by, key, name, path, [node])

    def _intervals(self, intervals: Any, path: str, by: str, key: Any, name: str) -> Iterator[list[Any]]:
        for over, (low, high) in dict(intervals or {}).items():
            yield self.line(by, key, name, f"{path}.intervals.{over}", [None, low, high])

    def _entries(self, entries: Iterable[Any], path: str, by: str, key: Any) -> Iterator[list[Any]]:
        """A list's name goes to `by` and its entries' keys to `key`, after those of the entry that the list is in."""
        above, _, last = path.rpartition(".")
        own_by = self.asked if last in ("by", "") and self.asked else last.removeprefix("by_")
        for place, entry in enumerate(entries, start=1):
            own, used = key_of(entry, place)
            said = next((str(entry[word]) for word in NAMES if isinstance(entry, Mapping) and isinstance(entry.get(word), str)), "")
            rest = {part: value for part, value in entry.items() if part not in (*used, *NAMES)} if isinstance(entry, Mapping) else entry
            keys = own if by == "" else f"{_text(key)}/{_text(own)}"
            yield from self.of(rest, above, f"{by}/{own_by}" if by else own_by, keys, said)

    def line(self, by: str, key: Any, name: str, figure: str, of_figure: Iterable[Any] = (), text: str = "") -> list[Any]:
        values = [*of_figure]
        values += [None] * (len(OF_FIGURE) - len(values))
        return [cell(part) for part in (self.question, by, key, name, figure, *values, text)]


def is_figure(node: Mapping[str, Any]) -> bool:
    """Whether an object is a figure of the API: it has a value, and what it rests on or why there is none."""
    return "value" in node and ("undefined" in node or "method" in node or "n_examples" in node)


def key_of(entry: Any, place: int) -> tuple[Any, tuple[str, ...]]:
    """(what tells an entry of a list apart from the others, the fields that say it)."""
    if isinstance(entry, Mapping):
        if "a" in entry and "b" in entry:
            return f"{_text(entry['a'])},{_text(entry['b'])}", ("a", "b")
        for name in KEYS:
            if entry.get(name) is not None and not isinstance(entry[name], Mapping):
                return entry[name], (name,)
    return place, ()


def of_records(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Any]]:
    """A list's rows with a head of the first one's fields; what is no plain value stands as JSON."""
    names: list[str] | None = None
    for row in rows:
        if names is None:
            names = list(row)
            yield names
        yield [cell(row.get(name)) for name in names]


def cell(value: Any) -> Any:
    """A value as a CSV file takes it: numbers as they are, text never as a formula."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    return no_formula(_text(value))


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, date):  # a moment too
        return value.isoformat()
    if isinstance(value, Mapping | list | tuple):
        return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS).decode()
    return str(value)
