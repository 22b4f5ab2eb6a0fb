"""A version before its files: who is in it, in which split, with which answers; what was left out; what stands in the way."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.errors import Conflict
from labelling.kinds import KINDS
from labelling.kinds.base import NOTHING
from labelling.measure.bulk import Reader
from labelling.projects.models import Project
from labelling.projects.selectors import question_rows, questions_of
from labelling.release.decide import NAMES, NONE, Decisions, decide
from labelling.release.fields import Field, fields_of
from labelling.release.gather import Candidates, read_candidates
from labelling.release.rules import DecidedBy, LeftOut, Ties, split_names, weights_of
from labelling.release.splits import NOWHERE, Units, deal

SHOWN = 20  # groups of near copies that are named


@dataclass(eq=False)
class Plan:
    """Arrays have one entry an example that goes in, in the order of keys."""

    project: Project
    policy: Mapping[str, Any]
    questions: list[dict[str, Any]]
    names: list[str]  # of the splits
    id: NDArray[np.int64]
    source: NDArray[np.int64]
    batch: NDArray[np.int64]
    split: NDArray[np.int16]
    decisions: list[Decisions]
    fields: list[Field]
    tags: dict[int, list[str]]
    left_out: dict[str, int]
    blockers: list[dict[str, Any]]
    warnings: list[dict[str, Any]]
    near_copies: dict[str, Any]

    def __len__(self) -> int:
        return int(self.id.size)

    @property
    def by_split(self) -> dict[str, int]:
        counts = np.bincount(self.split, minlength=len(self.names)).tolist()
        return dict(zip(self.names, counts, strict=True))

    def by_class(self) -> dict[str, dict[str, dict[str, int]]]:
        """Question → class → split → examples whose answer holds it, for questions with classes or steps; "" is no answer, "[]" one
        that names no class."""
        found = {}
        for decisions in self.decisions:
            kind = KINDS[decisions.described["kind"]]
            listed = [key for key, _ in kind.listed(decisions.described)]
            if not listed:
                continue
            rows: dict[str, dict[str, int]] = {name: dict.fromkeys(self.names, 0) for name in listed}
            pairs = decisions.answer.astype(np.int64) * len(self.names) + self.split
            for pair, count in zip(*(part.tolist() for part in np.unique(pairs, return_counts=True)), strict=True):
                answer, split = divmod(pair, len(self.names))
                held = [""] if answer == NONE else kind.holds(decisions.described, decisions.values[answer])
                for name in held:
                    rows.setdefault(name, dict.fromkeys(self.names, 0))[self.names[split]] += count
            found[decisions.key] = rows
        return found

    def decided_by(self) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
        """Shares of what the answers in this version were decided by: over all questions, and by question."""
        total: Counter[str] = Counter()
        by_question = {}
        for decisions in self.decisions:
            counts = np.bincount(decisions.decided_by[decisions.decided_by != NONE], minlength=len(NAMES))
            here = dict(zip(NAMES, counts.tolist(), strict=True))
            total.update(here)
            by_question[decisions.key] = _shares(here)
        return _shares(total), by_question

    def check(self) -> None:
        """Raise Conflict with what stands in the way."""
        if self.blockers:
            raise Conflict(self.blockers[0]["message"], blockers=self.blockers)


@dataclass(frozen=True, slots=True)
class Kept:
    """The splits that an earlier version gave."""

    version: int
    names: list[str]
    by_key: Mapping[str, str]


def make_plan(
    reader: Reader, project: Project, policy: Mapping[str, Any], *, kept: Kept | None = None,
    tell: Callable[[int], None] = lambda done: None,
) -> Plan:  # fmt: skip
    """Decide everything that a version says about its examples, from one snapshot; writes nothing."""
    names = split_names(policy["splits"])
    places = {name: place for place, name in enumerate(names)}
    by_key = {key: places[name] for key, name in kept.by_key.items() if name in places} if kept else {}
    candidates = read_candidates(reader, project, policy, by_key, tell)
    questions = questions_of(project)
    rows = question_rows(project)
    asked = [(rows[described["key"]], described) for described in questions]
    decisions, into, why = decide(reader, candidates.id, asked, policy)
    columns = candidates.keep(into)
    decisions = [keep_rows(one, into) for one in decisions]
    split, straddling = _split(columns, decisions, policy)
    left_out = candidates.left_out + why
    plan = Plan(
        project=project, policy=policy, questions=questions, names=names, id=columns["id"], source=columns["source"],
        batch=columns["batch"], split=split, decisions=decisions, tags=candidates.tags,
        fields=fields_of(candidates, columns["shape"], questions, [part["field"] for part in project.display]),
        left_out={str(reason): int(left_out[reason]) for reason in LeftOut if left_out[reason]},
        blockers=[], warnings=[], near_copies=_near_copies(columns, split),
    )  # fmt: skip
    plan.blockers = _blockers(plan, why, straddling, kept)
    plan.warnings = _warnings(plan)
    return plan


def keep_rows(decisions: Decisions, mask: NDArray[np.bool_]) -> Decisions:
    """The same question over some of the rows."""
    place = np.cumsum(mask) - 1
    labels = mask[decisions.row]
    return replace(
        decisions,
        answers=replace(decisions.answers, columns=decisions.answers.columns.keep(labels)),
        answer=decisions.answer[mask], confidence=decisions.confidence[mask], decided_by=decisions.decided_by[mask],
        row=place[decisions.row[labels]],
        also_right={int(place[row]): codes for row, codes in decisions.also_right.items() if mask[row]},
    )  # fmt: skip


def _split(
    columns: Mapping[str, NDArray[Any]], decisions: list[Decisions], policy: Mapping[str, Any]
) -> tuple[NDArray[np.int16], int]:
    """(the split of each example, how many groups had members in different splits before)."""
    names, unit = np.unique(columns["unit"], return_inverse=True)
    size = np.bincount(unit, minlength=names.size)
    order = np.zeros(names.size, dtype=np.int64)
    order[unit] = columns["order"]
    kept = np.full(names.size, NOWHERE, dtype=np.int16)
    had = columns["kept"] != NOWHERE
    kept[unit[had]] = columns["kept"][had]
    straddling = np.unique(unit[had][kept[unit[had]] != columns["kept"][had]]).size
    stratum = _strata(unit, names.size, decisions) if policy["stratify"] else np.zeros(names.size, dtype=np.int32)
    dealt = deal(Units(order, size.astype(np.int64), stratum, kept), weights_of(policy["splits"]))
    return dealt[unit] if unit.size else np.zeros(0, dtype=np.int16), int(straddling)


def _strata(unit: NDArray[np.intp], count: int, decisions: list[Decisions]) -> NDArray[np.int32]:
    """Of each unit: its members' most frequent answer to the first question of classes, the earlier class among equals."""
    asked = next((one for one in decisions if one.described["kind"] == "choice"), None)
    asked = asked or next((one for one in decisions if KINDS[one.described["kind"]].names(one.described)), None)
    if asked is None or not count:
        return np.zeros(count, dtype=np.int32)
    in_order = asked.answers.in_order()
    rank = np.full(len(asked.values) + 1, len(in_order), dtype=np.int64)
    rank[in_order] = np.arange(len(in_order))
    width = len(in_order) + 1
    pairs, many = np.unique(unit.astype(np.int64) * width + rank[asked.answer], return_counts=True)
    of, answer = pairs // width, pairs % width
    best = np.lexsort((-answer, many, of))  # the last of each unit is its most frequent, earliest answer
    stratum = np.zeros(count, dtype=np.int32)
    stratum[of[best]] = answer[best]
    return stratum


def _near_copies(columns: Mapping[str, NDArray[Any]], split: NDArray[np.int16]) -> dict[str, Any]:
    """Examples that read the same (but for case and punctuation) in different splits."""
    order = np.argsort(columns["likeness"], kind="stable")
    like = columns["likeness"][order]
    starts = np.flatnonzero(np.concatenate(([True], like[1:] != like[:-1]))) if like.size else np.zeros(0, dtype=np.int64)
    ends = np.append(starts[1:], like.size)
    groups, examples, some = 0, 0, []
    for start, end in zip(starts[ends - starts > 1].tolist(), ends[ends - starts > 1].tolist(), strict=True):
        members = order[start:end]
        if np.unique(split[members]).size > 1:
            groups, examples = groups + 1, examples + members.size
            if len(some) < SHOWN:
                some.append([int(id_) for id_ in columns["id"][members][:10]])
    return {"groups": groups, "examples": examples, "ids": some}


def _blockers(plan: Plan, why: Counter[str], straddling: int, kept: Kept | None) -> list[dict[str, Any]]:
    found = []
    if not len(plan):
        reasons = ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in plan.left_out.items()) or "there are no examples"
        found.append(("empty", f"Nothing would be in this version: {reasons}. Label more, or let the recipe take in more."))
    if plan.policy["consensus"]["ties"] == Ties.REFUSE and why[LeftOut.TIE]:
        some = "example is" if why[LeftOut.TIE] == 1 else "examples are"
        found.append(("ties", f"{why[LeftOut.TIE]:,} {some} tied. Settle them, or let the recipe leave ties out."))
    if straddling:
        some = "group has" if straddling == 1 else "groups have"
        found.append(("straddling", f"{straddling:,} {some} members in different splits of version {kept.version if kept else ''}. "
                      "Group by something else, or deal the splits anew."))  # fmt: skip
    if kept and (unknown := [name for name in kept.names if name not in plan.names]):
        found.append(("split_names", f"Version {kept.version} has the split {', '.join(unknown)}, which this recipe lacks. "
                      "Name the same splits, or deal them anew."))  # fmt: skip
    return [{"code": code, "message": message} for code, message in found]


def _warnings(plan: Plan) -> list[dict[str, Any]]:
    found = []
    for name, count in plan.by_split.items():
        if not count and len(plan) and plan.policy["splits"][name]:
            found.append(("empty_split", f"The split {name} would be empty."))
    if plan.near_copies["groups"]:
        found.append(("near_copies", f"{plan.near_copies['examples']:,} near copies of each other are in different splits. "
                      "A model could learn them by heart. Group them, or remove copies at import."))  # fmt: skip
    for question, classes in plan.by_class().items():
        for name, splits in classes.items():
            missing = [split for split, count in splits.items() if not count and plan.policy["splits"][split]]
            if name not in ("", NOTHING) and sum(splits.values()) and missing:
                found.append(("class_missing", f"{question}: the class {name} has {sum(splits.values()):,} in all and none in {', '.join(missing)}."))
    return [{"code": code, "message": message} for code, message in found]


def _shares(counts: Mapping[str, int]) -> dict[str, float]:
    total = sum(counts.values())
    return {str(name): round(counts[name] / total, 6) if total else 0.0 for name in DecidedBy}


__all__ = ["Candidates", "Kept", "Plan", "make_plan"]
