"""number: any number, within limits where the question has them. An answer is an int where it is whole, else a float."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from labelling.errors import Invalid
from labelling.kinds.base import Kind, plain
from labelling.kinds.rating import as_number, read_number


class Number(Kind):
    name = "number"
    title = "A number"
    levels = ("interval", "ratio")
    own_fields = frozenset({"low", "high", "unit"})

    def check_question(self, question: Mapping[str, Any], at: str) -> dict[str, Any]:
        cleaned: dict[str, Any] = {}
        for name in ("low", "high"):
            if question.get(name) is None:
                continue
            cleaned[name] = as_number(question[name])
            if cleaned[name] is None:
                raise Invalid.field(f"{at}.{name}", f"{name} is a number.")
        if "low" in cleaned and "high" in cleaned and cleaned["low"] >= cleaned["high"]:
            raise Invalid.field(f"{at}.high", "The highest number must be above the lowest.")
        unit = question.get("unit")
        if unit:
            if not isinstance(unit, str) or len(unit) > 40:
                raise Invalid.field(f"{at}.unit", "A unit is a text of up to 40 characters, like kg.")
            cleaned["unit"] = plain(unit, f"{at}.unit")
        return cleaned

    def canonical(self, question: Mapping[str, Any], answer: Any, at: str, about: Any = None) -> int | float:
        value = as_number(answer)
        low, high = question.get("low"), question.get("high")
        if value is None:
            raise Invalid.field(at, "The answer is a number, like 12.5, below 2^53 in size.")
        if low is not None and value < low or high is not None and value > high:
            between = f"between {low} and {high}" if low is not None and high is not None else f"{low} or more" if high is None else f"{high} or less"
            raise Invalid.field(at, f"{value} is out of range: the answer is {between}.")
        return value

    def parse(self, question: Mapping[str, Any], text: str) -> Any:
        return read_number(text)

    def write(self, question: Mapping[str, Any], answer: Any) -> str:
        return repr(answer)

    def names(self, question: Mapping[str, Any]) -> list[tuple[Any, str]]:
        return []

    def distance(self, question: Mapping[str, Any], one: Any, other: Any, level: str) -> float:
        return float(abs(one - other))

    def apart(self, question: Mapping[str, Any], one: Any, other: Any) -> float:
        """In parts of the range, or of the larger number where there are no limits: units differ from question to question."""
        return 1.0 - self.score(question, one, other) if one != other else 0.0

    def consensus(self, question: Mapping[str, Any], answers: Sequence[Any]) -> tuple[Any, float, bool]:
        """The median; the share is that of answers within a tenth of the range (of the answers' own spread without limits)."""
        middle = as_number(statistics.median(answers))
        low, high = question.get("low", min(answers)), question.get("high", max(answers))
        near = sum(abs(answer - middle) <= (high - low) / 10 for answer in answers)
        return middle, near / len(answers), False

    def score(self, question: Mapping[str, Any], predicted: Any, reference: Any) -> float:
        """1 for the same number, falling to 0 over the question's range; without limits relative to the larger number."""
        low, high = question.get("low"), question.get("high")
        whole = high - low if low is not None and high is not None else max(abs(predicted), abs(reference))
        return max(0.0, 1.0 - abs(predicted - reference) / whole) if whole else 1.0

    def number(self, question: Mapping[str, Any], answer: Any) -> float | None:
        return float(answer)

    def show(self, question: Mapping[str, Any], answer: Any) -> str:
        return f"{answer} {question['unit']}" if question.get("unit") else str(answer)
