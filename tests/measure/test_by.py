"""Agreement by round, version of the questions, saved slice and pair: for classes and for the other kinds."""

import pytest

from labelling.measure import services
from labelling.measure.human import human_performance
from labelling.measure.selectors import agreement
from tests import every_kind, factories
from tests.measure.over_time import MONDAY, put_rows, relabelled

pytestmark = pytest.mark.django_db
PEOPLE = ("ada", "ben", "cleo")


def figures(by, question=None, **asked):
    return agreement(factories.viewer("lea"), "reviews", question=question, by=by, now=factories.NOW, **asked)


def save_slice(name, *conditions, slug="reviews"):
    return services.create_slice(actor=factories.viewer("lea"), slug=slug, fields={"name": name, "conditions": list(conditions)}, now=factories.NOW)


def test_a_round_is_compared_within_itself_also_when_it_was_given_up():
    relabelled(30)
    found = figures("round")
    assert [(row["key"], row["n_examples"]) for row in found["by"]] == [(1, 30), (2, 30)]
    assert [row["alpha"] for row in found["by"]] == [row["alpha"] for row in figures("guideline", rounds="all")["by"]]
    assert found["alpha"] == figures(None)["alpha"]  # the figure of all is that of the rounds that stand
    assert [row["key"] for row in figures("round", rounds="2")["by"]] == [2]
    assert [row["key"] for row in figures("round", rounds="current")["by"]] == [2]


def test_labels_under_one_version_of_the_questions_are_compared():
    project = factories.make_project()
    factories.make_examples(project, 12)
    put_rows(project, [(f"e{n}", name, "pos" if n % 2 else "neg") for n in range(12) for name in ("ada", "ben")])
    put_rows(project, [(f"e{n}", "cleo", "mix") for n in range(12)], schema=2, day=MONDAY + 1)
    rows = figures("schema")["by"]
    assert [(row["key"], row["n_examples"]) for row in rows] == [(1, 12), (2, 0)]
    assert rows[0]["percent"]["value"] == 1.0
    assert "undefined" in rows[1]["alpha"]


def test_slices_may_overlap_and_have_the_figure_of_their_own_examples():
    relabelled(30)
    north = save_slice("North", {"field": "meta.lab", "is": ["north"]})
    ones = save_slice("Ones", {"field": "data.text", "contains": "1"})
    save_slice("Nowhere", {"field": "meta.lab", "is": ["nowhere"]})
    rows = {row["key"]: row for row in figures("slice")["by"]}
    assert [(key, row["name"], row["n_examples"]) for key, row in rows.items()] == [("north", "North", 15), ("ones", "Ones", 12), ("nowhere", "Nowhere", 0)]
    by_lab = {row["key"]: row for row in figures("meta.lab")["by"]}
    assert rows["north"]["alpha"] == by_lab["north"]["alpha"]
    assert rows["nowhere"]["alpha"]["value"] is None
    assert (north.n_examples, ones.n_examples) == (15, 12)


def test_human_level_goes_by_slices_too():
    relabelled(30)
    save_slice("North", {"field": "meta.lab", "is": ["north"]})
    save_slice("All", {"field": "length.text", "at_least": 0})
    found = human_performance(factories.viewer("lea"), "reviews", by="slice")
    by_lab = {row["key"]: row for row in human_performance(factories.viewer("lea"), "reviews", by="meta.lab")["by"]}
    rows = {row["key"]: row for row in found["by"]}
    assert list(rows) == ["north", "all"]
    assert rows["north"]["figure"] == by_lab["north"]["figure"]
    assert rows["all"]["figure"]["value"] == pytest.approx(found["leave_one_out"]["value"])


@pytest.mark.parametrize("question", [question["key"] for question in every_kind.QUESTIONS])
def test_every_kind_goes_by_round_version_and_slice(question):
    project = every_kind.every_kind(12)
    good, other = every_kind.GOOD[question], every_kind.OTHER[question]
    rows = [(f"e{n}", name, good if (n + place) % 3 else other) for n in range(12) for place, name in enumerate(PEOPLE)]
    put_rows(project, rows, question=question)
    put_rows(project, rows[:18], question=question, round=2, schema=2)
    save_slice("Some", {"field": "length.text", "at_least": 0})
    save_slice("None", {"field": "source", "missing": True, "not": True})
    assert [row["key"] for row in figures("round", question)["by"]] == [1, 2]
    assert [(row["key"], row["n_examples"]) for row in figures("schema", question)["by"]] == [(1, 6), (2, 6)]
    some, none = figures("slice", question)["by"]
    assert (some["key"], some["n_examples"], none["key"], none["alpha"]["value"]) == ("some", 12, "none", None)
    assert some["alpha"]["value"] == pytest.approx(figures(None, question)["alpha"]["value"])


@pytest.mark.parametrize("question", [None, "price"])
def test_pairs_with_too_few_examples_in_common_are_counted(question):
    project = every_kind.every_kind(12) if question else factories.make_project()
    if not question:
        factories.make_examples(project, 12)
    answers = (3, 4) if question else ("pos", "neg")
    put_rows(project, [(f"e{n}", name, answers[n % 2]) for n in range(12) for name in ("ada", "ben")], question=question)
    put_rows(project, [(f"e{n}", "cleo", answers[n % 2]) for n in range(5)], question=question)
    found = figures("pair", question)
    assert [row["key"] for row in found["by"]] == ["ada,ben"]
    assert (found["left_out"]["pairs"], found["left_out"]["min_overlap"]) == (2, 10)
    assert "pairs" not in figures("labeller", question)["left_out"]
