"""Simulations with known truth: intervals cover as often as they say when examples and labellers are drawn anew, and people and a
model of the same skill score the same against identical references."""

import numpy as np
import pytest

from labelling.stats import agreement, human
from tests.stats.populations import POPULATIONS, Population, even

RUNS = 100  # a population; tests/benchmarks/bench_coverage.py has more
CLAIMED = 0.90  # for the wider interval with ten labellers or more
NOISE = 2 * (CLAIMED * (1 - CLAIMED) / RUNS) ** 0.5  # what chance alone takes away from so few runs


def covered(population: Population, runs: int = RUNS, seed: int = 0) -> dict[str, float]:
    """How often each interval of alpha holds the population's alpha."""
    random, truth = np.random.default_rng([seed, POPULATIONS.index(population)]), population.alpha()
    hits = dict.fromkeys(("shown", "examples", "labellers"), 0)
    for _ in range(runs):
        alpha = agreement.alpha(population.draw(random)[0], population.level, resamples=0)
        hits["shown"] += alpha.low <= truth <= alpha.high
        for side, (low, high) in alpha.intervals.items():
            hits[side] += low <= truth <= high
    return {side: count / runs for side, count in hits.items()}


@pytest.fixture(scope="module")
def coverage():
    return {population.name: covered(population) for population in POPULATIONS}


@pytest.mark.parametrize("population", POPULATIONS, ids=lambda population: population.name)
def test_the_wider_interval_covers_the_truth_as_claimed_with_ten_labellers_or_more(population, coverage):
    assert population.n_labellers >= 10
    assert coverage[population.name]["shown"] >= CLAIMED - NOISE


def test_over_all_populations_it_covers_well_above_the_claim_and_the_one_over_examples_does_not(coverage):
    assert np.mean([one["shown"] for one in coverage.values()]) >= 0.92
    assert np.mean([one["examples"] for one in coverage.values()]) < 0.80  # why the other one is there


@pytest.mark.parametrize("population", POPULATIONS[:1] + POPULATIONS[3:4] + POPULATIONS[10:11], ids=lambda population: population.name)
def test_the_truth_of_a_population_is_what_very_many_labels_come_to(population):
    large = Population(**{**population.__dict__, "n_labellers": 300, "n_examples": 15_000})
    labels, _ = large.draw(np.random.default_rng(1))
    assert agreement.alpha_value(labels, large.level) == pytest.approx(large.alpha(), abs=0.02)


def scored_alike(seed: int, per_example: int, reference: str) -> tuple[float, float, float]:
    """(people, a model of exactly their mean skill against the same references, the model against everybody's majority)."""
    population = Population("", *even(6), (3000, 1000), 30, 6000, per_example)
    random = np.random.default_rng(seed)
    labels, truth = population.draw(random)
    model = np.where(random.random(truth.size) < 0.75, truth, random.integers(0, 6, truth.size))
    people = human.leave_one_out(labels) if reference == "leave_one_out" else human.against_reference(labels, np.arange(truth.size), truth)
    # The model stands in for each label in turn: the same references, the same weights.
    stand_in = model[labels.example_ids[labels.example]]
    if reference == "leave_one_out":
        row, code, share = people.wanted
        theirs = float((share * (stand_in[row] == code)).sum() / share.sum())
        everybody = human.against_reference(labels, labels.example_ids, majority_of(labels))
        against_all = float(np.mean(model == majority_of(labels)))
        assert everybody.overall().value > people.overall().value
        return people.overall().value, theirs, against_all
    return people.overall().value, float(np.mean(model == truth)), float(np.mean(model == truth))


def majority_of(labels):
    counts = np.zeros((labels.n_examples, labels.n_codes))
    np.add.at(counts, (labels.example, labels.code), 1)
    return counts.argmax(1)


@pytest.mark.parametrize("per_example", [3, 5])
@pytest.mark.parametrize("reference", ["leave_one_out", "resolved"])
def test_on_identical_references_neither_people_nor_a_model_of_their_skill_is_favoured(per_example, reference):
    found = np.mean([scored_alike(seed, per_example, reference) for seed in range(5)], axis=0)
    assert found[0] == pytest.approx(found[1], abs=0.01)
    if reference == "leave_one_out":  # what the product never shows beside it
        assert found[2] > found[0] + 0.01
