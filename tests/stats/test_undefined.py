"""Where libraries answer 1.0, NaN or an exception, we give a reason, the counts, and the raw agreement where there is one."""

import json

import numpy as np
import pytest

from labelling.stats import agreement, groups, human, pairs
from labelling.stats.agreement import NO_PAIRS, ONE_CLASS
from labelling.stats.columns import Labels
from labelling.stats.confusions import confusions
from labelling.stats.consensus import majority, median_class
from labelling.stats.dawid_skene import dawid_skene
from labelling.stats.results import Undefined

EMPTY = np.zeros(0, dtype=np.int64)
NOTHING = Labels.of(EMPTY, EMPTY, EMPTY, 3)
ALONE = Labels.of([1, 2, 3], [1, 2, 1], [0, 1, 2])
ONE_LABELLER = Labels.of([1, 1, 2, 2], [7, 7, 7, 7], [0, 0, 1, 1])
ONE_ANSWER = Labels.of([1, 1, 2, 2], [1, 2, 1, 2], [0, 0, 0, 0])
OTHER_CLASS_ALONE = Labels.of([1, 1, 2], [1, 2, 1], [0, 0, 1])


@pytest.mark.parametrize("labels", [NOTHING, ALONE])
@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_without_two_labels_on_an_example_nothing_can_be_said(labels, level):
    found = agreement.measure(labels, level=level, per_class=True)
    for name in ("alpha", "percent", "fleiss_kappa", "gwet_ac1", "brennan_prediger", "conger_kappa"):
        assert getattr(found, name).as_dict() == {
            "value": None, "undefined": NO_PAIRS, "n_examples": 0, "n_labels": 0, "n_labellers": 0,
        }
    assert found.left_out == {"single_label": labels.n_examples}
    assert all(isinstance(figure, Undefined) for figure in found.per_class.values())


@pytest.mark.parametrize("labels", [ONE_ANSWER, OTHER_CLASS_ALONE])
def test_one_answer_among_comparable_labels_leaves_alpha_undefined_and_raw_agreement_full(labels):
    found = agreement.measure(labels)
    assert found.alpha.value is None
    assert found.alpha.undefined == ONE_CLASS
    assert found.percent.value == 1.0


def test_coefficients_beyond_chance_are_undefined_with_one_class():
    found = agreement.measure(ONE_ANSWER)
    assert [name for name, figure in found.measures.items() if figure.value is not None] == ["percent"]


def test_one_labeller_alone_has_no_interval_over_labellers():
    found = agreement.measure(ONE_LABELLER)
    assert found.percent.intervals.keys() == {"examples"}
    assert "at least 3 labellers with examples in common, and there are 1" in found.percent.method
    assert found.conger_kappa.undefined == "Conger's kappa compares labellers, and there is only one."


def test_full_agreement_says_that_its_interval_says_nothing():
    labels = Labels.of(np.repeat(np.arange(6), 3), np.tile([0, 1, 2], 6), np.repeat([0, 1, 0, 1, 0, 1], 3))
    alpha = agreement.alpha(labels)
    assert alpha.value == 1.0
    assert (alpha.low, alpha.high) == (1.0, 1.0)
    assert "says nothing about how sure the figure is" in alpha.method


def test_cohen_and_scott_want_exactly_two_labellers():
    labels = Labels.of([1, 1, 1, 2, 2, 2], [1, 2, 3, 1, 2, 3], [0, 0, 1, 1, 1, 0])
    found = agreement.measure(labels)
    assert found.cohen_kappa.undefined.startswith("Cohen's kappa compares exactly two labellers, and there are 3")
    assert found.scott_pi.undefined.startswith("Scott's pi compares exactly two labellers, and there are 3")


@pytest.mark.parametrize("labels", [NOTHING, ALONE, ONE_LABELLER, ONE_ANSWER, OTHER_CLASS_ALONE])
def test_nothing_raises_and_no_figure_is_nan(labels):
    found = agreement.measure(labels, level="ordinal", per_class=True)
    level = human.leave_one_out(labels)
    figures = [found.alpha, *found.measures.values(), *found.per_class.values(), level.overall(), level.popular_answer()]
    figures += [*level.by_class().values(), *level.by_labeller().values(), human.ceiling(labels)]
    figures += [human.repeat_consistency(labels)[0], pairs.pairwise_kappas(labels).mean]
    figures += [group.alpha for group in groups.by_example_group(labels, np.zeros(labels.n_examples, dtype=int))]
    figures += [one.alpha for one in groups.by_labeller(labels)]
    for figure in figures:
        json.dumps(figure.as_dict(), allow_nan=False)
    assert len(confusions(labels)) == 0
    assert majority(labels).answer.size == median_class(labels).answer.size == labels.n_examples
    dawid_skene(labels)
    human.irreducible_error(labels)


def test_no_pair_of_labellers_with_enough_in_common_is_said_with_the_number_left_out():
    found = pairs.pairwise_kappas(ONE_ANSWER, min_overlap=20)
    assert found.pairs == []
    assert found.left_out == 1
    assert found.mean.undefined == "No two labellers have 20 examples in common (pairs with fewer: 1)."


def test_dawid_skene_needs_two_different_answers():
    assert dawid_skene(ONE_ANSWER).undefined == "Every label has the same answer, so nothing can be estimated."
    assert dawid_skene(NOTHING).undefined == "There are no labels yet."
