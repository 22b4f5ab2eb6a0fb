"""How much more work makes an interval as narrow as wanted.

Widths fall with the square root of what varies: the interval over examples with the number of examples, the one over labellers
with the number of labellers (each labelling as much as now). Both are extrapolated from the figure at hand; the wider counts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from labelling.stats.results import Figure, Undefined

FEWEST_EXAMPLES = 10
FEWEST_LABELLERS = 3  # a spread of two people says next to nothing
POINTS = 24


@dataclass(frozen=True)
class Point:
    """With `count` examples (or labellers) the interval would be `width` wide, from low to high."""

    count: int
    width: float


@dataclass(frozen=True)
class Need:
    """How many are needed in all until that interval is `width` wide (`count`), how many more that is (`more`), and the curve."""

    of: str  # "examples" or "labellers"
    now: int
    width_now: float
    width: float
    count: int
    more: int
    curve: Sequence[Point]


def needed(figure: Figure | Undefined, width: float) -> dict[str, Need | Undefined]:
    """{"examples": ..., "labellers": ...}: what makes each of a figure's intervals at most `width` wide, or why it cannot be told."""
    if not width > 0:
        raise ValueError("The width wanted is above 0.")
    if isinstance(figure, Undefined):
        return dict.fromkeys(("examples", "labellers"), figure)
    found: dict[str, Need | Undefined] = {}
    for name, now, fewest in (("examples", figure.n_examples, FEWEST_EXAMPLES), ("labellers", figure.n_labellers, FEWEST_LABELLERS)):
        limits = figure.intervals.get(name)
        if limits is None or now < fewest:
            reason = f"It takes at least {fewest} {name} with labels that can be compared to tell; there are {now}."
            found[name] = Undefined(reason, figure.n_examples, figure.n_labels, figure.n_labellers)
            continue
        found[name] = _need(name, now, limits[1] - limits[0], width)
    return found


def _need(of: str, now: int, width_now: float, width: float) -> Need:
    ratio = (width_now / width) ** 2
    # Equal widths may come out as a hair above the number at hand: nobody is sent to work for that.
    count = max(now, math.ceil(now * ratio * (1 - 1e-9)))
    last = max(count * 1.5, now * 4.0)
    counts = sorted({now, count, *(round(now * (last / now) ** (step / (POINTS - 1))) for step in range(POINTS))})
    curve = [Point(number, width_now * math.sqrt(now / number)) for number in counts]
    return Need(of, now, width_now, width, count, count - now, curve)
