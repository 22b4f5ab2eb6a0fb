"""rating: a step on a scale from low to high. An answer is a number: an integer where low and step are integers."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from labelling.errors import Invalid
from labelling.kinds.base import Kind, plain

MAX_STEPS = 101
MINUS = "\N{MINUS SIGN}"  # for people; programs read the value
TOO_LARGE = 2**53


def as_number(value: Any) -> int | float | None:
    """A number, as int where it is whole; None for anything else: booleans, what is not finite, and what reaches 2^53, from
    where on whole numbers differ between Python, JSON in a database and JavaScript."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -TOO_LARGE < value < TOO_LARGE:
        return None
    return int(value) if float(value).is_integer() else value


def read_number(text: str) -> float | str:
    """A cell that holds a number; text that is none stays text, and is refused as an answer."""
    if "_" in text or not text.isascii():  # which Python reads as digits
        return text
    try:
        return float(text)
    except ValueError:
        return text


def steps(question: Mapping[str, Any]) -> list[int | float]:
    """Every answer of the scale, in order; exact, so that 0.1 steps do not drift."""
    low, high, step = (Fraction(str(question[name])) for name in ("low", "high", "step"))
    found = []
    for number in range(int((high - low) / step) + 1):
        value = low + number * step
        found.append(int(value) if value.denominator == 1 else float(value))
    return found


class Rating(Kind):
    name = "rating"
    title = "A rating on a scale"
    levels = ("ordinal", "nominal", "interval", "ratio")
    own_fields = frozenset({"low", "high", "step", "names"})

    def check_question(self, question: Mapping[str, Any], at: str) -> dict[str, Any]:
        low, high, step = (as_number(question.get(name, 1 if name == "step" else None)) for name in ("low", "high", "step"))
        for name, value in (("low", low), ("high", high), ("step", step)):
            if value is None:
                raise Invalid.field(f"{at}.{name}", f"A rating needs a number as its {name}.")
        assert low is not None and high is not None and step is not None
        if high <= low:
            raise Invalid.field(f"{at}.high", "The highest rating must be above the lowest.")
        if step <= 0 or (Fraction(str(high)) - Fraction(str(low))) % Fraction(str(step)):
            raise Invalid.field(f"{at}.step", "The step must lead from the lowest rating exactly to the highest.")
        if (high - low) / step >= MAX_STEPS:
            raise Invalid.field(f"{at}.step", f"A scale has {MAX_STEPS} steps at most; a number question has no steps.")
        cleaned: dict[str, Any] = {"low": low, "high": high, "step": step}
        names = question.get("names")
        if names:
            cleaned["names"] = self._check_names(names, cleaned, at)
        return cleaned

    @staticmethod
    def _check_names(names: Any, scale: Mapping[str, Any], at: str) -> dict[str, str]:
        """Names of steps: {"1": "bad", "5": "good"}, or a list with one name a step."""
        allowed = [str(value) for value in steps(scale)]
        if isinstance(names, list):
            if len(names) != len(allowed):
                raise Invalid.field(f"{at}.names", f"Give {len(allowed)} names, one a step, or an object step → name.")
            names = dict(zip(allowed, names, strict=True))
        if not isinstance(names, Mapping):
            raise Invalid.field(f"{at}.names", 'Names are an object step → name, like {"1": "bad", "5": "good"}.')
        for step, name in names.items():
            if step not in allowed:
                raise Invalid.field(f"{at}.names", f"{step!r:.40} is not a step of this scale.")
            if not isinstance(name, str) or len(name) > 200:
                raise Invalid.field(f"{at}.names", "A name is a text of up to 200 characters.")
            plain(name, f"{at}.names")
        return {step: names[step] for step in allowed if names.get(step)}

    def canonical(self, question: Mapping[str, Any], answer: Any, at: str, about: Any = None) -> int | float:
        value = as_number(answer)
        if value is None:
            raise Invalid.field(at, f"A rating is a number from {question['low']} to {question['high']}.")
        for step in steps(question):
            if step == value:
                return step
        by = "" if question["step"] == 1 else f" in steps of {question['step']}"
        raise Invalid.field(at, f"{value} is not on the scale from {question['low']} to {question['high']}{by}.")

    def parse(self, question: Mapping[str, Any], text: str) -> Any:
        return read_number(text)

    def write(self, question: Mapping[str, Any], answer: Any) -> str:
        return str(answer)

    def names(self, question: Mapping[str, Any]) -> list[tuple[Any, str]]:
        known = question.get("names") or {}
        written = {step: str(step).replace("-", MINUS) for step in steps(question)}
        return [(step, f"{text} {known[str(step)]}" if str(step) in known else text) for step, text in written.items()]

    def distance(self, question: Mapping[str, Any], one: Any, other: Any, level: str) -> float:
        return float(one != other) if level == "nominal" else abs(one - other) / (question["high"] - question["low"])

    def consensus(self, question: Mapping[str, Any], answers: Sequence[Any]) -> tuple[Any, float, bool]:
        """The median where it is one of the steps given; between two different middle ones there is a tie."""
        ordered = sorted(answers)
        below, above = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
        if below != above:
            return None, max(ordered.count(below), ordered.count(above)) / len(ordered), True
        return below, ordered.count(below) / len(ordered), False

    def score(self, question: Mapping[str, Any], predicted: Any, reference: Any) -> float:
        return 1.0 - self.distance(question, predicted, reference, "interval")

    def number(self, question: Mapping[str, Any], answer: Any) -> float | None:
        return float(answer)
