"""Suspected errors: planted slips are found, people who are right are left alone."""

import numpy as np
import pytest

from labelling.stats.columns import Labels
from labelling.stats.results import Undefined
from labelling.stats.suspects import confident_learning, probabilities_of, suspected_labels
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
    found = confident_learning(given, p)
    assert np.flatnonzero(found.found).tolist() == sorted(flipped.tolist())
    assert found.own[flipped] == pytest.approx(0.05)
    assert found.instead[flipped].tolist() == truth[flipped].tolist()
    assert found.other[flipped] == pytest.approx(0.85)
    unsure = confident_learning(given, np.full((2000, 4), 0.25))
    assert not unsure.found[given == 0].any()  # a model without an opinion contradicts nobody in its first class


def as_published(given, p):
    """C_confusion of the paper, example by example: thresholds are mean self-confidences, collisions go to the most probable."""
    marks = {j: np.mean([row[j] for row, code in zip(p, given, strict=True) if code == j]) for j in set(given)}
    found = []
    for row, code in zip(p, given, strict=True):
        confident = [j for j in sorted(marks) if row[j] >= marks[j]]
        found.append(bool(confident) and max(confident, key=lambda j: row[j]) != code)
    return found


def test_what_is_found_is_what_the_paper_says_word_by_word():
    random = np.random.default_rng(5)
    for _ in range(20):
        k = int(random.integers(2, 6))
        truth = random.integers(0, k, 120)
        p = random.dirichlet(np.full(k, 0.5), 120) * 0.5
        p[np.arange(120), truth] += 0.5
        given = np.where(random.random(120) < 0.15, random.integers(0, k, 120), truth)
        assert confident_learning(given, p).found.tolist() == as_published(given.tolist(), p.tolist())


def test_a_class_that_nobody_gave_contradicts_nobody():
    found = confident_learning([0, 0, 0, 1], np.array([[0.1, 0.1, 0.8], [0.6, 0.2, 0.2], [0.6, 0.2, 0.2], [0.1, 0.8, 0.1]]))
    assert found.found.tolist() == [False] * 4
    assert found.instead.tolist()[0] != 2


def test_hard_predictions_count_as_much_as_their_examples_bear_them_out():
    random = np.random.default_rng(6)
    truth = random.integers(0, 3, 900)
    given = np.where(random.random(900) < 0.05, (truth + 1) % 3, truth)
    good, chance = np.where(random.random(900) < 0.95, truth, (truth + 2) % 3), random.integers(0, 3, 900)
    p, trusted = probabilities_of(good, given, 3)
    assert trusted.all()
    assert p.sum(1) == pytest.approx(1)
    found = confident_learning(given, p)
    assert found.found.tolist() == (good != given).tolist()
    assert found.own[found.found].max() < 0.12
    assert not probabilities_of(chance, given, 3)[1].any()  # a model that guesses contradicts nobody
    assert [part.size for part in probabilities_of([], [], 3)] == [0, 0]


def test_what_does_not_fit_together_is_refused():
    with pytest.raises(ValueError, match="one row of probabilities"):
        confident_learning([0, 3], np.full((2, 3), 1 / 3))
    with pytest.raises(ValueError, match="one prediction"):
        probabilities_of([0, 4], [0, 1], 3)
    assert confident_learning([], np.zeros((0, 3))).found.size == 0
