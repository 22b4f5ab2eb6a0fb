"""The form of a new project: what was typed, what it means, and what is wrong where.

Names of inputs mirror the API's paths ("questions-0-classes-1-name" is questions[0].classes[1].name), so that a refusal
of the service finds its input. Everything typed comes back with the page, right or wrong.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import slugify

from labelling.errors import Invalid
from labelling.kinds import KINDS

NUMBERS = ("low", "high", "step", "min", "max", "max_length")
TEXTS = ("of", "unit")
START = {
    "name": "", "slug": "", "description": "", "labels_per_example": "3", "order": "sequence", "guidelines": "",
    "display-0-field": "text", "display-0-as": "text",
    "questions-0-prompt": "", "questions-0-key": "", "questions-0-kind": "choice", "questions-0-required": "on",
    "questions-0-classes-0-name": "", "questions-0-classes-1-name": "",
}  # fmt: skip


@dataclass
class Input:
    """One input: where it stands, what was typed, what is wrong with it."""

    id: str
    value: str = ""
    errors: list[str] = field(default_factory=list)


class Draft:
    """What a form of a new project holds. Rows are numbered anew, in the order in which they stand on the page."""

    def __init__(self, typed: Mapping[str, str]) -> None:
        self.typed = dict(_renumbered(typed))
        self.errors: dict[str, list[str]] = {}
        self.loose: list[str] = []

    # reading

    def value(self, id: str) -> str:
        return self.typed.get(id, "").strip()

    def rows(self, prefix: str) -> list[str]:
        """The prefixes of the rows below this one: "questions" → ["questions-0", …]."""
        found = re.compile(rf"({re.escape(prefix)}-\d+)-")
        return list(dict.fromkeys(match[1] for name in self.typed if (match := found.match(name))))

    # meaning

    def fields(self) -> dict[str, Any]:
        """The project as the API takes it. Numbers that are none stay text, and the service says so."""
        name = self.value("name")
        return {
            "name": name,
            "slug": self.value("slug") or slugify(name)[:60].strip("-"),
            "description": self.value("description"),
            "display": [{"field": self.value(f"{row}-field"), "as": self.value(f"{row}-as")} for row in self.rows("display")],
            "questions": [self._question(row, number) for number, row in enumerate(self.rows("questions"), start=1)],
            "tags": [
                {"key": key_from(self.value(f"{row}-name"), "tag", number), "name": self.value(f"{row}-name")}
                for number, row in enumerate(self.rows("tags"), start=1)
                if self.value(f"{row}-name")
            ],
            "labels_per_example": number_or_text(self.value("labels_per_example")),
            "order": self.value("order"),
            "guidelines": self.typed.get("guidelines", "").replace("\r\n", "\n"),
        }

    def _question(self, row: str, number: int) -> dict[str, Any]:
        prompt, kind = self.value(f"{row}-prompt"), self.value(f"{row}-kind")
        own = KINDS[kind].own_fields if kind in KINDS else frozenset()
        question: dict[str, Any] = {
            "key": self._key(row, number),
            "kind": kind,
            "prompt": prompt,
            "required": f"{row}-required" in self.typed,
        }
        if self.value(f"{row}-help"):
            question["help"] = self.value(f"{row}-help")
        if "classes" in own:
            question["classes"] = self._classes(row)
        if "names" in own and self.value(f"{row}-names"):
            question["names"] = dict(step_names(self.value(f"{row}-names")))
        question |= {name: number_or_text(self.value(f"{row}-{name}")) for name in NUMBERS if name in own and self.value(f"{row}-{name}")}
        question |= {name: self.value(f"{row}-{name}") for name in TEXTS if name in own and self.value(f"{row}-{name}")}
        if "overlap" in own:
            question["overlap"] = f"{row}-overlap" in self.typed
        if self.value(f"{row}-show_if-question"):
            question["show_if"] = self._show_if(row)
        return question

    def _classes(self, row: str) -> list[dict[str, str]]:
        return [
            {
                "key": self.value(f"{line}-key") or key_from(self.value(f"{line}-name"), "class", place),
                "name": self.value(f"{line}-name"),
                "definition": self.value(f"{line}-definition"),
            }
            for place, line in enumerate(self.rows(f"{row}-classes"), start=1)
        ]

    def _key(self, row: str, number: int) -> str:
        return self.value(f"{row}-key") or key_from(self.value(f"{row}-prompt"), "question", number, longest=30)

    def _show_if(self, row: str) -> dict[str, Any]:
        """After which answers the question is asked. On the page an earlier question is known by its words and an answer by its
        name, because keys are only made now."""
        prompt = self.value(f"{row}-show_if-question")
        for number, asked in enumerate(self.rows("questions"), start=1):
            if asked == row:
                break
            if self.value(f"{asked}-prompt") == prompt:
                keys = {item["name"]: item["key"] for item in self._classes(asked)}
                return {"question": self._key(asked, number), "is": [keys.get(name, number_or_text(name)) for name in self.chosen(row)]}
        return {"question": prompt, "is": []}

    def chosen(self, row: str) -> list[str]:
        """Names of the answers after which a question is asked."""
        found = re.compile(rf"{re.escape(row)}-show_if-is-\d+")
        return [value.strip() for name, value in self.typed.items() if found.fullmatch(name)]

    # what is wrong

    def missing(self) -> dict[str, list[str]]:
        """What the service would let pass because a key can stand in for it, and a person would miss on the page."""
        found = {}
        for question in self.rows("questions"):
            if not self.value(f"{question}-prompt"):
                found[f"{question}-prompt"] = ["Write the question that labellers read."]
            if "classes" in getattr(KINDS.get(self.value(f"{question}-kind")), "own_fields", ()):
                for place, line in enumerate(self.rows(f"{question}-classes"), start=1):
                    if not self.value(f"{line}-name"):
                        found[f"{line}-name"] = [f"Name class {place}, or remove it."]
        return found

    def blame(self, fields: Mapping[str, list[str]], message: str = "") -> None:
        """Put the service's refusals where their inputs are; the rest on top."""
        if not fields and message:
            self.loose.append(message)
        for name, texts in fields.items():
            self.errors.setdefault(self._place(re.sub(r"\]?[.\[]", "-", name).rstrip("]")), []).extend(texts)

    def _place(self, id: str) -> str:
        """The input of this id; a class's key is made from its name, so that is where the person can mend it."""
        if id.endswith("-key") and not self.value(id) and (re.search(r"-classes-\d+-key$|^tags-", id)):
            return id.removesuffix("-key") + "-name"
        if id.endswith("-key") and not self.value(id) and id.startswith("questions-"):
            return id.removesuffix("-key") + "-prompt"
        return id

    def summary(self) -> list[tuple[str, str]]:
        """(id, sentence), in the order of the page."""
        order = {id: place for place, id in enumerate(["name", "slug", "description", *self.typed])}
        found = sorted(self.errors.items(), key=lambda pair: order.get(pair[0], len(order)))
        return [("", text) for text in self.loose] + [(id, text) for id, texts in found for text in texts]

    # for the template

    def input(self, id: str) -> Input:
        return Input(id, self.typed.get(id, ""), self.errors.get(id, []))

    def page(self) -> dict[str, Any]:
        """Everything as inputs, for projects/new.html."""
        return {
            **{name: self.input(name) for name in ("name", "slug", "description", "labels_per_example", "order", "guidelines")},
            "display": [self.display(row) for row in self.rows("display")],
            "questions": [self.question(row) for row in self.rows("questions")],
            "tags": [self.tag(row) for row in self.rows("tags")],
        }

    def display(self, row: str) -> dict[str, Any]:
        return {"prefix": row, "field": self.input(f"{row}-field"), "as": self.input(f"{row}-as")}

    def tag(self, row: str) -> dict[str, Any]:
        return {"prefix": row, "name": self.input(f"{row}-name")}

    def class_row(self, row: str) -> dict[str, Any]:
        return {"prefix": row} | {name: self.input(f"{row}-{name}") for name in ("name", "definition", "key")}

    def question(self, row: str) -> dict[str, Any]:
        kind = self.value(f"{row}-kind") or "choice"
        inputs = {name: self.input(f"{row}-{name}") for name in ("prompt", "key", "kind", "help", "names", *NUMBERS, *TEXTS)}
        return {
            "prefix": row,
            **inputs,
            "required": f"{row}-required" in self.typed,
            "own": KINDS[kind].own_fields if kind in KINDS else frozenset(),
            "classes": [self.class_row(line) for line in self.rows(f"{row}-classes")],
            "classes_errors": self.errors.get(f"{row}-classes", []),
            "overlap": f"{row}-overlap" in self.typed,
            "fields": [self.value(f"{part}-field") for part in self.rows("display")],
            "after": self.input(f"{row}-show_if-question"),
            "after_answers": self.input(f"{row}-show_if-is"),
            "earlier": self._earlier(row),
            "chosen": self.chosen(row),
            "options": self._options(row),
        }

    def _earlier(self, row: str) -> list[str]:
        """The words of the questions before this one on whose answers another can hang."""
        rows = self.rows("questions")
        before = rows[: rows.index(row)] if row in rows else []
        return [prompt for one in before if self._answers(one) and (prompt := self.value(f"{one}-prompt"))]

    def _options(self, row: str) -> list[str]:
        """The names of the answers to the question that this one hangs on."""
        prompt = self.value(f"{row}-show_if-question")
        return next((self._answers(one) for one in self.rows("questions") if prompt and self.value(f"{one}-prompt") == prompt), [])

    def _answers(self, row: str) -> list[str]:
        """Names of a question's answers: its classes, or the steps of its scale; none where answers are not listed."""
        own: frozenset[str] = getattr(KINDS.get(self.value(f"{row}-kind")), "own_fields", frozenset())
        if "classes" in own:
            return [self.value(f"{line}-name") for line in self.rows(f"{row}-classes")]
        try:
            scale = KINDS["rating"].check_question(self._question_of(row), "") if "step" in own else None
        except Invalid:
            return []
        return [str(step) for step, _ in KINDS["rating"].names({**scale, "names": None})] if scale else []

    def _question_of(self, row: str) -> dict[str, Any]:
        return {name: number_or_text(self.value(f"{row}-{name}")) for name in ("low", "high", "step") if self.value(f"{row}-{name}")}


def key_from(name: str, noun: str, number: int, longest: int = 60) -> str:
    """A key for programs out of a name for people: "Not sure" → not_sure; class_3 where nothing is left of it."""
    key = slugify(name).replace("-", "_")[:longest].strip("_")
    key = re.sub(r"_+", "_", key)
    return key if key and key[0].isalpha() else f"{noun}_{number}" + (f"_{key}" if key else "")


def number_or_text(text: str) -> int | float | str:
    """A finite number, with a point or a comma; anything else as it was typed."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        value = float(text.replace(",", ".").replace("\u2212", "-"))
    except ValueError:
        return text
    return value if math.isfinite(value) else text


def step_names(text: str) -> Iterator[tuple[str, str]]:
    """Lines like "1 = very bad" or "1 very bad" as pairs."""
    for line in text.splitlines():
        if line.strip():
            step, name = [*re.split(r"\s*[=:]\s*|\s+", line.strip(), maxsplit=1), ""][:2]
            yield step.replace("\u2212", "-"), name


def _renumbered(typed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The same inputs with rows numbered from 0 in their order on the page, whatever numbers a script gave them."""
    numbers: dict[str, dict[str, int]] = {}
    for name, value in typed.items():
        prefix = ""
        for part in name.split("-"):
            if part.isdigit():
                seen = numbers.setdefault(prefix, {})
                part = str(seen.setdefault(part, len(seen)))
            prefix = f"{prefix}-{part}" if prefix else part
        yield prefix, value
