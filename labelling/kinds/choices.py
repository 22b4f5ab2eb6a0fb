"""choices: any number of several classes. An answer is the set of their keys, stored sorted; [] says that none of them holds."""

from collections.abc import Mapping, Sequence
from typing import Any

from labelling.errors import Invalid
from labelling.kinds.base import Kind, check_class, check_classes, class_keys, read_json
from labelling.stats.sets import jaccard_distance


class Choices(Kind):
    name = "choices"
    title = "Any number of several classes"
    levels = ("set",)
    own_fields = frozenset({"classes", "min", "max"})

    def check_question(self, question: Mapping[str, Any], at: str) -> dict[str, Any]:
        cleaned: dict[str, Any] = {"classes": check_classes(question, at)}
        many = len(cleaned["classes"])
        for name in ("min", "max"):
            count = question.get(name)
            if count is None:
                continue
            if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= many:
                raise Invalid.field(f"{at}.{name}", f"{name} is a whole number from 0 to {many}, the number of classes.")
            cleaned[name] = count
        if cleaned.get("max") == 0 or cleaned.get("min", 0) > cleaned.get("max", many):
            raise Invalid.field(f"{at}.max", "max is at least 1 and not below min.")
        return cleaned

    def canonical(self, question: Mapping[str, Any], answer: Any, at: str, about: Any = None) -> list[str]:
        if not isinstance(answer, list):
            raise Invalid.field(at, 'The answer is a list of classes, like ["a", "b"].')
        known = class_keys(question)
        chosen = sorted({check_class(question, key, at, known) for key in answer})
        low, high = question.get("min", 0), question.get("max", len(question["classes"]))
        if not low <= len(chosen) <= high:
            wanted = f"exactly {low}" if low == high else f"{low} to {high}"
            raise Invalid.field(at, f"Choose {wanted} of the classes; this answer has {len(chosen)}.")
        return chosen

    def condition(self, question: Mapping[str, Any], given: Any, at: str) -> Any:
        """A class: the question shows when it is among those chosen."""
        return check_class(question, given, at)

    def meets(self, answer: Any, wanted: Any) -> bool:
        return wanted in answer

    def parse(self, question: Mapping[str, Any], text: str) -> Any:
        if text.startswith("["):
            found = read_json(text)
            if isinstance(found, list):
                return found
        return [part.strip() for part in text.split("|") if part.strip()]

    def write(self, question: Mapping[str, Any], answer: Any) -> str:
        """Keys joined by |, which no key holds; [] for the empty set, and JSON where a key begins like a list."""
        joined = "|".join(answer)
        plain = joined and not joined.startswith("[") and all(key == key.strip() for key in answer)
        return joined if plain else self.text(answer)

    def names(self, question: Mapping[str, Any]) -> list[tuple[Any, str]]:
        return []

    def distance(self, question: Mapping[str, Any], one: Any, other: Any, level: str) -> float:
        return jaccard_distance(one, other)

    def consensus(self, question: Mapping[str, Any], answers: Sequence[Any]) -> tuple[Any, float, bool]:
        """Class by class what more than half chose; a class that exactly half chose is a tie, and then there is no answer."""
        half = len(answers) / 2
        votes = {key: sum(key in answer for answer in answers) for answer in answers for key in answer}
        share = min([max(count, len(answers) - count) / len(answers) for count in votes.values()], default=1.0)
        if any(count == half for count in votes.values()):
            return None, share, True
        found = sorted(key for key, count in votes.items() if count > half)
        if not question.get("min", 0) <= len(found) <= question.get("max", len(question["classes"])):
            return None, share, True
        return found, share, False

    def score(self, question: Mapping[str, Any], predicted: Any, reference: Any) -> float:
        return 1.0 - jaccard_distance(predicted, reference)

    def show(self, question: Mapping[str, Any], answer: Any) -> str:
        names = {item["key"]: item["name"] for item in question["classes"]}
        return ", ".join(names.get(key, key) for key in answer) or "None of them"
