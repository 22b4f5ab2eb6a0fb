"""Whole schemas and whole values: several questions on one example, some of them shown only if another says so."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from labelling.errors import Invalid
from labelling.kinds import KINDS
from labelling.kinds.base import plain

KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
COMMON_FIELDS = frozenset({"key", "kind", "prompt", "help", "required", "show_if"})
MAX_QUESTIONS = 50


def check_questions(questions: Any) -> list[dict[str, Any]]:
    """A schema's questions, cleaned and in order. Raises Invalid naming the field, like "questions[1].classes"."""
    if not isinstance(questions, list) or not questions:
        raise Invalid.field("questions", "Ask at least one question.")
    if len(questions) > MAX_QUESTIONS:
        raise Invalid.field("questions", f"A project has {MAX_QUESTIONS} questions at most.")
    cleaned: list[dict[str, Any]] = []
    for number, question in enumerate(questions):
        cleaned.append(_check_question(question, f"questions[{number}]", cleaned))
    return cleaned


def _check_question(question: Any, at: str, before: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if not isinstance(question, Mapping):
        raise Invalid.field(at, "A question is an object with key, kind and prompt.")
    key = question.get("key")
    if not isinstance(key, str) or not KEY.fullmatch(key) or "__" in key:
        raise Invalid.field(f"{at}.key", "A key starts with a letter; letters, digits and single _ may follow.")
    if any(other["key"] == key for other in before):
        raise Invalid.field(f"{at}.key", f"The key {key} is there twice.")
    named = question.get("kind")
    kind = KINDS.get(named) if isinstance(named, str) else None
    if kind is None:
        raise Invalid.field(f"{at}.kind", f"The kind of a question is one of: {', '.join(KINDS)}.")
    unknown = set(question) - COMMON_FIELDS - kind.own_fields
    if unknown:
        raise Invalid.field(f"{at}.{min(unknown)}", f"A {kind.name} question has no field {min(unknown)}.")
    prompt, help_text = question.get("prompt") or key, question.get("help") or ""
    if not isinstance(prompt, str) or len(prompt) > 1000 or not isinstance(help_text, str) or len(help_text) > 4000:
        raise Invalid.field(f"{at}.prompt", "A prompt is a text of up to 1,000 characters.")
    required = question.get("required", True)
    if not isinstance(required, bool):
        raise Invalid.field(f"{at}.required", "required is true or false.")
    cleaned = {"key": key, "kind": kind.name, "prompt": plain(prompt, f"{at}.prompt"), "required": required}
    if help_text:
        cleaned["help"] = plain(help_text, f"{at}.help")
    if question.get("show_if") is not None:
        cleaned["show_if"] = _check_show_if(question["show_if"], f"{at}.show_if", before)
    return cleaned | kind.check_question(question, at)


def _check_show_if(rule: Any, at: str, before: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if not isinstance(rule, Mapping) or set(rule) != {"question", "is"} or not isinstance(rule["is"], list):
        raise Invalid.field(at, 'show_if is {"question": key, "is": [answers]}.')
    asked = next((question for question in before if question["key"] == rule["question"]), None)
    if asked is None:
        raise Invalid.field(f"{at}.question", "show_if names a question that comes before this one.")
    if not rule["is"]:
        raise Invalid.field(f"{at}.is", "Name at least one answer that shows this question.")
    kind = KINDS[asked["kind"]]
    return {"question": asked["key"], "is": [kind.condition(asked, answer, f"{at}.is") for answer in rule["is"]]}


def check_of_fields(questions: Sequence[Mapping[str, Any]], display: Sequence[Mapping[str, str]]) -> None:
    """Raises Invalid where a question is about a field that is not shown, or is shown in a way that does not fit its kind."""
    shown = {part["field"]: part["as"] for part in display}
    for number, question in enumerate(questions):
        if "of" not in question:
            continue
        kind, at = KINDS[question["kind"]], f"questions[{number}].of"
        if question["of"] not in shown:
            raise Invalid.field(at, f"The field {question['of']:.60} is not shown. Fields that are: {', '.join(shown)}.")
        if shown[question["of"]] not in kind.of_displays:
            ways = " or ".join(sorted(kind.of_displays))
            raise Invalid.field(at, f"A {kind.name} question is about a field shown as {ways}; {question['of']:.60} is shown as {shown[question['of']]}.")


def fields_about(questions: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Field → how it is shown, "text" or "image", of the fields that answers are checked against."""
    return {item["of"]: min(KINDS[item["kind"]].of_displays) for item in questions if "of" in item and KINDS[item["kind"]].of_needed}


def is_shown(question: Mapping[str, Any], value: Mapping[str, Any], kinds: Mapping[str, str]) -> bool:
    """Whether this question is asked, given the answers to those before it. `kinds`: question key → name of its kind."""
    rule = question.get("show_if")
    if rule is None:
        return True
    answer = value.get(rule["question"])
    kind = KINDS[kinds[rule["question"]]]
    return answer is not None and any(kind.meets(answer, wanted) for wanted in rule["is"])


def canonical_value(
    questions: Sequence[Mapping[str, Any]], value: Any, about: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A label's value, question key → canonical answer, in the schema's order. `about`: field → what `Kind.canonical` wants
    to know of it.

    Raises Invalid with every field that is wrong: unknown questions, missing required ones, answers outside the
    schema, answers to questions that were not shown.
    """
    if not isinstance(value, Mapping):
        raise Invalid.field("value", 'A value is an object, question key → answer, like {"sentiment": "pos"}.')
    problems: dict[str, list[str]] = {}
    for key in value:
        if not any(question["key"] == key for question in questions):
            known = ", ".join(question["key"] for question in questions)
            problems[f"value.{key!s:.60}"] = [f"There is no question {key!s:.60}. The questions: {known}."]
    cleaned: dict[str, Any] = {}
    kinds = {question["key"]: question["kind"] for question in questions}
    for question in questions:
        key = question["key"]
        answer = value.get(key)
        if not is_shown(question, cleaned, kinds):
            if answer is not None:
                problems[f"value.{key}"] = ["This question is not asked after these answers. Leave it out."]
        elif answer is None:
            if question.get("required", True):
                problems[f"value.{key}"] = [f"Answer the question: {question['prompt']:.200}"]
        else:
            try:
                of = (about or {}).get(question.get("of", ""))
                cleaned[key] = KINDS[question["kind"]].canonical(question, answer, f"value.{key}", of)
            except Invalid as error:
                problems.update(error.fields or {f"value.{key}": [error.message]})
    if problems:
        raise Invalid(next(iter(problems.values()))[0], fields=problems)
    return cleaned
