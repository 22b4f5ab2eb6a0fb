"""Adaptive overlap: whether an example that has its labels is to get one more. Pure.

How sure an answer is, is its probability when labellers of known skill label one by one (naive Bayes,
labelling.stats.overlap). Only answers that are classes can be weighed like this: every question with one answer out of
several classes counts, and the least sure of them decides; where there is none, ratings do, each step being a class.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from labelling.kinds import KINDS
from labelling.stats.overlap import posterior, skills_of

Given = tuple[int, float, float]  # a code, and how often its giver was right, of how many
KINDS_THAT_COUNT = ("choice", "rating")  # the first of these that a project asks


def questions_that_count(questions: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The questions that decide; none where a project asks for no classes, which is then not adaptive."""
    for kind in KINDS_THAT_COUNT:
        found = [question for question in questions if question["kind"] == kind]
        if found:
            return found
    return []


def options_of(question: Mapping[str, Any]) -> int:
    """How many answers it has."""
    return max(2, len(KINDS[question["kind"]].names(question)))


def how_sure(given: Mapping[int, Iterable[Given]], options: Mapping[int, int]) -> float | None:
    """The probability of the likeliest answer, of the question where it is lowest; None where no question has an answer.

    `given` holds the answers and `options` the number of possible ones, both by question.
    """
    found = []
    for question, answers in given.items():
        rows = sorted(answers)  # in which order labels came bears on nothing
        if not rows:
            continue
        place = {code: number for number, code in enumerate(sorted({code for code, _, _ in rows}))}
        skills = skills_of([right for _, right, _ in rows], [compared for _, _, compared in rows])
        shares = posterior([place[code] for code, _, _ in rows], skills, max(options[question], len(place)))
        found.append(float(shares[: len(place)].max()))
    return min(found, default=None)


def asks_more(settings: Mapping[str, Any], *, sure: float | None, counted: int) -> bool:
    """Whether an example with this many counted labels, whose answer is this sure, is to get one more, a budget aside."""
    return bool(settings["adaptive"]) and sure is not None and sure < settings["confidence"] and counted < settings["most"]
