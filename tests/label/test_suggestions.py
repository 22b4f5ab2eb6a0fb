"""A model's suggestions come in from a file: checked like labels, the newest holds, wrong rows are named."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from labelling import tasks
from labelling.assign.suggestion_models import Suggestion
from labelling.audit import AuditEvent
from labelling.jobs.models import Job
from labelling.label.models import Label
from labelling.label.services import suggesting
from labelling.label.suggestion_selectors import get_suggestions
from tests.factories import SENTIMENT, STRENGTH, api, make_examples, make_project, viewer

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("media_folder")]
ADDRESS = "/api/v1/projects/reviews/suggestion-imports/"


def send(text: str, *, model: Any = "nightly-3", name: str = "s.csv", who: str = "lea") -> Any:
    file = SimpleUploadedFile(name, text.encode())
    return api(who).post(ADDRESS, {"file": file, "model": model}, format="multipart")


def load(text: str, **how: Any) -> dict[str, Any]:
    answer = send(text, **how)
    assert answer.status_code == 202, answer.json()
    tasks.run_queued()
    job = Job.objects.get(pk=answer.json()["job"]["id"])
    assert job.state == "done", job.error
    assert job.result["rows"] == sum(job.result[name] for name in ("added", "replaced", "duplicates", "rejected"))
    return job.result


def holds() -> dict[str, tuple[Any, ...]]:
    found = Suggestion.objects.select_related("example").order_by("id")
    return {row.example.key: (row.model, row.value, row.confidence) for row in found}


def test_suggestions_come_in_and_change_no_label():
    make_examples(make_project(), 3)
    found = load("example,value,confidence\ne0,pos,0.9\ne2,neg,\n")
    assert {name: found[name] for name in ("rows", "added", "replaced", "duplicates", "rejected", "errors", "errors_url", "complete")} == {
        "rows": 2, "added": 2, "replaced": 0, "duplicates": 0, "rejected": 0, "errors": [], "errors_url": None, "complete": True,
    }  # fmt: skip
    assert holds() == {"e0": ("nightly-3", {"sentiment": "pos"}, 0.9), "e2": ("nightly-3", {"sentiment": "neg"}, None)}
    assert Label.objects.count() == 0
    assert AuditEvent.objects.get(verb="imported suggestions").details["model"] == "nightly-3"


def test_several_questions_come_in_columns_or_as_objects():
    make_examples(make_project(questions=[SENTIMENT, STRENGTH]), 2)
    load("example,sentiment,strength\ne0,pos,4\n")
    load('{"example": "e1", "value": {"sentiment": "neg", "strength": 2}, "confidence": 1}\n', name="s.jsonl")
    assert {key: value for key, (_, value, _) in holds().items()} == {
        "e0": {"sentiment": "pos", "strength": 4}, "e1": {"sentiment": "neg", "strength": 2},
    }  # fmt: skip


def test_a_later_file_replaces_and_the_same_file_adds_nothing():
    make_examples(make_project(), 2)
    text = "example,value\ne0,pos\ne1,neg\n"
    load(text)
    again = load(text)
    assert (again["added"], again["replaced"], again["duplicates"]) == (0, 0, 2)
    newer = load("example,value\ne0,neg\n", model="nightly-4")
    assert (newer["added"], newer["replaced"], newer["duplicates"]) == (0, 1, 0)
    assert holds()["e0"] == ("nightly-4", {"sentiment": "neg"}, None)
    assert Suggestion.objects.count() == 3  # the earlier one is kept


def test_rows_that_are_wrong_are_named_and_the_others_go_in():
    make_examples(make_project(), 4)
    found = load("example,value,confidence\ne0,pos,0.9\ne0,neg,0.1\ne1,maybe,\nnowhere,pos,\ne2,pos,2\n,pos,\ne3,,\n")
    assert (found["added"], found["rejected"]) == (1, 6)
    assert [(error["row"], error["column"]) for error in found["errors"]] == [
        (2, "example"), (3, "value"), (4, "example"), (5, "confidence"), (6, "example"), (7, "value"),
    ]  # fmt: skip
    assert "twice" in found["errors"][0]["message"] and "nowhere" in found["errors"][2]["message"]
    assert found["errors_url"]


@pytest.mark.parametrize(("text", "model", "status", "field"), [
    ("example,value\ne0,pos\n", "", 400, "model"),
    ("example,value\ne0,pos\n", "x" * 201, 400, "model"),
    ("example,value\ne0,pos\n", "a\x00b", 400, "model"),
    ("key,value\ne0,pos\n", "m", 422, "file"),
    ("example,other\ne0,pos\n", "m", 422, "file"),
    ("example,value,sentiment\ne0,pos,pos\n", "m", 422, "file"),
    ("", "m", 422, "file"),
])  # fmt: skip
def test_a_file_that_cannot_be_read_starts_no_job(text, model, status, field):
    make_examples(make_project(), 1)
    answer = send(text, model=model)
    assert (answer.status_code, field in answer.json()["fields"]) == (status, True)
    assert Job.objects.count() == 0 and Suggestion.objects.count() == 0


def test_a_labeller_brings_nothing_in_and_takes_nothing_away():
    make_examples(make_project(), 1)
    load("example,value\ne0,pos\n")
    assert send("example,value\ne0,neg\n", who="ada").status_code == 403
    assert api("ada").delete("/api/v1/projects/reviews/suggestions/").status_code == 403
    assert [one.model for one in get_suggestions(viewer("lea"), "reviews").models] == ["nightly-3"]


def test_taking_all_away_leaves_nothing_and_what_comes_after_holds():
    make_examples(make_project(), 2)
    load("example,value\ne0,pos\ne1,pos\n")
    assert api("lea").delete("/api/v1/projects/reviews/suggestions/").status_code == 204
    assert get_suggestions(viewer("lea"), "reviews").models == []
    assert api("lea").delete("/api/v1/projects/reviews/suggestions/").status_code == 204  # nothing is left to take
    found = load("example,value\ne1,pos\n")
    assert (found["added"], found["duplicates"]) == (1, 0)
    assert [(one.model, one.examples) for one in get_suggestions(viewer("lea"), "reviews").models] == [("nightly-3", 1)]


def test_an_import_that_breaks_off_goes_on_where_it_stopped(monkeypatch):
    make_examples(make_project(), 6)
    monkeypatch.setattr(suggesting, "CHUNK", 2)
    answer = send("example,value\n" + "".join(f"e{number},pos\n" for number in (0, 1, 2, 3, 0, 5)))
    store, calls = suggesting._store, []

    def breaks(*args):
        calls.append(1)
        if len(calls) == 2:
            raise OSError("the disk is away")
        return store(*args)

    monkeypatch.setattr(suggesting, "_store", breaks)
    tasks.run_queued()
    tasks.run_queued()
    result = Job.objects.get(pk=answer.json()["job"]["id"]).result
    assert (result["rows"], result["added"], result["rejected"]) == (6, 5, 1)
    assert Suggestion.objects.count() == 5
