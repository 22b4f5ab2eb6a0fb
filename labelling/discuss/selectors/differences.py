"""How far the labels of examples are apart: many examples at once, from integer columns."""

from collections.abc import Collection, Iterable
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
LARGEST_TABLE = 400  # distinct answers; beyond, answers are equal or not
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
    mean = np.zeros(begins.size)
    for question_id in np.unique(question[begins[apart]]).tolist():
        groups = np.flatnonzero(apart & (question[begins] == question_id))
        rows = np.repeat(begins[groups], sizes[groups]) + _places(sizes[groups])
        mean[groups] = _mean_distances(code[rows], sizes[groups], *_table(project_id, question_id, np.unique(code[rows])))
    several = sizes >= 2
    places = np.searchsorted(example_ids, example[begins])
    total = np.bincount(places, weights=mean, minlength=example_ids.size)
    asked = np.bincount(places[several], minlength=example_ids.size)
    found = np.flatnonzero(np.bincount(places[apart], minlength=example_ids.size))
    return example_ids[found], total[found] / asked[found]


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


def _table(project_id: int, question_id: int, codes: Ints) -> tuple[Ints, Floats | None]:
    """(codes, their distances); no table where there are too many different answers to compare each pair."""
    described = described_questions(project_id).get(question_id)
    if described is None or codes.size > LARGEST_TABLE:
        return codes, None
    kind = KINDS[described["kind"]]
    known = dict(AnswerCode.objects.filter(question_id=question_id, code__in=codes.tolist()).values_list("code", "value"))
    table = np.zeros((codes.size, codes.size))
    for one in range(codes.size):
        for other in range(one):
            distance = kind.distance(described, known[int(codes[one])], known[int(codes[other])], kind.levels[0])
            table[one, other] = table[other, one] = min(1.0, float(distance))
    return codes, table


def _mean_distances(code: Ints, sizes: Ints, codes: Ints, table: Floats | None) -> Floats:
    """The mean over pairs of each group's labels; `code` holds the groups one after the other."""
    place = np.searchsorted(codes, code)
    group = np.repeat(np.arange(sizes.size), sizes)
    total = np.zeros(sizes.size)
    for step in range(1, int(sizes.max())):
        left, right = place[:-step], place[step:]
        same = group[:-step] == group[step:]
        apart = (left != right).astype(np.float64) if table is None else table[left, right]
        total += np.bincount(group[step:][same], weights=apart[same], minlength=sizes.size)
    return total / (sizes * (sizes - 1) / 2)


def described_questions(project_id: int) -> dict[int, dict[str, Any]]:
    """Question id → its description in the newest schema."""
    schema = SchemaVersion.objects.filter(project_id=project_id).order_by("-version").first()
    ids = dict(Question.objects.filter(project_id=project_id).values_list("key", "id"))
    return {ids[item["key"]]: item for item in (schema.questions if schema else []) if item["key"] in ids}


def sorted_ids(example_ids: Iterable[int]) -> Ints:
    return np.unique(np.fromiter(example_ids, dtype=np.int64))
