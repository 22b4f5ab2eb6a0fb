"""How much more work narrows an interval: what is foretold is what more work then gives, in simulations too."""

import numpy as np
import pytest

from labelling.stats import agreement
from labelling.stats.columns import Labels
from labelling.stats.label_spread import LabelSpread, label_spread
from labelling.stats.precision import Need, exchanged, lasting_share, needed
from labelling.stats.results import Figure, Undefined
from tests.stats.samples import simulate

RUNS = 14


def a_figure(n_labellers=10, value=0.5, **intervals):
    return Figure(value, 0.3, 0.7, n_examples=100, n_labels=300, n_labellers=n_labellers, intervals=intervals)


def people(seed, n_examples, per_example, n_labellers, spread=0.15, n_codes=4):
    """Labels of people who differ in how often they are right and in what they answer else; examples differ in how hard they are."""
    random = np.random.default_rng(seed)
    skill = np.clip(0.75 + spread * random.standard_normal(n_labellers), 0.3, 0.99)
    habit = random.integers(0, n_codes, n_labellers)
    truth, easy = random.integers(0, n_codes, n_examples), random.random(n_examples) * 0.3 - 0.15
    who = np.argsort(random.random((n_examples, n_labellers)), axis=1)[:, :per_example]
    right = random.random(who.shape) < np.clip(skill[who] + easy[:, None], 0, 1)
    wrong = np.where(random.random(who.shape) < 0.5, habit[who], random.integers(0, n_codes, who.shape))
    codes = np.where(right, truth[:, None], wrong)
    return Labels.of(np.repeat(np.arange(n_examples), per_example), who.ravel(), codes.ravel(), n_codes)


def width_of(figure, name):
    low, high = figure.intervals[name]
    return high - low


def lasting_of(labels, figure):
    return lasting_share(figure, [agreement.alpha(exchanged(labels, seed)[0], resamples=0) for seed in range(3)])


def foretold(labels, axis, count):
    """(least over examples, over examples, over labellers) as foretold for so many of the axis."""
    figure = agreement.alpha(labels)
    spread = label_spread(labels)
    assert isinstance(spread, LabelSpread)
    # A goal that takes far more than `count`, so that the curve holds it.
    need = needed(figure, 0.02, lasting=lasting_of(labels, figure), by_labels=spread)[axis]
    assert isinstance(need, Need)
    counts = [point.count for point in need.curve]
    rows = [(point.least, point.over_examples, point.over_labellers) for point in need.curve]
    return [np.interp(np.log(count), np.log(counts), column) for column in zip(*rows, strict=True)]


def typical(widths):
    return np.sqrt(np.mean(np.square(widths), axis=0))


@pytest.mark.parametrize(
    ("axis", "count", "small", "large"),
    [
        ("examples", 800, (200, 3, 8), (800, 3, 8)),
        ("examples", 1200, (300, 3, 5), (1200, 3, 5)),
        ("labellers", 16, (200, 3, 8), (400, 3, 16)),
        ("labels", 8, (200, 4, 8), (200, 8, 8)),
    ],
)
def test_what_is_foretold_is_what_that_much_work_then_gives(axis, count, small, large):
    guessed = typical([foretold(people(seed, *small), axis, count) for seed in range(RUNS)])
    found = [agreement.alpha(people(1000 + seed, *large)) for seed in range(RUNS)]
    over_examples, over_labellers = (typical([width_of(figure, name) for figure in found]) for name in ("examples", "labellers"))
    assert guessed[1] == pytest.approx(over_examples, rel=0.15)
    assert guessed[2] == pytest.approx(over_labellers, rel=0.35)  # the spread of a handful of people is not known better


@pytest.mark.parametrize("per_example", [2, 3])
def test_with_two_or_three_labels_an_example_a_range_is_told_that_holds_what_more_labels_give(per_example):
    guessed = typical([foretold(people(seed, 200, per_example, 8), "labels", 2 * per_example) for seed in range(RUNS)])
    found = typical([width_of(agreement.alpha(people(1000 + seed, 200, 2 * per_example, 8)), "examples") for seed in range(RUNS)])
    assert guessed[0] < guessed[1] * 0.95
    assert guessed[0] * 0.9 < found < guessed[1] * 1.1


def test_where_people_answer_alike_all_spread_over_labellers_is_chance():
    def share(spread):
        return np.mean([lasting_of(labels, agreement.alpha(labels)) for labels in (people(seed, 300, 3, 8, spread) for seed in range(RUNS))])

    assert share(0.2) > 0.65
    assert np.mean([lasting_of(labels, agreement.alpha(labels)) for labels in (simulate(seed, 300, 3, 8, 4)[0] for seed in range(RUNS))]) < 0.35


def test_exchanging_answers_changes_no_figure_that_does_not_ask_who_answered():
    labels = people(3, 60, 3, 6).keep(np.random.default_rng(0).random(180) < 0.8)
    dealt, donors = exchanged(labels, seed=4)
    assert agreement.alpha_value(dealt) == pytest.approx(agreement.alpha_value(labels), abs=1e-12)
    assert sorted(donors.tolist()) == list(range(labels.n_examples))
    assert np.array_equal(labels.sizes[donors], labels.sizes)
    for example in (0, 7, labels.n_examples - 1):
        given = dealt.code[dealt.example == example]
        assert sorted(given) == sorted(labels.code[labels.example == donors[example]])
    assert np.array_equal(exchanged(labels, seed=4)[0].code, dealt.code)


def test_half_the_width_takes_four_times_as_many_examples_where_people_are_no_matter():
    found = needed(a_figure(examples=(0.4, 0.6), labellers=(0.48, 0.52)), 0.1)
    assert (found["examples"].count, found["examples"].more, found["examples"].more_labels) == (400, 300, 900)
    assert found["examples"].limited_by == "examples"


def test_more_people_narrow_more_than_their_number_says_where_there_are_few():
    few = needed(a_figure(n_labellers=3, examples=(0.49, 0.51), labellers=(0.2, 0.8)), 0.3)["labellers"]
    assert few.count < 12  # t with 2 degrees of freedom is 4.3, with 9 it is 2.3
    many = needed(a_figure(n_labellers=200, examples=(0.49, 0.51), labellers=(0.2, 0.8)), 0.3)["labellers"]
    assert many.count == pytest.approx(800, rel=0.01)


def test_more_examples_do_not_help_against_lasting_differences_between_few_people():
    found = needed(a_figure(n_labellers=4, examples=(0.45, 0.55), labellers=(0.3, 0.7)), 0.2, lasting=1.0)
    need = found["examples"]
    assert (need.count, need.more, need.limited_by) == (None, None, "labellers")
    assert need.reason == "More examples alone will not do: the interval stays about 0.40 wide, because only 4 people labelled and they differ lastingly."
    assert need.floor == pytest.approx(0.4)
    assert need.curve[-1].width == pytest.approx(0.4)
    assert found["labellers"].count > 4
    # Where it is chance in single labels, they do.
    assert needed(a_figure(n_labellers=4, examples=(0.45, 0.55), labellers=(0.3, 0.7)), 0.2, lasting=0.0)["examples"].count == 400


def test_more_labels_help_up_to_everybody_on_each_example():
    spread = LabelSpread(3.0, pairs=1.0, chained=(0.4, 0.4), apart=(0.3, 0.3))
    figure = a_figure(n_labellers=6, examples=(0.4, 0.6), labellers=(0.49, 0.51))
    need = needed(figure, 0.17, by_labels=spread)["labels"]
    assert need.count == 5 and need.more_labels == 200
    never = needed(figure, 0.05, by_labels=spread)["labels"]
    assert never.count is None
    assert never.reason.startswith("More labels an example alone will not do: even with all 6 people on every example the interval stays about 0.1")


def test_an_interval_that_is_narrow_enough_needs_nothing_more():
    found = needed(a_figure(examples=(0.45, 0.55), labellers=(0.4, 0.6)), 0.2)
    assert [(found[name].more, found[name].more_labels) for name in ("examples", "labellers")] == [(0, 0), (0, 0)]


def test_the_curve_falls_begins_where_we_are_and_holds_the_goal():
    need = needed(a_figure(examples=(0.4, 0.6), labellers=(0.49, 0.51)), 0.1)["examples"]
    widths = [point.width for point in need.curve]
    assert widths == sorted(widths, reverse=True)
    assert (need.curve[0].count, need.curve[0].width) == (100, pytest.approx(0.2))
    assert any(point.count == 400 and point.width == pytest.approx(0.1) for point in need.curve)


def test_what_takes_a_thousand_times_as_many_is_said_not_to_be_reached():
    need = needed(a_figure(examples=(0.3, 0.7), labellers=(0.5, 0.5)), 0.0001)["examples"]
    assert (need.count, need.reason) == (None, "It would take more than 1,000 times as many examples as there are.")


def test_an_interval_that_is_cut_at_one_is_taken_at_its_full_reach():
    cut = needed(a_figure(n_labellers=5, value=0.9, examples=(0.88, 0.92), labellers=(0.5, 1.0)), 0.3, lasting=1.0)["labellers"]
    assert cut.width_now == pytest.approx(0.5)
    assert all(point.over_labellers <= 0.5 + 1e-9 for point in cut.curve)


def test_too_little_to_tell_says_so():
    few = Figure(0.5, 0.1, 0.9, n_examples=100, n_labels=200, n_labellers=2, intervals={"examples": (0.4, 0.6)})
    found = needed(few, 0.1)
    assert found["examples"].count == 400
    assert found["labellers"].reason == "It takes at least 3 labellers with labels that can be compared to tell; there are 2."
    assert isinstance(found["labels"], Undefined)
    assert isinstance(needed(Undefined("No labels."), 0.1)["examples"], Undefined)
    same = needed(a_figure(examples=(1.0, 1.0), labellers=(1.0, 1.0)), 0.1)["examples"]
    assert same.undefined.startswith("The interval at hand has no width")
    with pytest.raises(ValueError, match="above 0"):
        needed(few, 0)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_the_foretold_variance_at_the_labels_at_hand_is_the_one_at_hand(level):
    labels = people(5, 400, 4, 8)
    spread = label_spread(labels, level=level, values=[1, 2, 3, 4])
    assert isinstance(spread, LabelSpread)
    assert spread.ratio(4) == pytest.approx((1.0, 1.0))
    # V(4) from the moments is the variance of the influences themselves: the interval's own.
    figure = agreement.alpha(labels, level, [1, 2, 3, 4], resamples=0)
    half = width_of(figure, "examples") / 2 / 1.9659
    at_hand = spread.variance(4, spread.chained[0], spread.apart[0])
    assert np.sqrt(at_hand * 400) * 2 == pytest.approx(half, rel=0.02)


def test_how_much_more_labels_help_is_not_told_without_pairs_or_with_a_heap_of_answers():
    alone = Labels.of([0, 1, 2], [0, 1, 0], [0, 1, 0], 2)
    assert isinstance(label_spread(alone), Undefined)
    same = Labels.of([0, 0, 1, 1], [0, 1, 0, 1], [1, 1, 1, 1], 2)
    assert isinstance(label_spread(same), Undefined)
    many = Labels.of(np.repeat(np.arange(400), 2), np.tile([0, 1], 400), np.arange(800), 800)
    assert "300 different answers" in label_spread(many).undefined
