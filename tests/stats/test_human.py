import numpy as np
import pytest
from hypothesis import assume, given, settings

from labelling.stats import human
from labelling.stats.columns import Labels
from tests.stats.samples import simulate, tables


def slow_leave_one_out(labels):
    """(credit, popular credit) a label, by the definition; None where nobody else labelled the example."""
    found = []
    for row in range(labels.n_labels):
        here = labels.example == labels.example[row]
        others = np.bincount(labels.code[here & (labels.labeller != labels.labeller[row])], minlength=labels.n_codes)
        if not others.sum():
            found.append(None)
            continue
        best = others == others.max()
        everybody = np.bincount(labels.code[here], minlength=labels.n_codes)
        liked = everybody == everybody.max()
        found.append((best[labels.code[row]] / best.sum(), (best & liked).sum() / best.sum() / liked.sum()))
    return found


@settings(max_examples=80, deadline=None)
@given(tables(repeats=True))
def test_leave_one_out_is_each_label_against_the_others_majority_with_ties_sharing(sample):
    rows, n_codes = sample
    assume(len(rows))
    labels = Labels.of(*rows.T, n_codes)
    scores, slow = human.leave_one_out(labels), slow_leave_one_out(labels)
    assert scores.counted.tolist() == [pair is not None for pair in slow]
    for row, pair in enumerate(slow):
        if pair is not None:
            assert (scores.credit[row], scores.popular[row]) == pytest.approx(pair)
    label, code, share = scores.wanted
    found = np.zeros((labels.n_labels, n_codes))
    found[label, code] = share
    assert found.sum(1) == pytest.approx(scores.counted.astype(float))
    assert found[np.arange(labels.n_labels), labels.code] == pytest.approx(scores.credit)


def test_levels_by_class_labeller_and_group_add_up_to_the_whole():
    labels, _ = simulate(1, 200, 3, 8, 4)
    scores = human.leave_one_out(labels)
    whole = scores.overall()
    by_person = scores.by_labeller()
    assert sum(f.value * f.n_labels for f in by_person.values()) == pytest.approx(whole.value * whole.n_labels)
    by_group = scores.by_group(np.arange(200) % 3)
    assert list(by_group) == [0, 1, 2]
    assert sum(f.value * f.n_labels for f in by_group.values()) == pytest.approx(whole.value * whole.n_labels)
    _, _, share = scores.wanted
    assert share.sum() == pytest.approx(whole.n_labels)


def test_against_resolved_answers_labels_of_those_who_helped_are_never_counted():
    example, labeller, code = [3, 3, 3, 5, 5, 9], [1, 2, 3, 1, 2, 1], [0, 0, 1, 1, 0, 1]
    labels = Labels.of(example, labeller, code)
    whole = human.against_reference(labels, [3, 5], [0, 1]).overall()
    assert (whole.value, whole.n_labels, whole.n_examples) == (3 / 5, 5, 2)
    rest = human.against_reference(labels, [3, 5], [0, 1], never_counted=[False, False, True, False, True, False]).overall()
    assert (rest.value, rest.n_labels) == (1.0, 3)


def test_several_answers_may_be_right_and_each_class_gets_its_share():
    labels = Labels.of([1, 1, 1], [1, 2, 3], [0, 1, 2], 3)
    scores = human.against_reference(labels, [1, 1], [0, 1])
    assert scores.credit.tolist() == [1.0, 1.0, 0.0]
    by_class = scores.by_class()
    assert by_class[0].value == pytest.approx(1 / 1.5)  # one right label, and half of the wrong one
    assert by_class[1].value == pytest.approx(1 / 1.5)


def test_the_popular_answer_shares_its_credit_in_a_tie():
    labels = Labels.of([1, 1, 2, 2, 2], [1, 2, 1, 2, 3], [0, 1, 1, 1, 0])
    scores = human.against_reference(labels, [1, 2], [0, 1])
    assert scores.popular.tolist() == [0.5, 0.5, 1.0, 1.0, 1.0]
    assert scores.popular_answer().value == pytest.approx(4 / 5)


def test_references_of_unknown_examples_are_passed_over_and_unknown_codes_refused():
    labels = Labels.of([1, 2], [1, 1], [0, 1])
    assert human.against_reference(labels, [99], [0]).overall().undefined == "No label has a reference that was made without its author."
    with pytest.raises(ValueError, match="Reference codes lie between 0 and 1"):
        human.against_reference(labels, [1], [2])


def test_ceiling_and_error_range_from_a_small_table():
    labels = Labels.of([1, 1, 1, 2, 2, 2], [1, 2, 3] * 2, [0, 0, 1, 1, 1, 1])
    assert human.ceiling(labels).value == pytest.approx(np.sqrt((1 / 3 + 1) / 2))
    error = human.irreducible_error(labels)
    assert error.low == pytest.approx((1 / 3 + 0) / 2)
    # In the first example two people face a tie of the others (half right each), the third one is wrong; the second is all right.
    assert error.high == pytest.approx(1 - (0.5 + 0.5 + 0 + 3) / 6)


def test_people_are_compared_with_themselves_on_examples_they_labelled_again():
    labels = Labels.of([1, 1, 1, 2, 2, 3], [7, 7, 8, 7, 7, 8], [0, 0, 1, 0, 1, 1])
    overall, by_person = human.repeat_consistency(labels)
    assert overall.value == 0.5
    assert (overall.n_examples, overall.n_labels, overall.n_labellers) == (2, 4, 1)
    assert list(by_person) == [7]


def test_a_model_of_human_skill_gets_the_human_score_against_the_same_references():
    labels, truth = simulate(3, 6000, 3, 30, 10, accuracy=0.75)
    people = human.leave_one_out(labels)
    random = np.random.default_rng(9)
    answers = np.where(random.random(6000) < 0.75, truth, random.integers(0, 10, 6000))
    row, code, share = people.wanted
    model = float(share[answers[labels.example[row]] == code].sum() / people.counted.sum())
    assert model == pytest.approx(people.overall().value, abs=0.01)
    # Against the full majority the same model would seem ten points better than people.
    counts = np.zeros((6000, 10))
    np.add.at(counts, (labels.example, labels.code), 1)
    best = counts == counts.max(1, keepdims=True)
    assert float((best[np.arange(6000), answers] / best.sum(1)).mean()) > people.overall().value + 0.05


def test_the_interval_over_examples_of_a_perfect_score_is_not_a_point():
    labels = Labels.of(np.repeat(np.arange(20), 2), np.tile([0, 1], 20), np.repeat(np.arange(20) % 2, 2))
    level = human.leave_one_out(labels).overall()
    assert level.value == 1.0
    assert level.intervals["examples"][0] == pytest.approx(20 / (20 + 1.959964**2), abs=1e-6)
