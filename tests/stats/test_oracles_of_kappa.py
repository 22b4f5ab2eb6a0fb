"""Kappas against statsmodels, and chance-corrected coefficients against their formulas written out in plain Python."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa, fleiss_kappa

from labelling.stats import agreement, cohen
from labelling.stats.columns import Labels
from tests.stats.samples import simulate, tables

NAMES = {"none": None, "linear": "linear", "quadratic": "quadratic"}


@settings(max_examples=80, deadline=None)
@given(st.integers(2, 5).flatmap(lambda k: st.lists(st.integers(0, 30), min_size=k * k, max_size=k * k)))
@pytest.mark.parametrize("weights", NAMES)
def test_kappa_its_standard_error_and_limits_are_those_of_statsmodels(weights, cells):
    k = int(len(cells) ** 0.5)
    table = np.array(cells).reshape(k, k)
    assume(((table.sum(0) > 0) & (table.sum(1) > 0)).all())
    ours = cohen.kappa_of_table(table, weights, confidence=0.95)
    assume(ours.value is not None)
    other = cohens_kappa(table, wt=NAMES[weights])
    assert ours.value == pytest.approx(other.kappa, abs=1e-9)
    error = cohen.standard_errors(table[None].astype(float), cohen.disagreement_weights(k, weights))[0]
    assert error**2 == pytest.approx(max(other.var_kappa, 0.0), abs=1e-9)
    assert (ours.low, ours.high) == pytest.approx((max(-1.0, other.kappa_low), min(1.0, other.kappa_upp)), abs=1e-6)


def test_brennan_and_predigers_coefficient_is_randolphs_kappa_of_statsmodels():
    labels, _ = simulate(8, 90, 5, 9, 4)
    table, _ = aggregate_raters(labels.code.reshape(-1, 5), n_cat=4)
    assert agreement.brennan_prediger(labels).value == pytest.approx(fleiss_kappa(table, method="randolph"), abs=1e-12)


def by_hand(rows, n_codes, weights=None):
    """(p_o, class shares, classes that occur), as fractions, by going through every pair of labels of every example."""
    of: dict[int, list[int]] = {}
    for example, _, code in rows.tolist():
        of.setdefault(example, []).append(code)
    worth = (lambda a, b: Fraction(int(a == b))) if weights is None else (lambda a, b: weights[a][b])
    alike = []
    for codes in of.values():
        pairs = list(itertools.permutations(codes, 2))
        if pairs:
            alike.append(sum(worth(a, b) for a, b in pairs) / Fraction(len(pairs)))
    shares = [sum(Fraction(codes.count(c), len(codes)) for codes in of.values()) / len(of) for c in range(n_codes)]
    used = sorted({code for codes in of.values() for code in codes})
    return (sum(alike) / len(alike) if alike else None), shares, used


@settings(max_examples=80, deadline=None)
@given(tables())
def test_every_coefficient_is_its_formula_over_all_pairs_of_labels(sample):
    rows, n_codes = sample
    assume(len(rows))
    labels = Labels.of(*rows.T, n_codes)
    found = agreement.measure(labels, level="interval", resamples=0)
    observed, shares, used = by_hand(rows, n_codes)
    if observed is None:
        assert all(figure.value is None for figure in (found.percent, found.fleiss_kappa, found.gwet_ac1, found.brennan_prediger))
        return
    assert found.percent.value == pytest.approx(float(observed))
    q = len(used)
    chance = {
        "fleiss_kappa": sum(share * share for share in shares),
        "gwet_ac1": sum(share * (1 - share) for share in shares) / (q - 1) if q > 1 else 1,
        "brennan_prediger": Fraction(1, q),
    }
    for name, by_chance in chance.items():
        ours = getattr(found, name).value
        assert ours is None if by_chance == 1 else ours == pytest.approx(float((observed - by_chance) / (1 - by_chance))), name
    weights = [[1 - Fraction((a - b) ** 2, (n_codes - 1) ** 2) for b in range(n_codes)] for a in range(n_codes)]
    weighted, _, _ = by_hand(rows, n_codes, weights)
    total = sum(weights[a][b] for a in used for b in used)
    by_chance = total * sum(share * (1 - share) for share in shares) / (q * (q - 1)) if q > 1 else 1
    if by_chance != 1:
        assert found.gwet_ac2.value == pytest.approx(float((weighted - by_chance) / (1 - by_chance)))


@settings(max_examples=60, deadline=None)
@given(tables())
def test_congers_kappa_takes_chance_from_every_pair_of_labellers(sample):
    rows, n_codes = sample
    assume(len(rows))
    labels = Labels.of(*rows.T, n_codes)
    found = agreement.conger_kappa(labels)
    observed, _, _ = by_hand(rows, n_codes)
    who = sorted(set(rows[:, 1].tolist()))
    if observed is None or len(who) < 2:
        assert found.value is None
        return
    given_by = {one: [code for _, labeller, code in rows.tolist() if labeller == one] for one in who}
    share = {one: [Fraction(codes.count(c), len(codes)) for c in range(n_codes)] for one, codes in given_by.items()}
    pairs = list(itertools.combinations(who, 2))
    chance = sum(x * y for a, b in pairs for x, y in zip(share[a], share[b], strict=True)) / len(pairs)
    assert found.value is None if chance == 1 else found.value == pytest.approx(float((observed - chance) / (1 - chance)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30))
def test_scotts_pi_and_cohens_kappa_of_two_people_are_their_formulas(answers):
    n, labels = len(answers), Labels.of(np.repeat(np.arange(len(answers)), 2), np.tile([0, 1], len(answers)), np.array(answers).ravel(), 4)
    observed = Fraction(sum(a == b for a, b in answers), n)
    first, second = ([Fraction(sum(pair[side] == c for pair in answers), n) for c in range(4)] for side in (0, 1))
    for name, chance in (
        ("scott_pi", sum(((x + y) / 2) ** 2 for x, y in zip(first, second, strict=True))),
        ("cohen_kappa", sum(x * y for x, y in zip(first, second, strict=True))),
    ):
        ours = getattr(agreement, name)(labels, resamples=10).value
        assert ours is None if chance == 1 else ours == pytest.approx(float((observed - chance) / (1 - chance))), name
