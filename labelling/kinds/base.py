"""What a question kind must be able to do. A kind is one room: this class, one template, one JS module."""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from labelling.errors import Invalid

NOTHING = "[]"  # an answer that names no class, in tables of classes
CLASS_KEY = re.compile(r"[^\x00-\x1f|]{1,100}")


class Kind(ABC):
    """One kind of question.

    A question is a plain dict as in API.md; an answer is plain JSON in one canonical form, so that equal answers are
    equal texts and share one code.
    """

    name: ClassVar[str]
    title: ClassVar[str]  # for people who choose a kind
    levels: ClassVar[tuple[str, ...]]  # of measurement, the default first
    own_fields: ClassVar[frozenset[str]]  # what a question of this kind may hold besides the common ones
    of_displays: ClassVar[frozenset[str]] = frozenset()  # how a field that `of` names may be shown; empty: there is no `of`
    of_needed: ClassVar[bool] = False  # whether `of` must be said

    @property
    def template(self) -> str:
        return f"kinds/{self.name}.html"

    @property
    def script(self) -> str:
        return f"js/kinds/{self.name}.js"

    @abstractmethod
    def check_question(self, question: Mapping[str, Any], at: str) -> dict[str, Any]:
        """The kind's own fields, cleaned. Raises Invalid naming the field below `at`, like "questions[0]"."""

    @abstractmethod
    def canonical(self, question: Mapping[str, Any], answer: Any, at: str, about: Any = None) -> Any:
        """The answer in its one canonical form. Raises Invalid naming `at` and saying what would be right.

        `about` is what the answer is about, for kinds with `of_needed`: the field's text, or the (width, height) of its
        upright picture. Without it (a reference read back, a picture whose size is not known) the answer is checked by itself.
        """

    @abstractmethod
    def parse(self, question: Mapping[str, Any], text: str) -> Any:
        """An answer from a cell of a CSV file, not yet checked: canonical() follows."""

    @abstractmethod
    def write(self, question: Mapping[str, Any], answer: Any) -> str:
        """The answer as a cell of a CSV file; parse() reads it back."""

    @abstractmethod
    def names(self, question: Mapping[str, Any]) -> list[tuple[Any, str]]:
        """The answers that can be listed, with their names for people; empty where there is no list."""

    def listed(self, question: Mapping[str, Any]) -> list[tuple[str, str]]:
        """(as written in a file, name) of all that examples are counted by: classes, or the steps of a scale; empty for neither."""
        if "classes" in question:
            return [(item["key"], item["name"]) for item in question["classes"]]
        return [(self.write(question, value), name) for value, name in self.names(question)]

    def holds(self, question: Mapping[str, Any], answer: Any) -> list[str]:
        """Those of them that an answer names, each once; NOTHING alone where it says that there is none."""
        if not self.listed(question):
            return []
        if not isinstance(answer, list):
            return [self.write(question, answer)]
        return sorted({part["class"] if isinstance(part, Mapping) else part for part in answer}) or [NOTHING]

    @abstractmethod
    def distance(self, question: Mapping[str, Any], one: Any, other: Any, level: str) -> float:
        """How far two canonical answers are apart at this level: 0 for equals, symmetric."""

    @abstractmethod
    def consensus(self, question: Mapping[str, Any], answers: Sequence[Any]) -> tuple[Any, float, bool]:
        """(answer, share that supports it, tie) of one example's canonical answers; the answer is None in a tie."""

    @abstractmethod
    def score(self, question: Mapping[str, Any], predicted: Any, reference: Any) -> float:
        """How right a prediction is, 0..1."""

    def apart(self, question: Mapping[str, Any], one: Any, other: Any) -> float:
        """How far two people's answers are apart, 0..1: what puts an example into the queue of cases, the worst first."""
        return min(1.0, self.distance(question, one, other, self.levels[0]))

    def condition(self, question: Mapping[str, Any], given: Any, at: str) -> Any:
        """One of the answers in `show_if`, cleaned. Raises Invalid where nothing can hang on this kind."""
        return self.canonical(question, given, at)

    def meets(self, answer: Any, wanted: Any) -> bool:
        """Whether an answer is, or holds, what a `show_if` waits for."""
        return bool(answer == wanted)

    def number(self, question: Mapping[str, Any], answer: Any) -> float | None:
        """The answer as a number, for levels that need one."""
        return None

    def text(self, answer: Any) -> str:
        """The canonical text: what is hashed, and equal only for equal answers."""
        return json.dumps(answer, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def show(self, question: Mapping[str, Any], answer: Any) -> str:
        """The answer in words for people."""
        for value, name in self.names(question):
            if value == answer:
                return name
        return str(answer)


def check_classes(question: Mapping[str, Any], at: str, fewest: int = 2) -> list[dict[str, str]]:
    """Classes: [{"key", "name"?, "definition"?}], at least `fewest`, keys unique. Shared by kinds that choose."""
    classes = question.get("classes")
    if not isinstance(classes, list) or len(classes) < fewest:
        few = "at least two classes to choose from" if fewest > 1 else "at least one class"
        raise Invalid.field(f"{at}.classes", f"Give {few}.")
    if len(classes) > 2000:
        raise Invalid.field(f"{at}.classes", "A question has 2,000 classes at most.")
    cleaned: list[dict[str, str]] = []
    seen: set[str] = set()
    for number, item in enumerate(classes):
        here = f"{at}.classes[{number}]"
        if isinstance(item, str):
            item = {"key": item}
        if not isinstance(item, Mapping):
            raise Invalid.field(here, "A class is an object with key, name and definition.")
        key = item.get("key")
        if not isinstance(key, str) or not CLASS_KEY.fullmatch(key) or not key.strip():
            raise Invalid.field(f"{here}.key", "A class key has 1 to 100 characters, without | and line breaks.")
        if key in seen:
            raise Invalid.field(f"{here}.key", f"The class {key} is there twice.")
        seen.add(key)
        name, definition = item.get("name") or key, item.get("definition") or ""
        if not isinstance(name, str) or not isinstance(definition, str) or len(name) > 200 or len(definition) > 4000:
            raise Invalid.field(here, "A class has a name of up to 200 and a definition of up to 4,000 characters.")
        cleaned.append({"key": key, "name": plain(name, here), "definition": plain(definition, here)})
    return cleaned


def check_of(question: Mapping[str, Any], at: str, kind: Kind) -> dict[str, str]:
    """The field that a question is about, {"of": name}, or nothing. Whether the project shows it is checked with the project."""
    field = question.get("of")
    if field is None and not kind.of_needed:
        return {}
    if not isinstance(field, str) or not field.strip():
        raise Invalid.field(f"{at}.of", f"Say which field the {kind.name} are in: {kind.name!r} needs \"of\", the name of a field that is shown.")
    return {"of": plain(field, f"{at}.of")}


def class_keys(question: Mapping[str, Any]) -> dict[str, int]:
    """Class key → its place, in the question's order."""
    return {item["key"]: place for place, item in enumerate(question["classes"])}


def check_class(question: Mapping[str, Any], key: Any, at: str, known: Collection[str] | None = None) -> str:
    """One of the question's classes; `known` are their keys, for those who check many. Raises Invalid naming them."""
    keys = class_keys(question) if known is None else known
    if not isinstance(key, str) or key not in keys:
        keys = list(keys)
        some = ", ".join(keys[:10]) + (", ..." if len(keys) > 10 else "")
        raise Invalid.field(at, f"{key!r:.100} is not a class of this question. Its classes: {some}.")
    return key


def check_parts(answer: Any, allowed: set[str], at: str, noun: str, most: int) -> list[Mapping[str, Any]]:
    """A list of objects with these fields only. Raises Invalid naming the part."""
    if not isinstance(answer, list):
        raise Invalid.field(at, f"The answer is a list of {noun}s, [] for none.")
    if len(answer) > most:
        raise Invalid.field(at, f"An answer has {most:,} {noun}s at most.")
    for number, part in enumerate(answer):
        if not isinstance(part, Mapping):
            raise Invalid.field(f"{at}[{number}]", f"A {noun} is an object with {', '.join(sorted(allowed))}.")
        unknown = set(map(str, part)) - allowed
        if unknown:
            raise Invalid.field(f"{at}[{number}].{min(unknown):.60}", f"A {noun} has no field {min(unknown):.60}.")
    return answer


def read_json(text: str) -> Any:
    """A cell that holds JSON; text that is none stays text, and is refused as an answer."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def plain(text: str, at: str) -> str:
    """Refuse what no database stores: null bytes and lone surrogates."""
    if "\x00" in text:
        raise Invalid.field(at, "The text holds a null byte. Remove it.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Invalid.field(at, "The text holds half of a surrogate pair, which is not a character.") from None
    return text


def most_named(answers: Sequence[Any], text: Any) -> tuple[Any, float, bool]:
    """The most frequent answer, its share, and whether others are as frequent (then there is none)."""
    counts: dict[str, int] = {}
    first: dict[str, Any] = {}
    for answer in answers:
        key = text(answer)
        counts[key] = counts.get(key, 0) + 1
        first.setdefault(key, answer)
    best = max(counts.values())
    winners = [key for key, count in counts.items() if count == best]
    return (None if len(winners) > 1 else first[winners[0]]), best / len(answers), len(winners) > 1
