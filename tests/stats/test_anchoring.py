"""The effect of showing suggestions: against printed figures, and what must hold of any labels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelling.stats.anchoring import compare_arms

LABELS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 4), st.booleans(), st.sampled_from([0.0, 0.5, 1.0])), min_size=1, max_size=60)


def test_the_interval_of_a_difference_is_newcombes():
    # Newcombe (1998), Statistics in Medicine 17, 873-890, table II, contrast (a), 56/70 - 48/80, method 10.
    credit = [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32
    found = compare_arms(np.arange(150), [0, 1] * 75, [1] * 70 + [0] * 80, credit).difference
    assert found.value == pytest.approx(0.2)
    assert found.intervals["examples"] == pytest.approx((0.0524, 0.3339), abs=0.003)  # theirs takes no n/(n-1)


def test_shares_of_one_never_have_an_interval_of_no_width():
    found = compare_arms(np.arange(40), [0, 1] * 20, [1] * 20 + [0] * 20, [1] * 40)
    assert found.difference.value == 0 and found.difference.low < -0.1 and found.difference.high > 0.1
    assert found.shown.low < 0.9


def test_labels_of_one_example_are_taken_together():
    alone = compare_arms(np.arange(60), [0] * 60, [1] * 30 + [0] * 30, ([1] * 20 + [0] * 10) * 2)
    together = compare_arms(np.repeat(np.arange(20), 3), [0, 1, 2] * 20, [1] * 30 + [0] * 30, np.repeat([1, 1, 0, 1, 0, 1, 1, 0, 1, 1] * 2, 3))
    assert together.shown.n_examples == 10 and together.shown.n_labels == 30
    wide, narrow = (low_high[1] - low_high[0] for low_high in (together.shown.intervals["examples"], alone.shown.intervals["examples"]))
    assert wide > narrow


@pytest.mark.parametrize(("shown", "missing"), [([1, 1], "blind"), ([0, 0], "shown")])
def test_an_empty_arm_leaves_no_difference_and_says_why(shown, missing):
    found = compare_arms([1, 2], [1, 1], shown, [1, 0])
    assert getattr(found, missing).undefined and found.difference.undefined


def test_nothing_at_all_is_undefined_three_times():
    found = compare_arms([], [], [], [])
    assert all(one.undefined for one in (found.shown, found.blind, found.difference))


@pytest.mark.parametrize("columns", [([1], [1, 2], [1], [1]), ([1], [1], [1], [1.5]), ([1], [1], [1], [-1])])
def test_columns_that_do_not_fit_are_refused(columns):
    with pytest.raises(ValueError):
        compare_arms(*columns)


@given(LABELS)
def test_exchanging_the_arms_turns_the_difference_round(rows):
    example, labeller, shown, credit = map(np.array, zip(*rows, strict=True))
    one, other = compare_arms(example, labeller, shown, credit), compare_arms(example, labeller, ~shown, credit)
    assert one.shown == other.blind if one.shown.undefined is None else other.blind.undefined
    if one.difference.undefined is None:
        assert one.difference.value == pytest.approx(-other.difference.value)
        assert one.difference.value == pytest.approx(one.shown.value - one.blind.value)
        if one.difference.low is not None:
            assert (one.difference.low, one.difference.high) == pytest.approx((-other.difference.high, -other.difference.low))
            assert -1 <= one.difference.low <= one.difference.high <= 1


@given(LABELS, st.randoms())
def test_the_order_of_labels_and_the_names_of_people_and_examples_do_not_matter(rows, random):
    mixed = list(rows)
    random.shuffle(mixed)
    one = compare_arms(*map(np.array, zip(*rows, strict=True)))
    example, labeller, shown, credit = map(np.array, zip(*mixed, strict=True))
    other = compare_arms(100 - example, labeller * 7 + 3, shown, credit)
    for name in ("shown", "blind", "difference"):
        a, b = getattr(one, name).as_dict(), getattr(other, name).as_dict()
        assert {key: a[key] for key in a if key.startswith("n_")} == {key: b[key] for key in b if key.startswith("n_")}
        for part in ("value", "low", "high"):
            assert a.get(part) == pytest.approx(b.get(part)) if a.get(part) is not None else b.get(part) is None
