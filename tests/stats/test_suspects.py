"""Suspected errors: planted slips are found, people who are right are left alone."""

import numpy as np
import pytest

from labelling.stats.columns import Labels
from labelling.stats.results import Undefined
from labelling.stats.suspects import audit_sample, confident_learning, error_rate, suspected_labels
from tests.stats.samples import simulate


def test_planted_slips_come_first():
    labels, truth = simulate(1, 500, 5, 8, 4, accuracy=0.97)
    wrong = np.flatnonzero(labels.code != truth[labels.example])
    found = suspected_labels(labels)
    assert set(found.row[:20].tolist()) <= set(wrong.tolist())
    assert len(set(found.row.tolist()) & set(wrong.tolist())) > 0.9 * wrong.size
    assert found.instead.tolist() == truth[labels.example[found.row]].tolist()
    assert found.chance.tolist() == sorted(found.chance.tolist())


def test_a_label_does_not_speak_for_itself():
    # One reliable person against two careless ones: their two votes do not make a slip of the one.
    random = np.random.default_rng(2)
    truth = random.integers(0, 3, 600)
    codes = np.stack([truth, *[np.where(random.random(600) < 0.5, truth, random.integers(0, 3, 600)) for _ in range(4)]], axis=1)
    labels = Labels.of(np.repeat(np.arange(600), 5), np.tile(np.arange(5), 600), codes.ravel(), 3)
    by_whom = np.bincount(labels.labeller[suspected_labels(labels).row], minlength=5)
    assert by_whom[0] < 0.05 * by_whom.sum()


def test_with_two_people_nobody_can_say_whose_label_is_the_slip():
    labels, _ = simulate(3, 100, 2, 2, 3)
    found = suspected_labels(labels)
    assert isinstance(found, Undefined)
    assert found.reason == "No example has labels of more than 2 people yet."


def test_confident_learning_finds_what_a_good_model_contradicts_and_trusts_what_it_doubts():
    random = np.random.default_rng(4)
    truth = random.integers(0, 4, 2000)
    p = np.full((2000, 4), 0.05)
    p[np.arange(2000), truth] = 0.85
    given = truth.copy()
    flipped = random.choice(2000, 100, replace=False)
    given[flipped] = (given[flipped] + 1) % 4
    found, own = confident_learning(given, p)
    assert np.flatnonzero(found).tolist() == sorted(flipped.tolist())
    assert own[flipped] == pytest.approx(0.05)
    unsure, _ = confident_learning(given, np.full((2000, 4), 0.25))
    assert not unsure[given == 0].any()  # a model without an opinion contradicts nobody in its first class


def test_an_audit_is_the_same_again_and_grows_by_adding():
    assert audit_sample(1000, 50, 7).tolist() == audit_sample(1000, 200, 7)[:50].tolist()
    assert len(set(audit_sample(1000, 200, 7).tolist())) == 200
    assert audit_sample(1000, 50, 7).tolist() != audit_sample(1000, 50, 8).tolist()


def test_the_error_rate_has_an_interval_and_none_without_a_check():
    found = error_rate(3, 100, 5000)
    assert (found.value, found.low, found.high) == (0.03, pytest.approx(0.0103, abs=1e-4), pytest.approx(0.0845, abs=1e-4))
    assert isinstance(error_rate(0, 0, 10), Undefined)
    with pytest.raises(ValueError, match="at most"):
        error_rate(2, 1, 10)
