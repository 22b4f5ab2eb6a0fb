import json

import numpy as np
import pytest

from labelling.stats import agreement
from labelling.stats.results import Counts, Interval, Undefined, figure
from labelling.stats.second_opinion import check_alpha
from tests.stats.samples import simulate


def test_a_figure_has_exactly_the_apis_fields_and_its_intervals():
    labels, _ = simulate(1, 100, 3, 6, 4)
    shown = agreement.alpha(labels).as_dict()
    assert list(shown) == ["value", "low", "high", "confidence", "n_examples", "n_labels", "n_labellers", "method", "intervals"]
    assert (shown["n_examples"], shown["n_labels"], shown["n_labellers"], shown["confidence"]) == (100, 300, 6, 0.95)
    assert set(shown["intervals"]) == {"examples", "labellers"}
    json.dumps(shown, allow_nan=False)


def test_what_is_undefined_shows_null_the_reason_and_the_counts():
    shown = Undefined("No labels.", 1, 2, 3).as_dict()
    assert shown == {"value": None, "undefined": "No labels.", "n_examples": 1, "n_labels": 2, "n_labellers": 3}


def test_a_figure_is_never_nan():
    with pytest.raises(ValueError, match="finite"):
        figure(float("nan"), {}, "x", Counts(), 0.95)


def test_without_any_interval_the_limits_are_empty_and_the_reason_is_said():
    found = figure(0.5, {"examples": Interval(None, None, "too few")}, "Method", Counts(), 0.95)
    assert (found.low, found.high, dict(found.intervals)) == (None, None, {})
    assert found.method == "Method; no interval over examples: too few."


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_the_second_opinion_agrees_and_says_so(level):
    labels, _ = simulate(1, 200, 3, 6, 5)
    numbers = [3, 1, 2, 0, 8]
    opinion = check_alpha(labels, agreement.alpha_value(labels, level, numbers), level=level, values=numbers)
    assert opinion.checked and opinion.agrees
    assert opinion.message == "Checked against a second implementation on all examples: both agree."


def test_a_wrong_figure_is_found_out():
    labels, _ = simulate(1, 200, 3, 6, 5)
    opinion = check_alpha(labels, agreement.alpha_value(labels) + 1e-6)
    assert opinion.checked and not opinion.agrees
    assert opinion.difference == pytest.approx(1e-6, rel=1e-3)
    assert "they differ by" in opinion.message


def test_of_many_examples_an_even_part_is_checked():
    labels, _ = simulate(1, 500, 3, 6, 5)
    opinion = check_alpha(labels, agreement.alpha_value(labels), most_examples=100)
    assert opinion.checked and opinion.agrees
    assert opinion.n_examples == 100
    assert "on 100 of 500 examples" in opinion.message


def test_what_is_undefined_or_unknown_there_is_not_checked():
    labels, _ = simulate(1, 10, 2, 3, 2)
    assert not check_alpha(labels, None).checked
    assert not check_alpha(labels, 0.5, level="custom").checked
    wide = labels.recode(np.array([0, 1]), 2)
    assert check_alpha(wide, agreement.alpha_value(wide)).checked
