"""boxes: rectangles on a picture, each with a class, in pixels of the upright picture; [] says that there is nothing to mark."""

from collections.abc import Mapping, Sequence
from typing import Any

from labelling.errors import Invalid
from labelling.kinds.base import check_class, check_classes, check_of, check_parts, class_keys
from labelling.kinds.parts import Parts
from labelling.kinds.rating import as_number
from labelling.stats.boxes import boxes_of_majority, likeness

MOST = 5_000
FARTHEST = 1_000_000  # pixels; far beyond any picture, and near enough for a hundredth of a pixel to count
SIDES = ("x", "y", "w", "h")
FIELDS = {*SIDES, "class"}
PLACES = 2  # decimals of a pixel
SLACK = 0.0101  # pixels: what rounding both sides may add


class Boxes(Parts):
    nouns = ("box", "boxes")
    name = "boxes"
    title = "Boxes on a picture"
    levels = ("boxes",)
    own_fields = frozenset({"classes", "of"})
    of_displays = frozenset({"image"})
    of_needed = True

    def check_question(self, question: Mapping[str, Any], at: str) -> dict[str, Any]:
        return {"classes": check_classes(question, at, fewest=1), **check_of(question, at, self)}

    def canonical(self, question: Mapping[str, Any], answer: Any, at: str, about: Any = None) -> list[dict[str, Any]]:
        """Sorted by place, size and class, to a hundredth of a pixel. `about` is (width, height) of the upright picture."""
        found: dict[tuple[Any, ...], dict[str, Any]] = {}
        known = class_keys(question)
        for number, part in enumerate(check_parts(answer, FIELDS, at, "box", MOST)):
            here = f"{at}[{number}]"
            sides: dict[str, int | float] = {}
            for name in SIDES:
                side = as_number(part.get(name))
                if side is None or not 0 <= side <= FARTHEST or (name in "wh" and not round(side, PLACES)):
                    raise Invalid.field(f"{here}.{name}", f"{name} is a number of pixels, {'above 0' if name in 'wh' else '0 or more'}, {FARTHEST:,} at most.")
                sides[name] = as_number(round(side, PLACES))  # type: ignore[assignment]
            if about is not None:
                for start, length, limit in (("x", "w", about[0]), ("y", "h", about[1])):
                    if sides[start] + sides[length] > limit + SLACK:
                        raise Invalid.field(f"{here}.{length}", f"The box ends at {sides[start] + sides[length]:g}, outside the picture of {about[0]} by {about[1]} pixels.")
            name = check_class(question, part.get("class"), f"{here}.class", known)
            found[(*sides.values(), name)] = {**sides, "class": name}
        return [found[place] for place in sorted(found)]

    def distance(self, question: Mapping[str, Any], one: Any, other: Any, level: str) -> float:
        return 1.0 - likeness(one, other)

    def consensus(self, question: Mapping[str, Any], answers: Sequence[Any]) -> tuple[Any, float, bool]:
        """Boxes of different people that overlap enough are one object: kept where more than half drew it, averaged, class by vote."""
        return boxes_of_majority(answers)

    def score(self, question: Mapping[str, Any], predicted: Any, reference: Any) -> float:
        return likeness(predicted, reference)
