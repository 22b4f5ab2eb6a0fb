"""How much more work makes an interval as narrow as wanted.

The interval over examples has a variance that falls with the number of examples, and with more labels an example down to what
examples differ by in truth. The one over labellers has two parts: chance in single labels, which falls with the number of
labels, and lasting differences between people, which only more people narrow. `lasting` is the share of the second part in its
variance; it is found by dealing the answers out anew (`exchanged`): what spread is left then is chance. The wider interval counts, as
everywhere here.

    width over labellers = 2 t(L' - 1) sqrt((P / (L'/L) + N / (labels'/labels)) ),  P = lasting * SE^2, N = the rest of SE^2
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.stats import t

from labelling.stats.columns import Labels, Longs
from labelling.stats.results import Figure, Undefined

FEWEST_EXAMPLES = 10
FEWEST_LABELLERS = 3  # a spread of two people says next to nothing
MOST_TIMES = 1000  # as many as now: beyond, the answer is that it will not be reached
POINTS = 24
HAIR = 1 + 1e-9  # equal widths may come out as a hair above the number at hand: nobody is sent to work for that


class ByLabels(Protocol):
    """How the variance over examples goes with the labels an example: see label_spread.LabelSpread."""

    now: float

    def ratio(self, labels: float) -> tuple[float, float]:
        """(at least, at most) the variance with so many labels an example, over that with as many as now."""


@dataclass(frozen=True)
class Point:
    """With `count` of what is added the interval would be `width` wide: the wider of the one over examples and the one over
    labellers. `least` is how narrow the one over examples may be where a range is all that can be told."""

    count: int
    width: float
    over_examples: float
    over_labellers: float | None
    least: float


@dataclass(frozen=True)
class Need:
    """How many examples, labellers or labels an example are needed in all (`count`) until the interval is `width` wide, how many
    more that is, and how many more labels it costs. `count` is None where it is never reached: `reason` says why, and `floor` how
    narrow it can get. `limited_by` is the interval that is the wider one at the goal: "examples" or "labellers"."""

    of: str
    now: float
    width_now: float
    width: float
    count: int | None
    more: int | None
    more_labels: int | None
    limited_by: str
    floor: float
    reason: str
    curve: Sequence[Point]


@dataclass(frozen=True)
class _Now:
    """What is at hand: reaches are halves of widths; the one over labellers before it is cut at -1 and 1."""

    figure: Figure
    over_examples: float
    over_labellers: float | None
    lasting: float
    labels_each: float

    def labellers_width(self, people: float, labels: float) -> float | None:
        """Its width with `people` and `labels` times as many people and labels as now."""
        if self.over_labellers is None:
            return None
        now = self.figure.n_labellers
        half = (1 + self.figure.confidence) / 2
        wider = float(t.ppf(half, max(now * people - 1, 1)) / t.ppf(half, now - 1))
        reach = self.over_labellers * wider * math.sqrt(self.lasting / people + (1 - self.lasting) / labels)
        value = self.figure.value
        return min(1.0, value + reach) - max(-1.0, value - reach)


def needed(
    figure: Figure | Undefined,
    width: float,
    *,
    lasting: float = 1.0,
    labels_each: float | None = None,
    by_labels: ByLabels | None = None,
) -> dict[str, Need | Undefined]:
    """{"examples", "labellers", "labels"}: what makes a figure's interval at most `width` wide, or why it cannot be told.

    "examples": more of the same kind, by the same people, as many labels each. "labellers": more people who each label as much as
    people do now, on new examples. "labels": more labels an example, by the same people on the same examples. `lasting` is what
    `lasting_share` gave (1: all that labellers differ by stays, the careful guess), `labels_each` the labels an example now
    (default: the figure's own), `by_labels` what label_spread gave.
    """
    if not width > 0:
        raise ValueError("The width wanted is above 0.")
    names = ("examples", "labellers", "labels")
    if isinstance(figure, Undefined):
        return dict.fromkeys(names, figure)
    limits = figure.intervals.get("examples")
    if limits is None or figure.n_examples < FEWEST_EXAMPLES:
        return dict.fromkeys(names, _too_few("examples", FEWEST_EXAMPLES, figure.n_examples, figure))
    if limits[1] - limits[0] <= 0:
        return dict.fromkeys(names, _undefined("The interval at hand has no width, because people agree on everything so far: nothing can be foretold from it.", figure))
    people = figure.intervals.get("labellers") if figure.n_labellers >= FEWEST_LABELLERS else None
    reach = None if people is None else max(figure.value - people[0], people[1] - figure.value)
    each = labels_each or figure.n_labels / figure.n_examples
    now = _Now(figure, limits[1] - limits[0], reach, min(1.0, max(0.0, lasting)), each)
    found: dict[str, Need | Undefined] = {"examples": _by_examples(now, width)}
    found["labellers"] = _too_few("labellers", FEWEST_LABELLERS, figure.n_labellers, figure) if reach is None else _by_labellers(now, width)
    found["labels"] = (
        _undefined("How much more labels an example help can be told for answers that are compared code by code: classes, ratings and numbers.", figure)
        if by_labels is None
        else _by_more_labels(now, width, by_labels)
    )
    return found


def _too_few(name: str, fewest: int, there: int, figure: Figure) -> Undefined:
    return _undefined(f"It takes at least {fewest} {name} with labels that can be compared to tell; there are {there}.", figure)


def _undefined(reason: str, figure: Figure) -> Undefined:
    return Undefined(reason, figure.n_examples, figure.n_labels, figure.n_labellers)


def _by_examples(now: _Now, width: float) -> Need:
    n = now.figure.n_examples

    def at(count: float) -> Point:
        times = count / n
        over = now.over_examples / math.sqrt(times)
        return _point(count, over, over, now.labellers_width(1.0, times))

    floor = now.labellers_width(1.0, math.inf) or 0.0
    why = f"More examples alone will not do: the interval stays about {floor:.2f} wide, because {_people(now)} labelled and they differ lastingly."
    return _need("examples", n, width, at, floor, why, lambda count: (count - n) * now.labels_each)


def _by_labellers(now: _Now, width: float) -> Need:
    people, labels = now.figure.n_labellers, now.figure.n_examples * now.labels_each

    def at(count: float) -> Point:
        times = count / people
        over = now.over_examples / math.sqrt(times)
        return _point(count, over, over, now.labellers_width(times, times))

    return _need("labellers", people, width, at, 0.0, "", lambda count: (count / people - 1) * labels)


def _by_more_labels(now: _Now, width: float, by_labels: ByLabels) -> Need:
    n, each, people = now.figure.n_examples, now.labels_each, now.figure.n_labellers

    def at(count: float) -> Point:
        least, most = (now.over_examples * math.sqrt(ratio) for ratio in by_labels.ratio(count))
        return _point(count, least, most, now.labellers_width(1.0, count / each))

    last = at(max(people, math.ceil(each)))
    why = f"More labels an example alone will not do: even with all {people} people on every example the interval stays about {last.width:.2f} wide."
    return _need("labels", each, width, at, last.width, why, lambda count: (count - each) * n, most=max(people, math.ceil(each)))


def _people(now: _Now) -> str:
    return f"only {now.figure.n_labellers} people"


def _point(count: float, least: float, most: float, labellers: float | None) -> Point:
    return Point(round(count), max(most, labellers or 0.0), most, labellers, least)


def _need(
    of: str, now: float, width: float, at: Callable[[float], Point], floor: float, why: str, cost: Callable[[float], float], most: int | None = None
) -> Need:
    first, here = math.ceil(now / HAIR), at(now)
    last = most or math.ceil(now * MOST_TIMES)
    count: int | None = None
    if here.width <= width * HAIR:
        count = first
    elif at(last).width <= width * HAIR:
        low, high = math.floor(now), last  # the width at `low` is above what is wanted, at `high` it is not
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if at(middle).width <= width * HAIR else (middle, high)
        count = high
    elif not why or floor < width:
        why = f"It would take more than {MOST_TIMES:,} times as many {of} as there are."
    goal = at(count if count is not None else last)
    end = most or min(last, max((count or 0) * 1.5, now * (4.0 if count is not None else 20.0)))
    steps = {first, *(round(now * (end / now) ** (step / (POINTS - 1))) for step in range(POINTS))} | ({count} if count is not None else set())
    curve = [at(number) for number in sorted(step for step in steps if step >= first)]
    more = None if count is None else count - first
    # What is enough already costs nothing more, also where an example has two and a half labels.
    labels = None if count is None else 0 if not more else math.ceil(cost(count))
    limited = "labellers" if (goal.over_labellers or 0.0) > goal.over_examples else "examples"
    return Need(of, now, here.width, width, count, more, labels, limited, floor, "" if count is not None else why, curve)


def exchanged(labels: Labels, seed: int = 0) -> tuple[Labels, Longs]:
    """(the same labels with nothing left of any person's way of answering, the example that each example's answers are from).

    Examples with equally many labels exchange their answers, and those of each are dealt out anew among the people who labelled
    it. Every figure that does not ask who answered stays as it is.
    """
    random = np.random.default_rng(seed)
    by_size = np.argsort(labels.sizes, kind="stable")
    dealt = np.lexsort((random.random(labels.n_examples), labels.sizes))
    donors = np.empty(labels.n_examples, dtype=np.int64)
    donors[by_size] = dealt
    # Row r of example e is row r of its donor, and then any of them.
    rows = np.arange(labels.n_labels) - labels.offsets[labels.example] + labels.offsets[donors[labels.example]]
    order = rows[np.lexsort((random.random(labels.n_labels), labels.example))]
    code = labels.code[order]
    return Labels(labels.example, labels.labeller, code, labels.n_codes, labels.example_ids, labels.labeller_ids, labels.order), donors


def lasting_share(figure: Figure | Undefined, after: Sequence[Figure | Undefined]) -> float:
    """The share of the variance over labellers that is no chance in single labels: 1 - (mean squared width after the answers were
    exchanged) / (squared width as they are), from 0 to 1; 1 where it cannot be told."""
    widths = [_reach(one) for one in (figure, *after)]
    if widths[0] is None or not widths[0] or not after or None in widths[1:]:
        return 1.0
    chance = float(np.mean([width**2 for width in widths[1:] if width is not None]))
    return min(1.0, max(0.0, 1.0 - chance / widths[0] ** 2))


def _reach(figure: Figure | Undefined) -> float | None:
    limits = None if isinstance(figure, Undefined) else figure.intervals.get("labellers")
    return None if limits is None or figure.value is None else max(figure.value - limits[0], limits[1] - figure.value)
