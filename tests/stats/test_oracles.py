"""Our figures against other implementations and against slow, plain ones, on whatever Hypothesis comes up with."""

import warnings

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

from labelling.stats import agreement, pairs
from labelling.stats.coefficients import LEVELS, alpha_coefficient
from labelling.stats.columns import Labels
from labelling.stats.intervals import Groundwork
from labelling.stats.perclass import per_class_alphas
from labelling.stats.rows import of_matrix
from tests.stats.samples import simulate, tables

NUMBERS = np.array([0.0, 1.0, 2.5, 4.0, 9.0])


def theirs(rows, n_codes, level, values):
    counts = np.zeros((rows[:, 0].max() + 1, n_codes), dtype=int)
    np.add.at(counts, (rows[:, 0], rows[:, 2]), 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = krippendorff.alpha(value_counts=counts, value_domain=values, level_of_measurement=level)
        except ValueError:
            return None  # the package raises where alpha is undefined, or answers NaN, or 1
    return value if np.isfinite(value) else None


@settings(max_examples=150, deadline=None)
@given(tables(repeats=True))
def test_alpha_is_the_krippendorff_packages_at_every_level(sample):
    rows, n_codes = sample
    assume(len(rows))
    labels = Labels.of(*rows.T, n_codes)
    for level in ("nominal", "ordinal", "interval", "ratio"):
        ours = agreement.alpha_value(labels, level, NUMBERS[:n_codes])
        other = theirs(rows, n_codes, level, NUMBERS[:n_codes])
        if ours is None:
            assert other is None
        else:
            assert ours == pytest.approx(other, abs=1e-9)


@st.composite
def wide_tables(draw):
    """Labeller x example with gaps and up to thirty labellers, as the peer takes it; whole numbers with holes between them."""
    n_labellers, n_examples = draw(st.integers(2, 30)), draw(st.integers(1, 9))
    answers = draw(st.lists(st.integers(0, 40), min_size=2, max_size=7, unique=True))
    cell = st.one_of(st.none(), st.sampled_from(answers))
    return [draw(st.lists(cell, min_size=n_examples, max_size=n_examples)) for _ in range(n_labellers)]


@settings(max_examples=100, deadline=None)
@given(wide_tables())
def test_alpha_of_many_labellers_with_gaps_is_that_of_the_packages_own_matrix(table):
    assume(any(cell is not None for row in table for cell in row))
    found = of_matrix(table)
    matrix = np.array([[np.nan if cell is None else float(cell) for cell in row] for row in table])
    for level in ("nominal", "ordinal", "interval", "ratio"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                other = krippendorff.alpha(reliability_data=matrix, level_of_measurement=level)
            except ValueError:
                other = np.nan  # the package raises where there is nothing to compare
        ours = agreement.alpha_value(found.labels, level, found.values)
        if ours is not None:
            assert ours == pytest.approx(other, abs=1e-9), level
        else:  # where every comparable label is the same, the package divides by zero, or by what rounding left of it
            compared = matrix[:, (~np.isnan(matrix)).sum(0) >= 2]
            assert np.unique(compared[~np.isnan(compared)]).size < 2


def test_alpha_survives_large_numbers_that_are_close_together():
    labels, _ = simulate(3, 60, 3, 5, 4)
    near = agreement.alpha_value(labels, "interval", [0, 1, 2, 3])
    assert agreement.alpha_value(labels, "interval", [1e9, 1e9 + 1, 1e9 + 2, 1e9 + 3]) == pytest.approx(near, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(tables(repeats=True))
def test_leaving_out_each_labeller_in_one_pass_is_leaving_them_out_one_by_one(sample):
    rows, n_codes = sample
    assume(len(rows))
    labels = Labels.of(*rows.T, n_codes)
    work = Groundwork.of(labels)
    assume(work.n_pairable)
    for level in LEVELS:
        distance = np.abs(np.subtract.outer(NUMBERS, NUMBERS))[:n_codes, :n_codes] if level == "custom" else None
        values = None if level == "custom" else NUMBERS[:n_codes]
        coefficient = alpha_coefficient(level, n_codes, values, distance)
        fast = work.without_each_labeller(coefficient)
        for value, who in zip(fast, work.pairable_labellers, strict=True):
            slow = agreement.alpha_value(labels.keep(labels.labeller != who), level, values, distance)
            assert np.isnan(value) if slow is None else value == pytest.approx(slow, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(tables(repeats=True))
def test_agreement_on_one_class_is_alpha_of_that_class_against_the_rest(sample):
    rows, n_codes = sample
    assume(len(rows))
    labels = Labels.of(*rows.T, n_codes)
    found = per_class_alphas(Groundwork.of(labels), 0.95, 20, 0)
    assert set(found) == set(labels.used_codes.tolist())
    for code, figure in found.items():
        binary = labels.recode([int(other == code) for other in range(n_codes)], 2)
        assert figure.value == pytest.approx(agreement.alpha_value(binary), abs=1e-9)


def test_fleiss_kappa_is_that_of_statsmodels():
    labels, _ = simulate(5, 80, 4, 9, 6)
    table, _ = aggregate_raters(labels.code.reshape(-1, 4), n_cat=6)
    assert agreement.measure(labels).fleiss_kappa.value == pytest.approx(fleiss_kappa(table), abs=1e-12)


@pytest.mark.parametrize("weights", ["none", "linear", "quadratic"])
@pytest.mark.parametrize("blocked", [False, True])
def test_pairwise_kappas_are_those_of_scikit_learn(weights, blocked, monkeypatch):
    if blocked:  # as with thousands of labellers
        monkeypatch.setattr(pairs, "DENSE_TABLES", 0)
        monkeypatch.setattr(pairs, "BLOCK_TABLES", 50)
    whole, _ = simulate(7, 300, 4, 6, 4)
    labels = whole.keep(np.random.default_rng(1).random(whole.n_labels) < 0.8)
    found = pairs.pairwise_kappas(labels, min_overlap=5, weights=weights)
    assert len(found.pairs) == 15 and found.left_out == 0
    by_person = {who: dict(zip(labels.example[labels.labeller == who], labels.code[labels.labeller == who], strict=True)) for who in range(6)}
    for pair in found.pairs:
        shared = sorted(by_person[pair.a].keys() & by_person[pair.b].keys())
        a, b = [by_person[pair.a][e] for e in shared], [by_person[pair.b][e] for e in shared]
        other = cohen_kappa_score(a, b, labels=range(4), weights=None if weights == "none" else weights)
        assert pair.kappa.value == pytest.approx(other, abs=1e-12)
        assert pair.n_examples == len(shared)
        assert pair.percent == pytest.approx(np.mean(np.array(a) == np.array(b)), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(tables(repeats=True))
def test_coincidences_and_pair_counts_are_sums_over_all_pairs(sample):
    rows, n_codes = sample
    assume(len(rows))
    labels = Labels.of(*rows.T, n_codes)
    weighted, plain = np.zeros((n_codes, n_codes)), np.zeros((n_codes, n_codes), dtype=int)
    for example in range(labels.n_examples):
        codes = labels.code[labels.example == example]
        for i, a in enumerate(codes):
            for j, b in enumerate(codes):
                if i != j:
                    weighted[a, b] += 1 / (len(codes) - 1)
                    plain[a, b] += 1
    assert pairs.coincidences(labels) == pytest.approx(weighted)
    assert pairs.heat_map(labels).pairs.tolist() == plain.tolist()


@pytest.mark.parametrize("level", LEVELS)
def test_the_gradients_behind_the_jackknife_are_the_slopes(level):
    labels, _ = simulate(11, 50, 3, 5, 4)
    distance = np.abs(np.subtract.outer(NUMBERS[:4], NUMBERS[:4])) if level == "custom" else None
    coefficient = alpha_coefficient(level, 4, None if level == "custom" else NUMBERS[:4], distance)
    work = Groundwork.of(labels)
    total, gradient = work.total(coefficient), coefficient.gradient(work.total(coefficient))
    features = np.asarray(coefficient.features(work.patterns.histograms).todense() if level != "interval" else coefficient.features(work.patterns.histograms))
    for step in features:  # towards one more example of each pattern
        size = 1e-6
        slope = (coefficient.value((total + size * step)[None])[0] - coefficient.value((total - size * step)[None])[0]) / (2 * size)
        assert float(gradient @ step) == pytest.approx(slope, rel=1e-5, abs=1e-9)
