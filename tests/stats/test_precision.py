"""How much more work narrows an interval: what is foretold is what more work then gives."""

import pytest

from labelling.stats import agreement
from labelling.stats.precision import Need, needed
from labelling.stats.results import Figure, Undefined
from tests.stats.samples import simulate


def a_figure(**intervals):
    return Figure(0.5, 0.3, 0.7, n_examples=100, n_labels=300, n_labellers=10, intervals=intervals)


def test_half_the_width_takes_four_times_as_many():
    found = needed(a_figure(examples=(0.4, 0.6), labellers=(0.3, 0.7)), 0.1)
    assert (found["examples"].count, found["examples"].more) == (400, 300)
    assert (found["labellers"].count, found["labellers"].more) == (160, 150)


def test_an_interval_that_is_narrow_enough_needs_nothing_more():
    found = needed(a_figure(examples=(0.45, 0.55), labellers=(0.4, 0.6)), 0.2)
    assert [found[name].more for name in ("examples", "labellers")] == [0, 0]


def test_the_curve_falls_begins_where_we_are_and_holds_the_goal():
    need = needed(a_figure(examples=(0.4, 0.6), labellers=(0.3, 0.7)), 0.1)["examples"]
    widths = [point.width for point in need.curve]
    assert widths == sorted(widths, reverse=True)
    assert (need.curve[0].count, need.curve[0].width) == (100, pytest.approx(0.2))
    assert any(point.count == 400 and point.width == pytest.approx(0.1) for point in need.curve)


def test_what_is_foretold_for_examples_is_what_four_times_as_many_give():
    small, large = (agreement.alpha(simulate(seed, n, 3, 12, 4, accuracy=0.7)[0]) for seed, n in ((1, 400), (2, 1600)))
    low, high = large.intervals["examples"]
    need = needed(small, high - low)["examples"]
    assert isinstance(need, Need)
    assert need.count == pytest.approx(1600, rel=0.25)


def test_too_little_to_tell_says_so():
    few = Figure(0.5, 0.1, 0.9, n_examples=100, n_labels=200, n_labellers=2, intervals={"examples": (0.4, 0.6), "labellers": (0.0, 1.0)})
    found = needed(few, 0.1)
    assert isinstance(found["examples"], Need)
    assert found["labellers"].reason == "It takes at least 3 labellers with labels that can be compared to tell; there are 2."
    assert isinstance(needed(Undefined("No labels."), 0.1)["examples"], Undefined)
    with pytest.raises(ValueError, match="above 0"):
        needed(few, 0)
