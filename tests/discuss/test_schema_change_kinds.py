"""Changes of classes that sets, spans and boxes name: what counts, what no longer does, and that it can be worked out again."""

from copy import deepcopy
from typing import Any

import pytest

from labelling.discuss.models import Case, Resolution
from labelling.discuss.services.settling import resolve
from labelling.intake.models import Example
from labelling.label.models import AnswerCode, CountedAnswer, Label
from labelling.label.selectors import drift_of
from labelling.label.services import recount
from labelling.measure.models import ResolvedAnswer
from tests.discuss.cast import LATER, case_of, seen
from tests.every_kind import GOOD, OTHER, QUESTIONS, every_kind
from tests.factories import NOW, api, lease, submit, viewer

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
URL = "/api/v1/projects/reviews/schema/"
WAR = GOOD | {"topics": ["war"], "names": [{"start": 0, "end": 3, "class": "LOC"}, {"start": 0, "end": 3, "class": "PER"}]}


def labelled() -> None:
    every_kind(2, labels_per_example=2)
    for name, values in (("ada", [GOOD, WAR]), ("ben", [OTHER, WAR])):
        for one, value in zip(lease(name, count=2), values, strict=True):
            submit(name, one.id, value)


def changed(*changes: dict[str, Any], **classes: list[str]) -> dict[str, Any]:
    questions = deepcopy(QUESTIONS)
    for question in questions:
        question["classes"] = classes.get(question["key"], question.get("classes"))
        if question["classes"] is None:
            del question["classes"]
    return {"questions": questions, "changes": list(changes), "reason": "Plainer."}


def counted(key: str) -> list[Any]:
    codes = dict(AnswerCode.objects.filter(question__key=key).values_list("code", "value"))
    rows = CountedAnswer.objects.filter(question__key=key).order_by("example_id", "labeller_id")
    return [codes[row.code] for row in rows]


MERGE = changed(
    {"question": "names", "op": "merge", "from": ["PER", "LOC"], "to": ["NAME"]},
    {"question": "topics", "op": "rename", "from": ["art"], "to": ["zzz"]},
    {"question": "cars", "op": "merge", "from": ["car", "van"], "to": ["car"]},
    names=["NAME"], topics=["zzz", "food", "money", "war"], cars=["car"],
)  # fmt: skip
RETIRE = changed({"question": "topics", "op": "retire", "from": ["war", "art"], "to": []}, topics=["food", "money"])
RETIRE["questions"][1]["max"] = 2


def test_parts_and_sets_count_under_their_new_classes_and_no_label_is_touched():
    labelled()
    before = list(Label.objects.order_by("id").values())
    answer = api("lea").post(URL, MERGE, format="json")
    assert answer.status_code == 201, answer.json()
    assert answer.json()["affected"]["to_relabel"] == 0
    assert counted("names")[0] == [{**span, "class": "NAME"} for span in GOOD["names"]]
    assert counted("names")[2:] == [[{"start": 0, "end": 3, "class": "NAME"}]] * 2  # said twice, it stands once
    assert counted("topics") == [["food", "zzz"], [], ["war"], ["war"]]
    assert [parts[0]["class"] for parts in counted("cars")] == ["car"] * 4
    assert list(Label.objects.order_by("id").values()) == before
    assert drift_of("reviews").answers == 0
    there = [counted(key) for key in GOOD]
    CountedAnswer.objects.all().delete()
    recount(actor=None, slug="reviews", now=LATER)
    assert [counted(key) for key in GOOD] == there


def test_of_a_set_only_the_class_that_is_retired_goes_and_one_that_is_emptied_is_labelled_again():
    labelled()
    answer = api("lea").post(URL, RETIRE, format="json")
    assert answer.status_code == 201, answer.json()
    assert answer.json()["affected"] == {"labels": 3, "examples": 2, "to_relabel": 1, "settled": 0, "relabelled": 0}
    assert counted("topics") == [["food"], []]
    assert drift_of("reviews").answers == 0


def test_a_preview_measures_each_question_that_changes_and_changes_nothing():
    labelled()
    before = [counted(key) for key in GOOD]
    answer = api("lea").post(f"{URL}?preview=true", MERGE, format="json")
    assert answer.status_code == 200
    assert set(answer.json()["agreement"]) == {"names", "topics", "cars"}
    for figures in answer.json()["agreement"].values():
        assert {"value", "undefined"} & set(figures["before"]) and {"value", "undefined"} & set(figures["after"])
    assert [counted(key) for key in GOOD] == before


def test_settled_answers_follow_their_classes():
    labelled()
    resolve(actor=viewer("lea"), case_id=case_of().pk, outcome="answer", cause="slip", seen=seen(), value=GOOD, now=NOW)
    assert api("lea").post(URL, MERGE, format="json").status_code == 201
    codes = dict(AnswerCode.objects.filter(question__key="topics").values_list("code", "value"))
    assert [codes[row.code] for row in ResolvedAnswer.objects.filter(question__key="topics")] == [["food", "zzz"]]
    assert Resolution.objects.get().value == GOOD
    assert Example.objects.get(key="e0").state == "resolved" and Case.objects.get().state == "resolved"


@pytest.mark.parametrize(
    ("key", "change", "words"),
    [
        ("topics", {"max": 1}, "Labels say"),
        ("price", {"high": 15}, "Labels say"),
        ("summary", {"max_length": 5}, "Labels say"),
        ("names", {"overlap": False}, "Labels say"),
        ("names", {"of": "photo"}, "photo"),
        ("cars", {"kind": "spans", "of": "text"}, "keeps its kind"),
    ],
)
def test_a_question_that_its_own_labels_would_not_fit_is_refused_and_nothing_changes(key, change, words):
    labelled()
    body = changed()
    next(question for question in body["questions"] if question["key"] == key).update(change)
    answer = api("lea").post(URL, body, format="json")
    assert answer.status_code == 400 and words in answer.json()["message"], answer.json()
    assert counted("topics") == [["art", "food"], [], ["war"], ["war"]]


def test_a_label_that_was_made_under_the_old_classes_counts_under_the_new_ones():
    every_kind(1)
    [held] = lease("ada")
    assert api("lea").post(URL, MERGE, format="json").status_code == 201
    submit("ada", held.id, GOOD, schema_version=1)
    assert Label.objects.get().value == GOOD
    assert counted("topics") == [["food", "zzz"]] and counted("cars")[0][0]["class"] == "car"
