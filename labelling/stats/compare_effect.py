"""What a change did to agreement on answers beyond classes: sets, numbers, texts, spans, boxes. See `effect`.

These kinds have no patterns to draw, so examples are left out instead: in up to 40 parts dealt out at random, each example before
and after together (a delete-a-group jackknife, Kott 2001); labellers likewise. Each part's figures are computed anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from labelling.stats.agreement import alpha_value
from labelling.stats.coefficients import RawAgreement
from labelling.stats.columns import Floats, Longs
from labelling.stats.compare_boxes import BoxComparison
from labelling.stats.compare_numbers import NumberComparison
from labelling.stats.compare_sets import SetComparison
from labelling.stats.compare_spans import SpanComparison
from labelling.stats.compare_texts import TextComparison
from labelling.stats.comparison import Comparison
from labelling.stats.effect import FEWEST, LIMITS, NOT_BOTH, Change, Effect
from labelling.stats.intervals import Groundwork, jackknife
from labelling.stats.results import Counts, Figure, Interval, Result, figure, undefined

GROUPS = 40  # parts that are left out in turn: enough for a sound spread, few enough to compute each anew
Plain = dict[Any, float]  # "alpha", "percent" and each class's place → the figure alone, NaN where undefined


def of_comparisons(before: Comparison, after: Comparison, *, confidence: float = 0.95, seed: int = 0, per_class: bool = True) -> Effect:
    """The kind's alpha, its likeness (as `percent`) and each class's alpha, before and after, on the examples that have two
    labellers or more on both sides. Examples are the same by their original ids; classes are known by their place."""
    if type(before) is not type(after):
        raise ValueError("Both sides are of one kind.")
    before, after = _in_common(before, after)
    n = before.labels.n_examples
    if not n:
        none = Change(*(undefined(NOT_BOTH, Counts()) for _ in range(3)))
        return Effect(0, none, none)
    classes = _classes(before, after) if per_class else []
    sides = (before, after)
    known: dict[Any, tuple[Result, Result]] = {
        "alpha": (before.alpha(confidence), after.alpha(confidence)), "percent": (before.likeness(confidence), after.likeness(confidence)),
    }  # fmt: skip
    if classes:
        each = [side.per_class(confidence) for side in sides]
        known |= {place: (each[0][place], each[1][place]) for place in classes if place in each[0] and place in each[1]}
    people = np.union1d(before.labels.labeller_ids, after.labels.labeller_ids)
    counts = Counts(n, before.labels.n_labels + after.labels.n_labels, int(people.size))
    without = {
        "examples": _leaving_out(sides, lambda side: side.labels.example, n, 2, classes, seed),
        "labellers": _leaving_out(sides, lambda side: np.searchsorted(people, side.labels.labeller_ids)[side.labels.labeller], people.size, 3, classes, seed),
    }
    found = {name: Change(one, other, _difference(name, one, other, without, counts, confidence)) for name, (one, other) in known.items()}
    return Effect(n, found.pop("alpha"), found.pop("percent"), found)


def _in_common(before: Comparison, after: Comparison) -> tuple[Comparison, Comparison]:
    enough = []
    for side in (before, after):
        if bool(side.labels.repeated.any()):
            raise ValueError("Each side holds one label of a person on an example; keep the newest one.")
        enough.append(side.labels.example_ids[side.labels.sizes >= 2])
    both = np.intersect1d(enough[0], enough[1], assume_unique=True)
    one, other = (side.keep(np.isin(side.labels.example_ids, both)[side.labels.example]) for side in (before, after))
    return one, other


def _classes(*sides: Comparison) -> list[int]:
    """The places of classes that 10 examples or more hold before or after."""
    held: dict[int, set[int]] = {}
    for side in sides:
        for place, examples in _holding(side):
            held.setdefault(place, set()).update(examples.tolist())
    return sorted(place for place, examples in held.items() if len(examples) >= FEWEST)


def _holding(side: Comparison) -> list[tuple[int, Longs]]:
    """(place of a class, places of the examples that hold it)."""
    if isinstance(side, SetComparison):
        return [(place, side.labels.example[side.sets.member[side.labels.code, place]]) for place in side.used]
    if isinstance(side, SpanComparison):
        example = side.labels.example[side.marks.label]
        return [(place, example[side.marks.kind == place]) for place in np.unique(side.marks.kind).tolist()]
    if isinstance(side, BoxComparison):
        example = side.labels.example[side.drawn.label]
        return [(place, example[side.drawn.kind == place]) for place in np.unique(side.drawn.kind).tolist()]
    return []


def _plain(side: Comparison, classes: list[int]) -> Plain:
    """The figures alone: what is left out in turn is computed many times, and its intervals are of no use."""
    labels = side.labels
    each: dict[Any, float | None] = {}
    alpha: float | None
    if isinstance(side, SetComparison):
        alpha = side.by_jaccard.value()
        each = {place: alpha_value(labels.recode(side.sets.member[:, place], 2)) for place in classes}
    elif isinstance(side, NumberComparison):
        alpha = side._by_ratio.value() if side._by_ratio is not None else alpha_value(labels, side.level, side.values)
    elif isinstance(side, TextComparison):
        alpha = side.by_edits.value()
    elif isinstance(side, SpanComparison):
        alpha = side.unitized.value()
        each = {place: side.unitized.value(place) for place in classes}
    elif isinstance(side, BoxComparison):
        alpha = side.units.value()
        each = {place: side.units.of_class(place).value() for place in classes}
    else:
        alpha = side.alpha().value
    each["alpha"] = alpha
    each["percent"] = _raw(side) if isinstance(side, NumberComparison) else side.likeness().value
    return {name: np.nan if value is None else float(value) for name, value in each.items()}


def _raw(side: Comparison) -> float:
    work = Groundwork.of(side.labels)
    return float(RawAgreement().value(work.total(RawAgreement())[None, :])[0])


def _leaving_out(
    sides: tuple[Comparison, Comparison], group: Callable[[Comparison], Any], n: int, least: int, classes: list[int], seed: int
) -> tuple[list[Plain] | None, int, int]:
    """(after less before without each part, how many there are, how many it takes); `group` gives each label's place among `n`."""
    if n < least:
        return None, n, least
    number = min(GROUPS, n)
    # Dealt out at random, so that no part is one day's or one source's.
    dealt = np.empty(n, dtype=np.int64)
    dealt[np.random.default_rng(seed).permutation(n)] = np.arange(n) % number
    part = [dealt[np.asarray(group(side))] for side in sides]
    found = []
    for one in range(number):
        values = [_plain(side.keep(own != one), classes) for side, own in zip(sides, part, strict=True)]
        found.append({name: values[1].get(name, np.nan) - value for name, value in values[0].items()})
    return found, n, least


def _difference(
    name: Any, one: Result, other: Result, without: dict[str, tuple[list[Plain] | None, int, int]], counts: Counts, confidence: float
) -> Result:
    for when, side in (("before", one), ("after", other)):
        if not isinstance(side, Figure):
            return undefined(f"Not defined {when} the change: {side.undefined}", counts)
    assert isinstance(one, Figure) and isinstance(other, Figure)
    value = other.value - one.value
    named = {}
    for of, (table, n, least) in without.items():
        if table is None:
            named[of] = Interval(None, None, f"it takes at least {least} {of}, and there are {n}")
            continue
        column: Floats = np.array([row.get(name, np.nan) for row in table])
        named[of] = jackknife(column, value, confidence, LIMITS, of if len(table) == n else f"parts of the {n:,} {of}")
    method = other.method.split(";")[0]
    return figure(value, named, f"{method}: after less before, on the same examples", counts, confidence)
