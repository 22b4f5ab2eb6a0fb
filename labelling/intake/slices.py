"""What a saved slice may ask of an example. Pure: plain values in, cleaned values or Invalid out.

A slice is a list of conditions that all must hold: [{"field", one of "is" | "at_least" and "at_most" | "missing" | "contains", "not"?}].
Fields are source (its key), batch (its number), meta.NAME, data.NAME (a text that is shown) and length.NAME (its code points).
"""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from labelling.errors import Invalid
from labelling.intake.sources import KEY
from labelling.projects.rules import clean_text

FIELDS = "source, batch, meta.NAME, data.NAME, length.NAME"
MOST_CONDITIONS = 20
MOST_VALUES = 200
LONGEST = 200
OPERATIONS = ("is", "at_least", "at_most", "missing", "contains")
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


def allowed_operations(field: str) -> tuple[str, ...]:
    """What can be asked of a field."""
    if field in ("source", "batch"):
        return ("is", "missing")
    if field.startswith("meta."):
        return ("is", "at_least", "at_most", "missing")
    return ("contains",) if field.startswith("data.") else ("at_least", "at_most")


def check_name(name: Any) -> str:
    if not isinstance(name, str) or not name.strip() or len(name.strip()) > LONGEST:
        raise Invalid.field("name", f"A slice has a name of 1 to {LONGEST} characters.")
    return clean_text(name.strip(), "name")


def check_key(key: Any) -> str:
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise Invalid.field("key", "A key has 1 to 60 letters, digits, _ . and -.")
    return key


def key_of(name: str, taken: Sequence[str]) -> str:
    """A free key for a name: "Short, from Göteborg" → "short-from-goteborg"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50] or "slice"
    number, key = 1, base
    while key in taken:
        number += 1
        key = f"{base}-{number}"
    return key


def check_conditions(given: Any, texts: Sequence[str]) -> list[dict[str, Any]]:
    """The conditions in their stored form; `texts` are the fields that are shown as texts. Raises Invalid, naming the place."""
    if not isinstance(given, list) or not given:
        raise Invalid.field("conditions", 'Give a list of conditions, like [{"field": "meta.lab", "is": ["north"]}].')
    if len(given) > MOST_CONDITIONS:
        raise Invalid.field("conditions", f"A slice has at most {MOST_CONDITIONS} conditions.")
    return [_condition(one, f"conditions[{number}]", texts) for number, one in enumerate(given)]


def _condition(one: Any, at: str, texts: Sequence[str]) -> dict[str, Any]:
    if not isinstance(one, Mapping) or not isinstance(one.get("field"), str):
        raise Invalid.field(at, f'A condition is an object with a "field": {FIELDS}.')
    field = _field(one["field"], at, texts)
    unknown = sorted(str(name)[:40] for name in one if name not in ("field", "not", *OPERATIONS))
    if unknown:
        raise Invalid.field(at, f"A condition has no {unknown[0]}. It has: field, not, {', '.join(OPERATIONS)}.")
    allowed = allowed_operations(field)
    asked = [name for name in OPERATIONS if one.get(name) is not None]
    if not asked or not set(asked) <= set(allowed) or (len(asked) > 1 and set(asked) != {"at_least", "at_most"}):
        raise Invalid.field(at, f"Of {field:.60} one of these can be asked: {', '.join(allowed)} (at_least and at_most together too).")
    cleaned: dict[str, Any] = {"field": field}
    for name in asked:
        cleaned[name] = CHECKS[name](one[name], field, f"{at}.{name}")
    if set(asked) == {"at_least", "at_most"} and cleaned["at_least"] > cleaned["at_most"]:
        raise Invalid.field(f"{at}.at_most", "The upper end lies below the lower one.")
    if one.get("not") not in (None, False, True):
        raise Invalid.field(f"{at}.not", "not is true or false.")
    return {**cleaned, "not": True} if one.get("not") else cleaned


def _field(field: str, at: str, texts: Sequence[str]) -> str:
    clean_text(field, f"{at}.field")
    room, _, name = field.partition(".")
    if field in ("source", "batch") or (room == "meta" and 0 < len(name) <= LONGEST):
        return field
    if room in ("data", "length") and name in texts:
        return field
    known = ", ".join(texts) or "none"
    raise Invalid.field(f"{at}.field", f"A condition is about one of {FIELDS}; fields that are shown as texts here: {known}.")


def _is(values: Any, field: str, at: str) -> list[Any]:
    values = values if isinstance(values, list) else [values]
    if not values or len(values) > MOST_VALUES:
        raise Invalid.field(at, f"Give 1 to {MOST_VALUES} values.")
    for value in values:
        if isinstance(value, float) and not math.isfinite(value):
            raise Invalid.field(at, "A value is a text, a number, true or false.")
        if not isinstance(value, str | int | float) or (isinstance(value, str) and len(value) > LONGEST):
            raise Invalid.field(at, f"A value is a text of up to {LONGEST} characters, a number, true or false.")
        if field == "source" and not isinstance(value, str):
            raise Invalid.field(at, "A source is named by its key.")
        if field == "batch" and (isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63):
            raise Invalid.field(at, "A batch is named by its number.")
        if isinstance(value, int) and not -(2**53) <= value <= 2**63:
            raise Invalid.field(at, "That number is too large.")
        if isinstance(value, str):
            clean_text(value, at)
    return list({same(value): value for value in values}.values())


def _number(value: Any, field: str, at: str) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > 1e15:
        raise Invalid.field(at, "Give a number.")
    return value


def _missing(value: Any, field: str, at: str) -> bool:
    if value is not True:
        raise Invalid.field(at, 'missing is true; with "not": true it is those that have the field.')
    return True


def _contains(value: Any, field: str, at: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
        raise Invalid.field(at, f"Give the text to look for, 1 to {LONGEST} characters.")
    return clean_text(value, at)


CHECKS: dict[str, Any] = {"is": _is, "at_least": _number, "at_most": _number, "missing": _missing, "contains": _contains}


def same(value: Any) -> tuple[str, Any]:
    """What two JSON values share when they are one: 3 and 3.0 are, 1 and true are not, nor are 3 and "3"."""
    if isinstance(value, bool):
        return "truth", value
    if isinstance(value, int | float):
        return "number", value
    return ("text", value) if isinstance(value, str) else ("other", None)


def number_of(value: Any) -> float | None:
    """A meta value as a number: also one that came in as text, as everything of a CSV file does."""
    if isinstance(value, str):
        text = value.strip()
        number = float(text) if len(text) <= 40 and NUMBER.fullmatch(text) else None
        return number if number is not None and math.isfinite(number) else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def in_words(condition: Mapping[str, Any]) -> str:
    """One condition as people say it."""
    room, _, name = condition["field"].partition(".")
    what = {"source": "source", "batch": "batch", "meta": name, "data": name, "length": f"length of {name}"}[room]
    negated = bool(condition.get("not"))
    if condition.get("missing"):
        return f"has a {what}" if negated else f"has no {what}"
    if "contains" in condition:
        return f"{what} {'does not contain' if negated else 'contains'} “{condition['contains']}”"
    if "is" in condition:
        values = [str(value).lower() if isinstance(value, bool) else str(value) for value in condition["is"]]
        return f"{what} is {'not ' if negated else ''}{' or '.join(values)}"
    low, high = condition.get("at_least"), condition.get("at_most")
    unit = " characters" if room == "length" else ""
    if low is not None and high is not None:
        reach = f"from {low:,} to {high:,}{unit}"
    else:
        reach = f"at least {low:,}{unit}" if low is not None else f"at most {high:,}{unit}"
    return f"{what} is {'not ' if negated else ''}{reach}"
