"""People, a model and the popular answer over the same labels; differences taken pair by pair; who is best."""

import numpy as np
import pytest

from labelling.stats import human
from labelling.stats.columns import Labels
from labelling.stats.parties import Parties, compare_groups, paired
from labelling.stats.shrinkage import shrink
from tests.stats.samples import simulate


def parties_of(labels, truth, model, weight=None):
    scores = human.against_reference(labels, labels.example_ids, truth[labels.example_ids])
    right = (model == truth)[labels.example_ids[labels.example]].astype(float)
    return Parties(labels, scores.credit, right, scores.popular, np.ones(labels.n_labels) if weight is None else weight, "One person")


@pytest.fixture
def made():
    labels, truth = simulate(3, 400, 3, 6, 4, accuracy=0.7)
    random = np.random.default_rng(8)
    return parties_of(labels, truth, np.where(random.random(400) < 0.8, truth, (truth + 1) % 4))


def test_every_figure_rests_on_the_same_labels_and_differences_are_those_of_the_figures(made):
    for standing in (made.each_label(), made.each_person(), made.best().standing, *(one for _, one in made.people())):
        figures = [standing.person, standing.model, standing.popular, standing.model_minus_person, standing.model_minus_popular]
        assert len({(figure.n_examples, figure.n_labels) for figure in figures}) == 1
        assert standing.model_minus_person.value == pytest.approx(standing.model.value - standing.person.value)
        assert standing.model_minus_popular.value == pytest.approx(standing.model.value - standing.popular.value)
        assert standing.model_minus_person.low <= standing.model_minus_person.value <= standing.model_minus_person.high


def test_one_person_is_the_mean_of_human_level():
    labels, truth = simulate(5, 200, 3, 5, 3)
    scores = human.against_reference(labels, np.arange(200), truth)
    found = parties_of(labels, truth, truth).each_label()
    assert found.person.value == pytest.approx(scores.overall().value)
    assert (found.person.low, found.person.high) == (scores.overall().low, scores.overall().high)
    assert found.popular.value == pytest.approx(scores.popular_answer().value)


def test_each_person_counts_once_however_many_labels_they_gave():
    example = np.concatenate((np.arange(100), np.arange(20), np.arange(4)))
    who = np.repeat([0, 1, 2], [100, 20, 4])
    labels = Labels.of(example, who, np.zeros(124, dtype=int), 2)
    person = (labels.labeller == 0).astype(float)
    found = Parties(labels, person, np.ones(124), np.ones(124), np.ones(124), "One person")
    assert found.each_label().person.value == pytest.approx(100 / 124)
    assert found.each_person().person.value == pytest.approx(0.5)  # the third has too few labels for a mean of their own
    assert [who for who, _ in found.people()] == [0, 1]


def test_labels_without_weight_bear_on_nothing(made):
    random = np.random.default_rng(1)
    weight = (random.random(made.labels.n_labels) < 0.5).astype(float)
    person = np.where(weight > 0, made.person, 1 - made.person)
    one = Parties(made.labels, made.person, made.model, made.popular, weight, "One person")
    other = Parties(made.labels, person, made.model, made.popular, weight, "One person")
    assert one.each_label() == other.each_label() and one.best() == other.best()


def test_the_paired_interval_is_bonett_and_price_s():
    # Table of two paired tests: 12 examples only the model gets right, 5 only the person, 60 others.
    above = np.repeat([1.0, -1.0, 0.0], [12, 5, 60])
    low, high = paired(above, np.ones(77), np.zeros(77, dtype=int), 1, 1.0, 0.95)
    p12, p21, n = 13 / 79, 6 / 79, 79
    from scipy.stats import t

    reach = t.ppf(0.975, 78) * np.sqrt((p12 + p21 - (p12 - p21) ** 2) / (n - 1))
    assert (low[0], high[0]) == (pytest.approx(p12 - p21 - reach), pytest.approx(p12 - p21 + reach))


def test_who_never_differs_is_not_known_for_certain():
    low, high = paired(np.zeros(12), np.ones(12), np.zeros(12, dtype=int), 1, 1.0, 0.95)
    assert low[0] < -0.1 < 0.1 < high[0]
    assert np.isnan(paired(np.zeros(1), np.ones(1), np.zeros(1, dtype=int), 1, 1.0, 0.95)[0][0])


def test_groups_are_wider_together_than_alone_and_small_ones_do_not_count(made):
    group = np.arange(400) % 7
    group[:395][group[:395] == 6] = 0  # the last group has an example or two
    rows = np.arange(made.labels.n_labels)
    found = compare_groups(made, group[made.labels.example], rows, np.ones(rows.size), made.person, made.model, 8)
    assert found.comparisons == 6
    assert found.n_examples.sum() == 400 and found.n_examples[7] == 0 and np.isnan(found.gap[0][7])
    for number in range(6):
        inside = (group == number)[made.labels.example]
        assert found.gap[0][number] == pytest.approx((made.model - made.person)[inside].mean())
        assert found.together[0][number] < found.gap[1][number] < found.gap[0][number] < found.gap[2][number] < found.together[1][number]


def test_nothing_scored_says_why_and_nobody_is_best():
    labels = Labels.of([0, 0], [0, 1], [0, 1], 2)
    none = Parties(labels, np.zeros(2), np.zeros(2), np.zeros(2), np.zeros(2), "One person")
    assert none.each_label().person.undefined and none.each_person().model_minus_person.undefined
    assert none.best() is None and none.people() == []


def test_the_best_is_not_the_one_who_had_the_easier_examples():
    """Two are alike on like examples, but one was given only easy ones; a third is better on the hard ones."""
    random = np.random.default_rng(2)
    hard = np.repeat([0.9, 0.5], 300)
    truth = np.zeros(600, dtype=int)
    who = np.concatenate((np.tile([0, 1, 3], (300, 1)), np.tile([1, 2, 3], (300, 1))))
    skill = np.repeat(hard[:, None], 3, axis=1) + 0.25 * ((who == 2) & (hard[:, None] < 0.8))
    codes = np.where(random.random((600, 3)) < skill, 0, random.integers(1, 4, (600, 3)))
    labels = Labels.of(np.repeat(np.arange(600), 3), who.ravel(), codes.ravel(), 4)
    found = parties_of(labels, truth, truth)
    assert max(found.people(), key=lambda one: one[1].person.value)[0] == 0
    assert found.best().labeller == 2


def test_figures_are_drawn_together_by_how_much_of_their_differences_is_chance():
    alike = shrink([0.7, 0.8, 0.9], [0.2, 0.2, 0.2])
    assert alike.spread == 0.0 and alike.value == pytest.approx([0.8] * 3)
    apart = shrink([0.2, 0.5, 0.8], [0.01, 0.01, 0.01])
    assert apart.value == pytest.approx([0.2, 0.5, 0.8], abs=0.005)
    unsure = shrink([0.2, 0.5, 0.8], [0.01, 0.01, 0.3])
    assert unsure.value[2] < 0.6 and unsure.error[2] > unsure.error[0]
    assert shrink([0.4], [0.1]).value.tolist() == [0.4] and shrink([], []).value.size == 0
    with pytest.raises(ValueError, match="one length"):
        shrink([1.0], [1.0, 2.0])


def test_the_spread_is_dersimonian_and_laird_s():
    from statsmodels.stats.meta_analysis import combine_effects

    values, errors = np.array([0.61, 0.55, 0.8, 0.72, 0.3]), np.array([0.1, 0.05, 0.08, 0.2, 0.07])
    theirs = combine_effects(values, errors**2, method_re="dl")
    ours = shrink(values, errors)
    assert ours.spread**2 == pytest.approx(theirs.tau2)
    assert ours.mean == pytest.approx(theirs.mean_effect_re)
