"""The alternative annotator test: what it says of models of known skill, and when it says nothing."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from labelling.stats.alternative import adjust, alternative_annotator_test, benjamini_yekutieli, compare, judge
from labelling.stats.columns import Labels
from labelling.stats.results import Undefined
from tests.stats.samples import simulate


def a_model(truth, accuracy, n_codes, seed=9):
    random = np.random.default_rng(seed)
    return np.where(random.random(truth.size) < accuracy, truth, random.integers(0, n_codes, truth.size))


def test_a_model_that_is_better_than_people_passes_and_one_that_guesses_fails():
    labels, truth = simulate(1, 400, 4, 5, 4, accuracy=0.6)
    good = alternative_annotator_test(labels, a_model(truth, 0.95, 4))
    bad = alternative_annotator_test(labels, a_model(truth, 0.0, 4))
    assert (good.winning_rate, good.passed, bad.winning_rate, bad.passed) == (1.0, True, 0.0, False)
    assert good.advantage.value > 0.8 > 0.6 > bad.advantage.value


def test_a_model_as_good_as_a_person_may_take_a_place_because_people_cost_more():
    labels, truth = simulate(2, 2000, 4, 5, 4, accuracy=0.7)
    twin = a_model(truth, 0.7, 4)
    assert alternative_annotator_test(labels, twin, epsilon=0.15).winning_rate == 1.0
    assert alternative_annotator_test(labels, twin, epsilon=0.0).winning_rate < 0.5  # without the margin it must be better


def test_shares_and_p_values_are_those_of_the_paper_computed_example_by_example():
    labels, truth = simulate(3, 60, 3, 4, 3, accuracy=0.7)
    model = a_model(truth, 0.6, 3)
    found = alternative_annotator_test(labels, model, epsilon=0.1, fewest_examples=10)
    for comparison in found.comparisons:
        ahead, behind = [], []
        for place in range(labels.n_examples):
            at = slice(int(labels.offsets[place]), int(labels.offsets[place + 1]))
            people, codes = labels.labeller[at].tolist(), labels.code[at].tolist()
            if comparison.labeller not in people:
                continue
            own = codes[people.index(comparison.labeller)]
            rest = [code for who, code in zip(people, codes, strict=True) if who != comparison.labeller]
            one, other = rest.count(model[place]) / len(rest), rest.count(own) / len(rest)
            ahead.append(one >= other)
            behind.append(other >= one)
        assert comparison.model == pytest.approx(np.mean(ahead))
        assert comparison.person == pytest.approx(np.mean(behind))
        difference = np.array(behind, dtype=float) - np.array(ahead, dtype=float)
        assert comparison.p_value == pytest.approx(stats.ttest_1samp(difference, 0.1, alternative="less").pvalue)


def test_numbers_are_compared_by_their_distance_to_the_others():
    random = np.random.default_rng(4)
    truth = random.integers(2, 8, 200)
    codes = np.clip(truth[:, None] + random.integers(-2, 3, (200, 3)), 0, 10)
    labels = Labels.of(np.repeat(np.arange(200), 3), np.tile(np.arange(3), 200), codes.ravel(), 11)
    assert alternative_annotator_test(labels, truth, values=np.arange(11)).passed
    assert not alternative_annotator_test(labels, np.full(200, 10), values=np.arange(11)).passed


def test_the_correction_is_that_of_statsmodels():
    random = np.random.default_rng(5)
    for size in (1, 2, 7, 40):
        p = random.random(size) ** 3
        won, adjusted, *_ = multipletests(p, 0.05, method="fdr_by")
        assert benjamini_yekutieli(p, 0.05).tolist() == won.tolist()
        assert adjust(p) == pytest.approx(adjusted)


def test_two_people_or_few_examples_are_not_enough_and_it_says_so():
    labels, truth = simulate(6, 200, 2, 2, 3)
    few = alternative_annotator_test(labels, truth)
    assert isinstance(few, Undefined)
    assert few.reason.startswith("The test needs at least 3 labellers with 30 examples each")
    short, its_truth = simulate(7, 20, 3, 3, 3)
    assert isinstance(alternative_annotator_test(short, its_truth), Undefined)


def test_examples_that_the_model_left_out_are_left_out_for_people_too():
    labels, truth = simulate(8, 300, 3, 4, 3)
    model = np.where(np.arange(300) < 200, truth, -1)
    found = alternative_annotator_test(labels, model)
    assert found.left_out["without_answer_or_others"] == 300
    assert sum(comparison.n_examples for comparison in found.comparisons) == 600


def test_what_is_kept_gives_the_same_verdict_for_any_epsilon():
    labels, truth = simulate(2, 300, 4, 5, 4, accuracy=0.7)
    model = a_model(truth, 0.65, 4)
    kept = compare(labels, model)
    for epsilon in (0.0, 0.1, 0.2):
        assert judge(kept, n_examples=300, epsilon=epsilon) == alternative_annotator_test(labels, model, epsilon=epsilon)


def test_a_likeness_of_same_or_not_gives_the_same_as_counting_who_said_the_same():
    labels, truth = simulate(4, 100, 3, 4, 3)
    model = a_model(truth, 0.6, 3)
    by_likeness = compare(labels, model, likeness=lambda one, other: float(one == other))
    assert [(one.labeller, one.n_examples) for one in by_likeness] == [(one.labeller, one.n_examples) for one in compare(labels, model)]
    for one, other in zip(by_likeness, compare(labels, model), strict=True):
        assert (one.model, one.person, one.error) == (pytest.approx(other.model), pytest.approx(other.person), pytest.approx(other.error))


def test_labels_without_weight_are_compared_no_more_but_go_on_as_references():
    labels, truth = simulate(5, 200, 3, 4, 3)
    model = a_model(truth, 0.6, 3)
    weight = (labels.labeller != 0).astype(float)
    assert compare(labels, model, weight=weight) == compare(labels, model)[1:]
