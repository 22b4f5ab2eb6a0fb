"""How far the labels of examples are apart: many examples at once, from integer columns."""

from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from typing import Any

import numpy as np
from django.db.models import F, QuerySet
from numpy.typing import NDArray

from labelling.kinds import KINDS
from labelling.label.models import AnswerCode, CountedAnswer
from labelling.projects.models import Question, SchemaVersion

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
FEW = 500  # up to so many ids are named one by one; more are a range of ids with a mask
GROUPS = 2_000  # examples whose answers are held at once: a text with its spans may be long
PAIR = 2**31  # two codes are one number: the smaller times this and the larger
NOWHERE = np.zeros(0, dtype=np.int64)


def within(ids: Collection[int], field: str = "example_id") -> dict[str, Any]:
    """A filter that holds for these sorted ids, and for others too where there are many: mask what it finds."""
    if len(ids) <= FEW:
        return {f"{field}__in": list(ids)}
    return {f"{field}__gte": min(ids), f"{field}__lte": max(ids)}


def differences(project_id: int, example_ids: Ints) -> tuple[Ints, Floats]:
    """(ids, distances) of those of the sorted examples whose counted labels of the current round differ.

    A distance lies in (0, 1]: the mean over the questions that two or more answered of the mean distance between pairs
    of labels, by the kind's own measure.
    """
    if not example_ids.size:
        return NOWHERE, np.zeros(0)
    answers = CountedAnswer.objects.filter(
        **within(example_ids.tolist()), example__project_id=project_id, round=F("example__round")
    )
    question, example, code = _columns(answers, example_ids)
    if not example.size:
        return NOWHERE, np.zeros(0)
    begins = np.flatnonzero(np.concatenate(([True], (np.diff(question) != 0) | (np.diff(example) != 0))))
    sizes = np.diff(np.concatenate((begins, [example.size])))
    apart = np.maximum.reduceat(code, begins) != np.minimum.reduceat(code, begins)
    if not bool(apart.any()):
        return NOWHERE, np.zeros(0)
    mean, described = np.zeros(begins.size), described_questions(project_id)
    for question_id in np.unique(question[begins[apart]]).tolist():
        groups = np.flatnonzero(apart & (question[begins] == question_id))
        rows = np.repeat(begins[groups], sizes[groups]) + _places(sizes[groups])
        mean[groups] = _mean_distances(described.get(question_id), question_id, code[rows], sizes[groups])
    apart &= mean > 0  # boxes drawn a pixel apart are other answers and no disagreement
    several = sizes >= 2
    places = np.searchsorted(example_ids, example[begins])
    total = np.bincount(places, weights=mean, minlength=example_ids.size)
    asked = np.bincount(places[several], minlength=example_ids.size)
    found = np.flatnonzero(np.bincount(places[apart], minlength=example_ids.size))
    return example_ids[found], total[found] / asked[found]


def distances_between(project_id: int, question_id: int, pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], float]:
    """How far two answers to a question are apart, by their codes."""
    seen: dict[int, float] = {}
    numbers = {pair: min(pair) * PAIR + max(pair) for pair in pairs}
    _compare(described_questions(project_id).get(question_id), question_id, np.array(sorted(set(numbers.values())), dtype=np.int64), seen)
    return {pair: seen[number] for pair, number in numbers.items()}


def _columns(answers: QuerySet[CountedAnswer], example_ids: Ints) -> tuple[Ints, Ints, Ints]:
    """(question, example, code), sorted by the first two."""
    rows = answers.values_list("question_id", "example_id", "code")
    table = np.fromiter(chain.from_iterable(rows), dtype=np.int64).reshape(-1, 3)
    if len(example_ids) > FEW:
        places = np.minimum(np.searchsorted(example_ids, table[:, 1]), example_ids.size - 1)
        table = table[example_ids[places] == table[:, 1]]
    order = np.lexsort((table[:, 1], table[:, 0]))
    return table[order, 0], table[order, 1], table[order, 2]


def _places(sizes: Ints) -> Ints:
    """0..n-1 for each group of n."""
    return np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def _mean_distances(described: Mapping[str, Any] | None, question_id: int, code: Ints, sizes: Ints) -> Floats:
    """The mean over pairs of each group's labels; `code` holds the groups, of two labels or more, one after the other."""
    group, ends = np.repeat(np.arange(sizes.size), sizes), np.cumsum(sizes)
    total = np.zeros(sizes.size)
    seen: dict[int, float] = {}
    for first in range(0, sizes.size, GROUPS):
        last = min(first + GROUPS, sizes.size)
        part = slice(int(ends[first] - sizes[first]), int(ends[last - 1]))
        own, place = code[part], group[part]
        for step in range(1, int(sizes[first:last].max())):
            left, right = own[:-step], own[step:]
            differ = (place[:-step] == place[step:]) & (left != right)
            pairs, back = np.unique(np.minimum(left, right)[differ] * PAIR + np.maximum(left, right)[differ], return_inverse=True)
            _compare(described, question_id, pairs, seen)
            apart = np.array([seen[pair] for pair in pairs.tolist()])[back]
            total += np.bincount(place[step:][differ], weights=apart, minlength=sizes.size)
    return total / (sizes * (sizes - 1) / 2)


def _compare(described: Mapping[str, Any] | None, question_id: int, pairs: Ints, seen: dict[int, float]) -> None:
    """Distances of these pairs of codes into `seen`; answers to a question that is no longer asked are equal or not."""
    new = [pair for pair in pairs.tolist() if pair not in seen]
    if described is None:
        seen.update(dict.fromkeys(new, 1.0))
        return
    codes = sorted({code for pair in new for code in divmod(pair, PAIR)})
    known: dict[int, Any] = {}
    for start in range(0, len(codes), FEW):
        rows = AnswerCode.objects.filter(question_id=question_id, code__in=codes[start : start + FEW])
        known |= dict(rows.values_list("code", "value"))
    kind = KINDS[described["kind"]]
    for pair in new:
        one, other = divmod(pair, PAIR)
        seen[pair] = kind.apart(described, known[one], known[other])


def described_questions(project_id: int) -> dict[int, dict[str, Any]]:
    """Question id → its description in the newest schema."""
    schema = SchemaVersion.objects.filter(project_id=project_id).order_by("-version").first()
    ids = dict(Question.objects.filter(project_id=project_id).values_list("key", "id"))
    return {ids[item["key"]]: item for item in (schema.questions if schema else []) if item["key"] in ids}


def sorted_ids(example_ids: Iterable[int]) -> Ints:
    return np.unique(np.fromiter(example_ids, dtype=np.int64))
