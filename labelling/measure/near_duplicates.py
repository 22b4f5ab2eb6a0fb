"""Reads of near-duplicates: whether their answers agree, and the groups where they do not. Leads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
from django.db.models import Max, QuerySet
from numpy.typing import NDArray

from labelling.access import Permission, Viewer
from labelling.errors import Invalid, NotFound
from labelling.intake.models import Example
from labelling.kinds import KINDS
from labelling.measure.answers import Answers, read_answers
from labelling.measure.bulk import literal, snapshot
from labelling.measure.compare import OF_CLASSES, comparison
from labelling.measure.consensus import Outcome, settle
from labelling.measure.likeness_models import LikenessGroup, LikenessMember, LikenessRun
from labelling.measure.suspect_rules import check_id
from labelling.projects.models import Project
from labelling.projects.selectors import get_project
from labelling.stats import agreement
from labelling.stats.columns import Labels
from labelling.stats.consistency import PairsInGroups, pairs_of_codes
from labelling.stats.results import Counts

BY_CODE = (*OF_CLASSES, "choices")  # answers agree where they are equal; others by how like they are
BY_PLACE = ("spans", "boxes")  # where in the example they are: near copies may have other places
MOST_MEMBERS = 30  # of a group are compared where each two answers have to be looked at
SHOWN_MEMBERS = 12


def get_run(viewer: Viewer, slug: str, run: Any = None) -> tuple[Project, LikenessRun | None]:
    """The project, and the run of this number or the newest. Raises NotFound, Invalid."""
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    number = check_id(run, "run", "a run")
    runs = LikenessRun.objects.filter(project=project).select_related("created_by").order_by("-id")
    found = runs.first() if number is None else runs.filter(id=number).first()
    if number is not None and found is None:
        raise NotFound("There is no such run in this project.")
    return project, found


def is_stale(project: Project, run: LikenessRun) -> bool:
    """Whether examples came in since, or others of their fields are shown."""
    newest = Example.objects.filter(project=project).aggregate(newest=Max("id"))["newest"]
    return run.newest_example != (newest or 0) or run.display != project.display


def describe_run(project: Project, run: LikenessRun) -> dict[str, Any]:
    return {
        "id": run.pk,
        "examples": run.examples,
        "exact_groups": run.exact_groups,
        "near_groups": run.near_groups,
        "unreadable": run.unreadable,
        "least": run.least,
        "stale": is_stale(project, run),
        "created_by": run.created_by.username,
        "created_at": run.created_at,
    }


@dataclass(frozen=True, eq=False)
class Consistency:
    """The groups of one run, exact copies or near ones, beside the answers to one question as they stand now."""

    project: Project
    run: LikenessRun
    answers: Answers
    exact: bool
    group: NDArray[np.int64]  # one entry a member: the group's id
    example: NDArray[np.int64]
    copy: NDArray[np.int64]

    @classmethod
    def of(cls, project: Project, run: LikenessRun, *, question: str | None, exact: bool) -> "Consistency":
        answers = read_answers(project, question)
        with snapshot() as reader:
            flag = ("1" if exact else "0") if reader.vendor == "sqlite" else ("true" if exact else "false")
            found = reader.integers(
                {"group_": "m.group_id", "example": "m.example_id", "copy_": "m.copy"},
                "labelling_likenessmember m JOIN labelling_likenessgroup g ON g.id = m.group_id "
                f"WHERE g.run_id = {literal(run.pk)} AND g.exact = {flag}",
            )
        order = np.lexsort((found["example"], found["group_"]))
        # Exact copies are compared with each other; near ones with what is no exact copy of them.
        copy = found["example"] if exact else found["copy_"]
        return cls(project, run, answers, exact, found["group_"][order], found["example"][order], copy[order])

    @property
    def compared(self) -> bool:
        """Whether answers of this kind can be compared across these groups."""
        return self.exact or self.answers.described["kind"] not in BY_PLACE

    @cached_property
    def part(self) -> Answers:
        """The answers to the members alone."""
        columns = self.answers.columns
        return Answers(self.answers.question, self.answers.described, self.answers.level, columns.keep(np.isin(columns.example, self.example)), self.answers.values)

    @cached_property
    def outcome(self) -> Outcome:
        return settle(self.part)

    @cached_property
    def code(self) -> NDArray[np.int64]:
        """What stands for each member; -1 for nothing."""
        outcome = self.outcome
        if not outcome.example.size:
            return np.full(self.example.size, -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(outcome.example, self.example), outcome.example.size - 1)
        return np.where(outcome.example[at] == self.example, outcome.answer[at], -1).astype(np.int64)

    @cached_property
    def pairs(self) -> PairsInGroups:
        """Pairs of answers that stand."""
        rows = np.flatnonzero(self.code >= 0) if self.compared else np.zeros(0, dtype=np.int64)
        if self.answers.described["kind"] in BY_CODE:
            return pairs_of_codes(self.group[rows], self.copy[rows], self.code[rows], np.ones(rows.size), self.example[rows])
        return self._one_by_one(rows)

    def _one_by_one(self, rows: NDArray[np.intp]) -> PairsInGroups:
        kind, values = KINDS[self.answers.described["kind"]], [*self.answers.values, *self.outcome.made]
        known: dict[tuple[int, int], float] = {}
        groups, starts = np.unique(self.group[rows], return_index=True)
        pairs, agreeing = np.zeros(groups.size), np.zeros(groups.size)
        for place, members in enumerate(np.split(rows, starts[1:]) if groups.size else []):
            for one, other in combinations(members[:MOST_MEMBERS].tolist(), 2):
                if self.copy[one] == self.copy[other]:
                    continue
                codes = int(min(self.code[one], self.code[other])), int(max(self.code[one], self.code[other]))
                if codes not in known:
                    known[codes] = 1.0 - kind.apart(self.answers.described, values[codes[0]], values[codes[1]])
                pairs[place] += 1
                agreeing[place] += known[codes]
        return PairsInGroups(groups.astype(np.int64), pairs, agreeing)

    @cached_property
    def label_pairs(self) -> PairsInGroups | None:
        """Pairs of one label on each; None for kinds that are compared one by one."""
        if self.answers.described["kind"] not in BY_CODE or not self.compared:
            return None
        labels = self.part.labels
        if not labels.n_labels:
            return pairs_of_codes([], [], [], [], [])
        place, code, weight = _shares(labels)
        # A member of several groups does not exist; a member without labels has no row.
        at = np.searchsorted(self.example, labels.example_ids[place], sorter=(order := np.argsort(self.example)))
        row = order[at]
        return pairs_of_codes(self.group[row], self.copy[row], code, weight, self.example[row])

    def figures(self) -> dict[str, Any]:
        """{"answers", "labels", "same_example"} in the API's shape: answers of near-duplicates that agree, one label on each that agree,
        and two labels of one and the same example."""
        given = self.part.labels
        counts = Counts(int(self.example.size), given.n_labels, given.n_labellers)
        if not self.compared:
            reason = {"value": None, "undefined": "Spans and boxes say where in an example something is: they are compared in exact copies alone."}
            return {"answers": reason, "labels": reason, "same_example": self._same_example()}
        labels = self.label_pairs
        return {
            "answers": self.pairs.share(counts, what="answers that stand").as_dict(),
            "labels": {"value": None, "undefined": "Single labels are compared for questions of classes."}
            if labels is None
            else labels.share(counts, what="labels, one of each,").as_dict(),
            "same_example": self._same_example(),
        }

    def _same_example(self) -> dict[str, Any]:
        compared = comparison(self.answers, seed=self.project.seed) if self.answers.described["kind"] not in BY_CODE else None
        found = agreement.percent_agreement(self.answers.labels) if compared is None else compared.likeness()
        return found.as_dict()

    @cached_property
    def differing(self) -> list[int]:
        """Ids of the groups labelled differently, the worst first: the largest share of pairs that differ, then the most of them."""
        pairs = self.pairs
        apart = pairs.pairs - pairs.agreeing
        share = apart / np.maximum(pairs.pairs, 1)
        order = np.lexsort((pairs.group, -apart, -np.round(share, 9)))
        return [int(pairs.group[at]) for at in order.tolist() if apart[at] > 1e-9]

    @property
    def compared_groups(self) -> int:
        return int((self.pairs.pairs > 0).sum())

    def rows(self, group_ids: Sequence[int], *, members: int = SHOWN_MEMBERS) -> list[dict[str, Any]]:
        """These groups in the API's shape, each with its members, those of the rarest answer first (then by example)."""
        kind, values = KINDS[self.answers.described["kind"]], [*self.answers.values, *self.outcome.made]
        groups = LikenessGroup.objects.in_bulk(list(group_ids))
        standing = {int(example): at for at, example in enumerate(self.outcome.example.tolist())}
        code = dict(zip(self.example.tolist(), self.code.tolist(), strict=True))
        share = dict(zip(self.pairs.group.tolist(), (self.pairs.agreeing / np.maximum(self.pairs.pairs, 1)).tolist(), strict=True))
        chosen = {group_id: self._chosen(group_id, members) for group_id in group_ids}
        ids = [example for some in chosen.values() for example in some]
        examples = Example.objects.in_bulk(ids)
        alike = dict(LikenessMember.objects.filter(group_id__in=list(group_ids), example_id__in=ids).values_list("example_id", "similarity"))
        found = []
        for group_id in group_ids:
            row = groups[group_id]
            found.append({
                "group": row.number, "exact": row.exact, "size": row.size, "similarity": row.similarity, "agreeing": share.get(group_id),
                "members": [
                    {
                        "example": examples[one].key, "similarity": alike[one],
                        "answer": values[code[one]] if code[one] >= 0 else None,
                        "answer_name": kind.show(self.answers.described, values[code[one]]) if code[one] >= 0 else None,
                        "decided_by": str(self.outcome.decided_by[standing[one]]) if one in standing else None,
                        "confidence": float(self.outcome.confidence[standing[one]]) if one in standing else None,
                        "row": examples[one],
                    }
                    for one in chosen[group_id] if one in examples
                ],
            })  # fmt: skip
        return found

    def _chosen(self, group_id: int, count: int) -> list[int]:
        rows = np.flatnonzero(self.group == group_id)
        codes, times = np.unique(self.code[rows], return_counts=True)
        often = dict(zip(codes.tolist(), times.tolist(), strict=True))
        first: dict[int, int] = {}
        order = []
        for row in rows.tolist():  # one of each answer first, so that what differs is seen
            code = int(self.code[row])
            first[code] = first.get(code, 0) + 1
            order.append((first[code], often[code], int(self.example[row])))
        return [example for _, _, example in sorted(order)[:count]]


def _shares(labels: Labels) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.float64]]:
    """(place of the example, code, share of its labels that say so), one row a distinct answer of an example."""
    pairs, count = np.unique(labels.example.astype(np.int64) * labels.n_codes + labels.code, return_counts=True)
    place, code = np.divmod(pairs, labels.n_codes)
    return place, code, count / labels.sizes[place]


def consistency(viewer: Viewer, slug: str, *, question: str | None = None, run: Any = None, exact: bool = False) -> tuple[Project, Consistency | None]:
    """The groups of a run beside the answers to a question; None where nobody has looked yet."""
    project, found = get_run(viewer, slug, run)
    return project, None if found is None else Consistency.of(project, found, question=question, exact=exact)


def check_exact(value: Any) -> bool:
    if value in (None, "", "false"):
        return False
    if value != "true":
        raise Invalid.field("exact", "exact is true (copies) or false (near ones).")
    return True


def list_runs(viewer: Viewer, slug: str) -> QuerySet[LikenessRun]:
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    return LikenessRun.objects.filter(project=project).order_by("-id")
