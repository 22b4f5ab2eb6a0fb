"""What a label may hold besides its value. Pure: plain values in, cleaned values or Invalid out."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from labelling.errors import Conflict, Invalid
from labelling.kinds.questions import canonical_value
from labelling.projects.rules import TAGS_WITHOUT_ANSWER, clean_text

MAX_COMMENT = 10_000
MAX_TAGS = 50
LONGEST_SECONDS = 24 * 3600.0  # a clock that ran on over night must cost nobody their label
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Input:
    """What a labeller sent, checked except for the value, which needs the questions."""

    value: Any
    tags: list[str]
    comment: str
    seconds: float | None
    client_id: UUID
    schema_version: int | None
    guideline_version: int | None
    confidence: float | None
    suggestion_shown: bool


def check_input(fields: Mapping[str, Any], *, known_tags: Collection[str]) -> Input:
    """Every field but the value. Raises Invalid with all that is wrong at once."""
    problems: dict[str, list[str]] = {}
    checks = {
        "tags": lambda value: check_tags(value, known_tags),
        "comment": check_comment,
        "seconds": check_seconds,
        "client_id": check_client_id,
        "schema_version": lambda value: check_version(value, "schema_version"),
        "guideline_version": lambda value: check_version(value, "guideline_version"),
        "confidence": check_confidence,
        "suggestion_shown": check_suggestion_shown,
    }
    cleaned: dict[str, Any] = {"value": fields.get("value")}
    for name, check in checks.items():
        try:
            cleaned[name] = check(fields.get(name))
        except Invalid as error:
            problems.update(error.fields)
    if problems:
        raise Invalid(next(iter(problems.values()))[0], fields=problems)
    return Input(**cleaned)


def check_tags(tags: Any, known: Collection[str]) -> list[str]:
    """Keys of tags, each once, sorted."""
    if tags is None:
        return []
    if not isinstance(tags, list | tuple) or any(not isinstance(tag, str) for tag in tags):
        raise Invalid.field("tags", 'Tags are a list of keys, like ["borderline"].')
    if len(tags) > MAX_TAGS:
        raise Invalid.field("tags", f"A label has {MAX_TAGS} tags at most.")
    unknown = [tag for tag in tags if tag not in known]
    if unknown:
        raise Invalid.field("tags", f"There is no tag {unknown[0]:.60} in this project. Its tags: {', '.join(known)}.")
    return sorted(set(tags))


def check_comment(comment: Any) -> str:
    if comment is None:
        return ""
    if not isinstance(comment, str) or len(comment) > MAX_COMMENT:
        raise Invalid.field("comment", f"A comment is a text of up to {MAX_COMMENT:,} characters.")
    return clean_text(comment, "comment")


def check_seconds(seconds: Any) -> float | None:
    """Active seconds; more than a day counts as a day."""
    if seconds is None:
        return None
    number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not number or seconds < 0 or seconds != seconds or seconds == math.inf:
        raise Invalid.field("seconds", "seconds is the time spent, a number from 0 up.")
    return float(min(seconds, LONGEST_SECONDS))


def check_client_id(client_id: Any) -> UUID:
    if isinstance(client_id, UUID):
        return client_id
    try:
        if not isinstance(client_id, str):
            raise ValueError
        return UUID(client_id)
    except ValueError:
        raise Invalid.field(
            "client_id", "client_id is a UUID that you make once for each label, so that sending it again is safe."
        ) from None


def check_version(version: Any, name: str) -> int | None:
    if version is None:
        return None
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise Invalid.field(name, f"{name} is the number that came with the example.")
    return version


def check_confidence(confidence: Any) -> float | None:
    if confidence is None:
        return None
    if isinstance(confidence, bool) or not isinstance(confidence, int | float) or not 0 <= confidence <= 1:
        raise Invalid.field("confidence", "confidence lies between 0 and 1.")
    return float(confidence)


def check_suggestion_shown(shown: Any) -> bool:
    if not isinstance(shown, bool | None):
        raise Invalid.field("suggestion_shown", "suggestion_shown is true or false.")
    return bool(shown)


def check_value(
    questions: Sequence[Mapping[str, Any]], value: Any, tags: Collection[str], about: Mapping[str, Any] | None = None
) -> dict[str, Any] | None:
    """The canonical value; null, or an object without any answer, only with a tag that says why there is none. `about`: what
    is known of the example's fields, for spans and boxes."""
    excused = not TAGS_WITHOUT_ANSWER.isdisjoint(tags)
    if value is None or (excused and value == {}):
        if not excused:
            raise Invalid.field(
                "value",
                "Choose an answer, or tag the example unintelligible or not_enough_information if it cannot be answered.",
            )
        return None
    cleaned = canonical_value(questions, value, about)
    if not cleaned:
        raise Invalid.field("value", "Answer at least one question, or tag the example to say why it cannot be answered.")
    return cleaned


def check_still_fits(questions: Sequence[Mapping[str, Any]], value: Any, tags: Collection[str], version: int) -> None:
    """An answer to an older schema must be one to the newest as well."""
    try:
        check_value(questions, value, tags)
    except Invalid as error:
        raise Conflict(
            f"The questions changed while you were labelling (version {version}), and this answer does not fit them any "
            "more. Nothing was stored. Load the example again and answer the new questions.",
            fields=error.fields,
        ) from None


def check_reachable(version: int | None, newest: int) -> int:
    """The schema version that a label was made under, the newest by default."""
    if version is None:
        return newest
    if version > newest:
        raise Invalid.field("schema_version", f"The newest schema version is {newest}.")
    return version


def check_guideline_version(version: int | None, newest: int) -> int:
    """The guidelines that a label was made under, the newest by default."""
    if version is not None and version > newest:
        raise Invalid.field("guideline_version", f"The newest version of the guidelines is {newest}.")
    return version or newest


def day_number(moment: datetime) -> int:
    """Days since 1970-01-01; the moment is in UTC."""
    return (moment.date() - EPOCH).days
