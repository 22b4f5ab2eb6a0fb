"""Scores of parts and of likeness, against values worked out by hand and by scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_score, recall_score

from labelling.stats.columns import Labels
from labelling.stats.part_scoring import PartCounts, against_each_other, mean_of, ratio_of

RANDOM = np.random.default_rng(3)


def test_f1_of_sets_is_that_of_scikit_learn():
    truth, guess = RANDOM.random((60, 4)) < 0.4, RANDOM.random((60, 4)) < 0.5
    counts = PartCounts((truth & guess).astype(float), guess.astype(float), truth.astype(float))
    assert counts.micro("F1").value == pytest.approx(f1_score(truth, guess, average="micro"))
    assert counts.macro("F1").value == pytest.approx(f1_score(truth, guess, average="macro"))
    for row in counts.per_class():
        assert row.support == truth[:, row.code].sum()
        assert row.precision.value == pytest.approx(precision_score(truth[:, row.code], guess[:, row.code]))
        assert row.recall.value == pytest.approx(recall_score(truth[:, row.code], guess[:, row.code]))
        assert row.f1.low <= row.f1.value <= row.f1.high


def test_classes_that_the_references_lack_stay_out_of_macro_f1():
    counts = PartCounts.of([({"a": 1}, {"a": 1, "b": 2}, {"a": 1})], ["a", "b", "c"])
    assert counts.macro("F1").value == 1.0
    assert counts.micro("F1").value == pytest.approx(2 / 4)
    assert [row.code for row in counts.per_class()] == [0, 1]


def test_an_interval_of_a_ratio_covers_what_resampling_the_examples_gives():
    words = RANDOM.integers(1, 30, 400)
    edits = RANDOM.binomial(words, 0.2)
    found = ratio_of(edits, words, "errors")
    rows = RANDOM.integers(0, 400, (2000, 400))
    drawn = edits[rows].sum(1) / words[rows].sum(1)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=0.004)


def test_what_is_not_defined_says_why():
    assert mean_of([], "mean").as_dict()["value"] is None
    assert ratio_of([0, 0], [0, 0], "ratio", why="Nothing is there.").as_dict()["undefined"] == "Nothing is there."
    assert PartCounts.of([({}, {}, {})], ["a"]).micro("F1").as_dict()["value"] is None
    assert PartCounts.of([], ["a"]).macro("F1").as_dict()["value"] is None
    one = mean_of([0.5], "mean")
    assert (one.value, one.low, one.high) == (0.5, None, None)


def near(one: float, other: float) -> float:
    return max(0.0, 1 - abs(one - other))


def alike(given: list[float]) -> float | None:
    """The answer that all give, None (a tie) where they differ."""
    return given[0] if len(set(given)) == 1 else None


def test_each_person_is_compared_with_what_the_others_come_to_and_never_with_themselves():
    labels = Labels.of([7, 7, 7, 8], [1, 2, 3, 1], [0, 0, 1, 1], n_codes=2)
    found = against_each_other(labels, [0.0, 0.5], near, alike, right={}, never_counted=np.zeros(4, dtype=bool))
    # Against 0 and 0.5, a tie, the mean of both; the third person against 0.
    assert found.people.credit.tolist() == [0.75, 0.75, 0.5, 0.0]
    assert found.people.counted.tolist() == [True, True, True, False]  # nobody else labelled 8
    assert found.people.overall().value == pytest.approx(2 / 3)
    # All three are tied: the popular answer is 0 twice and 0.5 once.
    assert found.people.popular[2] == pytest.approx((1 + 1 + 0.5) / 3)
    # A model that says what the third person said is scored by the same references, its own included where it is one of two.
    assert found.credit(lambda example: 0.5, near).tolist() == [0.75, 0.75, 0.5, 0.0]
    assert found.credit(lambda example: None, near).tolist() == [0.0] * 4


def test_what_people_settled_is_the_reference_and_who_helped_is_not_scored():
    labels = Labels.of([7, 7, 7, 8, 8], [1, 2, 3, 1, 2], [0, 0, 1, 1, 0], n_codes=2)
    helped = np.array([True, False, False, False, False])
    found = against_each_other(labels, [0.0, 0.5], near, alike, right={7: [0.5, 2.0]}, never_counted=helped)
    assert found.people.credit.tolist() == [0.5, 0.5, 1.0, 0.5, 0.5]
    assert found.people.counted.tolist() == [False, True, True, True, True]
    assert found.settled.tolist() == [True, True, True, False, False]
