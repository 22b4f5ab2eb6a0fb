import numpy as np
import pytest

from labelling.stats import agreement, groups
from labelling.stats.columns import Labels
from labelling.stats.confusions import confusions
from labelling.stats.human import leave_one_out
from labelling.stats.pairs import heat_map
from tests.stats.samples import simulate


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_a_group_of_examples_is_measured_as_if_it_were_alone(level):
    labels, _ = simulate(1, 300, 3, 7, 4)
    keys = np.array(["a", "b", "c"])[np.arange(300) % 3]
    found = groups.by_example_group(labels, keys, level=level)
    assert [group.key for group in found] == ["a", "b", "c"]
    for place, group in enumerate(found):
        part = labels.keep((np.arange(300) % 3 == place)[labels.example])
        alone = agreement.measure(part, level=level, resamples=0)
        assert group.alpha == alone.alpha
        assert group.percent == alone.percent


def test_in_a_group_of_labels_only_labels_of_that_group_are_compared():
    #                    before: agree on 1, differ on 2       after: agree on both
    labels = Labels.of([1, 1, 1, 1, 2, 2, 2, 2], [1, 2, 3, 4] * 2, [0, 0, 0, 0, 1, 0, 1, 1])
    guideline = [4, 4, 5, 5] * 2
    found = {group.key: group for group in groups.by_label_group(labels, guideline)}
    assert found[4].percent.value == 0.5
    assert found[5].percent.value == 1.0
    assert found[5].alpha.value == 1.0
    assert found[4].alpha.n_labels == 4


def test_label_groups_are_given_in_the_callers_row_order():
    labels = Labels.of([2, 1, 2, 1], [1, 1, 2, 2], [0, 0, 1, 0])
    found = {group.key: group.percent.value for group in groups.by_label_group(labels, ["x", "y", "x", "y"])}
    assert found == {"x": 0.0, "y": 1.0}


def test_groups_of_the_wrong_length_are_refused():
    labels, _ = simulate(1, 10, 2, 3, 2)
    with pytest.raises(ValueError, match="needs one key an example"):
        groups.by_example_group(labels, [1, 2])


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_one_labellers_alpha_is_their_distance_to_the_others_over_the_distance_by_chance(level):
    whole, _ = simulate(5, 120, 4, 6, 4)
    labels = whole.keep(np.random.default_rng(4).random(whole.n_labels) < 0.7)
    paired = np.repeat(labels.sizes >= 2, labels.sizes)
    counts = np.bincount(labels.code[paired], minlength=4).astype(float)
    ranks = np.cumsum(counts) - counts / 2
    distance = {
        "nominal": lambda a, b: float(a != b), "ordinal": lambda a, b: (ranks[a] - ranks[b]) ** 2,
        "interval": lambda a, b: float((a - b) ** 2), "ratio": lambda a, b: ((a - b) / (a + b)) ** 2 if a + b else 0.0,
    }[level]
    n = counts.sum()
    chance = sum(counts[a] * counts[b] * distance(a, b) for a in range(4) for b in range(4)) / (n * (n - 1))
    for one in groups.by_labeller(labels, level=level):
        distances, equal = [], []
        for row in np.flatnonzero(labels.labeller == one.labeller):
            for other in np.flatnonzero((labels.example == labels.example[row]) & (labels.labeller != one.labeller)):
                distances.append(distance(labels.code[row], labels.code[other]))
                equal.append(labels.code[row] == labels.code[other])
        assert one.alpha.value == pytest.approx(1 - np.mean(distances) / chance)
        assert one.percent.value == pytest.approx(np.mean(equal))
        rest = agreement.alpha_value(labels.keep(labels.labeller != one.labeller), level)
        assert one.alpha_without == pytest.approx(rest)


def test_confusions_come_worst_first_and_say_what_merging_would_do():
    labels, _ = simulate(8, 400, 3, 6, 4, accuracy=0.7)
    found = confusions(labels)
    assert [c.count for c in found] == sorted((c.count for c in found), reverse=True)
    assert sum(c.share for c in found) == pytest.approx(1.0)
    table = heat_map(labels)
    for one in found:
        assert one.count == table.pairs[one.a, one.b]
        merged = labels.recode([one.a if code == one.b else code for code in range(4)], 4)
        assert one.alpha_now == pytest.approx(agreement.alpha_value(labels))
        assert one.alpha_if_merged == pytest.approx(agreement.alpha_value(merged))
        assert one.hlp_now == pytest.approx(leave_one_out(labels).overall().value)
        assert one.hlp_if_merged == pytest.approx(leave_one_out(merged).overall().value)
    assert confusions(labels, limit=2) == found[:2]
    assert confusions(labels, with_hlp=1)[1].hlp_if_merged is None


def test_heat_map_rows_add_up_to_one_or_to_nothing():
    labels, _ = simulate(8, 100, 3, 6, 4)
    shares = heat_map(labels.recode([0, 1, 2, 3], 5)).shares
    assert shares.sum(1) == pytest.approx([1, 1, 1, 1, 0])
