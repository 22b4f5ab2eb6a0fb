"""spans: parts of a text, each with a class. Offsets count code points, the end is exclusive; [] says that nothing is to mark."""

from collections.abc import Mapping, Sequence
from typing import Any

from labelling.errors import Invalid
from labelling.kinds.base import check_class, check_classes, check_of, check_parts, class_keys
from labelling.kinds.parts import Parts
from labelling.stats.spans import character_likeness, spans_of_majority

MOST = 20_000
FARTHEST = 10**9  # code points; beyond any text
FIELDS = {"start", "end", "class", "text"}


class Spans(Parts):
    nouns = ("span", "spans")
    name = "spans"
    title = "Spans of a text"
    levels = ("spans",)
    own_fields = frozenset({"classes", "of", "overlap"})
    of_displays = frozenset({"text"})
    of_needed = True

    def check_question(self, question: Mapping[str, Any], at: str) -> dict[str, Any]:
        overlap = question.get("overlap", False)
        if not isinstance(overlap, bool):
            raise Invalid.field(f"{at}.overlap", "overlap is true or false.")
        return {"classes": check_classes(question, at, fewest=1), **check_of(question, at, self), "overlap": overlap}

    def canonical(self, question: Mapping[str, Any], answer: Any, at: str, about: Any = None) -> list[dict[str, Any]]:
        """Sorted by start, end and class; each once. `about` is the text, which offsets and `text` are checked against."""
        found: dict[tuple[int, int, str], dict[str, Any]] = {}
        known = class_keys(question)
        for number, part in enumerate(check_parts(answer, FIELDS, at, "span", MOST)):
            here = f"{at}[{number}]"
            start, end = _place(part, "start", here), _place(part, "end", here)
            if end <= start:
                raise Invalid.field(f"{here}.end", "The end lies behind the start: it is the place after the last code point.")
            name = check_class(question, part.get("class"), f"{here}.class", known)
            if isinstance(about, str):
                _check_against(about, start, end, part.get("text"), here)
            found[start, end, name] = {"start": start, "end": end, "class": name}
        ordered = [found[place] for place in sorted(found)]
        if not question.get("overlap"):
            for before, after in zip(ordered, ordered[1:], strict=False):
                if after["start"] < before["end"]:
                    raise Invalid.field(at, f"Two spans overlap from {after['start']} to {min(before['end'], after['end'])}. This question allows none that do.")
        return ordered

    def distance(self, question: Mapping[str, Any], one: Any, other: Any, level: str) -> float:
        """The share of labelled code points, counted once a class, that are not in both."""
        return 1.0 - character_likeness(one, other)

    def consensus(self, question: Mapping[str, Any], answers: Sequence[Any]) -> tuple[Any, float, bool]:
        """What more than half marked, code point by code point, made into spans again."""
        return spans_of_majority(answers)

    def score(self, question: Mapping[str, Any], predicted: Any, reference: Any) -> float:
        return character_likeness(predicted, reference)


def _place(part: Mapping[str, Any], name: str, here: str) -> int:
    place = part.get(name)
    if isinstance(place, bool) or not isinstance(place, int) or not 0 <= place <= FARTHEST:
        raise Invalid.field(f"{here}.{name}", f"{name} is a whole number of code points from the text's beginning, 0 or more.")
    return place


def _check_against(about: str, start: int, end: int, text: Any, here: str) -> None:
    """Nothing is copied out of the text unless it is to be shown: texts are long and spans are many."""
    if end > len(about):
        raise Invalid.field(f"{here}.end", f"The text has {len(about):,} code points; the span ends at {end}.")
    if text is not None and not (isinstance(text, str) and len(text) == end - start and about.startswith(text, start)):
        raise Invalid.field(f"{here}.text", f"From {start} to {end} the text reads {about[start : min(end, start + 100)]!r:.100}. Offsets count code points.")
