"""Saved slices and dated notes over the API: what is taken, what is refused, and that a refusal changes nothing."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from labelling import tasks
from labelling.audit import AuditEvent
from labelling.intake.slice_models import Slice
from labelling.measure import services
from labelling.measure.note_models import Note
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("media_folder")]
SLICES, NOTES = "/api/v1/projects/reviews/slices/", "/api/v1/projects/reviews/notes/"
NORTH = {"name": "North", "conditions": [{"field": "meta.lab", "is": ["north"]}]}


@pytest.fixture
def lea():
    factories.make_examples(factories.make_project(), 5)
    return factories.api("lea")


def test_a_slice_is_saved_with_the_number_of_its_examples(lea):
    made = lea.post(SLICES, NORTH)
    assert made.status_code == 201
    body = made.json()
    assert {**body, "id": 0, "created_at": ""} == {
        "id": 0, "key": "north", "name": "North", "conditions": [{"field": "meta.lab", "is": ["north"]}], "words": ["lab is north"],
        "n_examples": 2, "current": True, "created_by": "lea", "created_at": "",
    }  # fmt: skip
    assert lea.get(f"{SLICES}{body['id']}/").json() == body
    assert lea.get(SLICES).json()["results"] == [body]
    assert AuditEvent.objects.filter(verb="made slice", object_id=str(body["id"])).count() == 1


def test_keys_come_from_names_and_are_never_used_twice(lea):
    keys = [lea.post(SLICES, {**NORTH, "name": name}).json()["key"] for name in ("Kurz & gut", "kurz gut", "Größe", "東京")]
    assert keys == ["kurz-gut", "kurz-gut-2", "groe", "slice"]
    assert lea.delete(f"{SLICES}{Slice.objects.get(key='groe').pk}/").status_code == 204
    taken = lea.post(SLICES, {**NORTH, "name": "Other", "key": "groe"})
    assert (taken.status_code, list(taken.json()["fields"])) == (409, ["key"])
    again = lea.post(SLICES, {**NORTH, "name": "Größe"})
    assert (again.status_code, again.json()["key"]) == (201, "groe-2")


@pytest.mark.parametrize(
    ("conditions", "field"),
    [
        (None, "conditions"), ([], "conditions"), ("meta.lab", "conditions"), ([{}], "conditions[0]"), ([1], "conditions[0]"),
        ([{"field": "meta.lab"}], "conditions[0]"), ([{"field": "meta.lab", "is": []}], "conditions[0].is"),
        ([{"field": "meta.", "is": ["a"]}], "conditions[0].field"), ([{"field": "state", "is": ["open"]}], "conditions[0].field"),
        ([{"field": "data.title", "contains": "a"}], "conditions[0].field"), ([{"field": "data.text", "is": ["a"]}], "conditions[0]"),
        ([{"field": "length.text", "contains": "a"}], "conditions[0]"), ([{"field": "meta.lab", "is": ["a"], "at_least": 1}], "conditions[0]"),
        ([{"field": "meta.lab", "is": ["a"]}, {"field": "meta.age", "at_least": "3"}], "conditions[1].at_least"),
        ([{"field": "meta.age", "at_least": 5, "at_most": 4}], "conditions[0].at_most"), ([{"field": "meta.age", "at_least": True}], "conditions[0].at_least"),
        ([{"field": "batch", "is": ["one"]}], "conditions[0].is"), ([{"field": "source", "is": [1]}], "conditions[0].is"),
        ([{"field": "meta.lab", "missing": False}], "conditions[0].missing"), ([{"field": "meta.lab", "missing": True, "not": "x"}], "conditions[0].not"),
        ([{"field": "meta.lab", "is": [[1]]}], "conditions[0].is"), ([{"field": "data.text", "contains": " "}], "conditions[0].contains"),
        ([{"field": "meta.lab", "like": "a"}], "conditions[0]"), ([{"field": "meta.lab", "is": ["a"]}] * 21, "conditions"),
    ],
)  # fmt: skip
def test_conditions_that_mean_nothing_are_refused_by_their_place(lea, conditions, field):
    answer = lea.post(SLICES, {"name": "Odd", "conditions": conditions}, format="json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not Slice.objects.exists()


@pytest.mark.parametrize(("fields", "field"), [({"name": " "}, "name"), ({"name": "x" * 201}, "name"), ({"key": "a b"}, "key"), ({"colour": "red"}, "colour")])
def test_a_slice_needs_a_name_and_nothing_unknown(lea, fields, field):
    answer = lea.post(SLICES, {**NORTH, **fields}, format="json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_two_slices_of_one_name_are_refused_and_a_slice_can_be_renamed(lea):
    one = lea.post(SLICES, NORTH).json()
    assert lea.post(SLICES, NORTH).status_code == 409
    two = lea.post(SLICES, {**NORTH, "name": "Two"}).json()
    assert lea.patch(f"{SLICES}{two['id']}/", {"name": "North"}).status_code == 409
    renamed = lea.patch(f"{SLICES}{two['id']}/", {"name": "The north"}).json()
    assert (renamed["name"], renamed["key"]) == ("The north", "two")
    fixed = lea.patch(f"{SLICES}{one['id']}/", {"conditions": [{"field": "source", "missing": True}]}, format="json")
    assert (fixed.status_code, list(fixed.json()["fields"])) == (400, ["conditions"])
    assert Slice.objects.get(pk=one["id"]).conditions == NORTH["conditions"]


def test_a_removed_slice_is_gone_everywhere_and_comes_back_whole(lea):
    made = lea.post(SLICES, NORTH).json()
    assert lea.delete(f"{SLICES}{made['id']}/").status_code == 204
    assert lea.get(f"{SLICES}{made['id']}/").status_code == lea.delete(f"{SLICES}{made['id']}/").status_code == 404
    assert lea.get("/api/v1/projects/reviews/agreement/?by=slice").json()["by"] == []
    services.restore_slice(actor=factories.viewer("lea"), slug="reviews", slice_id=made["id"], now=factories.NOW)
    assert lea.get(f"{SLICES}{made['id']}/").json() == made


def test_a_slice_of_another_project_is_not_found(lea):
    factories.make_project("other", owner="mallory", labellers=())
    there = factories.api("mallory").post("/api/v1/projects/other/slices/", NORTH).json()
    assert lea.get(f"{SLICES}{there['id']}/").status_code == 404
    assert lea.patch(f"{SLICES}{there['id']}/", {"name": "Mine"}).status_code == 404
    assert Slice.objects.get(pk=there["id"]).name == "North"


def test_what_an_import_brings_is_counted_at_its_end(lea):
    made = lea.post(SLICES, NORTH).json()
    file = SimpleUploadedFile("more.csv", b"key,text,lab\nx1,More,north\nx2,Most,south\nx3,,north\n")
    assert lea.post("/api/v1/projects/reviews/imports/", {"file": file}, format="multipart").status_code == 202
    tasks.run_queued()
    found = lea.get(f"{SLICES}{made['id']}/").json()
    assert (found["n_examples"], found["current"]) == (made["n_examples"] + Slice.objects.get().project.examples.filter(key__startswith="x", meta__lab="north").count(), True)


def test_examples_that_are_not_counted_yet_are_said(lea):
    made = lea.post(SLICES, NORTH).json()
    factories.make_examples(factories.Project.objects.get(slug="reviews"), 4)
    assert lea.get(f"{SLICES}{made['id']}/").json() == {**made, "current": False}
    services.recount_slices(project_id=Slice.objects.get().project_id)
    assert lea.get(f"{SLICES}{made['id']}/").json() == {**made, "n_examples": 4}


def test_a_project_holds_a_hundred_slices(lea, monkeypatch):
    monkeypatch.setattr("labelling.measure.services.slices.MOST_SLICES", 1)
    assert lea.post(SLICES, NORTH).status_code == 201
    assert lea.post(SLICES, {**NORTH, "name": "Two"}).status_code == 409
    assert Slice.objects.count() == 1


def test_a_note_is_put_down_changed_and_removed(lea):
    made = lea.post(NOTES, {"date": "2026-03-04", "text": "  Ben joined "}).json()
    assert (made["date"], made["text"], made["created_by"], made["changed_by"]) == ("2026-03-04", "Ben joined", "lea", None)
    changed = lea.patch(f"{NOTES}{made['id']}/", {"text": "Ben came"}).json()
    assert (changed["date"], changed["text"], changed["changed_by"]) == ("2026-03-04", "Ben came", "lea")
    assert lea.get(f"{NOTES}{made['id']}/").json() == changed
    lea.post(NOTES, {"date": "2026-03-09", "text": "Later"})
    assert [row["text"] for row in lea.get(NOTES).json()["results"]] == ["Later", "Ben came"]
    assert lea.delete(f"{NOTES}{made['id']}/").status_code == 204
    assert lea.get(f"{NOTES}{made['id']}/").status_code == 404
    assert [row["text"] for row in lea.get(NOTES).json()["results"]] == ["Later"]
    services.restore_note(actor=factories.viewer("lea"), slug="reviews", note_id=made["id"], now=factories.NOW)
    assert lea.get(f"{NOTES}{made['id']}/").json() == changed
    assert list(AuditEvent.objects.filter(object_type="note", object_id=str(made["id"])).order_by("id").values_list("verb", flat=True)) == [
        "put down note", "changed note", "removed note", "restored note",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"text": ""}, "text"), ({"text": 1}, "text"), ({"text": "x" * 501}, "text"), ({"text": "a", "date": "4 March"}, "date"), ({"text": "a", "date": 4}, "date"),
     ({"text": "a", "date": "1960-01-01"}, "date"), ({"text": "a", "who": "ben"}, "who")],
)  # fmt: skip
def test_a_note_that_says_nothing_or_is_of_no_day_is_refused(lea, fields, field):
    answer = lea.post(NOTES, fields, format="json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not Note.objects.exists()


def test_labellers_see_no_notes(lea):
    lea.post(NOTES, {"text": "Ada seems tired"})
    assert factories.api("ada").get(NOTES).status_code == 403
