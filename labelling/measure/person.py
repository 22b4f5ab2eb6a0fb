"""One person scored like a model, for kinds whose answers may be partly right: sets, numbers, texts, spans, boxes.

The reference of a label is what the others' labels of its example come to by the kind's own consensus, or what people settled; how right
a label is says the kind's score. Work is bounded: above a number of labels examples are drawn at random, and the method says so.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.kinds import KINDS
from labelling.measure.answers import Answers
from labelling.stats import human, noise
from labelling.stats.columns import Labels
from labelling.stats.label_pairs import Pairs, some_examples
from labelling.stats.results import Result

# Labels that are scored at most: as many as take about half a second.
MOST_LABELS = {"choices": 12_000, "number": 20_000, "text": 4_000, "spans": 3_000, "boxes": 300}
SCORES = {
    "choices": "classes common to both over all classes of both",
    "number": "1 for the same number, falling to 0 over the question's range, or without one relative to the larger number",
    "text": "1 - edits in code points / length of the longer text",
    "spans": "code points that both give one class over those to which either gives one",
    "boxes": "F1 of boxes of one class that overlap by half or more",
}
ALONE = "One label against what the others' labels of the same example come to (where they are tied, the mean over their answers)"
SETTLED = "One label against the resolved answer (the nearest one where several are right), labels of people who helped to settle it left out"


class Scorer:
    """Scores and consensus of one question's answers by code, each computed once. Answers that nobody gave get codes of their own."""

    def __init__(self, described: Mapping[str, Any], values: Sequence[Any]) -> None:
        self.described, self.kind = described, KINDS[described["kind"]]
        self.values = list(values)
        self._codes: dict[str, int] = {}
        self._texts: dict[int, str] = {}
        self._scores: dict[tuple[int, int], float] = {}
        self._consensus: dict[tuple[int, ...], int | None] = {}

    def score(self, given: int, wanted: int) -> float:
        if given == wanted:
            return 1.0
        key = (given, wanted)
        if key not in self._scores:
            self._scores[key] = float(self.kind.score(self.described, self.values[given], self.values[wanted]))
        return self._scores[key]

    def consensus(self, codes: Iterable[int]) -> int | None:
        """The code of what these answers come to; None in a tie. The order of the answers bears on nothing."""
        given = tuple(sorted(codes, key=self._text))
        if given[0] == given[-1]:
            return given[0]
        if given not in self._consensus:
            answer, _, tie = self.kind.consensus(self.described, [self.values[code] for code in given])
            self._consensus[given] = None if tie else self._code(answer, given)
        return self._consensus[given]

    def _text(self, code: int) -> str:
        if code not in self._texts:
            self._texts[code] = self.kind.text(self.values[code])
            self._codes.setdefault(self._texts[code], code)
        return self._texts[code]

    def _code(self, answer: Any, given: Sequence[int]) -> int:
        text = self.kind.text(answer)
        for code in given:
            self._text(code)
        if text not in self._codes:
            self._codes[text] = len(self.values)
            self.values.append(answer)
        return self._codes[text]

    def of_class(self, given: int, wanted: int) -> dict[str, float]:
        """Class of the wanted answer → how right the given one is about that class alone."""
        wanted_value, value = self.values[wanted], self.values[given]
        if "classes" not in self.described:
            return {}
        if self.kind.name == "choices":
            return {key: float(key in value) for key in wanted_value}
        found = {}
        for key in sorted({part["class"] for part in wanted_value}):
            mine, right = ([part for part in parts if part["class"] == key] for parts in (value, wanted_value))
            found[key] = float(self.kind.score(self.described, mine, right))
        return found


@dataclass(frozen=True, eq=False)
class KindScores(human.Scores):
    """`wanted_of` holds for each scored label row the codes it was held against."""

    scorer: Scorer = field(kw_only=True)
    wanted_of: Mapping[int, Sequence[int]] = field(kw_only=True)
    unlike_popular: float | None = field(kw_only=True, default=None)

    def by_key(self, confidence: float = 0.95) -> dict[str, Result]:
        """Class key → the mean score about that class, over labels whose reference holds it."""
        rows: dict[str, list[tuple[int, float]]] = {}
        known: dict[tuple[int, int], dict[str, float]] = {}
        for row, wanted in self.wanted_of.items():
            given = int(self.labels.code[row])
            # Against several answers in a tie the first one in code order stands for them: a class has one score a label.
            code = max(wanted, key=lambda code, given=given: (self.scorer.score(given, code), -code))  # type: ignore[misc]
            if (given, code) not in known:
                known[given, code] = self.scorer.of_class(given, code)
            for key, credit in known[given, code].items():
                rows.setdefault(key, []).append((row, credit))
        found: dict[str, Result] = {}
        for key, pairs in rows.items():
            at = np.array([row for row, _ in pairs])
            credit = np.zeros(self.labels.n_labels)
            credit[at] = [value for _, value in pairs]
            found[key] = self._mean(at, credit, None, f"{self.method}; about this class alone, where the reference holds it", confidence)
        return found


def leave_one_out(answers: Answers, *, share: float = 1.0, seed: int = 0) -> KindScores:
    """Each label against the consensus of the others. `share` scales how many labels are scored at most."""
    labels, words = _some(answers, answers.labels, share, seed)
    scorer = Scorer(answers.described, answers.values)

    def wanted(codes: list[int], place: int) -> tuple[Sequence[int], Callable[[list[float]], float]]:
        others = codes[:place] + codes[place + 1 :]
        found = scorer.consensus(others)
        return ([found], _mean) if found is not None else (others, _mean)

    counted = np.repeat(labels.sizes >= 2, labels.sizes)
    return _scores(labels, scorer, counted, lambda example, codes, place: wanted(codes, place), ALONE + words, "leave_one_out", answers)


def against_reference(
    answers: Answers, example: NDArray[Any], code: NDArray[Any], *, never_counted: NDArray[np.bool_] | None = None, share: float = 1.0,
    seed: int = 0,
) -> KindScores:  # fmt: skip
    """Each label against given answers (original example ids and codes; several where several are right)."""
    right: dict[int, list[int]] = {}
    for one, answer in zip(example.tolist(), code.tolist(), strict=True):
        right.setdefault(one, []).append(answer)
    labels = answers.labels
    never = np.zeros(labels.n_labels, dtype=np.bool_) if never_counted is None else labels.align(never_counted).astype(np.bool_)
    settled = np.isin(labels.example_ids, np.fromiter(right, dtype=np.int64, count=len(right)))[labels.example]
    part = labels.keep(settled)
    scored, words = _some(answers, part, share, seed)
    # The sample keeps whole examples, so that the labels kept are found again by their examples.
    kept = np.isin(labels.example_ids, scored.example_ids)[labels.example] & settled
    scorer = Scorer(answers.described, answers.values)
    ids = scored.example_ids.tolist()
    return _scores(
        scored, scorer, ~never[kept], lambda example, codes, place: (right[ids[example]], max), SETTLED + words, "resolved", answers
    )


def _some(answers: Answers, labels: Labels, share: float, seed: int) -> tuple[Labels, str]:
    kind = answers.described["kind"]
    words = f"; how right: {SCORES[kind]}"
    mask = some_examples(labels, max(50, int(MOST_LABELS[kind] * share)), seed, labels.sizes)
    if mask is None:
        return labels, words
    part = labels.keep(mask)
    return part, f"{words}; measured on {part.n_examples:,} of {labels.n_examples:,} examples drawn at random (seed {seed})"


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _scores(
    labels: Labels, scorer: Scorer, counted: NDArray[np.bool_],
    references: Callable[[int, list[int], int], tuple[Sequence[int], Callable[[list[float]], float]]],
    method: str, reference: str, answers: Answers,
) -> KindScores:  # fmt: skip
    credit, popular = np.zeros(labels.n_labels), np.zeros(labels.n_labels)
    wanted_of: dict[int, Sequence[int]] = {}
    unlike: list[float] = []
    for example, (start, end) in enumerate(zip(labels.offsets[:-1].tolist(), labels.offsets[1:].tolist(), strict=True)):
        if not counted[start:end].any():
            continue
        codes = labels.code[start:end].tolist()
        whole = scorer.consensus(codes)
        liked = sorted(set(codes)) if whole is None else [whole]
        known: dict[int, tuple[float, float, Sequence[int]]] = {}
        for place, given in enumerate(codes):
            if not counted[start + place]:
                continue
            if given not in known:  # the same answer has the same others
                wanted, best = references(example, codes, place)
                mine = best([scorer.score(given, code) for code in wanted])
                theirs = _mean([best([scorer.score(one, code) for code in wanted]) for one in liked])
                known[given] = mine, theirs, wanted
            credit[start + place], popular[start + place], wanted_of[start + place] = known[given]
            unlike.append(1.0 - _mean([scorer.score(given, one) for one in liked]))
    return KindScores(
        labels, credit, counted, popular, method, reference, lambda: (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)),
        scorer=scorer, wanted_of=wanted_of, unlike_popular=_mean(unlike) if unlike else None,
    )  # fmt: skip


def two_people(answers: Answers, scorer: Scorer, *, share: float = 1.0, seed: int = 0) -> Result:
    """The mean score of one person's answer against another's."""
    most = int(MOST_LABELS[answers.described["kind"]] * share)
    mask = some_examples(answers.labels, most, seed)
    labels = answers.labels if mask is None else answers.labels.keep(mask)
    pairs = Pairs.of(labels)
    codes = zip(labels.code[pairs.one].tolist(), labels.code[pairs.other].tolist(), strict=True)
    alike = np.array([(scorer.score(one, other) + scorer.score(other, one)) / 2 for one, other in codes], dtype=np.float64)
    method = f"Mean score of one person's answer against another's ({SCORES[answers.described['kind']]})"
    if mask is not None:
        method += f"; measured on {labels.n_examples:,} of {answers.labels.n_examples:,} examples drawn at random (seed {seed})"
    return pairs.mean(alike, np.ones(pairs.n), method, 0.95)


def error_range(alone: KindScores) -> noise.ErrorRange | noise.Undefined:
    """What nobody can avoid: from the mean distance to the most popular answer to that of the others' consensus."""
    level = alone.overall()
    if level.value is None or alone.unlike_popular is None:
        return noise.Undefined("No example has labels of two people yet.")
    high = 1.0 - level.value
    method = "From the mean distance of labels from the most popular answer to that from what the others come to"
    method += "; it is the error against these people's labels, not against the truth"
    return noise.ErrorRange(min(alone.unlike_popular, high), high, level.n_examples, method)


def consistency(answers: Answers) -> tuple[Result, dict[object, Result]]:
    """How alike a person's answers to one example are in different rounds: overall and by user id. `answers` are those of all rounds."""
    scorer = Scorer(answers.described, answers.values)
    method = f"Mean likeness of the answers that the same person gave to the same example again ({SCORES[answers.described['kind']]})"
    return human.repeat_consistency(answers.labels, likeness=lambda one, other: (scorer.score(one, other) + scorer.score(other, one)) / 2, method=method)
