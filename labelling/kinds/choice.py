"""choice: exactly one of several classes. An answer is the class's key."""

from collections.abc import Mapping, Sequence
from typing import Any

from labelling.kinds.base import Kind, check_class, check_classes, most_named


class Choice(Kind):
    name = "choice"
    title = "One of several classes"
    levels = ("nominal", "ordinal", "interval")
    own_fields = frozenset({"classes"})

    def check_question(self, question: Mapping[str, Any], at: str) -> dict[str, Any]:
        return {"classes": check_classes(question, at)}

    def canonical(self, question: Mapping[str, Any], answer: Any, at: str, about: Any = None) -> str:
        return check_class(question, answer, at)

    def parse(self, question: Mapping[str, Any], text: str) -> Any:
        return text

    def write(self, question: Mapping[str, Any], answer: Any) -> str:
        return str(answer)

    def names(self, question: Mapping[str, Any]) -> list[tuple[Any, str]]:
        return [(item["key"], item["name"]) for item in question["classes"]]

    def distance(self, question: Mapping[str, Any], one: Any, other: Any, level: str) -> float:
        if level == "nominal":
            return float(one != other)
        keys = [item["key"] for item in question["classes"]]
        return abs(keys.index(one) - keys.index(other)) / max(1, len(keys) - 1)

    def consensus(self, question: Mapping[str, Any], answers: Sequence[Any]) -> tuple[Any, float, bool]:
        return most_named(answers, self.text)

    def score(self, question: Mapping[str, Any], predicted: Any, reference: Any) -> float:
        return float(predicted == reference)

    def number(self, question: Mapping[str, Any], answer: Any) -> float | None:
        """The class's place in the question: what an ordinal or interval reading of the classes goes by."""
        for place, item in enumerate(question["classes"]):
            if item["key"] == answer:
                return float(place)
        return None
