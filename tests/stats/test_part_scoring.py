"""Scores of parts and of likeness, against values worked out by hand and by scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_score, recall_score

from labelling.stats.part_scoring import PartCounts, mean_of, ratio_of

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
