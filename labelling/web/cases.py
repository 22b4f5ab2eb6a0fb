"""How cases are drawn: votes in groups, answers with their letters, and what a form of an outcome says."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from labelling.discuss.rules import REASON_WORDS, CaseState, Outcome
from labelling.discuss.selectors import Row, Vote
from labelling.intake.about import about_keys
from labelling.intake.selectors import render_data
from labelling.kinds import KINDS
from labelling.projects.selectors import all_tags
from labelling.web.answers import (
    come_to,
    drawn_boxes,
    from_json,
    is_listed,
    marked_spans,
    numbered,
    parts_shown,
    read_answer,
)
from labelling.web.drawing import drawn, drawn_part

unsettled = f"{CaseState.OPEN},{CaseState.DISCUSSING}"
DIGITS = 10
MOST_MARKS = 6  # in a row of the queue, before labels that are alike are written as one


def asked_for(request: HttpRequest, known: Sequence[str]) -> dict[str, str]:
    """The filters in the URL that say something; what no text may hold finds nothing."""
    typed = {name: value.replace("\x00", "\ufffd").strip() for name, value in request.GET.items()}
    return {name: value for name, value in typed.items() if value and (name in known or name.startswith("meta."))}


def shown_parts(project: Any, example: Any) -> list[dict[str, Any]]:
    """The parts of an example that labellers see, in their order."""
    data = render_data(project, example.data)
    parts = []
    for part in project.display:
        value = data.get(part["field"])
        if value not in (None, ""):
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
            parts.append(drawn_part(part["field"], part["as"], value, text))
    return parts


def numbers_of(question: Mapping[str, Any]) -> dict[str, int]:
    """Canonical text of each answer that can be listed → its number, for its letter and colour."""
    kind = KINDS[question["kind"]]
    if "classes" not in question:
        return {}
    return {kind.text(value): number for number, (value, _) in enumerate(kind.names(question), start=1)}


@dataclass(frozen=True)
class About:
    """What the answers of an example are about: its data, and sizes of its pictures where a question needs them."""

    project: Any
    data: Mapping[str, Any]
    known: Mapping[str, Any] | None = None


def answer_shown(question: Mapping[str, Any], answer: Any, words: str, about: About) -> dict[str, Any]:
    return {
        "words": words,
        "number": numbers_of(question).get(KINDS[question["kind"]].text(answer)),
        "parts": parts_shown(question, answer, about.data),
        "drawn": drawn_boxes(about.project, question, answer, about.data, about.known),
        "marked": marked_spans(question, answer, about.data),
    }


def vote_rows(
    about: About, questions: Sequence[Mapping[str, Any]], votes: Sequence[Vote], viewer: Any, names: Mapping[int, str] | None = None
) -> list[dict[str, Any]]:
    """Votes for a table, each with its answers as they count now where that can be said. Without `names` (label id → name)
    people are numbers."""
    tags = {tag["key"]: tag["name"].lower() for tag in all_tags(about.project)}
    numbers = {} if is_listed(questions) else numbered(votes)
    rows = []
    for vote in votes:
        said = dict(vote.words)
        answers = []
        for question in questions:
            words = said.pop(question["key"], None)
            counts = vote.counts_as.get(question["key"])
            if words is not None and counts is not None:
                answers.append(answer_shown(question, counts, words, about))
            elif words is not None:
                answers.append({"words": f"{words} (no longer counts)", "number": None})
        answers += [{"words": f"{words} (no longer asked)", "number": None} for words in said.values()]
        who = "You" if vote.labeller_id == viewer.user_id else f"Labeller {vote.number}"
        rows.append({
            "id": vote.label_id, "answer": numbers.get(json.dumps(vote.counts_as, sort_keys=True)), "who": (names or {}).get(vote.label_id) or who,
            "answers": answers, "tags": [tags.get(tag, tag) for tag in vote.tags], "comment": vote.comment,
            "seconds": vote.seconds, "guideline_version": vote.guideline_version, "schema_version": vote.schema_version,
            "round": vote.round, "imported": vote.imported,
        })  # fmt: skip
    return rows


def panes(project: Any, questions: Sequence[Mapping[str, Any]], rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Cases of the queue, each with all that its pane shows: the next one needs no request."""
    tags = {tag["key"]: tag["name"].lower() for tag in all_tags(project)}
    single = questions[0] if len(questions) == 1 and KINDS[questions[0]["kind"]].names(questions[0]) else None
    options = settle_options(single) if single else None
    known = about_keys(project_id=project.pk, keys=[row.case.example.key for row in rows], questions=questions)
    return [
        _pane(About(project, row.case.example.data, known.get(row.case.example.key)), questions, row, tags, options) for row in rows
    ]


def _pane(
    about: About, questions: Sequence[Mapping[str, Any]], row: Row, tags: Mapping[str, str], options: list[dict[str, Any]] | None
) -> dict[str, Any]:
    case = row.case
    groups = _groups(questions, row.votes, tags, about)
    answers = [group for group in groups if group["json"]]
    if not is_listed(questions):
        numbers = numbered(row.votes)
        answers.sort(key=lambda group: numbers[group["json"]])
        groups = [*answers, *(group for group in groups if not group["json"])]
        for group in answers:
            group["name"] = f"Answer {numbers[group['json']]}"
    return {
        "id": case.pk,
        "example": case.example.key,
        "state": case.state,
        "standing": case.resolution_id or "",
        "reasons": [REASON_WORDS.get(reason, reason) for reason in row.reasons if reason != "disagreement"],
        "tally": _tally([group["count"] for group in answers]),
        "marks": _marks(answers),
        "opened_at": case.opened_at,
        "assigned_to": case.assigned_to,
        "note": case.note,
        "parts": shown_parts(about.project, case.example),
        "groups": groups,
        "comments": [{"id": vote.label_id, "words": vote.comment} for vote in row.votes if vote.comment],
        "votes": [{"id": vote.label_id, "words": ", ".join(words for _, words in vote.words) or "No answer"} for vote in row.votes],
        "guideline_versions": sorted({vote.guideline_version for vote in row.votes}),
        "seen": ",".join(str(vote.label_id) for vote in row.votes),
        "options": options if options is not None else _given(questions, answers),
    }


def _groups(questions: Sequence[Mapping[str, Any]], votes: Sequence[Vote], tags: Mapping[str, str], about: About) -> list[dict[str, Any]]:
    """Equal values together, the most frequent first; labels without an answer by their tags."""
    found: dict[str, dict[str, Any]] = {}
    for vote in votes:
        key = json.dumps(vote.counts_as, sort_keys=True) if vote.counts_as else ""
        group = found.setdefault(key, {"json": key, "count": 0, "answers": [], "tags": {}})
        group["count"] += 1
        for tag in vote.tags:
            group["tags"][tags.get(tag, tag)] = group["tags"].get(tags.get(tag, tag), 0) + 1
        if not group["answers"]:
            group["answers"] = [
                answer_shown(question, vote.counts_as[question["key"]], KINDS[question["kind"]].show(question, vote.counts_as[question["key"]]), about)
                for question in questions
                if question["key"] in vote.counts_as
            ] or [{"words": "No answer", "number": None}]
    return sorted(found.values(), key=lambda group: (-group["count"], group["answers"][0]["number"] or 0, group["json"]))


def _marks(answers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One mark a label while a glance counts them; beyond that one an answer, with its number of labels. Answers that have no list
    are their numbers."""
    if answers and "name" in answers[0]:
        return [{"number": None, "words": group["name"], "times": group["count"]} for group in answers]
    if sum(group["count"] for group in answers) <= MOST_MARKS:
        return [mark for group in answers for mark in [group["answers"][0]] * group["count"]]
    return [{**group["answers"][0], "times": group["count"]} for group in answers]


def _tally(counts: list[int]) -> str:
    """ "2 to 1", "3 ways", or how many labels there are."""
    if len(counts) < 2:
        return f"{sum(counts)} alike" if sum(counts) > 1 else "1 label" if counts else "no answer"
    if len(counts) == 2:
        return f"{counts[0]} to {counts[1]}"
    return f"{len(counts)} ways"


def settle_options(question: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every answer to a single question, with the digit that labellers know it by."""
    return [
        {
            "json": json.dumps({question["key"]: option["value"]}),
            "words": option.get("full") or option["name"],
            "number": option["number"] if "classes" in question else None,
            "digit": option["digit"],
        }
        for option in drawn(question)["options"]
    ]


def _given(questions: Sequence[Mapping[str, Any]], answers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Where answers have no list, or there are several questions: the values that were given, and what they come to."""
    found = [
        {"json": group["json"], "words": group.get("name") or ", ".join(answer["words"] for answer in group["answers"]), "number": None}
        for group in answers
    ]
    both = None if is_listed(questions) else come_to(questions, [json.loads(group["json"]) for group in answers for _ in range(group["count"])])
    if both is not None and (text := json.dumps(both, sort_keys=True)) not in {one["json"] for one in found}:
        words = ", ".join(KINDS[question["kind"]].show(question, both[question["key"]]) for question in questions if question["key"] in both)
        found.append({"json": text, "words": f"What most of them say: {words:.200}", "number": None})
    return [one | {"digit": str((place + 1) % 10) if place < DIGITS else ""} for place, one in enumerate(found)]


def read_outcome(typed: Any, questions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What services.resolve takes, out of a form: `value` as one JSON text or a field a question, `values` as several."""
    outcome = typed.get("outcome") or None
    fields: dict[str, Any] = {
        "outcome": outcome,
        "cause": typed.get("cause") or None,
        "note": typed.get("note", "").replace("\r\n", "\n"),
        "gold": "gold" in typed,
        "seen": [int(one) for one in typed.get("seen", "").split(",") if one.isascii() and one.isdigit() and len(one) < 19],
    }
    if "standing" in typed:
        standing = typed["standing"]
        fields["standing"] = int(standing) if standing.isascii() and standing.isdigit() and len(standing) < 19 else None
    if outcome == Outcome.ANSWER:
        said = {question["key"]: read_answer(question, typed) for question in questions}
        whole = from_json(typed["value"], "value") if typed.get("value") else None
        fields["value"] = whole if whole is not None else {key: answer for key, answer in said.items() if answer is not None}
    elif outcome == Outcome.SEVERAL_ANSWERS:
        fields["values"] = [from_json(one, "values") for one in typed.getlist("values")]
    return fields
