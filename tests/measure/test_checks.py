"""What checks say of each labeller: right on gold, the same answer the second time."""

from datetime import timedelta

import pytest

from labelling.assign.models import GoldExample
from labelling.discuss.services import change_schema
from labelling.intake.models import Example
from tests.checks import label_on, make_gold, switch_on
from tests.factories import NOW, SENTIMENT, api, make_examples, make_project, submit, viewer

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LABELLERS = "/api/v1/projects/reviews/labellers/"


def figures(name: str) -> dict:
    return next(one for one in api("lea").get(LABELLERS).json()["results"] if one["username"] == name)


def test_gold_accuracy_holds_what_was_mixed_in_and_what_was_labelled_first_as_it_was_before_anything_was_told():
    project = make_project(seed=5)
    make_examples(project, 30)
    make_gold(project, 20)
    switch_on(project, gold={"share": 0.4, "feedback": True}, qualification={"examples": 4, "required": 0.5})
    first = label_on("ada", 4, "neg")
    submit("ada", first[0].id, "pos", now=NOW + timedelta(hours=1))  # after the outcome was told: it changes nothing
    done = label_on("ada", 30, "pos")
    mixed = [one for one in done if one.key.startswith("g")]
    submit("ada", mixed[0].id, "neg", now=NOW + timedelta(hours=1))
    gold = figures("ada")["gold_accuracy"]
    assert gold["value"] == 4 / (4 + len(mixed))
    assert gold["n_examples"] == 4 + len(mixed)
    assert gold["low"] < gold["value"] < gold["high"]


def test_repeat_consistency_holds_the_second_round():
    project = make_project(seed=3)
    make_examples(project, 30)
    switch_on(project, second_round={"share": 0.5, "after_days": 7})
    label_on("ada", 30, "pos")
    back = label_on("ada", 30, "neg", now=NOW + timedelta(days=8))
    repeats = figures("ada")["repeat_consistency"]
    assert (repeats["value"], repeats["n_examples"]) == (0.0, len(back))
    overall = api("lea").get("/api/v1/projects/reviews/human-performance/").json()["repeat_consistency"]
    assert overall["value"] == 0.0
    assert figures("ada")["labels"] == 30


def test_answers_to_checks_are_read_through_later_changes_of_the_classes():
    project = make_project(seed=5)
    make_examples(project, 10)
    make_gold(project, 10)
    switch_on(project, gold={"share": 0.5})
    label_on("ada", 12, "neg")
    before = figures("ada")["gold_accuracy"]
    classes = [{**one, "key": "bad"} if one["key"] == "neg" else one for one in SENTIMENT["classes"]]
    change_schema(
        actor=viewer("lea"), slug="reviews", questions=[{**SENTIMENT, "classes": classes}],
        changes=[{"question": "sentiment", "op": "rename", "from": ["neg"], "to": ["bad"]}], reason="r", now=NOW,
    )  # fmt: skip
    assert figures("ada")["gold_accuracy"] == before
    assert before["value"] == 1.0


def test_gold_whose_class_was_retired_is_drawn_no_more():
    project = make_project(seed=5)
    make_examples(project, 10)
    make_gold(project, 4, answer="mix")
    make_gold(project, 3, answer="neg", prefix="n")
    change_schema(
        actor=viewer("lea"), slug="reviews", questions=[{**SENTIMENT, "classes": SENTIMENT["classes"][:2]}],
        changes=[{"question": "sentiment", "op": "retire", "from": ["mix"], "to": []}], reason="r", now=NOW,
    )  # fmt: skip
    assert set(GoldExample.objects.values_list("example__key", flat=True)) == {f"n{number}" for number in range(14, 17)}
    assert set(Example.objects.filter(key__startswith="g").values_list("state", flat=True)) == {"open"}  # never labelled
    assert len(label_on("ada", 30)) == 14
