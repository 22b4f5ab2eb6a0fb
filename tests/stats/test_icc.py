"""Intraclass correlations: against analysis of variance by another package, and what is said where they do not apply."""

import numpy as np
import pytest

from labelling.stats import icc
from labelling.stats.columns import Labels


def table(seed=0, n=30, k=4, bias=1.0, noise=1.0):
    random = np.random.default_rng(seed)
    return random.normal(0, 2, (n, 1)) + bias * random.normal(0, 1, (1, k)) + noise * random.normal(0, 1, (n, k))


@pytest.mark.parametrize("seed", range(4))
def test_mean_squares_are_those_of_statsmodels(seed):
    import pandas as pd
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    numbers = table(seed)
    n, k = numbers.shape
    frame = pd.DataFrame({"y": numbers.ravel(), "row": np.repeat(np.arange(n), k), "column": np.tile(np.arange(k), n)})
    found = anova_lm(ols("y ~ C(row) + C(column)", frame).fit())
    rows, columns, rest = found["sum_sq"] / found["df"]
    within = (found["sum_sq"].iloc[1] + found["sum_sq"].iloc[2]) / (n * (k - 1))
    ours = icc.of_table(numbers)
    assert ours["icc_1_1"].value == pytest.approx((rows - within) / (rows + (k - 1) * within))
    assert ours["icc_2_1"].value == pytest.approx((rows - rest) / (rows + (k - 1) * rest + k * (columns - rest) / n))
    assert ours["icc_3_1"].value == pytest.approx((rows - rest) / (rows + (k - 1) * rest))
    assert ours["icc_1_k"].value == pytest.approx((rows - within) / rows)
    assert ours["icc_2_k"].value == pytest.approx((rows - rest) / (rows + (columns - rest) / n))
    assert ours["icc_3_k"].value == pytest.approx((rows - rest) / rows)


def test_a_constant_level_of_each_person_hurts_agreement_and_not_consistency():
    numbers = table(noise=0.01, bias=3.0)
    found = icc.of_table(numbers)
    assert found["icc_3_1"].value > 0.99 > found["icc_2_1"].value


def test_limits_cover_the_truth_about_as_often_as_they_say():
    # Spread between rows 4, between people 1, rest 1: ICC(A,1) is 4 / 6, ICC(C,1) 4 / 5.
    hits = np.zeros(2)
    for seed in range(120):
        found = icc.of_table(table(seed, n=25, k=6))
        hits += [found["icc_2_1"].low <= 4 / 6 <= found["icc_2_1"].high, found["icc_3_1"].low <= 4 / 5 <= found["icc_3_1"].high]
    assert (hits / 120 >= 0.88).all()


def test_missing_cells_leave_the_one_way_coefficients_and_a_sentence_for_the_others():
    labels = Labels.of([0, 0, 0, 1, 1, 2, 2, 3], [0, 1, 2, 0, 1, 1, 2, 0], np.arange(8))
    found = icc.measure(labels, [1, 1.5, 1.2, 4, 4.4, 8, 7.5, 100])
    assert found["icc_1_1"].value > 0.9 and "Donner" in found["icc_1_1"].method
    assert found["icc_1_1"].n_examples == 3  # the one with a single label is left out
    assert "same people on every example" in found["icc_2_1"].undefined


def test_unequal_numbers_of_labels_come_to_the_usual_formula_where_they_are_equal():
    numbers = table(3, n=12, k=3)
    whole = icc.of_table(numbers)["icc_1_1"].value
    # The same table with other people on each example: no longer crossed, and one-way all the same.
    labels = Labels.of(np.repeat(np.arange(12), 3), np.arange(36), np.arange(36))
    assert icc.measure(labels, numbers.ravel())["icc_1_1"].value == pytest.approx(whole)


@pytest.mark.parametrize(("example", "values"), [([0, 0], [1, 2]), ([0, 1], [1, 2]), ([0, 0, 1, 1], [3, 3, 3, 3]), ([], [])])
def test_too_little_is_undefined_with_its_reason(example, values):
    labels = Labels.of(np.array(example, dtype=np.int64), np.arange(len(example)) % 2, np.arange(len(values)))
    assert all(found.value is None and found.undefined for found in icc.measure(labels, values).values())
