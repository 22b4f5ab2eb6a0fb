"""May a model stand in for one of the people? The alternative annotator test on the labels of an evaluation."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from labelling.errors import Invalid
from labelling.evaluate.references import ALONE, BY_CLASS, Coded
from labelling.measure.person import Scorer
from labelling.stats import alternative, selection
from labelling.stats.results import Undefined

MOST_PEOPLE = 500  # rows of people that are kept
EPSILON = alternative.EPSILONS["crowd"]  # the strictest of the paper's
CHOICES = {0.1: "people of a crowd", 0.15: "trained people", 0.2: "experts"}


def check_epsilon(text: Any) -> float:
    """`epsilon=`: nothing for the usual one, or a share from 0 to 0.5."""
    if text in (None, ""):
        return EPSILON
    try:
        value = float(str(text))
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 0.5 or len(str(text)) > 20:
        raise Invalid.field("epsilon", "epsilon is a share from 0 to 0.5: by how much a person may be better before the model does not do; usual are 0.1, 0.15 and 0.2.")
    return value


def compare(coded: Coded, seed: int) -> dict[str, Any]:
    """What the test rests on: its verdict depends on epsilon, which the reader chooses."""
    kind = coded.described["kind"]
    labels, words = coded.bounded(seed)
    scorer = None if kind in BY_CLASS else Scorer(coded.described, coded.values)
    chosen = selection.weigh(labels, coded.chances[ALONE])
    mine = coded.guess[labels.example_ids] if labels.n_examples else np.zeros(0, dtype=np.int64)
    numbers = np.array([float(value) for value in coded.values]) if kind == "rating" else None
    found = alternative.compare(labels, mine, values=numbers, likeness=scorer.score if scorer else None, weight=chosen.weight)
    hinges = int(chosen.hinges.sum())
    return {
        "nearness": _nearness(kind) + words,
        "n_examples": int(((labels.sizes >= 2) & (mine >= 0)).sum()),
        "left_out": {"hinges": hinges, "without_answer_or_others": int(labels.n_labels - sum(one.n_examples for one in found) - hinges)},
        "people": [
            {"labeller": one.labeller, "n_examples": one.n_examples, "model": one.model, "person": one.person, "difference": one.difference, "error": one.error}
            for one in found[:MOST_PEOPLE]
        ],
    }


def _nearness(kind: str) -> str:
    if kind == "rating":
        return "nearness is minus the root mean squared distance to the others' ratings"
    return "nearness is the share of the others with the same answer" if kind in BY_CLASS else "nearness is the mean likeness to the others' answers"


def judge(stored: Mapping[str, Any], *, epsilon: float) -> dict[str, Any]:
    """The test for one epsilon, from what `compare` kept: verdict, conditions in words, one row a person."""
    people = [alternative.Against(**row) for row in stored["people"]]
    without = stored["left_out"]["without_answer_or_others"]
    found = alternative.judge(people, epsilon=epsilon, n_examples=stored["n_examples"], without=without)
    rows: list[dict[str, Any]] = [
        {"labeller": one.labeller, "n_examples": one.n_examples, "model": one.model, "person": one.person, "p_value": None, "p_adjusted": None, "won": None}
        for one in people
    ]
    answer = {"epsilon": epsilon, "nearness": stored["nearness"], "conditions": _conditions(people, without), "left_out": stored["left_out"], "people": rows}
    if isinstance(found, Undefined):
        return answer | {"passed": None, "winning_rate": None, "advantage": found.as_dict(), "undefined": found.reason, "method": ""}
    compared = {one.labeller: one for one in found.comparisons}
    for row in rows:
        one = compared.get(row["labeller"])
        if one is not None:
            row.update(p_value=one.p_value, p_adjusted=one.adjusted, won=one.won)
    return answer | {"passed": found.passed, "winning_rate": found.winning_rate, "advantage": found.advantage.as_dict(), "method": found.method}


def _conditions(people: list[alternative.Against], without: int) -> list[dict[str, Any]]:
    least, fewest = alternative.FEWEST_EXAMPLES, alternative.FEWEST_LABELLERS
    enough = sum(one.n_examples >= least for one in people)
    have = "nobody has" if not enough else "1 has" if enough == 1 else f"{enough:,} have"
    few = len(people) - enough
    out = "nobody is" if not few else "1 person is" if few == 1 else f"{few:,} people are"
    lacking = "all have" if not without else "1 has not and is left out" if without == 1 else f"{without:,} have not and are left out"
    said = (
        ("people", enough >= fewest, f"At least {fewest} people have {least} examples each that others labelled and the model answered: {have}."),
        ("everybody", not few, f"Everybody who labelled is compared: {out} left out for having fewer than {least} such examples."),
        ("others", not without, f"Every label has others beside it and an answer of the model: {lacking}."),
    )
    return [{"code": code, "met": met, "message": message} for code, met, message in said]
