"""Whether an answer is right, where its example has answers that are known to be."""

from collections.abc import Mapping, Sequence
from typing import Any

from labelling.kinds import KINDS

EXACT = frozenset({"choice", "choices", "rating"})
NEAR_ENOUGH = 0.8  # of the kind's score, where no two people draw or write alike
IN_WORDS = (
    "An answer is right when it is one of the example's gold answers: the same class, the same set of classes, the same rating. "
    "Numbers, texts, spans and boxes are right when they come near enough: a score of 0.8 or more."
)


def is_right(question: Mapping[str, Any], answer: Any, references: Sequence[Any]) -> bool:
    """One question's canonical answer against any of the references."""
    kind = KINDS[question["kind"]]
    if kind.name in EXACT:
        return answer in references
    return any(kind.score(question, answer, reference) >= NEAR_ENOUGH for reference in references)


def all_right(
    questions: Sequence[Mapping[str, Any]], value: Mapping[str, Any] | None, references: Mapping[str, Sequence[Any]]
) -> bool:
    """A whole value: every question that has references is answered, and rightly. Without any reference nothing is right."""
    asked = [question for question in questions if references.get(question["key"])]
    return bool(asked) and all(
        value is not None and question["key"] in value and is_right(question, value[question["key"]], references[question["key"]])
        for question in asked
    )


def reference_words(questions: Sequence[Mapping[str, Any]], references: Mapping[str, Sequence[Any]]) -> str:
    """The references in words: "Negative", or "What is felt: Negative or Mixed; How strongly: 3" for several questions."""
    said = {
        question["key"]: " or ".join(KINDS[question["kind"]].show(question, reference) for reference in references[question["key"]])
        for question in questions
        if references.get(question["key"])
    }
    if len(said) == 1:
        return next(iter(said.values()))
    prompts = {question["key"]: question["prompt"].rstrip("?") for question in questions}
    return "; ".join(f"{prompts[key]}: {words}" for key, words in said.items())
