"""Intervals: two ways over examples agree, and both kinds cover what they claim on labels whose truth is known."""

import numpy as np
import pytest
from scipy.stats import binomtest

from labelling.stats import agreement, intervals
from labelling.stats.columns import Labels
from labelling.stats.intervals import multinomial, wilson
from tests.stats.samples import simulate


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_the_jackknife_over_examples_is_as_wide_as_the_bootstrap(level):
    labels, _ = simulate(1, 1500, 3, 12, 5)
    drawn, exact = (agreement.alpha(labels, level, resamples=n) for n in (4000, 0))
    assert drawn.value == exact.value
    assert exact.intervals["examples"] == pytest.approx(drawn.intervals["examples"], abs=0.003)
    assert "4,000 resamples of the examples" in drawn.method
    assert "infinitesimal jackknife over the examples" in exact.method


@pytest.mark.parametrize("name", ["percent", "fleiss_kappa", "gwet_ac1", "gwet_ac2", "brennan_prediger"])
def test_the_same_holds_for_the_other_coefficients_with_single_labels_about(name):
    whole, _ = simulate(1, 1500, 3, 12, 5)
    labels = whole.keep(np.random.default_rng(3).random(whole.n_labels) < 0.6)
    drawn, exact = (getattr(agreement.measure(labels, level="ordinal", resamples=n), name) for n in (4000, 0))
    assert exact.intervals["examples"] == pytest.approx(drawn.intervals["examples"], abs=0.004)


def test_per_class_intervals_agree_too(monkeypatch):
    labels, _ = simulate(1, 1500, 3, 12, 4)
    drawn, exact = (agreement.measure(labels, resamples=n, per_class=True).per_class for n in (4000, 0))
    for code in range(4):
        assert exact[code].intervals["examples"] == pytest.approx(drawn[code].intervals["examples"], abs=0.004)


def test_many_patterns_take_the_jackknife_and_blocks_change_nothing(monkeypatch):
    labels, _ = simulate(2, 400, 5, 9, 30, accuracy=0.5)
    whole = agreement.measure(labels, level="ordinal", resamples=0)
    monkeypatch.setattr(intervals, "BLOCK_CELLS", 500)
    monkeypatch.setattr(intervals, "DENSE_CELLS", 2000)
    monkeypatch.setattr(intervals, "MOST_PATTERNS_FOR_BOOTSTRAP", 100)
    blocked = agreement.measure(labels, level="ordinal")
    for name in ("alpha", "percent", "fleiss_kappa", "gwet_ac2", "conger_kappa"):
        ours, theirs = getattr(blocked, name), getattr(whole, name)
        assert ours.value == pytest.approx(theirs.value, abs=1e-12)
        for side in ("examples", "labellers"):
            assert ours.intervals[side] == pytest.approx(theirs.intervals[side], abs=1e-9)


def test_the_wider_interval_is_shown_and_named():
    labels, _ = simulate(5, 3000, 3, 6, 4)
    alpha = agreement.alpha(labels)
    widths = {side: high - low for side, (low, high) in alpha.intervals.items()}
    assert widths["labellers"] > widths["examples"]
    assert (alpha.low, alpha.high) == alpha.intervals["labellers"]
    assert "the interval shown is the one over labellers, the wider of the two: each of the 6 labellers left out in turn" in alpha.method


@pytest.mark.parametrize("counts", [[1000, 3000, 6000], [3, 1, 2, 4]])
def test_drawn_counts_have_the_right_sum_and_mean(counts):
    drawn = multinomial(np.random.default_rng(0), np.array(counts), 4000)
    assert (drawn.sum(1) == sum(counts)).all()
    assert drawn.mean(0) == pytest.approx(np.array(counts), rel=0.05)


@pytest.mark.parametrize(("right", "n"), [(0, 9), (7, 9), (9, 9), (480, 500)])
def test_wilsons_interval_is_that_of_scipy(right, n):
    other = binomtest(right, n).proportion_ci(0.9, method="wilson")
    assert wilson(right, n, 0.9) == pytest.approx((other.low, other.high), abs=1e-9)


def unequal_people(random, n_labellers, n_examples=400, per_example=3, n_codes=4):
    """Labels of people drawn from a population whose skill differs."""
    skill = random.beta(6, 2, n_labellers)
    truth = random.integers(0, n_codes, n_examples)
    people = np.argsort(random.random((n_examples, n_labellers)), axis=1)[:, :per_example]
    right = random.random((n_examples, per_example)) < skill[people]
    codes = np.where(right, truth[:, None], random.integers(0, n_codes, (n_examples, per_example)))
    return Labels.of(np.repeat(np.arange(n_examples), per_example), people.ravel(), codes.ravel(), n_codes)


def test_the_shown_interval_covers_other_people_and_the_one_over_examples_alone_does_not():
    # In this population alpha tends to (mean chance-corrected skill) squared: E[a] E[a'] with a = skill, as wrong answers are uniform.
    target = (6 / 8) ** 2
    random = np.random.default_rng(0)
    runs = 150
    covered = {"shown": 0, "examples": 0}
    for _ in range(runs):
        alpha = agreement.alpha(unequal_people(random, 12), resamples=200)
        covered["shown"] += alpha.low <= target <= alpha.high
        low, high = alpha.intervals["examples"]
        covered["examples"] += low <= target <= high
    assert covered["shown"] / runs >= 0.90
    assert covered["examples"] / runs < 0.85


@pytest.mark.parametrize("wrong", [{"confidence": 0.0}, {"confidence": 1.0}, {"resamples": -1}])
def test_wrong_settings_are_refused(wrong):
    labels, _ = simulate(1, 10, 2, 3, 2)
    with pytest.raises(ValueError):
        agreement.measure(labels, **wrong)
