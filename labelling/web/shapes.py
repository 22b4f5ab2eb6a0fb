"""What a table or a dialogue may look like in the data, brought into one form; None for what is neither, which is then
shown as text. static/js/displays/shapes.js says the same on the labelling screen, and tests/shapes.json holds both to it.
Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

COLUMNS, ROWS = ("columns", "header", "head"), ("rows", "data")
TURNS = ("turns", "messages", "dialogue", "conversation")
WHO = ("speaker", "role", "name", "from", "author", "sender", "who")
SAID = ("text", "content", "message", "utterance", "value", "said")
LINE = re.compile(r"([^\s:][^:]{0,39}):(?:\s+(.*))?", re.DOTALL)  # "Ada: good morning"
NUMBER = re.compile(r"[-+]?\d+([.,]\d+)*\s?%?", re.ASCII)


def table_of(given: Any) -> dict[str, Any] | None:
    """{head: [text] or None, rows: [{name: text or None, cells: [{text, number}]}]}"""
    value = _parsed(given)
    if isinstance(value, dict):
        return _of_object(value)
    if not isinstance(value, list) or not value:
        return None
    if all(isinstance(row, dict) for row in value):
        head = list(dict.fromkeys(key for row in value for key in row))
        return {"head": head, "rows": [_row(row.get(key) for key in head) for row in value]} if head else None
    return _of_lists(value) if all(isinstance(row, list) for row in value) else None


def turns_of(given: Any) -> list[dict[str, str]] | None:
    """[{who, said}], who is "" where nobody is named."""
    value = _parsed(given)
    if isinstance(value, dict):
        value = _first(value, TURNS)
    if isinstance(value, str):
        return _of_lines(value)
    if not isinstance(value, list) or not value:
        return None
    turns = [turn for part in value if (turn := _turn(part)) is not None]
    return turns if len(turns) == len(value) else None


def _of_object(value: Mapping[str, Any]) -> dict[str, Any] | None:
    columns, rows = _first(value, COLUMNS), _first(value, ROWS)
    if isinstance(columns, list) and isinstance(rows, list) and all(isinstance(row, list) for row in rows):
        return {"head": [_cell(name)["text"] for name in columns], "rows": [_row(row) for row in rows]}
    return {"head": None, "rows": [{"name": name, "cells": [_cell(cell)]} for name, cell in value.items()]} if value else None


def _of_lists(rows: Sequence[list[Any]]) -> dict[str, Any]:
    top = rows[0]
    names = all(isinstance(name, str) and name.strip() and not NUMBER.fullmatch(name.strip()) for name in top) and len(set(map(str, top))) == len(top)
    headed = bool(names and len(rows) > 1 and top)
    return {"head": top if headed else None, "rows": [_row(row) for row in (rows[1:] if headed else rows)]}


def _turn(part: Any) -> dict[str, str] | None:
    if isinstance(part, str):
        found = LINE.fullmatch(part)
        return {"who": found[1], "said": found[2] or ""} if found else {"who": "", "said": part}
    if isinstance(part, list):
        return {"who": part[0], "said": part[1]} if len(part) == 2 and all(isinstance(text, str) for text in part) else None
    said = _first(part, SAID) if isinstance(part, dict) else None
    if not isinstance(said, str):
        return None
    return {"who": _cell(_first(part, WHO))["text"], "said": said}


def _of_lines(text: str) -> list[dict[str, str]] | None:
    """A line that names nobody belongs to the one before it."""
    turns: list[dict[str, str]] = []
    for line in re.split(r"\r?\n", text):
        line = line.strip()
        if found := LINE.fullmatch(line):
            turns.append({"who": found[1], "said": found[2] or ""})
        elif line and not turns:
            return None
        elif line:
            turns[-1]["said"] = "\n".join(filter(None, [turns[-1]["said"], line]))
    return turns if len(turns) > 1 else None


def _parsed(value: Any) -> Any:
    if not isinstance(value, str) or not re.match(r"\s*[\[{]", value):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _first(value: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((value[name] for name in names if name in value), None)


def _row(cells: Any) -> dict[str, Any]:
    return {"name": None, "cells": [_cell(cell) for cell in cells]}


def _cell(value: Any) -> dict[str, Any]:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)  # as a browser writes it
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return {"text": text, "number": number}
