"""What a change did, on the same examples: by hand, against simulated truth, and for every kind of answer."""

import numpy as np
import pytest

from labelling.stats import agreement, compare_effect, effect
from labelling.stats.columns import Labels
from labelling.stats.compare_boxes import BoxComparison
from labelling.stats.compare_numbers import NumberComparison
from labelling.stats.compare_sets import SetComparison
from labelling.stats.compare_spans import SpanComparison
from labelling.stats.compare_texts import TextComparison

SHARES = np.array([0.4, 0.3, 0.2, 0.1])


def table(rows, n_codes=2):
    """Labels of a table of examples by labellers; None where somebody did not label."""
    cells = [(example, who, code) for example, row in enumerate(rows) for who, code in enumerate(row) if code is not None]
    return Labels.of(*(np.array(column) for column in zip(*cells, strict=True)), n_codes=n_codes)


def labelled(random, truth, hardness, accuracy, per_example=3):
    """Each example labelled by some of the people; who is right depends on the person and on how hard the example is."""
    n = truth.size
    who = np.argsort(random.random((n, accuracy.size)), axis=1)[:, :per_example]
    right = random.random(who.shape) < np.clip(accuracy[who] - hardness[:, None], 0, 1)
    code = np.where(right, truth[:, None], random.integers(0, SHARES.size, who.shape))
    return Labels.of(np.repeat(np.arange(n), per_example), who.ravel(), code.ravel(), SHARES.size)


def before_and_after(seed, n, accuracy, gain):
    random = np.random.default_rng(seed)
    truth, hardness = random.choice(SHARES.size, n, p=SHARES), random.uniform(0, 0.3, n)
    return labelled(random, truth, hardness, accuracy), labelled(random, truth, hardness, accuracy + gain)


def test_by_hand():
    # Two labellers, three examples. Before: 01 00 11, so A = 2, n = 6, 3 labels of each class: alpha = 1 - 5 * 2 / (36 - 18) = 4/9,
    # and 2 of 3 agree. After: 00 00 11, so alpha is 1.
    found = effect.of_labels(table([(0, 1), (0, 0), (1, 1)]), table([(0, 0), (0, 0), (1, 1)]))
    assert found.n_examples == 3
    assert (found.alpha.before.value, found.alpha.after.value) == (pytest.approx(4 / 9), 1.0)
    assert found.alpha.difference.value == pytest.approx(5 / 9)
    assert (found.percent.before.value, found.percent.difference.value) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert (found.alpha.difference.n_examples, found.alpha.difference.n_labels, found.alpha.difference.n_labellers) == (3, 12, 2)
    assert "at least 3 labellers" in found.alpha.difference.method
    assert found.per_class == {}  # too few examples hold either class


def test_only_examples_with_two_labellers_on_both_sides_are_in():
    before = table([(0, 1), (0, 0), (1, 1), (0, None), (1, 1)])
    after = table([(0, 0), (0, 0), (1, 1), (0, 0), (1, None)])
    found = effect.of_labels(before, after)
    alone = effect.of_labels(table([(0, 1), (0, 0), (1, 1)]), table([(0, 0), (0, 0), (1, 1)]))
    assert found.n_examples == 3
    assert found.alpha.difference.value == alone.alpha.difference.value


def test_both_figures_are_those_of_the_library_on_the_examples_in_common():
    before, after = before_and_after(1, 80, np.linspace(0.5, 0.8, 6), 0.1)
    part = after.keep(after.example < 50)
    found = effect.of_labels(before, part, seed=3)
    wanted = [agreement.measure(side, seed=3, per_class=True) for side in (before.keep(before.example < 50), part)]
    for side, name in ((0, "before"), (1, "after")):
        assert getattr(found.alpha, name) == wanted[side].alpha
        assert getattr(found.percent, name) == wanted[side].percent
        assert all(getattr(change, name) == wanted[side].per_class[code] for code, change in found.per_class.items())
    assert set(found.per_class) == {0, 1, 2, 3}
    one = found.per_class[2]
    assert one.difference.value == pytest.approx(one.after.value - one.before.value)
    assert one.difference.low < one.difference.value < one.difference.high


def test_the_same_labels_differ_by_nothing():
    before, _ = before_and_after(2, 60, np.full(5, 0.7), 0.0)
    difference = effect.of_labels(before, before).alpha.difference
    assert (difference.value, difference.low, difference.high) == (0.0, 0.0, 0.0)


def test_pairing_examples_makes_the_interval_narrower_than_two_apart():
    random = np.random.default_rng(3)
    truth, hardness = random.choice(SHARES.size, 150, p=SHARES), random.choice([0.0, 0.9], 150)  # easy ones and very hard ones
    before, after = (labelled(random, truth, hardness, np.full(8, accuracy)) for accuracy in (0.97, 1.0))
    found = effect.of_labels(before, after).alpha
    low, high = found.difference.intervals["examples"]
    apart = np.hypot(*(side.intervals["examples"][1] - side.intervals["examples"][0] for side in (found.before, found.after)))
    assert high - low < 0.8 * apart


def test_nothing_in_common_and_one_class_only_say_so():
    nothing = effect.of_labels(table([(0, 1)]), table([(None, None), (0, 1)]))
    assert nothing.n_examples == 0
    assert nothing.alpha.difference.reason == effect.NOT_BOTH
    same = effect.of_labels(table([(0, 0), (0, 0)]), table([(0, 1), (0, 0)]))
    assert "before" in same.alpha.difference.reason and "same answer" in same.alpha.difference.reason
    assert same.percent.difference.value == -0.5


def test_one_person_twice_on_one_side_is_refused():
    twice = Labels.of(np.array([0, 0]), np.array([1, 1]), np.array([0, 1]), n_codes=2)
    with pytest.raises(ValueError, match="one label of a person"):
        effect.of_labels(twice, table([(0, 1)]))
    with pytest.raises(ValueError, match="same codes"):
        effect.of_labels(table([(0, 1)], 2), table([(0, 1)], 3))


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_where_there_are_many_patterns_leaving_out_gives_the_same_interval_as_drawing(monkeypatch, level):
    before, after = before_and_after(4, 300, np.linspace(0.5, 0.8, 7), 0.1)
    drawn = effect.of_labels(before, after, level=level, resamples=4000)
    monkeypatch.setattr(effect, "MOST_PATTERNS_FOR_BOOTSTRAP", 0)
    left_out = effect.of_labels(before, after, level=level)
    for one, other in ((drawn.alpha, left_out.alpha), (drawn.percent, left_out.percent), (drawn.per_class[1], left_out.per_class[1])):
        assert other.difference.intervals["examples"] == pytest.approx(one.difference.intervals["examples"], abs=0.012)
    assert "left out in turn" in left_out.alpha.difference.method


def test_whoever_labels_on_one_side_alone_is_left_out_there():
    before, after = before_and_after(5, 60, np.full(4, 0.7), 0.1)
    others = Labels.of(after.example, after.labeller + 4, after.code, after.n_codes)
    found = effect.of_labels(before, others).alpha.difference
    assert found.n_labellers == 8
    by_hand = []
    for who in range(8):
        sides = [side.keep(side.labeller_ids[side.labeller] != who) for side in (before, others)]
        one, other = (agreement.alpha_value(side) for side in sides)
        by_hand.append(other - one)
    spread = np.sqrt(7 / 8 * ((by_hand - np.mean(by_hand)) ** 2).sum())
    from scipy.stats import t

    low, high = found.intervals["labellers"]
    assert (high - low) / 2 == pytest.approx(t.ppf(0.975, 7) * spread)


@pytest.mark.parametrize("n", [60, 200])
def test_the_interval_over_examples_covers_what_more_examples_would_show(n):
    covered, runs = 0, 100
    for seed in range(runs):
        random = np.random.default_rng(seed)
        accuracy, gain = random.uniform(0.45, 0.75, 10), random.uniform(0.02, 0.25, 10)
        many = before_and_after(10_000 + seed, 12_000, accuracy, gain)
        true = agreement.alpha_value(many[1]) - agreement.alpha_value(many[0])
        found = effect.of_labels(*before_and_after(seed, n, accuracy, gain), resamples=300, per_class=False).alpha.difference
        low, high = found.intervals["examples"]
        covered += low <= true <= high
    assert covered >= 0.88 * runs  # 400 runs of these gave 93 to 95 %; this is that less three times its chance error


def test_the_wider_interval_covers_what_other_labellers_would_show():
    def people(seed, n):
        random = np.random.default_rng(seed)
        return random.uniform(0.45, 0.75, n), random.normal(0.12, 0.08, n)

    many = before_and_after(98, 40_000, *people(99, 600))
    true = agreement.alpha_value(many[1]) - agreement.alpha_value(many[0])
    covered, runs = 0, 60
    for seed in range(runs):
        found = effect.of_labels(*before_and_after(seed, 400, *people(1000 + seed, 12)), resamples=200, per_class=False).alpha.difference
        covered += found.low <= true <= found.high
    assert covered >= 0.9 * runs


def singletons(labels):
    return SetComparison.of(labels, [[code] for code in range(labels.n_codes)], list(range(labels.n_codes)))


def test_sets_of_one_class_are_classes():
    before, after = before_and_after(6, 120, np.linspace(0.5, 0.8, 6), 0.1)
    by_classes = effect.of_labels(before, after)
    found = compare_effect.of_comparisons(singletons(before), singletons(after))
    assert found.n_examples == 120
    for one, other in ((by_classes.alpha, found.alpha), (by_classes.percent, found.percent), (by_classes.per_class[1], found.per_class[1])):
        assert other.before.value == pytest.approx(one.before.value)
        assert other.difference.value == pytest.approx(one.difference.value)
        for of in ("examples", "labellers"):
            widths = [change.difference.intervals[of][1] - change.difference.intervals[of][0] for change in (one, other)]
            assert widths[1] == pytest.approx(widths[0], rel=0.35)


def test_numbers_are_compared_at_their_level():
    before, after = before_and_after(7, 100, np.linspace(0.5, 0.8, 6), 0.1)
    by_level = effect.of_labels(before, after, level="interval", values=[0, 1, 2, 5])
    found = compare_effect.of_comparisons(NumberComparison.of(before, [0, 1, 2, 5]), NumberComparison.of(after, [0, 1, 2, 5]))
    assert found.alpha.difference.value == pytest.approx(by_level.alpha.difference.value)
    assert found.percent.difference.value == pytest.approx(by_level.percent.difference.value)
    assert found.per_class == {}


SPANS = [[], [{"start": 0, "end": 4, "class": "PER"}], [{"start": 0, "end": 6, "class": "PER"}], [{"start": 8, "end": 12, "class": "LOC"}]]
BOXES = [
    [], [{"x": 0, "y": 0, "w": 10, "h": 10, "class": "car"}], [{"x": 1, "y": 0, "w": 10, "h": 10, "class": "car"}],
    [{"x": 40, "y": 0, "w": 10, "h": 10, "class": "van"}],
]  # fmt: skip
KINDS = {
    "texts": lambda labels: TextComparison.of(labels, ["as said", "as sad", "said", "else"]),
    "spans": lambda labels: SpanComparison.of(labels, SPANS, ["PER", "LOC"], np.full(labels.n_examples, 20)),
    "boxes": lambda labels: BoxComparison.of(labels, BOXES, ["car", "van"]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_figures_before_and_after_with_intervals(kind):
    before, after = before_and_after(8, 70, np.linspace(0.5, 0.8, 6), 0.2)
    found = compare_effect.of_comparisons(KINDS[kind](before), KINDS[kind](after))
    wanted = [KINDS[kind](side) for side in (before, after)]
    assert (found.alpha.before.value, found.alpha.after.value) == tuple(pytest.approx(side.alpha().value) for side in wanted)
    assert found.percent.after.value == pytest.approx(wanted[1].likeness().value)
    for change in (found.alpha, found.percent, *found.per_class.values()):
        assert change.difference.value == pytest.approx(change.after.value - change.before.value)
        assert change.difference.low < change.difference.value < change.difference.high
        assert set(change.difference.intervals) == {"examples", "labellers"}
    assert set(found.per_class) == (set() if kind == "texts" else {0, 1})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_when_there_is_nothing_to_compare(kind):
    found = compare_effect.of_comparisons(KINDS[kind](table([(0, 1)], 4)), KINDS[kind](table([(None, None), (0, 1)], 4)))
    assert (found.n_examples, found.alpha.difference.value) == (0, None)
    alike = compare_effect.of_comparisons(KINDS[kind](table([(0, 0), (0, 0)], 4)), KINDS[kind](table([(0, 1), (0, 0)], 4)))
    assert alike.alpha.difference.value is None and "before" in alike.alpha.difference.undefined
