"""Answers of every kind as people read them on the pages of cases, and as they choose one there."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from labelling.discuss.selectors import Vote
from labelling.errors import Invalid
from labelling.intake.selectors import MEDIA_NAME, media_url
from labelling.kinds import KINDS
from labelling.web.drafts import number_or_text

MOST_PARTS = 30  # of one answer that are written out
LONGEST = 80  # characters of a span that are written out
LISTED = ("choice", "rating")  # kinds whose answers are chosen from a list


def is_listed(questions: Sequence[Mapping[str, Any]]) -> bool:
    """Whether every answer can be named in a word or two; others get numbers, so that people can speak of them."""
    return all(question["kind"] in LISTED for question in questions)


def parts_shown(question: Mapping[str, Any], answer: Any, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parts of an answer, each {"number": of its class, "name", "words"}: a span with its text, a box with its place."""
    if question["kind"] not in ("choices", "spans", "boxes"):
        return []
    classes = {item["key"]: (number, item["name"]) for number, item in enumerate(question["classes"], start=1)}
    about = data.get(question.get("of", ""))
    found = []
    for part in answer[:MOST_PARTS]:
        number, name = classes.get(part["class"] if isinstance(part, Mapping) else part, (None, ""))
        found.append({"number": number, "name": name, "words": _words(part, about)})
    if len(answer) > MOST_PARTS:
        found.append({"number": None, "name": "", "words": f"and {len(answer) - MOST_PARTS:,} more"})
    return found


def _words(part: Any, about: Any) -> str:
    if not isinstance(part, Mapping):
        return ""
    if "start" in part:
        text = about[part["start"] : min(part["end"], part["start"] + LONGEST)] if isinstance(about, str) else ""
        more = "…" if part["end"] - part["start"] > LONGEST else ""
        return f"“{text}{more}”" if text else f"{part['start']} to {part['end']}"
    return f"{part['w']:g} × {part['h']:g} at {part['x']:g}, {part['y']:g}"


def drawn_boxes(
    project: Any, question: Mapping[str, Any], answer: Any, data: Mapping[str, Any], about: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """The picture with the boxes on it, where its size is known: {"url", "width", "height", "boxes"}."""
    size, name = (about or {}).get(question.get("of", "")), data.get(question.get("of", ""))
    if question["kind"] != "boxes" or not isinstance(size, tuple) or not isinstance(name, str) or not MEDIA_NAME.fullmatch(name):
        return None
    classes = {item["key"]: number for number, item in enumerate(question["classes"], start=1)}
    boxes = [{**{side: part[side] for side in "xywh"}, "number": (classes.get(part["class"], 1) - 1) % 8 + 1} for part in answer]
    return {"url": media_url(project.slug, name), "width": size[0], "height": size[1], "boxes": boxes}


def marked_spans(question: Mapping[str, Any], answer: Any, data: Mapping[str, Any]) -> dict[str, Any] | None:
    """The text with the spans on it, for {% marked %}: {"text", "spans", "question"}; None where nothing is marked."""
    text = data.get(question.get("of", ""))
    return {"text": text, "spans": answer, "question": question} if question["kind"] == "spans" and isinstance(text, str) and answer else None


def numbered(votes: Sequence[Vote]) -> dict[str, int]:
    """Different values (as JSON) → the number that they are spoken of by, the most frequent first."""
    counts = Counter(json.dumps(vote.counts_as, sort_keys=True) for vote in votes if vote.counts_as)
    ordered = sorted(counts, key=lambda value: (-counts[value], value))
    return {value: number for number, value in enumerate(ordered, start=1)}


def come_to(questions: Sequence[Mapping[str, Any]], values: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """What these values come to, question by question, by each kind's own way; None where one is tied."""
    found: dict[str, Any] = {}
    for question in questions:
        kind, key = KINDS[question["kind"]], question["key"]
        given = sorted((value[key] for value in values if key in value), key=kind.text)
        if not given:
            continue
        answer, _, tie = kind.consensus(question, given)
        if tie:
            return None
        found[key] = answer
    return found or None


def inputs(questions: Sequence[Mapping[str, Any]], typed: Any, votes: Sequence[Vote]) -> list[dict[str, Any]]:
    """What each question is settled with: a list of answers, boxes to tick, or a field to write in; and what was chosen in a
    form that came back."""
    return [{**question, "input": _input(question), "answers": _answers(question, votes), "chosen": _typed(question, typed)} for question in questions]


def _input(question: Mapping[str, Any]) -> str:
    return {"choices": "ticks", "number": "number", "text": "text"}.get(question["kind"], "list")


def _answers(question: Mapping[str, Any], votes: Sequence[Vote]) -> list[tuple[str, str]]:
    """(JSON, words) of what can be chosen; of answers that have no list those that were given, and what they come to."""
    kind = KINDS[question["kind"]]
    if question["kind"] == "choices":
        return [(json.dumps(item["key"]), item["name"]) for item in question["classes"]] + ([("[]", "None of them")] if not question.get("min", 0) else [])
    if kind.names(question) or question["kind"] in ("number", "text"):
        return [(json.dumps(value), name) for value, name in kind.names(question)]
    numbers = numbered(votes)
    found: dict[str, str] = {}
    for value, number in numbers.items():
        answer = json.loads(value).get(question["key"])
        if answer is not None:
            found.setdefault(json.dumps(answer), f"Answer {number}: {kind.show(question, answer)}")
    both = come_to([question], [vote.counts_as for vote in votes if vote.counts_as])
    if both is not None and json.dumps(both[question["key"]]) not in found:
        found[json.dumps(both[question["key"]])] = f"What most of them say: {kind.show(question, both[question['key']])}"
    return list(found.items())


def _typed(question: Mapping[str, Any], typed: Any) -> Any:
    name = f"q-{question['key']}"
    if question["kind"] == "choices":
        return typed.getlist(name) if hasattr(typed, "getlist") else []
    return typed.get(name, "") if typed else ""


def read_answer(question: Mapping[str, Any], typed: Any) -> Any:
    """What a form says to one question, None for nothing; the service checks it."""
    name, kind = f"q-{question['key']}", question["kind"]
    if kind == "choices":
        ticked = [from_json(one, question["key"]) for one in typed.getlist(name)]
        return None if not ticked else [one for one in ticked if one != []]
    text = typed.get(name, "")
    if not text.strip():
        return None
    if kind == "number":
        return number_or_text(text.strip())
    return text if kind == "text" else from_json(text, question["key"])


def from_json(text: str, field: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Invalid.field(field, "Choose an answer from the list.") from None
