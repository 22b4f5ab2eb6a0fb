"""What a model's registration may say, and how predictions are named. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from labelling.errors import Invalid
from labelling.projects.rules import clean_text

PROBABILITIES, CONFIDENCE = "__probabilities", "__confidence"
MODEL_FIELDS = frozenset({"name", "version", "trained_on", "code", "parameters", "environment", "notes"})
LONGEST_JSON = 100_000


def check_model(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a model, cleaned. Raises Invalid with all that is wrong."""
    problems: dict[str, list[str]] = {}
    cleaned: dict[str, Any] = {}
    for name in fields:
        if name not in MODEL_FIELDS:
            problems[str(name)] = [f"A model has no field {name!s:.60}."]
    for name, longest, needed in (
        ("name", 100, True),
        ("version", 100, True),
        ("code", 300, False),
        ("notes", 10_000, False),
    ):
        value = fields.get(name)
        value = "" if value is None else value
        if not isinstance(value, str) or len(value) > longest or (needed and not value.strip()):
            problems[name] = [f"This is a text of {'1 to' if needed else 'up to'} {longest:,} characters."]
        else:
            cleaned[name] = clean_text(value.strip(), name)
    trained_on = fields.get("trained_on")
    if trained_on is not None and (
        isinstance(trained_on, bool) or not isinstance(trained_on, int) or not 0 < trained_on < 2**31
    ):
        problems["trained_on"] = ["trained_on is the number of a dataset version, like 3."]
    cleaned["trained_on"] = trained_on
    for name in ("parameters", "environment"):
        value = fields.get(name) or {}
        if not isinstance(value, Mapping) or len(json.dumps(value)) > LONGEST_JSON:
            problems[name] = [f"{name} is an object of up to {LONGEST_JSON:,} characters."]
        else:
            cleaned[name] = dict(value)
    if problems:
        raise Invalid(next(iter(problems.values()))[0], fields=problems)
    return cleaned


def check_whole(value: Any, name: str) -> int:
    """A positive whole number, from JSON or from a form."""
    text = str(value)
    if (
        isinstance(value, bool)
        or not (text.isascii() and text.isdigit())
        or not 0 < int(text[:12]) < 2**31
        or len(text) > 10
    ):
        raise Invalid.field(name, f"{name} is a whole number from 1 on.")
    return int(text)


def priority(gap: float | None, share: float) -> float:
    """How much a slice matters: how far the model lies behind people there, times the part of the data that it is. 0 where
    it does not lie behind."""
    return max(0.0, -(gap or 0.0)) * share
