"""Dealing examples out: shares to within one example in each stratum, the same on any machine, nothing moved that has a place."""

import hashlib
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from labelling.release.rules import weights_of
from labelling.release.splits import NOWHERE, Units, deal, order_of

SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}


def units_of(sizes, strata=None, *, seed=7, kept=None) -> Units:
    count = len(sizes)
    return Units(
        order=np.array([order_of(seed, f"k{number}") for number in range(count)], dtype=np.int64),
        size=np.array(sizes, dtype=np.int64),
        stratum=np.array(strata or [0] * count, dtype=np.int32),
        kept=np.array(kept or [NOWHERE] * count, dtype=np.int16),
    )


def test_the_order_of_a_unit_is_sha_256_of_seed_and_name_as_documented():
    assert order_of(7, "k1") == int(hashlib.sha256(b"7:k1").hexdigest()[:16], 16) >> 1


def test_ten_examples_are_dealt_eight_one_one():
    assert Counter(deal(units_of([1] * 10), weights_of(SHARES)).tolist()) == {0: 8, 1: 1, 2: 1}


def test_a_hundred_classes_of_one_example_do_not_all_land_in_the_training_split():
    dealt = deal(units_of([1] * 100, list(range(100))), weights_of(SHARES))

    assert Counter(dealt.tolist()) == {0: 80, 1: 10, 2: 10}


def test_another_seed_deals_otherwise_and_the_same_seed_deals_the_same():
    weights = weights_of(SHARES)
    first, again, other = (deal(units_of([1] * 50, seed=seed), weights).tolist() for seed in (7, 7, 8))

    assert first == again
    assert first != other


def test_what_has_a_place_keeps_it_and_counts_for_its_split():
    dealt = deal(units_of([1] * 20, kept=[2] * 2 + [NOWHERE] * 18), weights_of(SHARES))

    assert dealt[:2].tolist() == [2, 2]
    assert Counter(dealt.tolist()) == {0: 16, 1: 2, 2: 2}


def test_nothing_to_deal_is_dealt_to_nobody():
    assert deal(units_of([]), weights_of(SHARES)).tolist() == []


def test_thirds_written_as_decimals_are_whole_numbers_with_one_sum():
    weights = weights_of({"a": 0.333333333, "b": 0.333333333, "c": 0.333333334})

    assert weights == {"a": 333333333, "b": 333333333, "c": 333333334} or sum(weights.values()) == 500000000


shares = st.lists(st.integers(1, 9), min_size=1, max_size=4).map(
    lambda parts: {f"s{number}": part for number, part in enumerate(parts)}
)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=200), shares, st.integers(0, 2**53))
def test_each_stratum_and_the_whole_are_within_one_example_of_their_shares(strata, weights, seed):
    dealt = deal(units_of([1] * len(strata), strata, seed=seed), weights)
    whole = sum(weights.values())

    for stratum in set(strata):
        here = [split for split, where in zip(dealt.tolist(), strata, strict=True) if where == stratum]
        for number, weight in enumerate(weights.values()):
            assert abs(here.count(number) - len(here) * weight / whole) < 1
    for number, weight in enumerate(weights.values()):
        # Leftovers go where most is owed in all, but never twice to the same split of a stratum.
        assert abs(dealt.tolist().count(number) - len(strata) * weight / whole) <= len(set(strata))


@given(st.lists(st.integers(1, 30), min_size=1, max_size=100), shares, st.integers(0, 2**53))
def test_each_group_gets_one_split_and_no_split_is_off_by_more_than_the_largest_group(sizes, weights, seed):
    dealt = deal(units_of(sizes, seed=seed), weights)
    whole, total = sum(weights.values()), sum(sizes)

    assert set(dealt.tolist()) <= set(range(len(weights)))
    for number, weight in enumerate(weights.values()):
        there = sum(size for size, split in zip(sizes, dealt.tolist(), strict=True) if split == number)
        assert there - total * weight / whole < max(sizes) + 1
