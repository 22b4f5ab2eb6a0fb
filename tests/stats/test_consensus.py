import numpy as np
import pytest

from labelling.stats.columns import Labels
from labelling.stats.consensus import DECIDED_BY, majority, median_class, number_consensus, weighted_majority
from labelling.stats.dawid_skene import dawid_skene
from tests.stats.samples import simulate

#            example 1: 0 0 1    example 2: 0 1    example 3: 2      example 4: 1 1
EXAMPLE = [1, 1, 1, 2, 2, 3, 4, 4]
LABELLER = [1, 2, 3, 1, 2, 1, 1, 2]
CODE = [0, 0, 1, 0, 1, 2, 1, 1]
LABELS = Labels.of(EXAMPLE, LABELLER, CODE)


def decided(found):
    return [DECIDED_BY[code] for code in found.decided_by]


def test_majority_names_ties_and_never_breaks_them():
    found = majority(LABELS)
    assert found.answer.tolist() == [0, -1, 2, 1]
    assert found.confidence == pytest.approx([2 / 3, 1 / 2, 1, 1])
    assert decided(found) == ["majority", "tie", "unanimous", "unanimous"]
    assert found.n_votes.tolist() == [3, 2, 1, 2]
    assert found.votes(0) == {0: 2, 1: 1}
    assert [found.tied(i) for i in range(4)] == [[0], [0, 1], [2], [1]]
    assert found.example_ids.tolist() == [1, 2, 3, 4]


def test_weights_decide_and_equal_weights_tie():
    found = weighted_majority(LABELS, [1.0, 1.0, 3.0])
    assert found.answer.tolist() == [1, -1, 2, 1]
    assert found.confidence == pytest.approx([3 / 5, 1 / 2, 1, 1])
    with pytest.raises(ValueError, match="Weights are one number"):
        weighted_majority(LABELS, [1.0])


def test_votes_without_weight_leave_a_tie():
    found = weighted_majority(LABELS, [0.0, 0.0, 1.0])
    assert decided(found) == ["majority", "tie", "tie", "tie"]
    assert found.confidence.tolist() == [1.0, 0.0, 0.0, 0.0]


def test_the_median_is_an_answer_that_was_given_or_a_tie_of_the_two_middle_ones():
    labels = Labels.of([1, 1, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4], [1, 2, 3, 1, 2] + [1, 2, 3, 4] * 2, [0, 4, 2, 1, 3, 0, 2, 2, 4, 0, 1, 3, 4])
    found = median_class(labels)
    assert found.answer.tolist() == [2, -1, 2, -1]
    assert decided(found) == ["majority", "tie", "majority", "tie"]
    assert found.confidence == pytest.approx([1 / 3, 1 / 2, 1 / 2, 1 / 4])
    assert [found.tied(i) for i in range(4)] == [[2], [1, 3], [2], [1, 3]]


def test_the_median_follows_the_numbers_of_the_codes():
    labels = Labels.of([1, 1, 1], [1, 2, 3], [0, 1, 2])
    assert median_class(labels, [0, 5, 1]).answer.tolist() == [2]


def test_numbers_are_combined_by_mean_and_median():
    labels = Labels.of([1, 1, 1, 2, 2], [1, 2, 3, 1, 2], [0, 1, 2, 1, 1])
    numbers = [1.0, 2.0, 9.0]
    mean, median = number_consensus(labels, numbers, "mean"), number_consensus(labels, numbers, "median")
    assert mean.value.tolist() == [4.0, 2.0]
    assert mean.answer.tolist() == [-1, 1]
    assert decided(mean) == ["majority", "unanimous"]
    assert median.value.tolist() == [2.0, 2.0]
    assert median.confidence == pytest.approx([1 / 3, 1.0])


def right(found, truth):
    return float((found.answer == truth[found.example_ids]).mean())


def test_dawid_skene_with_the_pooled_prior_does_not_lose_to_the_majority_on_few_labels():
    for seed in range(5):
        labels, truth = simulate(seed, 300, 3, 20, 10, accuracy=0.75)
        ours = dawid_skene(labels)
        assert "prior" in ours.consensus.method
        assert right(ours.consensus, truth) >= right(majority(labels), truth) - 0.005


def test_dawid_skene_finds_the_careless_labeller_and_beats_the_majority():
    random = np.random.default_rng(1)
    truth = random.integers(0, 3, 800)
    accuracy = np.array([0.95, 0.9, 0.45, 0.4, 0.4])
    codes = np.where(random.random((800, 5)) < accuracy, truth[:, None], random.integers(0, 3, (800, 5)))
    labels = Labels.of(np.repeat(np.arange(800), 5), np.tile(np.arange(5), 800), codes.ravel())
    found = dawid_skene(labels, keep_posterior=True)
    expected = accuracy + (1 - accuracy) / 3
    assert found.reliability == pytest.approx(expected, abs=0.05)
    assert found.human_accuracy == pytest.approx(expected.mean(), abs=0.03)
    assert right(found.consensus, truth) > right(majority(labels), truth) + 0.02
    assert found.posterior.sum(1) == pytest.approx(np.ones(800), abs=1e-5)
    assert found.confusion.sum(2) == pytest.approx(np.ones((5, 3)))
    assert found.class_shares.sum() == pytest.approx(1.0)


def test_more_steps_never_lower_the_likelihood_of_plain_dawid_skene():
    labels, _ = simulate(4, 200, 3, 6, 4, accuracy=0.6)
    likelihoods = [dawid_skene(labels, prior="none", max_steps=n, tolerance=0).log_likelihood for n in range(1, 25)]
    assert all(after >= before - 1e-9 for before, after in zip(likelihoods, likelihoods[1:], strict=False))


def test_dawid_skene_says_by_what_it_decided():
    labels, _ = simulate(4, 200, 3, 6, 4, accuracy=0.6)
    found = dawid_skene(labels).consensus
    plain = majority(labels)
    for index, by in enumerate(decided(found)):
        assert by in ("unanimous", "model", "tie")
        if by == "unanimous":
            assert plain.answer[index] == found.answer[index] and DECIDED_BY[plain.decided_by[index]] == "unanimous"


def test_perfectly_opposed_labellers_leave_a_tie_to_name():
    labels = Labels.of(np.repeat(np.arange(4), 2), np.tile([0, 1], 4), [0, 1, 1, 0, 0, 1, 1, 0])
    found = dawid_skene(labels, prior="pooled").consensus
    assert decided(found) == ["tie"] * 4
    assert found.answer.tolist() == [-1] * 4


@pytest.mark.parametrize("wrong", [{"prior": "magic"}, {"strength": -1}, {"max_steps": 0}])
def test_wrong_settings_are_refused(wrong):
    with pytest.raises(ValueError):
        dawid_skene(LABELS, **wrong)
