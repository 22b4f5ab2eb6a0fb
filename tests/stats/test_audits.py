"""Audits: the rate is that of the whole, its interval covers as it claims, and nothing is told from a handful."""

import numpy as np
import pytest

from labelling.stats.audits import (
    Stratum,
    allocate,
    audit_sample,
    enough,
    error_rate,
    stratified_error_rate,
    told_error_rate,
)
from labelling.stats.results import Undefined


def test_an_audit_is_the_same_again_and_grows_by_adding():
    assert audit_sample(1000, 50, 7).tolist() == audit_sample(1000, 200, 7)[:50].tolist()
    assert len(set(audit_sample(1000, 200, 7).tolist())) == 200
    assert audit_sample(1000, 50, 7).tolist() != audit_sample(1000, 50, 8).tolist()


def test_the_error_rate_has_an_interval_and_none_without_a_check():
    found = error_rate(3, 100, 10**9)
    assert (found.value, found.low, found.high) == (0.03, pytest.approx(0.0103, abs=1e-4), pytest.approx(0.0845, abs=1e-4))
    assert isinstance(error_rate(0, 0, 10), Undefined)
    with pytest.raises(ValueError, match="at most"):
        error_rate(2, 1, 10)


def test_a_sample_of_all_is_certain_and_one_of_half_more_certain_than_one_of_a_million():
    whole, half, few = error_rate(3, 100, 100), error_rate(3, 100, 200), error_rate(3, 100, 10**6)
    assert (whole.low, whole.high) == (0.03, 0.03)
    assert few.low < half.low < 0.03 < half.high < few.high


def test_strata_are_weighted_by_their_sizes():
    found = stratified_error_rate([Stratum(20, 40, 100), Stratum(2, 100, 9900)])
    assert found.value == pytest.approx(0.01 * 0.5 + 0.99 * 0.02)
    assert found.low < found.value < found.high
    assert "in strata (40 of 100 and 100 of 9,900)" in found.method
    assert stratified_error_rate([Stratum(3, 100, 5000), Stratum(0, 0, 0)]) == error_rate(3, 100, 5000)
    assert isinstance(stratified_error_rate([Stratum(1, 5, 50), Stratum(0, 0, 10)]), Undefined)


def test_the_interval_covers_the_truth_as_often_as_it_claims():
    random = np.random.default_rng(3)
    for wrong, sizes, drawn in (((60, 57), (100, 1900), (40, 60)), ((20, 8), (50, 4950), (30, 170)), ((0, 100), (0, 1000), (0, 80))):
        truth, hits = sum(wrong) / sum(sizes), 0
        for _ in range(1500):
            strata = [Stratum(int(random.hypergeometric(bad, size - bad, n)) if n else 0, n, size) for bad, size, n in zip(wrong, sizes, drawn, strict=True)]
            found = stratified_error_rate(strata)
            hits += found.low - 1e-12 <= truth <= found.high + 1e-12
        assert hits / 1500 >= 0.93


def test_checks_go_where_they_say_most():
    assert allocate(100, [100, 9900], [0.5, 0.2]) == [5, 95]
    assert allocate(100, [1000, 9000], [0.5, 0.2]) == [21, 79]
    assert allocate(50, [3, 500], [0.5, 0.2]) == [3, 47]
    assert allocate(1000, [100, 200], [0.5, 0.2]) == [100, 200]
    assert sum(allocate(7, [100, 100], [0.5, 0.2])) == 7
    assert allocate(20, [0, 400], [0.5, 0.2]) == [0, 20]
    with pytest.raises(ValueError, match="one size"):
        allocate(5, [1, 2], [0.5])


def test_nothing_is_told_from_a_handful():
    assert not enough([Stratum(0, 9, 100)])
    assert enough([Stratum(0, 10, 100)])
    assert enough([Stratum(0, 4, 4)])  # all there are
    assert not enough([Stratum(0, 30, 100), Stratum(0, 4, 50)])
    assert enough([Stratum(0, 30, 100), Stratum(0, 3, 3)])
    assert told_error_rate([Stratum(0, 1, 100)]).reason == "Too few to judge: 1 of the answers has been checked so far."
    assert told_error_rate([Stratum(1, 10, 100)]).value == 0.1
