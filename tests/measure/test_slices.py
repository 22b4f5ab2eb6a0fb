"""Saved slices hold the same examples on both databases, whatever their conditions ask, and may overlap."""

import numpy as np
import pytest

from labelling.intake.models import Batch, Example, Source
from labelling.intake.slice_models import Slice
from labelling.intake.slices import number_of
from labelling.measure.grouping import read_groups
from labelling.measure.slices import evaluate, read_slices
from labelling.projects.models import Project
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
META = {
    "e0": {"lab": "north", "age": 3},
    "e1": {"lab": "south", "age": "12"},  # as everything of a CSV file comes in
    "e2": {"lab": "north", "age": 12.0, 'odd "name"': "yes"},
    "e3": {"lab": None, "age": True},
    "e4": {"lab": "Göteborg", "age": "old"},
    "e5": {},
}
TEXTS = {"e0": "Not bad", "e1": "why NOT?", "e2": "knot", "e3": "ÉTÉ 🙂", "e4": "", "e5": "100 % \\ 'quoted'"}


@pytest.fixture
def reviews() -> Project:
    project = factories.make_project()
    factories.make_examples(project, 6)
    lea = factories.make_user("lea")
    web = Source.objects.create(project=project, key="web", name="Web", created_at=factories.NOW)
    batch = Batch.objects.create(project=project, source=web, file_name="a.csv", sha256="0" * 64, imported_by=lea, imported_at=factories.NOW)
    for key, meta in META.items():
        Example.objects.filter(key=key).update(meta=meta, data={"text": TEXTS[key]})
    Example.objects.filter(key__in=["e0", "e1"]).update(source=web, batch=batch)
    other = factories.make_project("other", owner="mallory", labellers=())
    factories.make_examples(other, 3)
    return project


def held(project, *conditions):
    [mask] = evaluate(project.pk, [conditions]).masks
    return "".join(key[1:] for key in Example.objects.filter(project=project).order_by("id").values_list("key", flat=True)[:6] if mask[int(key[1:])])


@pytest.mark.parametrize(
    ("conditions", "keys"),
    [
        ([{"field": "meta.lab", "is": ["north"]}], "02"),
        ([{"field": "meta.lab", "is": ["north", "Göteborg"]}], "024"),
        ([{"field": "meta.lab", "is": ["north"], "not": True}], "1345"),
        ([{"field": "meta.lab", "missing": True}], "35"),
        ([{"field": "meta.lab", "missing": True, "not": True}], "0124"),
        ([{"field": "meta.age", "is": [12]}], "2"),
        ([{"field": "meta.age", "is": ["12"]}], "1"),
        ([{"field": "meta.age", "is": [1]}], ""),  # true is no number
        ([{"field": "meta.age", "is": [True]}], "3"),
        ([{"field": "meta.age", "at_least": 4}], "12"),
        ([{"field": "meta.age", "at_least": 3, "at_most": 11.5}], "0"),
        ([{"field": "meta.age", "at_most": 12, "not": True}], "345"),
        ([{"field": 'meta.odd "name"', "is": ["yes"]}], "2"),
        ([{"field": "meta.never", "missing": True}], "012345"),
        ([{"field": "meta.never", "is": ["x"]}], ""),
        ([{"field": "source", "is": ["web"]}], "01"),
        ([{"field": "source", "missing": True}], "2345"),
        ([{"field": "source", "is": ["gone"]}], ""),
        ([{"field": "batch", "missing": True, "not": True}], "01"),
        ([{"field": "data.text", "contains": "not"}], "012"),
        ([{"field": "data.text", "contains": "été"}], "3"),
        ([{"field": "data.text", "contains": "% \\ '"}], "5"),
        ([{"field": "data.text", "contains": "n.t"}], ""),  # words, no pattern
        ([{"field": "length.text", "at_most": 5}], "234"),  # code points, not bytes
        ([{"field": "length.text", "at_least": 1, "at_most": 5}], "23"),
        ([{"field": "meta.lab", "is": ["north"]}, {"field": "source", "missing": True}], "2"),
    ],
)
def test_a_slice_holds_the_examples_that_its_conditions_mean(reviews, conditions, keys):
    assert held(reviews, *conditions) == keys


def test_a_batch_is_named_by_its_number(reviews):
    batch = Batch.objects.get()
    assert held(reviews, {"field": "batch", "is": [batch.pk]}) == "01"
    assert held(reviews, {"field": "batch", "is": [batch.pk + 1]}) == ""


def test_slices_may_overlap_and_are_read_at_once(reviews, django_assert_max_num_queries):
    lea = factories.make_user("lea")
    definitions = {"north": [{"field": "meta.lab", "is": ["north"]}], "not": [{"field": "data.text", "contains": "not"}], "all": [{"field": "length.text", "at_least": 0}]}
    for key, conditions in definitions.items():
        Slice.objects.create(project=reviews, key=key, name=key.title(), conditions=conditions, created_by=lea, created_at=factories.NOW)
    slices = list(Slice.objects.order_by("id"))
    found = read_slices(reviews.pk, slices)
    assert [int(mask.sum()) for mask in found.masks] == [2, 3, 6]
    ids = found.ids[[4, 0, 2]]
    assert [mask.tolist() for mask in found.of(ids)] == [[False, True, True], [False, True, True], [True, True, True]]
    groups = read_groups(reviews, "slice", ids)
    assert [(part.keys, part.names, part.code.tolist()) for part in groups] == [
        (["north"], ["North"], [-1, 0, 0]), (["not"], ["Not"], [-1, 0, 0]), (["all"], ["All"], [0, 0, 0]),
    ]  # fmt: skip


@pytest.mark.parametrize(("value", "number"), [("12", 12.0), (" -1.5e2 ", -150.0), (".5", 0.5), ("1e999", None), ("nan", None), ("١٢", None), ("", None), (True, None), ([1], None), (7, 7.0)])
def test_what_reads_as_a_number_is_one(value, number):
    assert number_of(value) == number


def test_a_project_without_slices_or_examples_has_no_groups(reviews):
    empty = factories.make_project("empty")
    assert read_groups(empty, "slice", np.zeros(0, dtype=np.int64)) == []
    assert evaluate(empty.pk, [[{"field": "data.text", "contains": "a"}, {"field": "meta.lab", "missing": True}]]).masks[0].size == 0
