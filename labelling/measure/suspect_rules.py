"""Suspected errors and audits: their words, and what may be asked for. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from labelling.errors import Invalid

MOST_SENT = 1000  # cases opened in one go
MOST_DRAWN = 5000  # answers of one audit
SEEDS = 2**53


class Way(StrEnum):
    """What the other opinion is."""

    PROBABILITIES = "probabilities"  # a model's, of each class
    CONFIDENCE = "confidence"  # a model's, of the class that it predicts
    PREDICTIONS = "predictions"  # a model's, alone
    PEOPLE = "people"


class Of(StrEnum):
    ANSWER = "answer"  # the one that stands for an example
    LABEL = "label"  # one person's


class Verdict(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    CANNOT_TELL = "cannot_tell"


def check_of(value: Any) -> str:
    value = "answer" if value in (None, "") else value
    if value not in list(Of):
        raise Invalid.field("of", f"of is one of: {', '.join(Of)}.")
    return str(value)


def check_id(value: Any, field: str, words: str) -> int | None:
    """A number that names a row, from JSON or from a form; None where none is given."""
    if value in (None, ""):
        return None
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid.field(field, f"{field} is the number of {words}.")
    return int(text)


def check_count(value: Any, field: str, most: int) -> int:
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) < 19 and 1 <= int(text) <= most):
        raise Invalid.field(field, f"{field} is a whole number from 1 to {most:,}.")
    return int(text)


def check_seed(value: Any) -> int | None:
    text = str(value)
    if value in (None, ""):
        return None
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) < 19 and int(text) < SEEDS):
        raise Invalid.field("seed", f"seed is a whole number from 0 to {SEEDS - 1:,}.")
    return int(text)


def check_verdict(value: Any) -> str | None:
    """None takes a verdict back."""
    if value is not None and (not isinstance(value, str) or value not in list(Verdict)):
        raise Invalid.field("verdict", f"The verdict is one of: {', '.join(Verdict)}; null takes it back.")
    return value


def check_wanted(fields: Mapping[str, Any]) -> tuple[list[str], int | None]:
    """(keys of examples, or how many of the worst): one of them is asked for."""
    keys, worst = fields.get("examples"), fields.get("worst")
    if (keys is None) == (worst is None):
        raise Invalid("Say which: examples (a list of keys), or worst (how many of the worst).", fields={"examples": ["Give examples or worst."]})
    if worst is not None:
        return [], check_count(worst, "worst", MOST_SENT)
    if not isinstance(keys, list) or not 1 <= len(keys) <= MOST_SENT or any(not isinstance(key, str) or not key or "\x00" in key or len(key) > 200 for key in keys):
        raise Invalid.field("examples", f"examples is a list of 1 to {MOST_SENT:,} keys.")
    return list(dict.fromkeys(keys)), None
