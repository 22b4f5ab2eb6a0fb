"""Labels that were made elsewhere."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from labelling.access import Permission
from labelling.accounts.models import User
from labelling.assign.models import Assignment
from labelling.discuss.models import Case
from labelling.errors import NotAllowed, WrongContent
from labelling.intake.models import Example
from labelling.jobs.models import Job
from labelling.jobs.services import claim
from labelling.label.models import AnswerCode, CountedAnswer, Label, LabellerDay, TagCount
from labelling.label.services import importing, start_label_import
from labelling.projects.models import Membership, ProjectCounts
from labelling.projects.selectors import get_project
from labelling.tasks import run_queued
from tests.factories import (
    NOW,
    SENTIMENT,
    STRENGTH,
    lease,
    make_examples,
    make_project,
    make_user,
    submit,
    viewer,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("media_folder")]


def load(text: str, *, name: str = "labels.csv", slug: str = "reviews") -> dict[str, Any]:
    """Import this file and give its result."""
    job = start_label_import(actor=viewer("lea"), slug=slug, file=SimpleUploadedFile(name, text.encode()), now=NOW)
    run_queued()
    job = Job.objects.get(pk=job.pk)
    assert job.state == "done", job.error
    return job.result


def figures(result: dict[str, Any]) -> tuple[int, int, int, int]:
    return result["rows"], result["added"], result["duplicates"], result["rejected"]


def test_labels_of_people_without_an_account_come_in_and_count():
    make_examples(make_project(), 2)
    result = load(
        "example,labeller,value,seconds,labelled_at,tags,comment\n"
        "e0,slot-1,pos,2.5,2026-01-05T10:00:00Z,borderline,first\n"
        "e0,slot-2,neg,,,,\n"
        "e1,slot-1,mix,1.5,2026-01-05 23:30:00+02:00,,\n"
    )
    assert figures(result) == (3, 3, 0, 0)
    first, second, third = Label.objects.order_by("id")
    assert (first.value, first.tags, first.comment, first.seconds) == ({"sentiment": "pos"}, ["borderline"], "first", 2.5)
    assert first.imported and first.counted and not first.late
    assert first.labelled_at.isoformat() == "2026-01-05T10:00:00+00:00"
    assert second.labelled_at > first.labelled_at  # none was given: when it came in
    assert third.labelled_at.isoformat() == "2026-01-05T21:30:00+00:00"
    slot = User.objects.get(username="slot-1")
    assert not slot.has_usable_password() and slot.is_service
    membership = Membership.objects.get(user=slot)
    assert (membership.role, membership.labels, membership.seconds) == ("labeller", 2, 4.0)
    assert LabellerDay.objects.get(membership=membership).labels == 2
    assert TagCount.objects.get(membership=membership).tag == "borderline"
    assert Example.objects.get(key="e0").labels_counted == 2
    assert list(CountedAnswer.objects.order_by("id").values_list("code", "imported")) == [(0, True), (1, True), (2, True)]
    assert list(AnswerCode.objects.order_by("code").values_list("value", flat=True)) == ["pos", "neg", "mix"]


def test_an_example_with_enough_imported_labels_is_complete_and_its_case_opens():
    make_examples(make_project(labels_per_example=2), 2)
    load("example,labeller,value\ne0,a,pos\ne0,b,neg\ne0,c,pos\ne1,a,pos\n")
    states = dict(Example.objects.values_list("key", "state"))
    assert states == {"e0": "in_review", "e1": "open"}
    assert Case.objects.get().example.key == "e0"
    counts = ProjectCounts.objects.get()
    assert (counts.open, counts.complete, counts.in_review) == (1, 0, 1)
    assert Example.objects.get(key="e0").labels_counted == 3  # imported labels may exceed what was asked for
    assert [one.key for one in lease("ada", count=5)] == ["e1"]


def test_the_same_file_again_adds_nothing():
    make_examples(make_project(), 2)
    text = "example,labeller,value\ne0,a,pos\ne1,a,neg\n"
    load(text)
    assert figures(load(text)) == (2, 0, 2, 0)
    assert Label.objects.count() == 2


def test_a_row_twice_in_one_file_is_a_duplicate():
    make_examples(make_project(), 1)
    assert figures(load("example,labeller,value\ne0,a,pos\ne0,a,pos\n")) == (2, 1, 1, 0)


def test_another_answer_of_the_same_labeller_is_refused_by_name_and_a_round_helps():
    make_examples(make_project(), 1)
    result = load("example,labeller,value\ne0,a,pos\ne0,a,neg\n")
    assert figures(result) == (2, 1, 0, 1)
    [error] = result["errors"]
    assert (error["row"], error["column"]) == (2, "round")
    assert "column round" in error["message"]
    assert result["errors_url"]
    assert figures(load("example,labeller,value,round\ne0,a,neg,2\n")) == (1, 1, 0, 0)
    assert Example.objects.get().labels_counted == 1  # of the round that the example is in
    assert CountedAnswer.objects.count() == 2


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("nothere,a,pos,,,", "example", "There is no example with the key nothere"),
        (",a,pos,,,", "example", "empty"),
        ("e0,,pos,,,", "labeller", "empty"),
        ("e0,a b,pos,,,", "labeller", "letters, digits"),
        ("e0,a,great,,,", "value", "not a class"),
        ("e0,a,,,,", "value", "Choose an answer"),
        ("e0,a,pos,sarcasm,,", "tags", "There is no tag sarcasm"),
        ("e0,a,pos,,-1,", "seconds", "from 0 up"),
        ("e0,a,pos,,nan,", "seconds", "from 0 up"),
        ("e0,a,pos,,soon,", "seconds", "from 0 up"),
        ("e0,a,pos,,,yesterday", "labelled_at", "reads like"),
    ],
)
def test_a_wrong_row_is_named_and_the_others_go_in(row: str, column: str, words: str):
    make_examples(make_project(), 2)
    result = load(f"example,labeller,value,tags,seconds,labelled_at\n{row}\ne1,a,pos,,,\n")
    assert figures(result) == (2, 1, 0, 1)
    [error] = result["errors"]
    assert (error["row"], error["column"]) == (1, column)
    assert words in error["message"]
    assert Label.objects.get().example.key == "e1"


def test_a_row_without_an_answer_needs_a_tag_that_says_why():
    make_examples(make_project(), 1)
    assert figures(load("example,labeller,value,tags\ne0,a,,unintelligible|borderline\n")) == (1, 1, 0, 0)
    label = Label.objects.get()
    assert (label.value, label.tags) == (None, ["borderline", "unintelligible"])
    assert not CountedAnswer.objects.exists()


def test_several_questions_have_one_column_each():
    make_examples(make_project(questions=[SENTIMENT, STRENGTH]), 2)
    result = load("example,labeller,sentiment,strength\ne0,a,pos,4\ne1,a,neg,9\n")
    assert figures(result) == (2, 1, 0, 1)
    assert result["errors"][0]["column"] == "strength"
    assert Label.objects.get().value == {"sentiment": "pos", "strength": 4}


def test_json_lines_carry_their_values_as_they_are():
    make_examples(make_project(questions=[STRENGTH]), 2)
    rows = [{"example": "e0", "labeller": "a", "value": 4}, {"example": "e1", "labeller": "a", "value": {"strength": 5}}]
    result = load("\n".join(map(json.dumps, rows)), name="labels.jsonl")
    assert figures(result) == (2, 2, 0, 0)
    assert [label.value for label in Label.objects.order_by("id")] == [{"strength": 4}, {"strength": 5}]


@pytest.mark.parametrize("header", ["labeller,value", "example,value", "example,labeller", "example,labeller,value,sentiment"])
def test_a_file_without_its_columns_starts_no_job(header: str):
    make_examples(make_project(), 1)
    with pytest.raises(WrongContent):
        load(f"{header}\ne0,a,pos,pos\n")
    assert not Job.objects.exists()


def test_a_labeller_may_not_import():
    make_project()
    with pytest.raises(NotAllowed):
        start_label_import(actor=viewer("ada"), slug="reviews", file=SimpleUploadedFile("a.csv", b"x"), now=NOW)
    assert Permission.IMPORT not in get_project(viewer("ada"), "reviews").viewer_permissions


def test_an_account_that_is_no_member_is_let_in_nowhere():
    make_examples(make_project(), 1)
    make_user("mallory")
    result = load("example,labeller,value\ne0,mallory,pos\n")
    assert figures(result) == (1, 1, 0, 0)
    assert "mallory" in result["notes"][0]["message"]
    assert Membership.objects.get(user__username="mallory").removed_at is not None


def test_an_imported_label_takes_over_the_lease_of_its_labeller():
    make_examples(make_project(), 1)
    lease("ada")
    load("example,labeller,value\ne0,ada,pos\n")
    example = Example.objects.get()
    assert (example.leases_live, example.labels_counted, example.labels_here) == (0, 1, 0)
    assignment = Assignment.objects.get()
    assert (assignment.state, assignment.imported, assignment.counted) == ("done", True, True)


def test_a_label_made_here_is_not_imported_over():
    make_examples(make_project(), 1)
    [one] = lease("ada")
    submit("ada", one.id, "pos")
    assert figures(load("example,labeller,value\ne0,ada,pos\n")) == (1, 0, 1, 0)
    assert figures(load("example,labeller,value\ne0,ada,neg\n")) == (1, 0, 0, 1)
    assert Label.objects.get().imported is False


def test_an_import_that_breaks_off_goes_on_after_its_last_chunk(monkeypatch):
    make_examples(make_project(), 10)
    monkeypatch.setattr(importing, "CHUNK", 4)
    text = "example,labeller,value\n" + "".join(f"e{number},a,pos\n" for number in range(10)) + "e99,a,pos\n"
    job = start_label_import(actor=viewer("lea"), slug="reviews", file=SimpleUploadedFile("l.csv", text.encode()), now=NOW)
    chunks: list[object] = []
    claimed = claim(job_id=str(job.pk), now=NOW)
    real = importing.write_rows
    monkeypatch.setattr(importing, "write_rows", lambda **given: broken_after(real, given, chunks))
    with pytest.raises(RuntimeError):
        importing.import_labels(claimed)
    assert Label.objects.count() == 4  # the first chunk stays, the second one is rolled back
    assert Job.objects.get(pk=job.pk).resume["rows"] == 4
    monkeypatch.setattr(importing, "write_rows", real)
    result = importing.import_labels(claimed)
    assert figures(result) == (11, 10, 0, 1)
    assert [error["row"] for error in result["errors"]] == [11]
    assert Label.objects.count() == 10


def broken_after(real, given, chunks):
    """Write a chunk, and break off in the middle of the second one."""
    chunks.append(real(**given))
    if len(chunks) == 2:
        raise RuntimeError("the power went")
    return chunks[-1]
