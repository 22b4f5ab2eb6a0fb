"""How questions and tags are drawn: what templates/kinds/ need to know of a question, whatever its kind."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.safestring import mark_safe

from labelling.kinds import KINDS
from labelling.projects.guidelines import to_html
from labelling.web.shapes import table_of, turns_of

MANY = 10  # classes; beyond that many the search field is always there
TAG_LETTERS = {"borderline": "B", "unintelligible": "X", "not_enough_information": "N"}
TAG_NAMES = {"borderline": "borderline", "unintelligible": "unintelligible", "not_enough_information": "not enough information"}
MINUS = "\N{MINUS SIGN}"


def drawn(question: Mapping[str, Any]) -> dict[str, Any]:
    """The question with its template and its options: [{number, value, name, full, shown, definition, digit}].

    `digit` is the key that chooses an option, as text, or "" beyond the tenth.
    """
    kind = KINDS[question["kind"]]
    some = kind.name == "choices"
    none = some and not question.get("min", 0)  # then "None of them" is an answer, and 0 its key
    options = _classes(question["classes"], zero=not none) if "classes" in question else _steps(question, kind.names(question))
    return {
        **question,
        "required": question.get("required", True),
        "template": kind.template,
        "options": options,
        "many": len(options) > MANY,
        "few": len(options) <= 2,
        "short": all(len(option["name"]) <= 4 for option in options),
        "long": len(options) > 11,
        "low_name": options[0]["name"] if options else "",
        "high_name": options[-1]["name"] if options else "",
        "none": none,
        "unlimited": some and question.get("max", len(options)) >= len(options),
        "wanted": wanted(question) if some else "",
        "range_words": range_words(question) if kind.name == "number" else "",
    }


def wanted(question: Mapping[str, Any]) -> str:
    """How many classes may be chosen, in words that a sentence can go on from: "Choose 2 to 3"."""
    low, high, many = question.get("min", 0), question.get("max"), len(question["classes"])
    if high is None or high >= many:
        return f"Choose at least {low}" if low else "Choose all that hold"
    if low == high:
        return f"Choose {low}"
    return f"Choose {low} to {high}" if low else f"Choose up to {high}"


def range_words(question: Mapping[str, Any]) -> str:
    """The limits of a number: "0 to 10", "0 or more"; nothing where there are none."""
    low, high = (f"{question[name]:,}".replace("-", MINUS) if name in question else "" for name in ("low", "high"))
    if low and high:
        return f"{low} to {high}"
    return f"{low} or more" if low else f"{high} or less" if high else ""


def _classes(classes: Sequence[Mapping[str, Any]], *, zero: bool = True) -> list[dict[str, Any]]:
    """Keys 1 to 9 and 0 count the classes; where classes are called by single digits, each has its own as its key. `zero`:
    whether a class may have the key 0."""
    names = [item.get("name") or item["key"] for item in classes]
    own = len(set(names)) == len(names) and all(len(name) == 1 and name in "0123456789"[not zero :] for name in names)
    return [
        {
            "number": number,
            "value": item["key"],
            "name": item.get("name") or item["key"],
            "definition": item.get("definition", ""),
            "digit": names[number - 1] if own else str(number % 10) if number <= 9 + zero else "",
        }
        for number, item in enumerate(classes, start=1)
    ]


def _steps(question: Mapping[str, Any], steps: Sequence[tuple[Any, str]]) -> list[dict[str, Any]]:
    """Digits are the rating itself where every step is one digit; otherwise they count the steps."""
    known = question.get("names") or {}
    itself = all(isinstance(step, int) and 0 <= step <= 9 for step, _ in steps)
    found = []
    for number, (step, full) in enumerate(steps, start=1):
        place = str(number % 10) if number <= 10 else ""
        shown = str(step).replace("-", MINUS)
        found.append({
            "number": number, "value": step, "name": known.get(str(step), ""), "full": full.replace("-", MINUS, 1),
            "shown": shown, "digit": str(step) if itself else place,
        })  # fmt: skip
    return found


def drawn_tags(tags: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Tags with their letters; the project's own have none, so that no two actions share a key."""
    return [
        {"key": tag["key"], "name": TAG_NAMES.get(tag["key"], tag["name"]), "letter": TAG_LETTERS.get(tag["key"], "")}
        for tag in tags
    ]


def words_of(questions: Sequence[Mapping[str, Any]], value: Mapping[str, Any] | None, tags: Sequence[str], names: Mapping[str, str]) -> str:
    """A label in a few words: its answers, else its tags."""
    answers = [KINDS[q["kind"]].show(q, value[q["key"]]) for q in questions if value and q["key"] in value]
    return ", ".join(answers or [names.get(tag, tag) for tag in tags]) or "No answer"


def lower_headings(html: str) -> str:
    """Guidelines stand below the page's h1 and their own h2: their headings start at h3."""
    return re.sub(r"<(/?)h([1-6])>", lambda found: f"<{found[1]}h{min(6, int(found[2]) + 2)}>", html)


def drawn_part(field: str, way: str, value: Any, text: str) -> dict[str, Any]:
    """A field of an example for parts/shown.html, in the shape in which labellers see it: {field, as, value: as text, and one
    of table, turns, html where it has that shape}. Of turns, `other` are not by the one who spoke first."""
    turns = turns_of(value) if way == "dialogue" else None
    return {
        "field": field,
        "as": way,
        "value": text,
        "table": table_of(value) if way == "table" else None,
        "turns": [{**turn, "other": turn["who"] != turns[0]["who"]} for turn in turns] if turns else None,
        "html": mark_safe(markdown_of(value)) if way == "markdown" and isinstance(value, str) else "",
    }


def markdown_of(text: str) -> str:
    """A field shown as Markdown, as HTML that was cleaned; it stands below the page's headings, as guidelines do."""
    return lower_headings(to_html(text))
