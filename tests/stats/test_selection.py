"""Which labels may be counted on examples that are there because of how their labels agree."""

import numpy as np

from labelling.stats import selection
from labelling.stats.columns import Labels


def labels_of(rows):
    """One row an example: its answers as letters."""
    place = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    who = np.concatenate([np.arange(len(row)) for row in rows])
    return Labels.of(place, who, [ord(letter) - 97 for row in rows for letter in row], 4)


def test_examples_of_one_number_of_labels_are_told_apart_by_how_many_agree_and_by_ties():
    ways = selection.ways(labels_of(["aaa", "bbb", "aab", "abc", "aabb", "aabc", "ab"]))
    assert ways[0] == ways[1]
    assert len(set(ways[1:].tolist())) == 6
    assert selection.count_ways(labels_of(["aaa", "bbb", "aab"])) == {ways[0]: 2, ways[2]: 1}


def test_where_only_disagreements_were_taken_a_label_counts_if_the_others_disagree_already():
    rows = ["aaa"] * 50 + ["aab"] * 40 + ["abc"] * 10
    labels = labels_of(rows)
    taken = np.array([row != "aaa" for row in rows])
    chance = selection.chances(selection.count_ways(labels, taken), selection.count_ways(labels))
    found = selection.weigh(labels, chance)
    assert not found.even
    counted = {row: (found.weight[3 * at : 3 * at + 3] > 0).tolist() for at, row in enumerate(rows)}
    assert counted == {"aaa": [False] * 3, "aab": [True, True, False], "abc": [True] * 3}


def test_where_ties_were_left_out_no_label_counts_that_could_have_made_one():
    rows = ["aaa"] * 50 + ["aab"] * 40 + ["abc"] * 30
    labels = labels_of(rows)
    taken = np.array([row != "abc" for row in rows])
    part = labels.keep(np.repeat(taken, 3))
    found = selection.weigh(part, selection.chances(selection.count_ways(labels, taken), selection.count_ways(labels)))
    assert (found.weight[:3] > 0).all()  # two others agree: whatever the third says, there is no tie
    assert (found.weight[150:153] > 0).tolist() == [False, False, True]


def test_two_labels_with_ties_left_out_leave_nothing_to_count():
    labels = labels_of(["aa"] * 50 + ["ab"] * 50)
    taken = np.repeat([True, False], 50)
    found = selection.weigh(labels.keep(np.repeat(taken, 2)), selection.chances(selection.count_ways(labels, taken), selection.count_ways(labels)))
    assert found.hinges.all() and not found.weight.any()


def test_even_chances_weigh_all_alike_and_uneven_ones_by_their_inverse():
    rows = ["aaa"] * 60 + ["aab"] * 60
    labels = labels_of(rows)
    counts = selection.count_ways(labels)
    same = selection.weigh(labels, selection.chances({way: n / 2 for way, n in counts.items()}, counts))
    assert same.even and (same.weight == 1).all()
    unanimous, split = sorted(counts, reverse=True)
    found = selection.weigh(labels, selection.chances({unanimous: 12, split: 48}, counts))
    assert not found.even
    assert found.weight[0] / found.weight[-1] == 4.0
    assert found.weight.mean() == np.float64(1.0)


def test_rare_ways_are_pooled_with_their_neighbours():
    labels = labels_of(["aaa"] * 100 + ["aab"] * 60 + ["abc"] * 2)
    counts = selection.count_ways(labels)
    chance = selection.chances(counts | {min(counts): 0}, counts)
    assert chance[min(counts)] == chance[sorted(counts)[1]] == 60 / 62
    assert chance[max(counts)] == 1.0


def test_nothing_and_what_was_never_seen_are_no_obstacle():
    empty = Labels.of([], [], [], 3)
    assert selection.weigh(empty, {}).weight.size == 0 and selection.count_ways(empty) == {}
    assert selection.weigh(labels_of(["ab", "aa"]), {}).weight.tolist() == [1.0] * 4
