"""Which answers are probably wrong, and why: computed from one question's labels, the answers that stand, and a model's opinion.

With a model, an answer that stands is suspected where the model confidently contradicts it (confident learning), a label where
the model and the other people do so alike. Without one the other people are the only opinion: Dawid and Skene's model of them.
Labels of settled examples are left out: what people settled goes before them already.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.errors import Conflict
from labelling.kinds import KINDS
from labelling.measure.answers import Answers
from labelling.measure.compare import OF_CLASSES
from labelling.measure.consensus import ADJUDICATION, Outcome
from labelling.measure.suspect_rules import Of, Way
from labelling.stats.dawid_skene import DawidSkene, dawid_skene
from labelling.stats.results import Undefined
from labelling.stats.suspects import confident_learning, probabilities_of, suspected_labels

NONE = -1
WORDS = {
    Way.PROBABILITIES: "Confident learning (Northcutt, Jiang and Chuang 2021) with the model's probabilities",
    Way.CONFIDENCE: "Confident learning (Northcutt, Jiang and Chuang 2021) with the model's confidence in what it predicts",
    Way.PREDICTIONS: "Confident learning (Northcutt, Jiang and Chuang 2021) with the model's predictions, each trusted as far as its examples bear it out",
    Way.PEOPLE: "Dawid and Skene's model of the labellers: another answer is more probable than the one that stands",
}
ALIKE = "a label is suspected where the others, by Dawid and Skene's model without the label itself, contradict it as well"
ALONE = "a label is suspected where the others leave it a chance of 10 % at most, the label itself left out"


@dataclass(frozen=True, eq=False)
class Opinion:
    """What a model says, one entry an example, ascending by `example` (database ids): `predicted` codes, `shares` (n, n_codes) or
    None, `confidence` in the prediction (NaN where it says none) or None. Examples that it says nothing of are left out."""

    example: NDArray[Any]
    predicted: NDArray[np.int64]
    shares: NDArray[np.float64] | None
    confidence: NDArray[np.float64] | None

    @property
    def way(self) -> Way:
        if self.shares is not None:
            return Way.PROBABILITIES
        return Way.PREDICTIONS if self.confidence is None else Way.CONFIDENCE

    def keep(self, rows: NDArray[Any]) -> "Opinion":
        return Opinion(
            self.example[rows], self.predicted[rows], None if self.shares is None else self.shares[rows],
            None if self.confidence is None else self.confidence[rows],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """One suspected answer. `labeller` is None for an answer that stands."""

    of: Of
    example: int
    labeller: int | None
    settled: bool
    given: int
    instead: int
    chance: float
    reason: str


@dataclass(frozen=True)
class Suspects:
    """The worst first. `examples` were looked at; `method` is one sentence."""

    way: Way
    examples: int
    answers: list[Found]
    labels: list[Found]
    method: str


def can_be_suspected(kind: str) -> bool:
    """Whether answers of this kind are classes, one of which is right."""
    return kind in OF_CLASSES


def opinion_of(
    answers: Answers, example: Sequence[int], predicted: Sequence[Any], shares: Sequence[list[tuple[Any, float]] | None],
    confidence: Sequence[float | None],
) -> Opinion:  # fmt: skip
    """A model's answers as codes. Answers that no labeller ever gave have no code and are left out: nothing can be told by them."""
    kind, width = KINDS[answers.described["kind"]], len(answers.values)
    code = {kind.text(value): number for number, value in enumerate(answers.values) if value is not None}
    guess = np.array([NONE if answer is None else code.get(kind.text(answer), NONE) for answer in predicted], dtype=np.int64)
    table = None
    if any(row is not None for row in shares):
        table = np.zeros((len(guess), width))
        for place, row in enumerate(shares):
            for answer, share in row or ():
                if (column := code.get(kind.text(answer), NONE)) != NONE:
                    table[place, column] += share
    sure = None
    if table is None and any(one is not None for one in confidence):
        sure = np.array([np.nan if one is None else one for one in confidence], dtype=np.float64)
    known = (guess != NONE) if table is None else table.sum(1) > 0
    if sure is not None:
        known &= ~np.isnan(sure)
    ids = np.asarray(example, dtype=np.int64)
    rows = np.flatnonzero(known)
    return Opinion(ids, guess, table, sure).keep(rows[np.argsort(ids[rows], kind="stable")])


def find(answers: Answers, standing: Outcome, opinion: Opinion | None = None) -> Suspects:
    """All suspected answers. Raises Conflict where nothing can be told, with the reason."""
    model = dawid_skene(answers.labels, keep_posterior=True)
    search = _Search(answers, standing, None if isinstance(model, Undefined) else model)
    if opinion is not None:
        return search.beside(opinion)
    if isinstance(model, Undefined):
        raise Conflict(f"Nothing can be suspected yet: {model.reason[0].lower()}{model.reason[1:]}")
    return search.alone(model)


class _Search:
    def __init__(self, answers: Answers, standing: Outcome, model: DawidSkene | None) -> None:
        self.answers, self.labels, self.model = answers, answers.labels, model
        self.standing = standing
        self.settled = standing.decided_by == ADJUDICATION

    def alone(self, model: DawidSkene) -> Suspects:
        """Without a model of the examples."""
        ids, posterior = self.labels.example_ids, model.posterior
        assert posterior is not None
        rows = np.flatnonzero((self.standing.answer >= 0) & np.isin(self.standing.example, ids))
        place, given = np.searchsorted(ids, self.standing.example[rows]), self.standing.answer[rows]
        inside = given < posterior.shape[1]  # an answer that nobody gave as a label has no probability
        rows, place, given = rows[inside], place[inside], given[inside]
        chance = posterior[place, given].astype(np.float64)
        instead = posterior[place].argmax(1)
        doubtful = np.flatnonzero((instead != given) & (chance < posterior[place].max(1)))
        answers = []
        for at in doubtful[np.lexsort((rows[doubtful], chance[doubtful]))].tolist():
            own, other = float(chance[at]), float(posterior[place[at], instead[at]])
            words = (
                f"{self._stands(rows[at], given[at])}, but by how reliable each labeller is the answer is {self._name(instead[at])} "
                f"with a chance of {_percent(other)}. {self._votes(place[at], given[at], instead[at])}"
            )
            answers.append(self._found(rows[at], given[at], instead[at], own, words))
        found = suspected_labels(self.labels, model=model)
        labels = []
        for row, own, other in [] if isinstance(found, Undefined) else zip(found.row, found.chance, found.instead, strict=True):
            if not self._is_settled(row):
                words = f"By what the others said, and how reliable each of them is, {self._name(other)} is right; {self._name(self.labels.code[row])} has a chance of {_percent(own)}."
                labels.append(self._of_label(row, int(other), float(own), words))
        return Suspects(Way.PEOPLE, int(rows.size), answers, labels, f"{WORDS[Way.PEOPLE]}; {ALONE}.")

    def beside(self, opinion: Opinion) -> Suspects:
        """With a model's opinion of (some of) the examples."""
        way = opinion.way
        rows = np.flatnonzero((self.standing.answer >= 0) & (self.standing.answer < len(self.answers.values)) & np.isin(self.standing.example, opinion.example))
        seen = opinion.keep(np.searchsorted(opinion.example, self.standing.example[rows]))
        given = self.standing.answer[rows].astype(np.int64)
        p, trusted = self._shares(seen, given)
        rows, given, p = rows[trusted], given[trusted], p[trusted]
        said = confident_learning(given, p)
        doubtful = np.flatnonzero(said.found)
        answers = []
        for at in doubtful[np.lexsort((rows[doubtful], said.own[doubtful]))].tolist():
            place = self._place(int(self.standing.example[rows[at]]))
            words = f"{self._stands(rows[at], given[at])}. {self._model(way, said.instead[at], said.other[at], given[at], said.own[at])}"
            if place is not None:
                words += " " + self._votes(place, given[at], int(said.instead[at]))
            answers.append(self._found(rows[at], int(given[at]), int(said.instead[at]), _share(said.own[at]), words))
        labels = self._labels_beside(opinion, way)
        return Suspects(way, int(trusted.sum()), answers, labels, f"{WORDS[way]}; {ALIKE}.")

    def _labels_beside(self, opinion: Opinion, way: Way) -> list[Found]:
        others = None if self.model is None else suspected_labels(self.labels, model=self.model)
        if others is None or isinstance(others, Undefined):
            return []
        by_others = dict(zip(others.row.tolist(), zip(others.chance.tolist(), others.instead.tolist(), strict=True), strict=True))
        ids = self.labels.example_ids[self.labels.example]
        rows = np.flatnonzero(np.isin(ids, opinion.example))
        seen = opinion.keep(np.searchsorted(opinion.example, ids[rows]))
        given = self.labels.code[rows].astype(np.int64)
        p, trusted = self._shares(seen, given)
        rows, given = rows[trusted], given[trusted]
        said = confident_learning(given, p[trusted])
        found = []
        for at in np.flatnonzero(said.found).tolist():
            row = int(rows[at])
            if row not in by_others or self._is_settled(row):
                continue
            chance, other = by_others[row]
            words = f"The others and the model contradict it alike. {self._model(way, said.instead[at], said.other[at], given[at], said.own[at])} By the others {self._name(other)} is right; {self._name(given[at])} has a chance of {_percent(chance)}."
            found.append(self._of_label(row, other, max(chance, _share(said.own[at])), words))
        return sorted(found, key=lambda one: (one.chance, one.example, one.labeller or 0))

    def _shares(self, opinion: Opinion, given: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """The model's probabilities of each code, and which rows they may be trusted in."""
        width, n = len(self.answers.values), given.size
        if opinion.shares is not None:
            return opinion.shares, np.ones(n, dtype=np.bool_)
        if opinion.confidence is None:
            return probabilities_of(opinion.predicted, given, width)
        classes = max(2, len(self.answers.in_order()))
        p = np.repeat(((1 - opinion.confidence) / (classes - 1))[:, None], width, axis=1)
        p[np.arange(n), opinion.predicted] = opinion.confidence
        return p, np.ones(n, dtype=np.bool_)

    def _found(self, row: int, given: int, instead: int, chance: float, words: str) -> Found:
        return Found(Of.ANSWER, int(self.standing.example[row]), None, bool(self.settled[row]), int(given), int(instead), chance, words)

    def _of_label(self, row: int, instead: int, chance: float, words: str) -> Found:
        labels = self.labels
        who = int(labels.labeller_ids[labels.labeller[row]])
        return Found(Of.LABEL, int(labels.example_ids[labels.example[row]]), who, False, int(labels.code[row]), instead, _share(chance), words)

    def _is_settled(self, row: int) -> bool:
        example = int(self.labels.example_ids[self.labels.example[row]])
        at = int(np.searchsorted(self.standing.example, example))
        return at < self.standing.example.size and int(self.standing.example[at]) == example and bool(self.settled[at])

    def _place(self, example: int) -> int | None:
        at = int(np.searchsorted(self.labels.example_ids, example))
        return at if at < self.labels.n_examples and int(self.labels.example_ids[at]) == example else None

    def _name(self, code: Any) -> str:
        return f"“{self.answers.name(int(code))}”"

    def _stands(self, row: int, given: Any) -> str:
        return f"People settled it as {self._name(given)}" if self.settled[row] else f"The labels come to {self._name(given)}"

    def _votes(self, place: int, given: Any, instead: Any) -> str:
        own = self.labels.code[int(self.labels.offsets[place]) : int(self.labels.offsets[place + 1])]
        count = f"Of {own.size} label{'s' if own.size != 1 else ''}"
        return f"{count} {int((own == given).sum())} said {self._name(given)} and {int((own == instead).sum())} {self._name(instead)}."

    def _model(self, way: Way, instead: Any, other: Any, given: Any, own: Any) -> str:
        if way == Way.PREDICTIONS:
            return f"The model predicts {self._name(instead)}; of the examples with this prediction {_percent(other)} have that answer and {_percent(own)} have {self._name(given)}."
        return f"The model gives {self._name(instead)} {_percent(other)} and {self._name(given)} {_percent(own)}."


def _share(value: Any) -> float:
    return min(1.0, max(0.0, float(value)))


def _percent(share: Any) -> str:
    share = float(share)
    if 0 < share < 0.005:
        return "under 1 %"
    return "over 99 %" if 0.995 < share < 1 else f"{share * 100:.0f} %"


__all__ = ["Found", "Opinion", "Suspects", "can_be_suspected", "find", "opinion_of"]
