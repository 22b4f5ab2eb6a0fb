"""Answers of every kind come in: by hand, in a file, as truth and as a resolution."""

import csv
import io
import json
import time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labelling.discuss.models import Case, Resolution
from labelling.discuss.services import start_resolution_import
from labelling.discuss.services.settling import resolve
from labelling.errors import Invalid
from labelling.intake.models import Example
from labelling.jobs.models import Job
from labelling.kinds import KINDS
from labelling.label.models import AnswerCode, CountedAnswer, Label
from labelling.label.services import start_label_import
from labelling.tasks import run_queued
from tests.discuss.cast import case_of, seen
from tests.every_kind import GOOD, OTHER, QUESTIONS, TEXT, every_kind
from tests.factories import NOW, lease, submit, viewer

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("media_folder")]
BY_KEY = {question["key"]: question for question in QUESTIONS}


def cell(key: str, answer: Any) -> str:
    kind = KINDS[BY_KEY[key]["kind"]]
    return kind.write(kind.check_question(BY_KEY[key], key), answer)


def csv_of(*rows: dict[str, Any]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def in_csv(example: str, labeller: str | None, value: dict[str, Any]) -> dict[str, Any]:
    return {"example": example} | ({"labeller": labeller} if labeller else {}) | {key: cell(key, answer) for key, answer in value.items()}


def load(text: str, name: str = "labels.csv", start: Any = start_label_import) -> dict[str, Any]:
    job = start(actor=viewer("lea"), slug="reviews", file=SimpleUploadedFile(name, text.encode()), now=NOW)
    run_queued()
    job = Job.objects.get(pk=job.pk)
    assert job.state == "done", job.error
    return job.result


def test_a_label_of_every_kind_is_stored_as_it_was_meant():
    every_kind(1)
    [one] = lease("ada")
    said = {
        **GOOD,
        "topics": ["food", "art", "art"],
        "price": 12.50,
        "summary": "  E\u0301mile und Ada\r\n",
        "names": [{"start": 12, "end": 17, "class": "PER", "text": "Émile"}, {"start": 0, "end": 3, "class": "PER", "text": "Ada"}],
    }
    submit("ada", one.id, said)
    assert TEXT[12:17] == "Émile"
    assert Label.objects.get().value == GOOD
    assert {row.question.key: row.value for row in AnswerCode.objects.select_related("question")} == GOOD
    assert CountedAnswer.objects.count() == len(QUESTIONS)


BAD = [
    ({"topics": ["art", "food", "money", "war"]}, "value.topics", "0 to 3"),
    ({"topics": ["sport"]}, "value.topics", "not a class"),
    ({"price": 100.5}, "value.price", "between 0 and 100"),
    ({"price": "12"}, "value.price", "a number"),
    ({"summary": "x" * 201}, "value.summary", "200 are allowed"),
    ({"summary": " \n"}, "value.summary", "Write an answer"),
    ({"names": [{"start": 0, "end": len(TEXT) + 1, "class": "PER"}]}, "value.names[0].end", f"The text has {len(TEXT)} code points"),
    ({"names": [{"start": 0, "end": 3, "class": "PER", "text": "Bob"}]}, "value.names[0].text", "reads 'Ada'"),
    ({"names": [{"start": 0, "end": 3, "class": "PER", "text": 3}]}, "value.names[0].text", "reads 'Ada'"),
    ({"cars": [{"x": 80, "y": 0, "w": 30, "h": 5, "class": "car"}]}, "value.cars[0].w", "outside the picture of 100 by 50"),
    ({"cars": [{"x": 0, "y": 0, "w": 30, "h": 50.2, "class": "car"}]}, "value.cars[0].h", "outside the picture"),
]


@pytest.mark.parametrize(("change", "field", "words"), BAD)
def test_an_answer_outside_its_example_is_refused_by_its_place_and_nothing_is_stored(change, field, words):
    every_kind(1)
    [one] = lease("ada")
    with pytest.raises(Invalid, match=words) as refused:
        submit("ada", one.id, GOOD | change)
    assert list(refused.value.fields) == [field]
    assert not Label.objects.exists() and not AnswerCode.objects.exists()


def test_a_picture_whose_size_is_not_known_takes_boxes_as_they_are():
    every_kind(1)
    Example.objects.update(data={"text": TEXT, "photo": "cd" * 32 + ".png"})
    [one] = lease("ada")
    assert submit("ada", one.id, GOOD | {"cars": [{"x": 800, "y": 0, "w": 30, "h": 5, "class": "car"}]}).created


def test_only_a_question_about_a_field_reads_the_example():
    every_kind(2, questions=QUESTIONS[:5])
    first, second = lease("ada", count=2)
    value = {key: GOOD[key] for key in list(GOOD)[:5]}
    submit("ada", first.id, value)
    with CaptureQueriesContext(connection) as asked:
        submit("ada", second.id, value)
    assert not any(".data" in query["sql"] or "SELECT data" in query["sql"] or "media" in query["sql"] for query in asked)


def test_long_texts_with_a_thousand_spans_are_stored_at_once():
    every_kind(1, text="Straße 👩‍🚀 " * 18_200)
    [one] = lease("ada")
    text = Example.objects.get().data["text"]
    names = [{"start": place, "end": place + 100, "class": "PER", "text": text[place : place + 100]} for place in range(0, 200_000, 200)]
    begun = time.perf_counter()
    submit("ada", one.id, GOOD | {"names": names})
    assert time.perf_counter() - begun < 1
    assert len(Label.objects.get().value["names"]) == 1000


def test_labels_of_every_kind_come_in_from_csv_and_from_jsonl_alike():
    every_kind(2)
    assert load(csv_of(in_csv("e0", "ada", GOOD), in_csv("e0", "ben", OTHER), in_csv("e1", "ada", GOOD)))["added"] == 3
    lines = [{"example": "e1", "labeller": "ben"} | OTHER, {"example": "e0", "labeller": "ada"} | GOOD, {"example": "e1", "labeller": "cleo", "value": OTHER}]
    result = load("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines[:2]), "labels.jsonl")
    assert (result["added"], result["duplicates"], result["errors"]) == (1, 1, [])
    assert load(json.dumps(lines[2]) + "\n", "labels.jsonl")["added"] == 1
    assert [label.value for label in Label.objects.order_by("id")] == [GOOD, OTHER, GOOD, OTHER, OTHER]
    assert AnswerCode.objects.count() == 2 * len(QUESTIONS)


@pytest.mark.parametrize("key", list(GOOD))
def test_one_value_column_answers_a_single_question_of_any_kind(key):
    every_kind(1, questions=[BY_KEY[key]])
    assert load(csv_of({"example": "e0", "labeller": "ada", "value": cell(key, GOOD[key])}, {"example": "e0", "labeller": "ben", "value": cell(key, OTHER[key])}))["added"] == 2
    assert load(json.dumps({"example": "e0", "labeller": "cleo", "value": GOOD[key]}) + "\n", "labels.jsonl")["errors"] == []
    assert [label.value for label in Label.objects.order_by("id")] == [{key: GOOD[key]}, {key: OTHER[key]}, {key: GOOD[key]}]


def test_a_row_that_does_not_fit_its_example_is_named_and_the_others_go_in():
    every_kind(2)
    rows = [in_csv("e0", "ada", GOOD), *(in_csv("e0", "ben", GOOD | change) for change, _, _ in BAD), in_csv("e1", "ben", OTHER), in_csv("nowhere", "ben", GOOD)]
    for row, (change, _, _) in zip(rows[1:], BAD, strict=False):
        if "price" in change:
            row["price"] = "a lot" if change["price"] == "12" else "100.5"
        if "summary" in change:
            row["summary"] = "x" * 201 if change["summary"].strip() else " "
    result = load(csv_of(*rows))
    assert (result["added"], result["rejected"]) == (2, len(BAD) + 1)
    assert [(error["row"], error["column"]) for error in result["errors"]] == [
        *((number, field.removeprefix("value.")) for number, (_, field, _) in enumerate(BAD, start=2)),
        (len(rows), "example"),
    ]


def test_truth_of_every_kind_comes_in_and_is_checked():
    every_kind(2)
    wrong = GOOD | {"names": [{"start": 0, "end": 9999, "class": "PER"}]}
    result = load(csv_of(in_csv("e0", None, GOOD), in_csv("e1", None, wrong)), "truth.csv", start_resolution_import)
    assert (result["added"], result["rejected"], result["errors"][0]["column"]) == (1, 1, "names[0].end")
    assert Resolution.objects.get().value == GOOD


def test_a_case_of_every_kind_is_settled_by_an_answer_that_fits_the_example():
    every_kind(1, labels_per_example=2)
    for name, value in (("ada", GOOD), ("ben", OTHER)):
        [one] = lease(name)
        submit(name, one.id, value)
    case = case_of()
    assert 0.5 < case.score < 1
    settle = {"actor": viewer("lea"), "case_id": case.pk, "outcome": "answer", "cause": "slip", "seen": seen(), "now": NOW}
    with pytest.raises(Invalid, match="outside the picture"):
        resolve(**settle, value=GOOD | {"cars": [{"x": 99, "y": 0, "w": 30, "h": 5, "class": "car"}]})
    resolve(**settle, value=GOOD)
    assert Resolution.objects.get().value == GOOD


def test_boxes_that_overlap_enough_and_spans_that_cover_the_same_open_no_case():
    every_kind(2, questions=[BY_KEY["cars"], BY_KEY["names"]], labels_per_example=2)
    near = [{"x": 10.5, "y": 20, "w": 30, "h": 15, "class": "car"}]
    cut = [{"start": 0, "end": 2, "class": "PER"}, {"start": 2, "end": 3, "class": "PER"}]
    answers = {
        "ada": [{"cars": GOOD["cars"], "names": [{"start": 0, "end": 3, "class": "PER"}]}, {"cars": GOOD["cars"], "names": []}],
        "ben": [{"cars": near, "names": cut}, {"cars": OTHER["cars"], "names": []}],
    }
    for name, values in answers.items():
        for one, value in zip(lease(name, count=2), values, strict=True):
            submit(name, one.id, value)
    assert list(Example.objects.order_by("key").values_list("key", "state")) == [("e0", "complete"), ("e1", "in_review")]


def test_gold_that_is_met_closely_enough_is_not_missed():
    every_kind(2, questions=[BY_KEY["cars"]], labels_per_example=2)
    truth = [{"example": key, "cars": json.dumps(GOOD["cars"]), "gold": "true"} for key in ("e0", "e1")]
    assert load(csv_of(*truth), "truth.csv", start_resolution_import)["added"] == 2
    near = {"cars": [{"x": 10.5, "y": 20, "w": 30, "h": 15, "class": "car"}]}
    for name in ("ada", "ben"):
        for one, value in zip(lease(name, count=2), (near, {"cars": []}), strict=True):
            submit(name, one.id, value)
    assert list(Case.objects.values_list("example__key", "reasons")) == [("e1", ["gold_missed"])]
