"""Adaptive overlap: the published worked example, and what it saves where people differ in skill."""

import numpy as np
import pytest

from labelling.stats.columns import Labels
from labelling.stats.overlap import (
    mean_interval,
    posterior,
    reference_of,
    replay_adaptive,
    replay_fixed,
    simulate_adaptive,
    simulate_fixed,
    skills_of,
)
from tests.stats.samples import simulate

# Toloka's documentation, "dynamic overlap", the worked example with three allowed values.
PUBLISHED = [([0, 0], [0.7, 0.9], 0, 0.977), ([0, 1], [0.7, 0.9], 1, 0.761), ([0, 1, 1], [0.7, 0.9, 0.8], 1, 0.962)]


@pytest.mark.parametrize(("codes", "skills", "best", "share"), PUBLISHED)
def test_confidence_is_that_of_the_published_example(codes, skills, best, share):
    found = posterior(codes, skills, 3)
    assert found.argmax() == best
    assert found[best] == pytest.approx(share, abs=6e-4)
    assert found.sum() == pytest.approx(1.0)


def test_skills_are_shrunk_towards_one_half():
    assert skills_of([0, 5, 900], [0, 5, 1000], 5).tolist() == pytest.approx([0.5, 10 / 15, 905 / 1010])


def test_adaptive_overlap_is_nearly_as_right_as_five_labels_at_little_more_than_half_the_cost():
    labels, truth = simulate(1, 3000, 5, 30, 4, accuracy=0.75)
    adaptive = simulate_adaptive(labels, start=2, most=5, confidence=0.9, truth=truth)
    five, three = (simulate_fixed(labels, count, truth=truth) for count in (5, 3))
    assert adaptive.per_example < 3.6
    assert adaptive.right > three.right
    assert adaptive.right > five.right - 0.02
    assert five.n_labels == 15_000
    assert five.same_answer == 1.0


def test_a_budget_is_never_overspent_and_goes_to_the_least_sure_first():
    labels, _ = simulate(2, 500, 5, 10, 3, accuracy=0.7)
    free = simulate_adaptive(labels, start=2, most=5, confidence=0.95)
    bound = simulate_adaptive(labels, start=2, most=5, confidence=0.95, budget=1200)
    assert bound.n_labels == 1200 < free.n_labels
    assert bound.reached <= free.reached


def test_the_same_seed_gives_the_same_result_and_another_one_another():
    labels, truth = simulate(3, 200, 4, 6, 3)
    same = [simulate_adaptive(labels, start=1, most=4, confidence=0.9, truth=truth, seed=7) for _ in range(2)]
    assert same[0] == same[1]
    assert simulate_adaptive(labels, start=1, most=4, confidence=0.9, truth=truth, seed=8) != same[0]


def test_where_all_agree_nobody_is_asked_twice_as_often_as_needed():
    labels = Labels.of(np.repeat(np.arange(100), 5), np.tile(np.arange(5), 100), np.repeat(np.arange(100) % 3, 5), 3)
    found = simulate_adaptive(labels, start=2, most=5, confidence=0.9)
    assert (found.n_labels, found.reached, found.same_answer) == (200, 1.0, 1.0)


def test_settings_that_make_no_sense_are_refused():
    labels, _ = simulate(4, 10, 3, 3, 3)
    for wrong in ({"start": 0, "most": 3, "confidence": 0.9}, {"start": 4, "most": 3, "confidence": 0.9}, {"start": 1, "most": 3, "confidence": 0}):
        with pytest.raises(ValueError, match="start is from 1"):
            simulate_adaptive(labels, **wrong)


def test_a_replay_is_the_mean_of_its_orders_example_by_example():
    labels, truth = simulate(6, 300, 5, 12, 3, accuracy=0.7)
    reference = reference_of(labels, truth)
    adaptive = replay_adaptive(labels, reference, start=2, most=5, confidence=0.9, orders=4, seed=3)
    single = [simulate_adaptive(labels, start=2, most=5, confidence=0.9, truth=truth, seed=seed) for seed in range(3, 7)]
    assert adaptive.cost.mean() == pytest.approx(np.mean([run.per_example for run in single]))
    assert adaptive.alike.mean() == pytest.approx(np.mean([run.right for run in single]))
    assert adaptive.reached == pytest.approx(np.mean([run.reached for run in single]))
    fixed = replay_fixed(labels, reference_of(labels), 5, orders=2)
    assert set(fixed.cost) == {5.0}
    assert fixed.alike.mean() == 1.0
    one = replay_fixed(labels, reference, 3, orders=3)
    assert one.alike.mean() == pytest.approx(np.mean([simulate_fixed(labels, 3, truth=truth, seed=seed).right for seed in range(3)]))


def test_an_interval_of_a_mean_covers_and_shrinks_with_the_examples():
    random = np.random.default_rng(1)
    hits = [low <= 0.3 <= high for _, low, high in (mean_interval(random.random(60) < 0.3) for _ in range(400))]
    assert 0.9 < np.mean(hits) < 0.99
    assert mean_interval([2.0]) == (2.0, 2.0, 2.0)


def test_the_reference_is_the_majority_where_no_truth_is_given_and_ties_have_none():
    labels = Labels.of([1, 1, 2, 2, 2], [1, 2, 1, 2, 3], [0, 1, 1, 1, 0], 2)
    assert reference_of(labels).tolist() == [-1, 1]
    assert reference_of(labels, [0, -1]).tolist() == [0, -1]
    with pytest.raises(ValueError, match="one code for each"):
        reference_of(labels, [0])
