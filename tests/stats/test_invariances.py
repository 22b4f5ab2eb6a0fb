"""What must not change a figure: names, order, unused classes, doubled data."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from labelling.stats import agreement, human, pairs
from labelling.stats.columns import Labels
from labelling.stats.dawid_skene import dawid_skene
from tests.stats.samples import simulate, tables

NOMINAL = ("percent", "fleiss_kappa", "gwet_ac1", "brennan_prediger", "conger_kappa", "scott_pi", "cohen_kappa")


def values(labels, **how):
    found = agreement.measure(labels, resamples=0, **how)
    figures = {name: figure.value for name, figure in found.measures.items() if name in NOMINAL}
    level = human.leave_one_out(labels).overall().value
    return figures | {"alpha": found.alpha.value, "human": level}


def same(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        assert (value is None and theirs[name] is None) or value == pytest.approx(theirs[name], abs=1e-9), name


@settings(max_examples=60, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_order_of_rows_and_names_of_examples_labellers_and_classes_do_not_matter(sample, random):
    rows, n_codes = sample
    assume(len(rows))
    shuffled = rows[random.sample(range(len(rows)), len(rows))]
    examples, people = np.array(random.sample(range(1000), 12)), np.array(random.sample(range(10**12, 10**12 + 99), 5))
    classes = np.array(random.sample(range(n_codes), n_codes))
    renamed = Labels.of(examples[shuffled[:, 0]], people[shuffled[:, 1]], classes[shuffled[:, 2]], n_codes)
    same(values(Labels.of(*rows.T, n_codes)), values(renamed))


@settings(max_examples=40, deadline=None)
@given(tables())
def test_unused_classes_do_not_matter(sample):
    rows, n_codes = sample
    assume(len(rows))
    same(values(Labels.of(*rows.T, n_codes)), values(Labels.of(*rows.T, n_codes + 90)))


@settings(max_examples=40, deadline=None)
@given(tables())
def test_doubling_the_examples_keeps_raw_agreement_and_kappas(sample):
    rows, n_codes = sample
    assume(len(rows))
    once, twice = values(Labels.of(*rows.T, n_codes)), values(Labels.of(*np.vstack([rows, rows + [100, 0, 0]]).T, n_codes))
    once.pop("alpha"), twice.pop("alpha")  # alpha corrects for the number of labels
    same(once, twice)


@settings(max_examples=40, deadline=None)
@given(tables(), st.floats(-50, 50), st.floats(0.01, 100))
def test_interval_alpha_does_not_care_for_shift_and_unit(sample, shift, unit):
    rows, n_codes = sample
    assume(len(rows))
    labels = Labels.of(*rows.T, n_codes)
    moved = agreement.alpha_value(labels, "interval", np.arange(n_codes) * unit + shift)
    assert moved == pytest.approx(agreement.alpha_value(labels, "interval"), abs=1e-7)


def test_the_sorted_and_the_shuffled_input_give_the_same_bytes_of_every_interval():
    labels, _ = simulate(2, 120, 3, 6, 4)
    order = np.random.default_rng(0).permutation(labels.n_labels)
    shuffled = Labels.of(labels.example[order], labels.labeller[order], labels.code[order], 4)
    first, second = agreement.measure(labels, level="ordinal"), agreement.measure(shuffled, level="ordinal")
    assert first.alpha.as_dict() == second.alpha.as_dict()
    assert first.gwet_ac1.as_dict() == second.gwet_ac1.as_dict()


def test_the_same_seed_gives_the_same_interval_and_another_seed_a_close_one():
    labels, _ = simulate(2, 200, 3, 6, 4)
    first, again, other = (agreement.alpha(labels, seed=seed).intervals["examples"] for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert first == pytest.approx(other, abs=0.02)


def test_pairs_are_the_same_whichever_of_the_two_comes_first():
    labels, _ = simulate(4, 200, 3, 5, 3)
    turned = Labels.of(labels.example, 4 - labels.labeller, labels.code, 3)
    kappas = {frozenset((p.a, p.b)): p.kappa.value for p in pairs.pairwise_kappas(labels).pairs}
    for pair in pairs.pairwise_kappas(turned).pairs:
        assert pair.kappa.value == pytest.approx(kappas[frozenset((4 - pair.a, 4 - pair.b))], abs=1e-12)


@pytest.mark.parametrize("prior", ["pooled", "none"])
def test_dawid_skene_does_not_care_for_the_names_of_classes(prior):
    labels, _ = simulate(6, 150, 3, 6, 4)
    turned = labels.recode([3, 2, 1, 0], 4)
    first, second = dawid_skene(labels, prior=prior), dawid_skene(turned, prior=prior)
    assert second.class_shares[::-1] == pytest.approx(first.class_shares, abs=1e-6)
    assert (3 - second.consensus.answer).tolist() == first.consensus.answer.tolist()
