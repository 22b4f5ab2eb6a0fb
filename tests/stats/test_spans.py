"""Spans: stretches against characters counted one by one, pairs against sets, and what merging, overlap and gaps do."""

import itertools

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelling.stats.columns import Labels
from labelling.stats.compare_spans import SpanComparison
from labelling.stats.comparison import by_example_group

CLASSES = ["A", "B"]


@st.composite
def texts(draw, overlap=False):
    """(labels, values, lengths): up to four texts, each marked by some of four people."""
    rows, values, lengths = [], [], []
    for example in range(draw(st.integers(1, 4))):
        long = draw(st.integers(1, 12))
        lengths.append(long)
        for labeller in range(4):
            if not draw(st.booleans()):
                continue
            cuts = sorted(draw(st.lists(st.integers(0, long), max_size=4, unique=True)))
            found = [
                {"start": start, "end": end, "class": draw(st.sampled_from(CLASSES))}
                for start, end in itertools.pairwise(cuts)
                if draw(st.booleans())
            ]
            if overlap and long > 1:
                found.append({"start": 0, "end": draw(st.integers(1, long)), "class": draw(st.sampled_from(CLASSES))})
            rows.append((example, labeller, len(values)))
            values.append(found)
    example, labeller, code = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    kept = np.unique(example)
    return Labels.of(example, labeller, code, len(values)), values, np.array(lengths)[kept] if kept.size else np.zeros(0, dtype=np.int64)


def characters(labels, values, lengths):
    """Labeller x code point: the set of classes of each, None where somebody did not label the text."""
    table = []
    for person in range(labels.n_labellers):
        row = []
        for example, long in enumerate(lengths):
            at = np.flatnonzero((labels.example == example) & (labels.labeller == person))
            for place in range(long):
                row.append(
                    frozenset(s["class"] for s in values[labels.code[at[0]]] if s["start"] <= place < s["end"]) if at.size else None
                )
        table.append(row)
    return table


@given(st.one_of(texts(), texts(overlap=True)))
@settings(deadline=None)
def test_alpha_of_stretches_is_alpha_of_characters_one_by_one(sample):
    labels, values, lengths = sample
    found = SpanComparison.of(labels, values, CLASSES, lengths).character_alpha()
    table = characters(labels, values, lengths)
    names = {value: code for code, value in enumerate({v for row in table for v in row if v is not None})}
    if not table:
        assert found.undefined
        return
    numbers = np.array([[np.nan if v is None else names[v] for v in row] for row in table]).reshape(len(table), -1)
    paired = numbers[:, (~np.isnan(numbers)).sum(axis=0) >= 2] if numbers.size else numbers
    if np.unique(paired[~np.isnan(paired)]).size < 2:
        assert found.value is None and found.undefined
        return
    assert found.value == pytest.approx(krippendorff.alpha(reliability_data=numbers, level_of_measurement="nominal"), abs=1e-9)


@given(texts())
@settings(deadline=None)
def test_pairs_have_the_f1_of_their_sets_of_spans(sample):
    labels, values, lengths = sample
    compared = SpanComparison.of(labels, values, CLASSES, lengths)
    same = near = total = 0
    for example in range(labels.n_examples):
        rows = np.flatnonzero(labels.example == example)
        for one, other in itertools.combinations(rows, 2):
            a, b = (
                {(s["start"], s["end"], s["class"]) for s in values[labels.code[row]]} for row in (one, other)
            )
            total += len(a) + len(b)
            same += 2 * len(a & b)
            near += sum(any(_meet(x, y) for y in b) for x in a) + sum(any(_meet(x, y) for y in a) for x in b)
    measures = compared.measures()
    if not total:
        assert measures["span_f1_exact"].value is None
        return
    assert measures["span_f1_exact"].value == pytest.approx(same / total)
    assert measures["span_f1_overlap"].value == pytest.approx(near / total)


def _meet(one, other):
    return one[2] == other[2] and one[0] < other[1] and other[0] < one[1]


@given(texts())
@settings(deadline=None)
def test_full_agreement_is_alpha_one_and_the_order_of_labels_bears_on_nothing(sample):
    labels, values, lengths = sample
    compared = SpanComparison.of(labels, values, CLASSES, lengths)
    back = np.arange(labels.n_labels)[::-1]
    turned = Labels.of(labels.example[back], labels.labeller[back], labels.code[back], labels.n_codes)
    assert SpanComparison.of(turned, values, CLASSES, lengths).alpha().value == pytest.approx(compared.alpha().value, abs=1e-12)
    alike = SpanComparison.of(Labels.of([0, 0, 0], [0, 1, 2], [0, 0, 0], 1), [[{"start": 2, "end": 5, "class": "A"}]], CLASSES, [9])
    assert alike.alpha().value == 1.0 and alike.character_alpha().value == 1.0


@given(texts())
@settings(deadline=None, max_examples=25)
def test_a_part_of_the_labels_is_measured_as_if_it_were_all(sample):
    labels, values, lengths = sample
    mask = labels.labeller != labels.n_labellers - 1
    part = SpanComparison.of(labels, values, CLASSES, lengths).keep(mask)
    kept = np.unique(labels.example[mask])
    fresh = SpanComparison.of(
        Labels.of(labels.example[mask], labels.labeller[mask], labels.code[mask], labels.n_codes), values, CLASSES, lengths[kept]
    )
    assert part.alpha().value == pytest.approx(fresh.alpha().value, abs=1e-12)
    assert part.character_alpha().value == pytest.approx(fresh.character_alpha().value, abs=1e-12)


def test_neighbours_that_touch_are_two_units_and_overlapping_ones_of_a_class_are_one():
    labels = Labels.of([0, 0], [0, 1], [0, 1], 2)
    touching = [[{"start": 0, "end": 3, "class": "A"}, {"start": 3, "end": 6, "class": "A"}], [{"start": 0, "end": 6, "class": "A"}]]
    overlapping = [[{"start": 0, "end": 4, "class": "A"}, {"start": 3, "end": 6, "class": "A"}], [{"start": 0, "end": 6, "class": "A"}]]
    assert SpanComparison.of(labels, touching, CLASSES, [20]).alpha().value < 1.0
    assert SpanComparison.of(labels, overlapping, CLASSES, [20]).alpha().value == 1.0
    assert SpanComparison.of(labels, touching, CLASSES, [20]).character_alpha().value == 1.0


def test_nothing_marked_by_anybody_is_undefined_in_words():
    compared = SpanComparison.of(Labels.of([0, 0], [0, 1], [0, 0], 1), [[]], CLASSES, [20])
    found = {"alpha": compared.alpha(), **compared.measures()}
    assert all(figure.value is None and figure.undefined for figure in found.values())
    nobody = SpanComparison.of(Labels.of(*np.zeros((3, 0), dtype=np.int64)), [], CLASSES, [])
    assert all(figure.undefined for figure in (nobody.alpha(), *nobody.measures().values()))


def test_a_long_text_costs_what_its_spans_cost():
    import time

    random = np.random.default_rng(0)
    starts = np.sort(random.choice(200_000, 1000, replace=False))
    values = [
        [{"start": int(s), "end": int(s) + int(random.integers(1, 150)), "class": CLASSES[int(random.integers(2))]} for s in starts]
        for _ in range(40)
    ]
    labels = Labels.of(np.repeat(np.arange(10), 4), np.tile(np.arange(4), 10), np.arange(40))
    started = time.process_time()
    compared = SpanComparison.of(labels, values, CLASSES, np.full(10, 200_000))
    compared.alpha(), compared.measures(), compared.by_labeller()
    assert time.process_time() - started < 5


def test_groups_of_texts_are_measured_by_themselves():
    same, apart = [{"start": 0, "end": 3, "class": "A"}], [{"start": 4, "end": 6, "class": "B"}]
    labels = Labels.of([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 0, 1], 2)
    groups = by_example_group(SpanComparison.of(labels, [same, apart], CLASSES, [9, 9]), ["x", "y"])
    assert [group.alpha.value for group in groups][0] == 1.0
    assert groups[1].alpha.value < 0 and groups[1].percent.value == 0.0


def test_classes_that_meet_on_characters_are_counted_from_both_sides():
    values = [[{"start": 0, "end": 4, "class": "A"}], [{"start": 2, "end": 6, "class": "B"}]]
    compared = SpanComparison.of(Labels.of([0, 0], [0, 1], [0, 1]), values, CLASSES, [10])
    assert compared.class_pairs().tolist() == [[0.0, 2.0], [2.0, 0.0]]
    assert compared.examples_with(0, 1).tolist() == [0] and compared.examples_with(0, 0).size == 0
    now, merged = compared.if_merged(0, 1)
    assert merged > now
