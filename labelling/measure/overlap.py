"""What a setting of adaptive overlap would have cost and lost, told from the labels at hand."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.access import Permission, Viewer
from labelling.assign.overlap_models import AskedMore, OverlapState
from labelling.errors import Invalid
from labelling.intake.models import Example
from labelling.measure.answers import Answers, read_answers
from labelling.measure.columns import read_resolved, read_took_part
from labelling.measure.compare import OF_CLASSES
from labelling.measure.weighted import took_part
from labelling.projects.labelling_settings import LARGEST_BUDGET, MOST_LABELS
from labelling.projects.models import Project, ProjectCounts
from labelling.projects.selectors import get_project, labelling_settings
from labelling.stats.columns import Labels
from labelling.stats.overlap import Replay, mean_interval, reference_of, replay_adaptive
from labelling.stats.results import Counts, Interval, figure

FEWEST = 30  # examples
ENOUGH_RESOLVED = 50  # of those with labels enough, to be held against
MOST_EXAMPLES = 2000
ORDERS = 8
CURVE = (0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98)
MOST_FIXED = 12  # numbers of labels that are set beside it
REFERENCES = {
    "resolved": "the resolved answers; labels of people who helped to settle an example are left out of it",
    "all_labels": "what the majority of all labels at hand says; labels that a setting uses are among them, so few labels look a little better than they are",
}


def overlap_state(project: Project) -> dict[str, Any]:
    """How adaptive overlap stands: {"asked", "waiting"}: labels asked for beyond the ordinary ones, and open examples that wait for one."""
    asked = OverlapState.objects.filter(project=project).values_list("asked", flat=True).first() or 0
    waiting = 0
    if asked:
        ids = AskedMore.objects.filter(project=project, example__state="open").values_list("example_id", flat=True)
        waiting = Example.objects.filter(id__in=ids, state="open", labels_wanted__gt=project.labels_per_example).count()
    return {"asked": asked, "waiting": waiting}


def simulation(viewer: Viewer, slug: str, *, question: str | None = None, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What `start`, `most`, `confidence` and `budget` in `typed` (texts or numbers; what is missing is as the project has it set)
    would have cost and lost. Raises NotFound, NotAllowed, Invalid; where the labels do not suffice it says so as "undefined"."""
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    answers = read_answers(project, question)
    asked = check_setting(project, typed)
    key = ("overlap", tuple(asked.items()), project.seed, ProjectCounts.objects.get(project=project).examples)
    found = answers.remember(key, lambda: _simulate(answers, asked, project.seed, key[3]))
    stored = labelling_settings(project)["overlap"]
    in_use = stored["adaptive"] and all(asked[name] == stored[name] for name in ("most", "confidence", "budget")) and asked["start"] == project.labels_per_example
    return {"question": answers.described["key"], **asked, "in_use": in_use, **found}


def check_setting(project: Project, typed: Mapping[str, Any]) -> dict[str, Any]:
    """{"start", "most", "confidence", "budget"}, checked."""
    stored = labelling_settings(project)["overlap"]
    most = _number(typed, "most", stored["most"], 2, MOST_LABELS, whole=True)
    usual = project.labels_per_example if project.labels_per_example < most else 1 if most == 2 else 2
    start = _number(typed, "start", usual, 1, most, whole=True)
    confidence = _number(typed, "confidence", stored["confidence"], 0.5, 0.999)
    budget = _number(typed, "budget", stored["budget"], 0, LARGEST_BUDGET, whole=True)
    return {"start": start, "most": most, "confidence": confidence, "budget": budget}


def _number(typed: Mapping[str, Any], name: str, usual: Any, low: float, high: float, *, whole: bool = False) -> Any:
    text = str(typed.get(name) if typed.get(name) is not None else "").replace(",", "").strip()
    if not text:
        return usual
    if name == "budget" and text == "none":
        return None
    try:
        value: float = int(text) if whole else float(text)
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        kind = "whole number" if whole else "number"
        raise Invalid.field(name, f"{name} is a {kind} from {low:,} to {high:,}.")
    return value


def _simulate(answers: Answers, asked: Mapping[str, Any], seed: int, n_all: int) -> dict[str, Any]:
    most = asked["most"]
    if answers.described["kind"] not in OF_CLASSES:
        return _none("How sure an answer is can be told of answers that are classes: of questions with one answer out of several, and of ratings.", 0)
    labels, reference, basis = _usable(answers, most)
    if labels.n_examples < FEWEST:
        have = "no example has" if not labels.n_examples else f"only {labels.n_examples:,} example{'s have' if labels.n_examples > 1 else ' has'}"
        return _none(
            f"To see what asking for up to {most} labels would have cost takes {FEWEST} examples with {most} labels or more, and {have} that many.",
            labels.n_examples,
        )
    labels, reference, n_usable = _some(labels, reference, seed)
    share = labels.n_examples / max(n_all, labels.n_examples)
    budget = None if asked["budget"] is None else asked["start"] * labels.n_examples + round(asked["budget"] * share)
    plan = {"start": asked["start"], "most": most, "budget": budget, "orders": ORDERS, "seed": seed}
    marks = sorted({*CURVE, asked["confidence"]})
    curve = {mark: replay_adaptive(labels, reference, confidence=mark, **plan) for mark in marks}
    # Settled in the same way, so that what is lost comes from the number of labels alone.
    fixed = {
        count: replay_adaptive(labels, reference, start=count, most=count, confidence=1, orders=ORDERS, seed=seed)
        for count in _counts(asked["start"], most)
    }
    told = _Told(labels, reference, basis, n_usable, asked, budget is not None and share < 1)
    chosen, whole = curve[asked["confidence"]], fixed[most]
    saved = mean_interval(1 - chosen.cost / most)
    lost = mean_interval(whole.alike - chosen.alike)
    return {
        "reference": basis,
        "n_examples": labels.n_examples,
        "orders": ORDERS,
        "sentence": _sentence(asked, float(chosen.cost.mean()), saved[0], lost[0]),
        "adaptive": {**told.row(chosen), "reached": chosen.reached, "saved": told.share(saved, f"Labels saved beside a fixed {most}"),
                     "lost": told.share(lost, f"Answers that are the reference with a fixed {most} and not with the setting, less those the other way round", told.known)},
        "curve": [{"key": f"{mark:g}", "confidence": mark, **told.row(replay), "reached": replay.reached, "chosen": mark == asked["confidence"]} for mark, replay in curve.items()],
        "fixed": [{"key": str(count), "labels": count, **told.row(replay)} for count, replay in fixed.items()],
        "cautions": told.cautions(),
    }  # fmt: skip


def _none(reason: str, n_examples: int) -> dict[str, Any]:
    return {"reference": None, "n_examples": n_examples, "orders": 0, "sentence": None, "undefined": reason, "adaptive": None, "curve": [], "fixed": [], "cautions": []}


def _counts(start: int, most: int) -> list[int]:
    """The fixed numbers beside it, `start` and `most` among them."""
    every = list(range(1, most + 1))
    return every if most <= MOST_FIXED else sorted({*every[:: -(-most // MOST_FIXED)], start, most})


def _usable(answers: Answers, most: int) -> tuple[Labels, NDArray[np.int32], str]:
    """Labels of the examples that have enough, what their answers are held against, and which of REFERENCES that is."""
    resolved = read_resolved(answers.question.pk)
    if resolved.example.size:
        left = ~(np.isin(answers.columns.example, resolved.example) & took_part(answers, read_took_part(answers.question.project_id)))
        blind = replace(answers, columns=answers.columns.keep(left)).labels
        ids, first, many = np.unique(resolved.example, return_index=True, return_counts=True)
        one = many == 1  # of several right answers none is the reference
        enough = blind.keep((blind.sizes >= most)[blind.example] & np.isin(blind.example_ids, ids[one])[blind.example])
        if enough.n_examples >= ENOUGH_RESOLVED:
            return enough, resolved.code[first[np.searchsorted(ids, enough.example_ids)]].astype(np.int32), "resolved"
    labels = answers.labels
    labels = labels.keep((labels.sizes >= most)[labels.example])
    return labels, reference_of(labels), "all_labels"


def _some(labels: Labels, reference: NDArray[np.int32], seed: int) -> tuple[Labels, NDArray[np.int32], int]:
    n = labels.n_examples
    if n <= MOST_EXAMPLES:
        return labels, reference, n
    chosen = np.zeros(n, dtype=np.bool_)
    chosen[np.random.default_rng(seed).choice(n, MOST_EXAMPLES, replace=False)] = True
    return labels.keep(chosen[labels.example]), reference[chosen], n


def _sentence(asked: Mapping[str, Any], cost: float, saved: float, lost: float) -> str:
    most, points = asked["most"], round(lost * 100, 1)
    sure = f"{asked['confidence']:g}".removeprefix("0")
    less = f"{abs(saved):.0%} {'less' if saved >= 0 else 'more'} than a fixed {most}".replace("%", "\N{NO-BREAK SPACE}%")
    what = "lost nothing" if points == 0 else f"{'lost' if points > 0 else 'gained'} {abs(points):g} point{'' if abs(points) == 1 else 's'}"
    limit = "" if asked["budget"] is None else f" with {asked['budget']:,} more labels at most"
    return f"Asking for up to {most} until {sure}{limit} would have cost {cost:.1f} labels an example, {less}, and {what}"


class _Told:
    """Figures of replays, with what they rest on."""

    def __init__(self, labels: Labels, reference: NDArray[np.int32], basis: str, n_usable: int, asked: Mapping[str, Any], scaled: bool) -> None:
        self.counts = Counts(labels.n_examples, labels.n_labels, labels.n_labellers)
        self.known = Counts(int((reference >= 0).sum()), labels.n_labels, labels.n_labellers)
        self.basis, self.asked, self.scaled, self.n_usable = basis, asked, scaled, n_usable
        drawn = f", {labels.n_examples:,} of {n_usable:,} drawn at random" if n_usable > labels.n_examples else ""
        self.words = f"over the examples with {asked['most']} labels or more{drawn}, each replayed with its labels in {ORDERS} seeded orders"

    def row(self, replay: Replay) -> dict[str, Any]:
        cost, low, high = mean_interval(replay.cost)
        each = figure(cost, {"examples": Interval(max(1.0, low), min(high, self.asked["most"]), "Student's t")}, f"Labels an example, {self.words}", self.counts, 0.95)
        alike, low, high = mean_interval(replay.alike)
        against = f"Share of examples whose answer is the reference, {self.words}; a tie is no answer; the reference is {REFERENCES[self.basis]}"
        same = figure(alike, {"examples": Interval(max(0.0, low), min(1.0, high), "Student's t")}, against, self.known, 0.95)
        return {"labels_per_example": each.as_dict(), "agreement": same.as_dict()}

    def share(self, found: tuple[float, float, float], words: str, counts: Counts | None = None) -> dict[str, Any]:
        value, low, high = found
        return figure(value, {"examples": Interval(low, high, "Student's t over the same examples")}, f"{words}, {self.words}", counts or self.counts, 0.95).as_dict()

    def cautions(self) -> list[str]:
        said = [
            f"Answers are held against {REFERENCES[self.basis]}.",
            "Fixed numbers of labels are settled in the same way, each label weighed by its labeller's reliability, so that what is lost comes from the number of labels alone.",
        ]
        if self.basis == "resolved":
            said.append("Where examples were settled because people disagreed on them, this costs more and agrees less than on all examples.")
        said.append(
            "Here reliabilities are learnt on the way from few labels, which costs more at first; while labelling, they come from all labels of the project."
        )
        if self.asked["budget"] is not None:
            said.append(
                "A budget goes to the least sure examples here; while labelling, it goes to whichever comes first."
                + (" It was cut to the share of examples that could be replayed." if self.scaled else "")
            )
        return said
