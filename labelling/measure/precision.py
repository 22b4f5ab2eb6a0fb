"""How much more work makes alpha's interval as narrow as wanted, and what it would cost."""

import math
from datetime import date, datetime
from typing import Any

import numpy as np

from labelling.access import Permission, Viewer
from labelling.errors import Invalid
from labelling.measure.answers import Answers, read_answers
from labelling.measure.compare import OF_CLASSES, compare, text_lengths
from labelling.projects.selectors import get_project
from labelling.stats import agreement
from labelling.stats.label_spread import label_spread
from labelling.stats.precision import ByLabels, Need, exchanged, lasting_share, needed
from labelling.stats.results import Figure, Result, Undefined

WIDTH = 0.1  # wanted where nobody says otherwise: the value plus and minus 0.05
NARROWEST, WIDEST = 0.001, 2.0
DAYS = 14  # whose labels make the pace
EPOCH = date(1970, 1, 1)
TIMES = 3  # how often answers are dealt out anew, to tell chance from lasting differences
MANY_LABELS = 500_000  # above, once: the chance is small there


def precision(
    viewer: Viewer, slug: str, *, question: str | None = None, level: str | None = None, width: str | None = None, now: datetime
) -> dict[str, Any]:
    """What is needed until alpha's interval is `width` wide. Raises NotFound, NotAllowed, Invalid.

    {"question", "kind", "level", "as_of", "alpha", "width_now", "width", "limited_by", "lasting", "pace", "sentence", "caution",
    "needs": {"examples", "labellers", "labels"}}; a need is {"of", "now", "count", "more", "more_labels", "days", "limited_by",
    "floor", "reason", "curve"} or {"count": None, "undefined": the reason}.
    """
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    answers = read_answers(project, question, level=level)
    alpha, lasting, by_labels = parts_of_spread(answers, project.seed)
    wide = wider(alpha)
    wanted = parse_width(width, wide)
    labels = answers.labels
    pairable = labels.sizes[labels.sizes >= 2]
    each = float(pairable.mean()) if pairable.size else None
    needs = needed(alpha, wanted, lasting=lasting, labels_each=each, by_labels=by_labels)
    pace = present_pace(answers, now)
    shown = {name: describe_need(need, pace) for name, need in needs.items()}
    limits = {} if isinstance(alpha, Undefined) else {name: high - low for name, (low, high) in alpha.intervals.items()}
    return {
        "question": answers.described["key"],
        "kind": answers.described["kind"],
        "level": answers.level,
        "as_of": now,
        "alpha": alpha.as_dict(),
        "width_now": wide,
        "width": wanted,
        "limited_by": max(limits, key=lambda name: limits[name]) if limits else None,
        "lasting": lasting,
        "pace": pace,
        "sentence": sentence(alpha, wide, wanted, shown),
        "caution": caution(alpha),
        "needs": shown,
    }


def parts_of_spread(answers: Answers, seed: int) -> tuple[Result, float, ByLabels | None]:
    """(alpha, the share of its spread over labellers that lasts, how its spread over examples goes with labels an example)."""
    labels, described = answers.labels, answers.described
    times = TIMES if labels.n_labels <= MANY_LABELS else 1
    if described["kind"] not in OF_CLASSES:
        lengths = text_lengths(answers) if described["kind"] == "spans" else None
        how: dict[str, Any] = {"level": answers.level, "seed": seed}
        alpha = compare(described, labels, answers.values, lengths=lengths, **how).alpha()
        if isinstance(alpha, Undefined):
            return alpha, 1.0, None
        dealt, donors = exchanged(labels, seed)
        after = compare(described, dealt, answers.values, lengths=None if lengths is None else lengths[donors], **how).alpha()
        spread = None
        if described["kind"] == "number" and labels.n_codes:
            numbers = np.array([0.0 if value is None else float(value) for value in answers.values])
            spread = label_spread(labels, level=answers.level, values=numbers)
        return alpha, lasting_share(alpha, [after]), spread if not isinstance(spread, Undefined) else None
    alpha = agreement.alpha(labels, answers.level, answers.numbers, seed=seed)
    if isinstance(alpha, Undefined):
        return alpha, 1.0, None
    after_each = [agreement.alpha(exchanged(labels, seed + turn)[0], answers.level, answers.numbers, resamples=0) for turn in range(times)]
    found = label_spread(labels, level=answers.level, values=answers.numbers)
    return alpha, lasting_share(alpha, after_each), None if isinstance(found, Undefined) else found


def wider(alpha: Result) -> float | None:
    """How wide the interval that is shown is."""
    return None if isinstance(alpha, Undefined) or alpha.low is None or alpha.high is None else alpha.high - alpha.low


def parse_width(text: str | None, now: float | None) -> float:
    """The width that is wanted. Without one 0.1, or half of what is there where that is narrower already."""
    if text in (None, ""):
        return WIDTH if now is None or now > WIDTH or now <= 0 else max(0.01, math.ceil(now * 50) / 100)
    try:
        found = float(str(text))
    except ValueError:
        found = math.nan
    if not NARROWEST <= found <= WIDEST:
        raise Invalid.field("width", f"The width of an interval is a number from {NARROWEST} to {WIDEST:g}, like 0.1.")
    return found


def present_pace(answers: Answers, now: datetime) -> dict[str, Any]:
    """Labels of this question a day, over the last 14 days or since its first label: {"labels_per_day", "days", "labels"}, or
    {"labels_per_day": None, "undefined": the reason}. Imported labels are nobody's pace."""
    today = (now.date() - EPOCH).days
    days = answers.columns.day[answers.columns.imported == 0]
    recent = days[(days > today - DAYS) & (days <= today)]
    if not recent.size:
        return {"labels_per_day": None, "undefined": f"Nobody labelled here in the last {DAYS} days, so how long it would take cannot be told."}
    span = min(DAYS, today - int(days.min()) + 1)
    return {"labels_per_day": float(recent.size) / span, "days": span, "labels": int(recent.size)}


def describe_need(need: Need | Undefined, pace: dict[str, Any]) -> dict[str, Any]:
    if isinstance(need, Undefined):
        return {"count": None, "undefined": need.reason, "curve": []}
    per_day = pace["labels_per_day"]
    days = None if need.more_labels is None or per_day is None else math.ceil(need.more_labels / per_day)
    return {
        "of": need.of,
        "now": need.now,
        "count": need.count,
        "more": need.more,
        "more_labels": need.more_labels,
        "days": days,
        "limited_by": need.limited_by,
        "floor": need.floor,
        "reason": need.reason,
        "curve": [
            {"count": point.count, "width": point.width, "over_examples": point.over_examples, "over_labellers": point.over_labellers, "least": point.least}
            for point in need.curve
        ],
    }


def sentence(alpha: Result, wide: float | None, wanted: float, needs: dict[str, dict[str, Any]]) -> str:
    """The finding, in one or two sentences."""
    if isinstance(alpha, Undefined):
        return alpha.reason
    examples, people = needs["examples"], needs["labellers"]
    if wide is None or examples.get("undefined"):
        return str(examples.get("undefined") or "Alpha has no interval here.")
    if examples["more"] == 0:
        return f"The interval is {wide:.2f} wide: no more than the {wanted:g} that is wanted."
    goal = f"would make the interval {wanted:g} wide instead of {wide:.2f}"
    if examples["more"]:
        return f"{_many(examples['more'], 'more example')}, labelled like those at hand, {goal}."
    why = f"More examples will not help: the interval is wide because {_so_few(alpha)} labelled."
    if people.get("more"):
        return f"{why} {_many(people['more'], 'more labeller')} who each label as much as people do now {goal}."
    return f"{why} {people.get('undefined') or people.get('reason') or ''}".strip()


def caution(alpha: Result) -> str:
    """What a figure that rests on one or two people cannot say."""
    if isinstance(alpha, Figure) and "labellers" not in alpha.intervals:
        return (
            "This foretells the interval over other examples alone. Whether other people would come to the same cannot be told from "
            f"{_many(alpha.n_labellers, 'labeller')}: plan with at least three, better with ten."
        )
    return ""


def _so_few(alpha: Figure) -> str:
    return f"{'only ' if alpha.n_labellers <= 10 else ''}{alpha.n_labellers} people"


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
