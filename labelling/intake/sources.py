"""What a source may say of itself. Pure: plain values in, cleaned values or Invalid out."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from labelling.errors import Invalid
from labelling.intake.rules import Origin

KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,59}")
DURATION = re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")
FIELDS = (
    "key", "name", "owner", "licence", "origin", "collected_from", "collected_to", "cost_per_example", "currency",
    "expected_every", "notes",
)  # fmt: skip


def check_source(fields: Any) -> dict[str, Any]:
    """The fields of a source, cleaned. Raises Invalid with all that is wrong at once."""
    if not isinstance(fields, Mapping):
        raise Invalid("A source is an object with key, name and origin.")
    problems: dict[str, list[str]] = {}
    cleaned: dict[str, Any] = {}
    for name in fields:
        if name not in FIELDS:
            problems[str(name)[:60]] = [f"A source has no field {name!s:.60}."]
    for name in FIELDS:
        try:
            cleaned[name] = CHECKS[name](fields.get(name), name)
        except Invalid as error:
            problems.update(error.fields)
    if not problems and cleaned["collected_from"] and cleaned["collected_to"] and cleaned["collected_from"] > cleaned["collected_to"]:
        problems["collected_to"] = ["The collecting ended before it began."]
    if not problems and cleaned["cost_per_example"] is not None and not cleaned["currency"]:
        problems["currency"] = ["Say in which currency the cost is, like EUR."]
    if problems:
        raise Invalid(next(iter(problems.values()))[0], fields=problems)
    return cleaned


def _key(value: Any, name: str) -> str:
    if not isinstance(value, str) or not KEY.fullmatch(value):
        raise Invalid.field(name, "A key has 1 to 60 letters, digits, _ . and -.")
    return value


def _text(longest: int, *, needed: bool = False) -> Any:
    def check(value: Any, name: str) -> str:
        if value in (None, "") and not needed:
            return ""
        if not isinstance(value, str) or not value.strip() or len(value) > longest:
            raise Invalid.field(name, f"This is a text of 1 to {longest:,} characters.")
        if "\x00" in value or re.search("[\ud800-\udfff]", value):
            raise Invalid.field(name, "The text holds a null byte or half a character. Remove it.")
        return value.strip()

    return check


def _origin(value: Any, name: str) -> str:
    if value in (None, ""):
        return Origin.OTHER
    if value not in list(Origin):
        raise Invalid.field(name, f"The origin is one of: {', '.join(Origin)}.")
    return str(value)


def _moment(value: Any, name: str) -> datetime | None:
    if value in (None, ""):
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time(), UTC)
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Invalid.field(name, "Write a date like 2026-03-02 or a time like 2026-03-02T09:00:00Z.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _cost(value: Any, name: str) -> Decimal | None:
    if value in (None, ""):
        return None
    try:
        if isinstance(value, bool):
            raise InvalidOperation
        cost = Decimal(str(value))
        if not cost.is_finite() or not 0 <= cost < 10**8:
            raise InvalidOperation
    except InvalidOperation:
        raise Invalid.field(name, "The cost is a number from 0 to 99,999,999.") from None
    return round(cost, 6)


def _currency(value: Any, name: str) -> str:
    if value in (None, ""):
        return ""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{3}", value):
        raise Invalid.field(name, "A currency has three capital letters, like EUR.")
    return value


def _duration(value: Any, name: str) -> str:
    if value in (None, ""):
        return ""
    if not isinstance(value, str) or len(value) > 40 or not DURATION.fullmatch(value):
        raise Invalid.field(name, "Write an ISO 8601 duration, like P1D for a day or PT6H for six hours.")
    return value


CHECKS: dict[str, Any] = {
    "key": _key,
    "name": _text(200, needed=True),
    "owner": _text(200),
    "licence": _text(200),
    "origin": _origin,
    "collected_from": _moment,
    "collected_to": _moment,
    "cost_per_example": _cost,
    "currency": _currency,
    "expected_every": _duration,
    "notes": _text(10_000),
}
