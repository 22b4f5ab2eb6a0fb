"""text: free text, like a transcription or a translation. An answer is stored in Unicode NFC, without white space around it."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from labelling.errors import Invalid
from labelling.kinds.base import Kind, check_of, plain
from labelling.stats.texts import edit_distance, middle_text

LONGEST = 100_000


class Text(Kind):
    name = "text"
    title = "Free text"
    levels = ("text",)
    own_fields = frozenset({"max_length", "of"})
    of_displays = frozenset({"text", "markdown", "image", "audio", "table", "dialogue"})

    def check_question(self, question: Mapping[str, Any], at: str) -> dict[str, Any]:
        cleaned: dict[str, Any] = {}
        longest = question.get("max_length")
        if longest is not None:
            if isinstance(longest, bool) or not isinstance(longest, int) or not 1 <= longest <= LONGEST:
                raise Invalid.field(f"{at}.max_length", f"max_length is a whole number from 1 to {LONGEST:,}.")
            cleaned["max_length"] = longest
        return cleaned | check_of(question, at, self)

    def canonical(self, question: Mapping[str, Any], answer: Any, at: str, about: Any = None) -> str:
        if not isinstance(answer, str):
            raise Invalid.field(at, "The answer is a text.")
        text = unicodedata.normalize("NFC", plain(answer, at).replace("\r\n", "\n").replace("\r", "\n")).strip()
        if not text:
            raise Invalid.field(at, "Write an answer.")
        longest = question.get("max_length", LONGEST)
        if len(text) > longest:
            raise Invalid.field(at, f"The answer has {len(text):,} characters; {longest:,} are allowed.")
        return text

    def condition(self, question: Mapping[str, Any], given: Any, at: str) -> Any:
        raise Invalid.field(at, "No question can hang on what is written freely. Ask a choice first.")

    def parse(self, question: Mapping[str, Any], text: str) -> Any:
        return text

    def write(self, question: Mapping[str, Any], answer: Any) -> str:
        return str(answer)

    def names(self, question: Mapping[str, Any]) -> list[tuple[Any, str]]:
        return []

    def distance(self, question: Mapping[str, Any], one: Any, other: Any, level: str) -> float:
        return edit_distance(one, other)

    def consensus(self, question: Mapping[str, Any], answers: Sequence[Any]) -> tuple[Any, float, bool]:
        """The text that is nearest to all others (the medoid by edit distance); confidence is its mean likeness to them."""
        return middle_text(answers)

    def score(self, question: Mapping[str, Any], predicted: Any, reference: Any) -> float:
        return 1.0 - edit_distance(predicted, reference)
