"""Cases: why they open, how they move, how they end. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from labelling.errors import Invalid
from labelling.kinds.questions import canonical_value


class CaseState(StrEnum):
    OPEN = "open"
    DISCUSSING = "discussing"
    RESOLVED = "resolved"


class Reason(StrEnum):
    DISAGREEMENT = "disagreement"
    BORDERLINE = "borderline"
    UNINTELLIGIBLE = "unintelligible"
    NOT_ENOUGH_INFORMATION = "not_enough_information"
    GOLD_MISSED = "gold_missed"
    SUSPECTED_ERROR = "suspected_error"
    REPORTED = "reported"


class Outcome(StrEnum):
    ANSWER = "answer"
    SEVERAL_ANSWERS = "several_answers"
    RELABEL = "relabel"
    REGATHER = "regather"
    DROP = "drop"


class Cause(StrEnum):
    SLIP = "slip"
    GUIDELINE_GAP = "guideline_gap"
    AMBIGUOUS_EXAMPLE = "ambiguous_example"
    POOR_DATA = "poor_data"
    SCHEMA = "schema"
    OTHER = "other"


OPENING_TAGS = frozenset({Reason.BORDERLINE, Reason.UNINTELLIGIBLE, Reason.NOT_ENOUGH_INFORMATION})
REPORTABLE = frozenset({Reason.REPORTED, Reason.SUSPECTED_ERROR})
ONLY_FOR_LEADS = frozenset({Reason.GOLD_MISSED, Reason.SUSPECTED_ERROR})  # would tell labellers which examples they are tested on, or whose answer is doubted
SETTLING = frozenset({Outcome.ANSWER, Outcome.SEVERAL_ANSWERS})
CAUSE_WORDS = {
    Cause.SLIP: "A slip",
    Cause.GUIDELINE_GAP: "The guidelines do not say",
    Cause.AMBIGUOUS_EXAMPLE: "The example is ambiguous",
    Cause.POOR_DATA: "The data are poor",
    Cause.SCHEMA: "The classes do not fit",
    Cause.OTHER: "Something else",
}
OUTCOME_WORDS = {
    Outcome.ANSWER: "settled",
    Outcome.SEVERAL_ANSWERS: "several answers are right",
    Outcome.RELABEL: "labelled again",
    Outcome.REGATHER: "to be gathered again",
    Outcome.DROP: "dropped",
}
REASON_WORDS = {
    Reason.DISAGREEMENT: "labels differ",
    Reason.BORDERLINE: "borderline",
    Reason.UNINTELLIGIBLE: "unintelligible",
    Reason.NOT_ENOUGH_INFORMATION: "not enough information",
    Reason.GOLD_MISSED: "gold answer missed",
    Reason.SUSPECTED_ERROR: "suspected error",
    Reason.REPORTED: "reported",
}
A_BIT = 0.05  # what each reason besides the disagreement itself adds to a case's score
MAX_TEXT = 10_000
MENTION = re.compile(r"(?<![\w@.+-])@([\w.+-]{1,150})")


def score_of(distance: float, reasons: Iterable[str]) -> float:
    """How bad a case is, 0..1: the mean distance between its labels, and a bit for each other reason."""
    others = sum(1 for reason in reasons if reason != Reason.DISAGREEMENT)
    return round(min(1.0, distance + A_BIT * others), 9)


def mentions_in(text: str) -> list[str]:
    """The user names after @, each once, in order; a full stop that ends the sentence is not part of a name."""
    return list(dict.fromkeys(name.rstrip(".-+") for name in MENTION.findall(text) if name.rstrip(".-+")))


def check_text(text: Any, field: str, *, needed: bool = False) -> str:
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        raise Invalid.field(field, f"This is a text of up to {MAX_TEXT:,} characters.")
    if "\x00" in text:
        raise Invalid.field(field, "The text holds a null byte. Remove it.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Invalid.field(field, "The text holds half of a surrogate pair, which is not a character.") from None
    if needed and not text.strip():
        raise Invalid.field(field, "Write something first.")
    return text.strip()


def check_member(value: Any, known: type[StrEnum], field: str) -> str:
    if not isinstance(value, str) or value not in list(known):
        raise Invalid.field(field, f"The {field} is one of: {', '.join(known)}.")
    return value


def check_seen(seen: Any) -> list[int]:
    if not isinstance(seen, list) or len(seen) > 10_000 or any(isinstance(item, bool) or not isinstance(item, int) or not 0 < item < 2**63 for item in seen):
        raise Invalid.field("seen", "seen lists the ids of the labels that you looked at, so that nobody decides about labels that changed meanwhile.")
    return sorted(set(seen))


def check_answers(
    questions: Sequence[Mapping[str, Any]], outcome: str, value: Any, values: Any, about: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any] | None, list[dict[str, Any]] | None]:
    """(value, values), each in canonical form, as this outcome needs them; what it does not need is refused. `about`: what is known
    of the example's fields."""
    if outcome != Outcome.ANSWER and value is not None:
        raise Invalid.field("value", f"The outcome {outcome} takes no value." + (" It takes values." if outcome == Outcome.SEVERAL_ANSWERS else ""))
    if outcome != Outcome.SEVERAL_ANSWERS and values is not None:
        raise Invalid.field("values", f"The outcome {outcome} takes no values." + (" It takes one value." if outcome == Outcome.ANSWER else ""))
    if outcome == Outcome.ANSWER:
        return canonical_value(questions, value, about), None
    if outcome == Outcome.SEVERAL_ANSWERS:
        if not isinstance(values, list) or len(values) < 2 or len(values) > 100:
            raise Invalid.field("values", "Give at least two values that are right: a list of objects, question key → answer.")
        cleaned: list[dict[str, Any]] = []
        for number, one in enumerate(values):
            try:
                right = canonical_value(questions, one, about)
            except Invalid as error:
                fields = {name.replace("value", f"values[{number}]", 1): texts for name, texts in error.fields.items()}
                raise Invalid(error.message, fields=fields) from None
            if right in cleaned:
                raise Invalid.field(f"values[{number}]", "This value is there twice.")
            cleaned.append(right)
        return None, cleaned
    return None, None
