"""People, the model and the popular answer held against the same references: what people settled, or what the others say. No Django.

Against a settled answer nobody is scored who helped to settle it. A leave-one-out reference holds nothing of what was settled, so
there they are scored like everybody: to leave out their labels on settled examples, which are those that people disagree on, and to
keep the others, would make them look better than they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np

from labelling.evaluate.split import Split
from labelling.kinds import KINDS
from labelling.measure import person
from labelling.measure.answers import Answers
from labelling.measure.columns import Columns
from labelling.stats import human, selection
from labelling.stats.columns import Floats, Labels, Longs
from labelling.stats.label_pairs import some_examples
from labelling.stats.parties import Parties
from labelling.stats.selection import Selection

BY_CLASS = ("choice", "rating")  # right or wrong; the others are scored by how like answers are
RESOLVED, ALONE = "resolved", "leave_one_out"
SHARE = 4.0  # of the work that a page may do: a job has more time


@dataclass(frozen=True, eq=False)
class Parts:
    """Scores by class: one entry a label and class of its reference, with the share of the label that belongs to it."""

    row: Longs
    group: Longs  # place in `names`
    share: Floats
    person: Floats
    model: Floats
    names: list[Any]


@dataclass(frozen=True, eq=False)
class Held:
    """One kind of references. `place` (n_labels,) is each label's example in the split; `took_part` and `hinges` count labels that
    were left out."""

    kind: str
    parties: Parties
    place: Longs
    parts: Parts
    even: bool
    took_part: int
    hinges: int
    words: str = ""

    @property
    def n_examples(self) -> int:
        return int(np.unique(self.place[self.parties.counted]).size)


class Coded:
    """A split's answers and the model's as numbers, equal answers alike; those that have a name come first."""

    def __init__(self, split: Split, predicted: Sequence[Any]) -> None:
        self.split = split
        self.described = split.described
        self.kind = KINDS[split.described["kind"]]
        named = self.kind.names(split.described) if split.described["kind"] in BY_CLASS else []
        self.values: list[Any] = [value for value, _ in named]
        self._known = {self.kind.text(value): code for code, value in enumerate(self.values)}
        self._plain: dict[Any, int] = {}
        self.names = dict(enumerate(name for _, name in named))
        place, labeller, answers = split.labels
        order = np.argsort(place, kind="stable")
        codes = [self.of(answer) for answer in answers]
        self.allowed = [[self.of(answer) for answer in right] for right in split.reference]
        self.guess = np.array([-1 if answer is None else self.of(answer) for answer in predicted], dtype=np.int64)
        self.code = np.array(codes, dtype=np.int64)[order]
        self.example, self.labeller, self.helped = place[order], labeller[order], split.helped[order]

    def of(self, answer: Any) -> int:
        plain = isinstance(answer, str | int | float)  # to write each of many labels as JSON would take most of the time
        code = self._plain.get(answer) if plain else None
        if code is None:
            text = self.kind.text(answer)
            if text not in self._known:
                self._known[text] = len(self.values)
                self.values.append(answer)
            code = self._known[text]
            if plain:
                self._plain[answer] = code
        return code

    @cached_property
    def labels(self) -> Labels:
        return Labels.of(self.example, self.labeller, self.code, n_codes=max(len(self.values), 1))

    def bounded(self, seed: int) -> tuple[Labels, str]:
        """The labels, or those of some examples drawn at random where their kind is slow to compare; and words that say so."""
        kind, labels = self.described["kind"], self.labels
        mask = None if kind in BY_CLASS else some_examples(labels, int(person.MOST_LABELS[kind] * SHARE), seed, labels.sizes)
        if mask is None:
            return labels, ""
        part = labels.keep(mask)
        return part, f"; measured on {part.n_examples:,} of {labels.n_examples:,} examples drawn at random (seed {seed})"

    @cached_property
    def settled(self) -> tuple[Longs, Longs]:
        """(example places, codes) of the answers that people settled."""
        rows = [(row, code) for row in np.flatnonzero(self.split.settled).tolist() for code in self.allowed[row]]
        return tuple(np.array(part, dtype=np.int64) for part in (zip(*rows, strict=True) if rows else ([], [])))  # type: ignore[return-value]

    @cached_property
    def chances(self) -> dict[str, Mapping[int, float]]:
        """By how its labels agree, the chance that an example is in the split, and that it is there and settled."""
        there = selection.count_ways(self.labels)
        of: dict[int, float] = {way: float(n) for way, n in there.items()}
        for way, n in self.split.left_out.items():
            of[way] = of.get(way, 0.0) + n
        settled = selection.count_ways(self.labels, np.isin(self.labels.example_ids, self.settled[0]))
        return {ALONE: selection.chances(there, of), RESOLVED: selection.chances(settled, of)}

    def right(self) -> dict[int, list[int]]:
        """Example place → the codes that people settled on."""
        found: dict[int, list[int]] = {}
        for row, code in zip(*(part.tolist() for part in self.settled), strict=True):
            found.setdefault(row, []).append(code)
        return found


def hold(coded: Coded, seed: int = 0) -> dict[str, Held]:
    """The parties by settled answers and by what the others say, each apart."""
    of = _classes if coded.described["kind"] in BY_CLASS else _degrees
    return {kind: of(coded, kind, seed) for kind in (RESOLVED, ALONE)}


def _held(
    coded: Coded, kind: str, scores: human.Scores, model: Floats, chosen: Selection, parts: Parts, helped: int, method: str
) -> Held:
    counted = scores.counted & (chosen.weight > 0)
    whole = coded.described["kind"] in BY_CLASS
    parties = Parties(scores.labels, scores.credit, model, scores.popular, np.where(counted, chosen.weight, 0.0), method, whole)
    place = scores.labels.example_ids[scores.labels.example]
    return Held(kind, parties, place, parts, chosen.even, helped, int((scores.counted & chosen.hinges).sum()), method)


def _took_part(coded: Coded) -> int:
    return int((np.isin(coded.example, coded.settled[0]) & coded.helped).sum())


def _classes(coded: Coded, kind: str, seed: int) -> Held:
    labels, guess = coded.labels, coded.guess
    mine = guess[labels.example_ids[labels.example]]
    if kind == ALONE:
        scores = human.leave_one_out(labels)
        row, code, share = scores.wanted
        model = np.bincount(row, weights=share * (mine[row] == code), minlength=labels.n_labels).astype(np.float64)
        of_person, of_model = (labels.code[row] == code).astype(np.float64), (mine[row] == code).astype(np.float64)
        words = "One person's label against the majority of the others' labels of its example (ties share the credit)"
    else:
        scores = human.against_reference(labels, *coded.settled, never_counted=coded.helped)
        keys = coded.settled[0] * labels.n_codes + coded.settled[1]
        model = (np.isin(labels.example_ids[labels.example] * labels.n_codes + mine, keys) & (mine >= 0)).astype(np.float64)
        row, code, share = scores.wanted
        of_person, of_model = scores.credit[row], model[row]
        words = "One person's label against the resolved answer, labels of people who helped to settle it left out"
    names, group = np.unique(code, return_inverse=True)
    parts = Parts(row, group, share, of_person, of_model, [coded.values[name] for name in names.tolist()])
    helped = _took_part(coded) if kind == RESOLVED else 0
    return _held(coded, kind, scores, model, selection.weigh(labels, coded.chances[kind]), parts, helped, words)


def _degrees(coded: Coded, kind: str, seed: int) -> Held:
    answers = _answers(coded)
    helped = 0
    if kind == ALONE:
        scores = person.leave_one_out(answers, share=SHARE, seed=seed)
    else:
        scores = person.against_reference(answers, *coded.settled, never_counted=coded.helped, share=SHARE, seed=seed)
        helped = _took_part(coded)
    ids, guess, scorer = scores.labels.example_ids.tolist(), coded.guess.tolist(), scores.scorer
    model = np.zeros(scores.labels.n_labels)
    keys: dict[str, int] = {}
    entries: list[tuple[int, int, float, float, float]] = []
    for row, wanted in scores.wanted_of.items():
        mine, given = guess[ids[int(scores.labels.example[row])]], int(scores.labels.code[row])
        if mine >= 0:
            all_of = [scorer.score(mine, code) for code in wanted]
            model[row] = max(all_of) if kind == RESOLVED else sum(all_of) / len(all_of)
        code = max(wanted, key=lambda code, given=given: (scorer.score(given, code), -code))  # type: ignore[misc]
        theirs = scorer.of_class(given, code)
        its = scorer.of_class(mine, code) if mine >= 0 else {}
        entries += [(row, keys.setdefault(key, len(keys)), 1.0, credit, its.get(key, 0.0)) for key, credit in theirs.items()]
    columns = list(zip(*entries, strict=True)) or [(), (), (), (), ()]
    parts = Parts(
        np.array(columns[0], dtype=np.int64), np.array(columns[1], dtype=np.int64),
        *(np.array(column, dtype=np.float64) for column in columns[2:]), names=list(keys),
    )  # fmt: skip
    chosen = selection.weigh(scores.labels, coded.chances[kind]) if scores.labels.n_labels else Selection(np.zeros(0), np.zeros(0, np.bool_), True)
    return _held(coded, kind, scores, model, chosen, parts, helped, scores.method)


def _answers(coded: Coded) -> Answers:
    """The split's labels as what people are scored by elsewhere takes them."""
    nothing = {field.name: np.zeros(coded.example.size, dtype=np.int32) for field in fields(Columns)}
    columns = Columns(**nothing | {"example": coded.example, "labeller": coded.labeller, "code": coded.code})
    return Answers(question=None, described=coded.described, level="", columns=columns, values=coded.values)  # type: ignore[arg-type]
