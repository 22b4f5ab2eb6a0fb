"""Votes weighed by reliability: against a plain loop, and what must not bear on them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelling.stats.columns import Labels
from labelling.stats.consensus import DECIDED_BY, majority
from labelling.stats.human import leave_one_out
from labelling.stats.overlap import posterior
from labelling.stats.reliability import right_elsewhere, weighted_votes
from tests.stats.samples import simulate, tables


def settle(labels: Labels, options: int = 3):
    found = leave_one_out(labels)
    return weighted_votes(labels, right_elsewhere(labels, found.credit, found.counted), options)


def decided(found) -> list[str]:
    return [DECIDED_BY[code] for code in found.decided_by]


@given(tables(repeats=True))
def test_a_label_s_reliability_is_the_plain_count_over_all_other_examples(table):
    rows, n_codes = table
    labels = Labels.of(*rows.T, n_codes)
    found = leave_one_out(labels)
    reliability = right_elsewhere(labels, found.credit, found.counted)
    for row in range(labels.n_labels):
        others = [
            other for other in range(labels.n_labels)
            if labels.labeller[other] == labels.labeller[row] and labels.example[other] != labels.example[row] and found.counted[other]
        ]  # fmt: skip
        right = sum(found.credit[other] for other in others)
        assert reliability[row] == pytest.approx(min(0.98, max(0.02, (5 + right) / (10 + len(others)))), abs=1e-9)


@given(tables(), st.integers(2, 7))
def test_confidence_is_the_posterior_where_nobody_is_at_chance(table, more):
    rows, n_codes = table
    labels = Labels.of(*rows.T, n_codes)
    options = n_codes + more
    skills = np.random.default_rng(more).uniform(1 / options + 0.01, 0.98, labels.n_labels)
    found = weighted_votes(labels, skills, options)
    for place in range(labels.n_examples):
        part = slice(labels.offsets[place], labels.offsets[place + 1])
        wanted = posterior(labels.code[part], skills[part], options)
        assert found.confidence[place] == pytest.approx(wanted.max(), abs=1e-9)
        if found.answer[place] >= 0:
            assert wanted[found.answer[place]] == pytest.approx(wanted.max(), abs=1e-9)


@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_labels_and_the_names_of_people_and_classes_bear_on_nothing(table, chance):
    rows, n_codes = table
    if not len(rows):
        return
    before = settle(Labels.of(*rows.T, n_codes))
    order, names, codes = list(range(len(rows))), list(range(5)), list(range(n_codes))
    for what in (order, names, codes):
        chance.shuffle(what)
    moved = rows[order]
    after = settle(Labels.of(moved[:, 0], np.array(names)[moved[:, 1]], np.array(codes)[moved[:, 2]], n_codes))
    assert after.answer.tolist() == [codes[code] if code >= 0 else -1 for code in before.answer.tolist()]
    assert after.decided_by.tolist() == before.decided_by.tolist()
    assert np.round(after.confidence, 9).tolist() == np.round(before.confidence, 9).tolist()


@given(tables())
def test_equal_weights_are_a_tie_and_have_no_answer(table):
    rows, n_codes = table
    labels = Labels.of(*rows.T, n_codes)
    same, plain = weighted_votes(labels, np.full(labels.n_labels, 0.8), n_codes), majority(labels)
    assert same.answer.tolist() == plain.answer.tolist()
    assert same.decided_by.tolist() == plain.decided_by.tolist()


def test_one_reliable_person_outvotes_two_who_guess_and_the_model_is_named():
    labels = Labels.of([1, 1, 1, 2, 2], [1, 2, 3, 1, 2], [0, 0, 1, 0, 1], 3)
    found = weighted_votes(labels, [0.4, 0.4, 0.95, 0.9, 0.6], 3)
    assert found.answer.tolist() == [1, 0]
    assert decided(found) == ["model", "model"]
    weights = [2 * math.log(0.4 * 2 / 0.6), math.log(0.95 * 2 / 0.05)]
    total = math.exp(weights[0]) + math.exp(weights[1]) + 1
    assert found.confidence[0] == pytest.approx(math.exp(weights[1]) / total)


def test_people_below_chance_weigh_a_hair_and_never_make_an_answer_that_nobody_gave():
    labels = Labels.of([1, 2, 2, 3, 3, 3], [1, 1, 2, 1, 2, 3], [0, 0, 1, 0, 1, 1], 4)
    found = weighted_votes(labels, [0.05, 0.05, 0.05, 0.05, 0.05, 0.05], 4)
    assert found.answer.tolist() == [0, -1, 1]
    assert decided(found) == ["unanimous", "tie", "majority"]
    assert found.confidence[0] == pytest.approx(0.26)


def test_no_labels_have_no_answers_and_nonsense_is_refused():
    empty = Labels.of([], [], [], 3)
    assert weighted_votes(empty, [], 3).answer.size == 0
    one = Labels.of([1], [1], [0], 2)
    with pytest.raises(ValueError, match="between 0 and 1"):
        weighted_votes(one, [1.0], 2)
    with pytest.raises(ValueError, match="one credit a label"):
        right_elsewhere(one, [1.0, 1.0], [True, True])


def test_where_skills_differ_weights_are_right_more_often_than_heads():
    random = np.random.default_rng(5)
    labels, truth = simulate(5, 4000, 5, 12, 4, accuracy=0.45)
    skill = np.array([0.97] * 3 + [0.35] * 9)
    right = random.random(labels.n_labels) < skill[labels.labeller]
    codes = np.where(right, truth[labels.example], (truth[labels.example] + random.integers(1, 4, labels.n_labels)) % 4)
    labels = Labels.of(labels.example, labels.labeller, codes, 4)
    weighed, heads = settle(labels, 4), majority(labels)
    assert (weighed.answer == truth).mean() > (heads.answer == truth).mean() + 0.05
    # The majority that people are compared with is wrong now and then, which is held against them: never too sure.
    assert weighed.confidence.mean() < (weighed.answer == truth).mean()
