"""Boxes: matching first, then alpha over objects; against the same counted by hand and by the krippendorff package."""

import itertools
import time

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelling.stats import boxes as pairwise
from labelling.stats.columns import Labels
from labelling.stats.compare_boxes import BoxComparison
from labelling.stats.comparison import by_example_group

CLASSES = ["car", "van"]


def box(x, y=0, w=10, h=10, name="car"):
    return {"x": x, "y": y, "w": w, "h": h, "class": name}


@st.composite
def pictures(draw):
    """Up to three pictures with up to four objects far from each other; each person sees some, with a class of their own."""
    rows, values = [], []
    for example in range(draw(st.integers(1, 3))):
        for labeller in range(draw(st.integers(1, 4))):
            found = [
                box(100 * place + draw(st.integers(0, 2)), name=draw(st.sampled_from(CLASSES))) for place in range(4) if draw(st.booleans())
            ]
            rows.append((example, labeller, len(values)))
            values.append(found)
    return Labels.of(*np.array(rows, dtype=np.int64).T, len(values)), values


@given(pictures())
@settings(deadline=None)
def test_alpha_over_objects_is_the_packages_with_missing_as_a_class(sample):
    labels, values = sample
    found = BoxComparison.of(labels, values, CLASSES).alpha()
    units = []
    for example in range(labels.n_examples):
        rows = np.flatnonzero(labels.example == example)
        for place in range(4):
            said = {}
            for row in rows:
                mine = [b for b in values[labels.code[row]] if 100 * place <= b["x"] < 100 * place + 50]
                said[int(labels.labeller[row])] = 1 + CLASSES.index(mine[0]["class"]) if mine else 0
            if rows.size >= 2 and any(said.values()):
                units.append([said.get(person, np.nan) for person in range(labels.n_labellers)])
    table = np.array(units, dtype=np.float64).T
    if not table.size or np.unique(table[~np.isnan(table)]).size < 2:
        assert found.value is None and found.undefined
        return
    assert found.value == pytest.approx(krippendorff.alpha(reliability_data=table, level_of_measurement="nominal"), abs=1e-9)


@given(pictures())
@settings(deadline=None)
def test_pairs_have_the_matches_of_two_people_pooled(sample):
    labels, values = sample
    matched = same = total = 0
    overlap = []
    for example in range(labels.n_examples):
        for one, other in itertools.combinations(np.flatnonzero(labels.example == example), 2):
            a, b = values[labels.code[one]], values[labels.code[other]]
            pairs = pairwise.match(a, b)
            matched, total = matched + len(pairs), total + len(a) + len(b)
            same += sum(a[i]["class"] == b[j]["class"] for i, j, _ in pairs)
            overlap += [share for *_, share in pairs]
    found = BoxComparison.of(labels, values, CLASSES).measures()
    if not total:
        assert found["box_f1"].undefined
        return
    assert found["box_f1"].value == pytest.approx(2 * matched / total)
    assert found["box_f1_class"].value == pytest.approx(2 * same / total)
    if matched:
        assert found["iou"].value == pytest.approx(np.mean(overlap))
        assert found["class_agreement"].value == pytest.approx(same / matched)
    else:
        assert found["iou"].undefined and found["class_agreement"].undefined


@given(pictures())
@settings(deadline=None, max_examples=30)
def test_a_part_of_the_labels_is_measured_as_if_it_were_all(sample):
    labels, values = sample
    whole = BoxComparison.of(labels, values, CLASSES)
    for who in range(labels.n_labellers):
        mask = labels.labeller != who
        fresh = BoxComparison.of(Labels.of(labels.example[mask], labels.labeller[mask], labels.code[mask], labels.n_codes), values, CLASSES)
        part = whole.keep(mask)
        assert part.alpha().value == pytest.approx(fresh.alpha().value, abs=1e-12)
        assert part.likeness().value == pytest.approx(fresh.likeness().value, abs=1e-12)
        without = {one.labeller: one.alpha_without for one in whole.by_labeller()}[who]
        if without is not None and fresh.alpha().value is not None:
            assert without == pytest.approx(fresh.alpha().value, abs=1e-9)


def test_figures_of_pictures_are_pooled_and_never_averaged():
    # One picture with a single agreed box, one with four that only one person drew.
    values = [[box(0)], [box(100 * n) for n in range(4)], []]
    labels = Labels.of([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 1, 2], 3)
    compared = BoxComparison.of(labels, values, CLASSES)
    assert compared.likeness().value == pytest.approx(2 / 6)
    assert [group.percent.value for group in by_example_group(compared, [0, 1])] == [1.0, 0.0]


def test_each_box_is_one_object_and_the_closest_join_first():
    labels = Labels.of([0, 0, 0], [0, 1, 2], [0, 1, 2], 3)
    values = [[box(0)], [box(3)], [box(1), box(40)]]
    units = BoxComparison.of(labels, values, CLASSES).units
    assert units.example.size == 2
    assert sorted(np.bincount(units.unit[units.code > 0]).tolist()) == [1, 3]


def test_two_boxes_of_one_person_are_never_one_object():
    labels = Labels.of([0, 0], [0, 1], [0, 1], 2)
    units = BoxComparison.of(labels, [[box(0), box(1)], [box(0)]], CLASSES).units
    assert units.example.size == 2


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from(CLASSES)), max_size=6), st.lists(st.tuples(st.integers(0, 30), st.sampled_from(CLASSES)), max_size=6))
def test_matching_by_class_at_once_is_matching_each_class_by_itself(one, other):
    a, b = ([box(x, name=name) for x, name in dict.fromkeys(rows)] for rows in (one, other))
    each = sum(
        len(pairwise.match([x for x in a if x["class"] == name], [x for x in b if x["class"] == name], most=True)) for name in CLASSES
    )
    assert len(pairwise.match(a, b, most=True, same_class=True)) == each


def test_half_takes_in_what_exactly_half_drew_and_names_no_tie():
    answers = [[box(0), box(100)], [box(0)], [box(0, name="van")], [box(0, name="van")]]
    assert pairwise.boxes_of_majority(answers)[2]
    found, _, tie = pairwise.boxes_of_majority(answers, half=True)
    assert not tie and [(one["x"], one["class"]) for one in found] == [(0, "car")]


def test_five_hundred_boxes_of_four_people_are_matched_in_a_moment():
    random = np.random.default_rng(0)
    places, sides = random.uniform(0, 4000, (500, 2)), random.uniform(30, 60, (500, 2))
    values = [
        [box(float(x), float(y), float(w), float(h)) for (x, y), (w, h) in zip(places + random.normal(0, 3, (500, 2)), sides, strict=True)]
        for _ in range(4)
    ]
    started = time.process_time()
    compared = BoxComparison.of(Labels.of([0] * 4, range(4), range(4)), values, CLASSES)
    compared.alpha(), compared.measures(), compared.by_labeller()
    assert time.process_time() - started < 3
    assert compared.likeness().value > 0.95
