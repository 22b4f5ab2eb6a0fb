"""Sets of classes: one alpha by two ways, each class on its own, what is undefined."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelling.stats import agreement
from labelling.stats.columns import Labels
from labelling.stats.compare_sets import SetComparison
from labelling.stats.comparison import by_label_group
from labelling.stats.sets import Sets, jaccard_distance, masi_distance, medoid
from tests.stats.samples import simulate

CLASSES = list("abcd")
SUBSETS = [[name for place, name in enumerate(CLASSES) if code >> place & 1] for code in range(16)]


@st.composite
def answered(draw, most=10):
    rows = [
        (example, labeller, draw(st.integers(0, 15)))
        for example in range(draw(st.integers(1, most)))
        for labeller in range(4)
        if draw(st.booleans())
    ]
    return Labels.of(*np.array(rows, dtype=np.int64).reshape(-1, 3).T, 16)


@given(answered())
@settings(deadline=None)
def test_alpha_is_that_of_the_table_of_distances_used_as_they_stand(labels):
    compared = SetComparison.of(labels, SUBSETS, CLASSES)
    for measure, found in (("jaccard", compared.alpha()), ("masi", compared.measures()["alpha_masi"])):
        wanted = agreement.alpha(labels, "custom", distance=compared.sets.table(measure), resamples=0)
        assert (found.value is None) == (wanted.value is None)
        assert found.value == pytest.approx(wanted.value, abs=1e-9)


@given(answered())
@settings(deadline=None)
def test_each_class_is_nominal_alpha_of_there_or_not(labels):
    for place, found in SetComparison.of(labels, SUBSETS, CLASSES).per_class().items():
        binary = Labels.of(labels.example, labels.labeller, [int(CLASSES[place] in SUBSETS[code]) for code in labels.code], 2)
        assert found.value == pytest.approx(agreement.alpha_value(binary), abs=1e-9)


def test_leaving_each_labeller_out_is_measuring_without_them():
    labels, _ = simulate(5, 200, 3, 6, 16, accuracy=0.6)
    compared = SetComparison.of(labels, SUBSETS, CLASSES)
    for one in compared.by_labeller():
        rest = compared.keep(labels.labeller_ids[labels.labeller] != one.labeller)
        wanted = agreement.alpha_value(rest.labels, "custom", distance=compared.sets.table())
        # How far two labels are apart that are both left out is taken at its mean.
        assert one.alpha_without == pytest.approx(wanted, abs=2e-3)


def test_leaving_one_label_out_is_exact():
    labels = Labels.of([0, 0, 0, 1, 1, 1], [0, 1, 2, 3, 4, 5], [1, 2, 3, 3, 3, 9], 16)
    compared = SetComparison.of(labels, SUBSETS, CLASSES)
    for one in compared.by_labeller():
        rest = compared.keep(labels.labeller_ids[labels.labeller] != one.labeller)
        assert one.alpha_without == pytest.approx(agreement.alpha_value(rest.labels, "custom", distance=compared.sets.table()))


def test_two_empty_sets_agree_and_an_empty_one_is_as_far_as_can_be_from_any_other():
    assert jaccard_distance([], []) == masi_distance([], []) == 0.0
    assert jaccard_distance([], ["a"]) == masi_distance([], ["a"]) == 1.0


@given(st.lists(st.lists(st.sampled_from(CLASSES), unique=True), min_size=2, max_size=12))
def test_distances_of_many_at_once_are_those_of_two(values):
    sets = Sets.of(values, CLASSES)
    n = len(values)
    one, other = np.repeat(np.arange(n), n), np.tile(np.arange(n), n)
    for measure, distance in (("jaccard", jaccard_distance), ("masi", masi_distance)):
        wanted = [distance(values[a], values[b]) for a, b in zip(one, other, strict=True)]
        assert getattr(sets, measure)(one, other) == pytest.approx(wanted, abs=1e-6)
        assert sets.table(measure).ravel() == pytest.approx(wanted, abs=1e-6)
        counts = np.arange(1.0, n + 1)
        assert sets.summed(counts, measure) == pytest.approx(np.array(wanted).reshape(n, n) @ counts, abs=1e-5)


def test_all_answers_alike_is_undefined_with_a_reason_and_full_likeness():
    labels = Labels.of([0, 0, 1, 1], [0, 1, 0, 1], [5, 5, 5, 5], 16)
    compared = SetComparison.of(labels, SUBSETS, CLASSES)
    assert "same answer" in compared.alpha().undefined
    assert compared.likeness().value == 1.0


def test_the_medoid_is_the_set_nearest_to_the_others_and_a_tie_has_none():
    assert medoid([["a", "b"], ["a", "b", "c"], ["a", "b", "d"]])[0] == ["a", "b"]
    assert medoid([["a"], ["b"]]) == (None, 0.0, True)
    assert medoid([[], []]) == ([], 1.0, False)


def test_labels_of_different_weeks_are_not_compared():
    labels = Labels.of([0, 0, 0, 0], [0, 1, 2, 3], [1, 1, 2, 2], 16)
    compared = SetComparison.of(labels, SUBSETS, CLASSES)
    assert [group.percent.value for group in by_label_group(compared, [0, 0, 1, 1])] == [1.0, 1.0]
    assert compared.likeness().value == pytest.approx(1 / 3)
