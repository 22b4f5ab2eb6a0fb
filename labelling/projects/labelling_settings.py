"""How a project is labelled, beyond its questions: a room of settings, each with a default that changes nothing. Pure.

Stored as Project.settings, which holds only what differs from the defaults; the API's field is `labelling`.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from labelling.errors import Invalid

DEFAULTS: dict[str, Any] = {
    "confidence": False,  # ask how sure the labeller is
    "suggestions": {"show": False, "blind_share": 0.2},  # a model's answer beside the question; a share of examples goes without
    "qualification": {"examples": 0, "required": 0.8},  # gold to label first, and the share that must be right; 0: none
    "gold": {"share": 0.0, "feedback": False},  # of all examples handed out; feedback: what was right, after the answer
    "second_round": {"share": 0.0, "after_days": 7},  # of a labeller's own examples, handed to the same person again
    "overlap": {"adaptive": False, "most": 5, "confidence": 0.9, "budget": None},  # labels beyond labels_per_example where the answer is not sure
    "practice": False,  # three examples to get to know the keys on a first visit, never stored
}
MOST_QUALIFYING = 200
MOST_LABELS = 100  # of one example
LARGEST_BUDGET = 1_000_000_000


def check_settings(given: Any, current: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The settings to store: what is given on top of what is there. Raises Invalid naming the field, like "labelling.gold.share"."""
    if not isinstance(given, Mapping):
        raise Invalid.field("labelling", 'This is an object like {"confidence": true}.')
    found = complete(current or {})
    for name, value in given.items():
        if name not in DEFAULTS:
            raise Invalid.field(f"labelling.{name!s:.60}", f"There is no setting {name!s:.60}. Settings: {', '.join(DEFAULTS)}.")
        if not isinstance(DEFAULTS[name], dict):
            found[name] = CHECKS[name](value, f"labelling.{name}")
            continue
        if not isinstance(value, Mapping):
            raise Invalid.field(f"labelling.{name}", f"This is an object with {', '.join(DEFAULTS[name])}.")
        for part, one in value.items():
            if part not in DEFAULTS[name]:
                raise Invalid.field(f"labelling.{name}.{part!s:.60}", f"{name} has {', '.join(DEFAULTS[name])}.")
            found[name][part] = CHECKS[f"{name}.{part}"](one, f"labelling.{name}.{part}")
    return {name: value for name, value in found.items() if value != DEFAULTS[name]}


def complete(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Every setting, with the default where nothing is stored."""
    found = deepcopy(DEFAULTS)
    for name, value in stored.items():
        if name in found:
            found[name] = {**found[name], **value} if isinstance(value, Mapping) else value
    return found


def _yes_or_no(value: Any, at: str) -> bool:
    if not isinstance(value, bool):
        raise Invalid.field(at, "This is true or false.")
    return value


def _share(most: float) -> Callable[[Any, str], float]:
    def check(value: Any, at: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            raise Invalid.field(at, f"This is a share from 0 to {most:g}.")
        return float(value)

    return check


def _whole(low: int, high: int) -> Callable[[Any, str], int]:
    def check(value: Any, at: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Invalid.field(at, f"This is a whole number from {low} to {high}.")
        return value

    return check


def _sure(value: Any, at: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.5 <= value <= 0.999:
        raise Invalid.field(at, "This is a probability from 0.5 to 0.999.")
    return float(value)


def _budget(value: Any, at: str) -> int | None:
    return None if value is None else _whole(0, LARGEST_BUDGET)(value, at)


CHECKS: dict[str, Callable[[Any, str], Any]] = {
    "confidence": _yes_or_no,
    "suggestions.show": _yes_or_no,
    "suggestions.blind_share": _share(1),
    "qualification.examples": _whole(0, MOST_QUALIFYING),
    "qualification.required": _share(1),
    "gold.share": _share(0.5),
    "gold.feedback": _yes_or_no,
    "second_round.share": _share(0.5),
    "second_round.after_days": _whole(0, 365),
    "overlap.adaptive": _yes_or_no,
    "overlap.most": _whole(2, MOST_LABELS),
    "overlap.confidence": _sure,
    "overlap.budget": _budget,
    "practice": _yes_or_no,
}
