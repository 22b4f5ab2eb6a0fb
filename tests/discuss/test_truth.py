"""Truth that comes in a file: settled in bulk, named where it is wrong, and never a label."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from labelling.audit import AuditEvent
from labelling.discuss import services
from labelling.discuss.models import Case, Resolution
from labelling.jobs.models import Job
from labelling.label.models import AnswerCode, CountedAnswer, Label
from labelling.measure.models import ResolvedAnswer, TookPart
from labelling.projects.models import ProjectCounts
from labelling.tasks import run_queued
from tests.discuss.cast import LATER, case_of, example, labelled, seen
from tests.factories import NOW, SENTIMENT, STRENGTH, api, lease, make_examples, make_project, submit, viewer

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("media_folder")]


def load(text: str, *, name: str = "truth.csv", who: str = "lea") -> dict[str, Any]:
    """Load a file through the API; the job's result."""
    file = SimpleUploadedFile(name, text.encode())
    answer = api(who).post("/api/v1/projects/reviews/resolution-imports/", {"file": file}, format="multipart")
    assert answer.status_code == 202, answer.json()
    run_queued()
    job = Job.objects.get(pk=answer.json()["job"]["id"])
    assert job.state == "done", job.error
    return job.result


def standing() -> dict[str, tuple[Any, bool]]:
    codes = dict(AnswerCode.objects.values_list("code", "value"))
    return {row.example.key: (codes[row.code], row.gold) for row in ResolvedAnswer.objects.select_related("example")}


def test_right_answers_settle_complete_examples_and_their_cases():
    labelled(("pos", "neg", "pos"), ("pos", "pos", "pos"), ("neg",))
    labels, counted = list(Label.objects.values()), list(CountedAnswer.objects.values())
    found = load("example,value,note\ne0,neg,ironic\ne1,pos,\ne2,mix,\n")
    assert {name: found[name] for name in ("rows", "added", "duplicates", "rejected", "errors", "complete")} == {
        "rows": 3, "added": 3, "duplicates": 0, "rejected": 0, "errors": [], "complete": True,
    }  # fmt: skip
    assert standing() == {"e0": ("neg", False), "e1": ("pos", False), "e2": ("mix", False)}
    assert [example(key).state for key in ("e0", "e1", "e2")] == ["resolved", "resolved", "open"]
    assert case_of("e0").state == "resolved"
    assert Resolution.objects.get(example__key="e0").note == "ironic"
    assert (list(Label.objects.values()), list(CountedAnswer.objects.values())) == (labels, counted)
    assert TookPart.objects.count() == 0
    counts = ProjectCounts.objects.get()
    assert (counts.open, counts.complete, counts.in_review, counts.resolved) == (1, 0, 0, 2)
    assert AuditEvent.objects.filter(verb="imported resolutions").count() == 1


def test_the_same_file_again_adds_nothing():
    labelled(("pos", "neg", "pos"), ("neg",))
    text = "example,sentiment,gold\ne0,neg,true\ne1,pos,false\n"
    load(text)
    again = load(text)
    assert (again["rows"], again["added"], again["duplicates"]) == (2, 0, 2)
    assert Resolution.objects.count() == 2


def test_a_corrected_file_supersedes_what_came_before():
    labelled(("pos", "neg", "pos"))
    load("example,value\ne0,neg\n")
    load("example,value\ne0,pos\n")
    first, second = Resolution.objects.order_by("id")
    assert (second.previous_id, case_of().resolution_id, standing()) == (first.pk, second.pk, {"e0": ("pos", False)})


def test_what_a_lead_settled_is_not_overruled_by_a_file():
    labelled(("pos", "neg", "pos"))
    lea = viewer("lea")
    services.resolve(actor=lea, case_id=case_of().pk, outcome="answer", value={"sentiment": "pos"}, cause="slip", seen=seen(), now=NOW)
    found = load("example,value\ne0,neg\n")
    assert found["errors"] == [
        {"row": 1, "column": "example", "message": f"lea settled e0 in case {case_of().pk} already. Settle it anew there."}
    ]
    assert standing() == {"e0": ("pos", False)}


def test_what_a_lead_settles_supersedes_the_file_and_reopening_brings_it_back():
    labelled(("pos", "neg", "pos"))
    load("example,value,gold\ne0,neg,true\n")
    lea = viewer("lea")
    services.resolve(actor=lea, case_id=case_of().pk, outcome="answer", value={"sentiment": "pos"}, cause="slip", seen=seen(), now=LATER)
    assert standing() == {"e0": ("pos", False)}
    services.reopen(actor=lea, case_id=case_of().pk, now=LATER)
    assert standing() == {"e0": ("neg", True)}


def test_a_gold_example_is_labelled_on_and_a_label_that_misses_it_opens_a_case_at_once_when_complete():
    make_examples(make_project(), 2)
    load("example,value,gold\ne0,pos,yes\ne1,pos,yes\n")
    assert example().state == "open"
    for name, first, second in (("ada", "pos", "pos"), ("ben", "neg", "pos"), ("cleo", "pos", "pos")):
        for answer in (first, second):
            [one] = lease(name)
            submit(name, one.id, answer)
    assert Case.objects.get().example.key == "e0"
    assert case_of("e0").reasons == ["gold_missed"]
    assert [example(key).state for key in ("e0", "e1")] == ["resolved", "resolved"]


def test_rows_that_are_wrong_are_named_and_the_others_go_in():
    labelled(("pos", "neg", "pos"), ("pos", "neg", "pos"), questions=[SENTIMENT])
    found = load("example,value,gold\ne0,pos,\nnowhere,pos,\ne1,glad,\ne0,neg,\n,pos,\ne1,,\ne1,pos,perhaps\nx,y\ne1,mix,\n")
    assert (found["rows"], found["added"], found["rejected"]) == (9, 2, 7)
    assert [(error["row"], error["column"]) for error in sorted(found["errors"], key=lambda one: one["row"])] == [
        (2, "example"), (3, "value"), (4, "example"), (5, "example"), (6, "value"), (7, "gold"), (8, ""),
    ]  # fmt: skip
    assert "glad" in json.dumps(found["errors"])
    assert standing() == {"e0": ("pos", False), "e1": ("mix", False)}


def test_several_questions_come_one_column_each():
    make_examples(make_project(questions=[SENTIMENT, STRENGTH]), 1)
    load("example,sentiment,strength\ne0,pos,4\n")
    assert Resolution.objects.get().value == {"sentiment": "pos", "strength": 4}
    assert ResolvedAnswer.objects.count() == 2


def test_jsonl_is_read_too():
    make_examples(make_project(), 1)
    load('{"example": "e0", "value": {"sentiment": "mix"}, "gold": true}\n', name="truth.jsonl")
    assert standing() == {"e0": ("mix", True)}


@pytest.mark.parametrize(
    ("text", "status"),
    [("", 422), ("key,value\ne0,pos\n", 422), ("example\ne0\n", 422), ("example,value,sentiment\ne0,pos,pos\n", 422), ("\x00\x01\x02", 422)],
)
def test_a_file_that_cannot_be_read_starts_no_job(text, status):
    make_examples(make_project(), 1)
    answer = api("lea").post("/api/v1/projects/reviews/resolution-imports/", {"file": SimpleUploadedFile("truth.csv", text.encode())}, format="multipart")
    assert answer.status_code == status, answer.json()
    assert not Job.objects.exists()


@pytest.mark.parametrize(("name", "status"), [("ada", 403), ("mallory", 404), (None, 401)])
def test_only_leads_load_truth(name, status):
    make_examples(make_project(), 1)
    file = SimpleUploadedFile("truth.csv", b"example,value\ne0,pos\n")
    assert api(name).post("/api/v1/projects/reviews/resolution-imports/", {"file": file}, format="multipart").status_code == status
    assert not Job.objects.exists()


def test_truth_does_not_change_agreement():
    labelled(("pos", "neg", "pos"), ("neg", "neg", "neg"), ("pos", "pos", "pos"))
    client = api("lea")
    before = client.get("/api/v1/projects/reviews/agreement/").json()["alpha"]
    load("example,value,gold\ne0,neg,true\ne1,pos,false\n")
    assert client.get("/api/v1/projects/reviews/agreement/").json()["alpha"] == before
