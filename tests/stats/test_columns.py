import subprocess
import sys

import numpy as np
import pytest

from labelling.stats.columns import Labels
from labelling.stats.patterns import Patterns, _count_by_key, _count_by_sorting
from tests.stats.samples import simulate


def test_rows_are_sorted_by_example_and_ids_are_compacted_and_kept():
    labels = Labels.of([30, 10, 30, 20], [900, 7, 7, 900], [2, 0, 1, 0])
    assert labels.example.tolist() == [0, 1, 2, 2]
    assert labels.labeller.tolist() == [0, 1, 1, 0]
    assert labels.code.tolist() == [0, 0, 2, 1]
    assert labels.example_ids.tolist() == [10, 20, 30]
    assert labels.labeller_ids.tolist() == [7, 900]
    assert labels.sizes.tolist() == [1, 1, 2]
    assert labels.n_codes == 3
    assert labels.align(np.array(["a", "b", "c", "d"])).tolist() == ["b", "d", "a", "c"]


def test_sorted_rows_are_not_copied_around():
    codes = np.array([0, 1, 1], dtype=np.int32)
    labels = Labels.of([1, 1, 2], [0, 1, 0], codes)
    assert labels.order is None
    assert labels.code is codes


def test_far_apart_ids_are_compacted_too():
    labels = Labels.of([-5, 10**15, 10**15], [10**17, -3, 10**17], [0, 1, 0])
    assert labels.example_ids.tolist() == [-5, 10**15]
    assert labels.labeller_ids.tolist() == [-3, 10**17]
    assert labels.labeller.tolist() == [1, 0, 1]


def test_small_unsigned_codes_do_not_wrap_around():
    labels = Labels.of(np.array([3, 3, 200], dtype=np.uint8), np.array([0, 1, 1], dtype=np.uint8), np.array([0, 1, 1], dtype=np.uint8))
    assert labels.example_ids.tolist() == [3, 200]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2], [1], [0, 0]), "Each label needs an example, a labeller and a code, but there are 2, 1 and 2."),
        (([1], [1], [-1]), "Answer codes count from 0; leave a missing label out instead of giving it a negative code."),
        (([1], [1], [0.5]), "'code' must hold whole numbers, but holds float64; encode names as numbers first."),
        (([1], ["anna"], [0]), "'labeller' must hold whole numbers"),
        (([[1]], [1], [0]), "'example' must be a flat array with one entry a label, but has 2 dimensions."),
        (([1], [1], [3], 3), "There is an answer code 3, but only 3 codes were announced (0 to 2)."),
    ],
)
def test_wrong_input_is_refused_with_a_sentence(arguments, message):
    with pytest.raises(ValueError) as refusal:
        Labels.of(*arguments)
    assert str(refusal.value).startswith(message)


def test_a_label_level_array_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="needs one entry a label"):
        Labels.of([1, 2], [1, 1], [0, 0]).align([1])


@pytest.mark.parametrize("sizes", [[3, 3, 3], [12, 2, 1]])
def test_two_labels_of_one_person_on_one_example_are_found(sizes):
    example = np.repeat(np.arange(3), sizes)
    labeller = np.concatenate([np.arange(n) for n in sizes])[::-1].copy()
    example = example[::-1].copy()
    assert not Labels.of(example, labeller, np.zeros(example.size, dtype=int)).repeated.any()
    labeller[(example == 0) & (labeller == 1)] = 2
    labels = Labels.of(example, labeller, np.zeros(example.size, dtype=int))
    assert [(e, w) for e, w in zip(labels.example[labels.repeated], labels.labeller_ids[labels.labeller[labels.repeated]], strict=True)] == [(0, 2), (0, 2)]


def test_keeping_a_part_compacts_ids_and_keeps_the_way_back():
    labels = Labels.of([3, 1, 2, 1], [5, 6, 7, 5], [0, 1, 2, 1])
    part = labels.keep(labels.code != 2)
    assert part.example_ids.tolist() == [1, 3]
    assert part.labeller_ids.tolist() == [5, 6]
    assert part.order.tolist() == [1, 3, 0]
    assert part.n_codes == 3


@pytest.mark.parametrize("share", [1.0, 0.7])
def test_both_ways_of_counting_patterns_come_to_the_same(share):
    whole, _ = simulate(9, 500, 4, 8, 4, accuracy=0.5)
    labels = whole.keep(np.random.default_rng(2).random(whole.n_labels) < share)
    largest = int(labels.sizes.max()) + 1
    found = {}
    for name, (of_example, counts, first) in {
        "key": _count_by_key(labels, largest, largest**4), "sort": _count_by_sorting(labels),
    }.items():
        multisets = [tuple(sorted(labels.code[labels.example == e])) for e in first]
        assert [multisets[p] for p in of_example] == [tuple(sorted(labels.code[labels.example == e])) for e in range(labels.n_examples)]
        found[name] = dict(zip(multisets, counts.tolist(), strict=True))
    assert found["key"] == found["sort"]


def test_patterns_of_many_classes_and_labels_are_told_apart():
    # 40 labels an example in 3,000 classes do not fit one 64-bit key.
    random = np.random.default_rng(0)
    codes = random.integers(0, 3000, (50, 40))
    codes[25:] = codes[:25, ::-1]  # the same multisets in another order
    labels = Labels.of(np.repeat(np.arange(50), 40), np.tile(np.arange(40), 50), codes.ravel(), 3000)
    patterns = Patterns.of(labels)
    assert patterns.n_patterns == 25
    assert patterns.counts.tolist() == [2] * 25
    assert (patterns.of_example[:25] == patterns.of_example[25:]).all()


def test_the_library_works_without_django():
    code = "import sys; from labelling.stats import agreement, human, scoring, second_opinion; print('django' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
