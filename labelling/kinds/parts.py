"""What kinds share whose answer is a list of parts that each have a class: spans of a text, boxes on a picture."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar

from labelling.kinds.base import Kind, check_class, read_json


class Parts(Kind):
    """Answers are JSON in cells of a file, cannot be listed beforehand, and are told to people by how many of what there are."""

    nouns: ClassVar[tuple[str, str]]  # one and several, for people

    def condition(self, question: Mapping[str, Any], given: Any, at: str) -> Any:
        """A class: the question shows when a part has it."""
        return check_class(question, given, at)

    def meets(self, answer: Any, wanted: Any) -> bool:
        return any(part["class"] == wanted for part in answer)

    def parse(self, question: Mapping[str, Any], text: str) -> Any:
        return read_json(text)

    def write(self, question: Mapping[str, Any], answer: Any) -> str:
        return self.text(answer)

    def names(self, question: Mapping[str, Any]) -> list[tuple[Any, str]]:
        return []

    def show(self, question: Mapping[str, Any], answer: Any) -> str:
        """In words, like: 3 boxes: Car 2, Tree 1."""
        names = {item["key"]: item["name"] for item in question["classes"]}
        counts = Counter(part["class"] for part in answer)
        if not counts:
            return f"No {self.nouns[0]}"
        found = ", ".join(f"{names.get(key, key)} {count}" for key, count in counts.most_common())
        return f"{len(answer)} {self.nouns[len(answer) != 1]}: {found}"
