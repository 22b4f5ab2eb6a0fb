"""Labels over the API."""

import json
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labelling.assign.models import Assignment
from labelling.intake.models import Example
from labelling.jobs.models import Job
from labelling.label.models import Answer, CountedAnswer, Label, LabellerDay, TagCount
from labelling.projects.models import Membership
from labelling.tasks import run_queued
from tests.factories import SENTIMENT, STRENGTH, api, label_next, make_examples, make_project

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LABELS = "/api/v1/projects/reviews/labels/"


@pytest.fixture
def ada():
    return api("ada")


@pytest.fixture
def held(ada) -> str:
    """The address under which Ada labels the first of three examples."""
    make_examples(make_project(tags=[{"key": "sarcasm", "name": "Sarcasm"}]), 3)
    [one] = ada.post("/api/v1/projects/reviews/assignments/", {"count": 1}).json()["assignments"]
    return f"/api/v1/assignments/{one['id']}/label/"


def sent(value="pos", **fields):
    whole = {"sentiment": value} if isinstance(value, str) else value
    body = {"value": whole, "tags": [], "comment": "", "seconds": 2.5, "client_id": str(uuid4()), "schema_version": 1}
    return body | fields


def post(client, address: str, body):
    return client.post(address, json.dumps(body), content_type="application/json")


def test_a_label_is_stored_whole_and_answered_with_its_receipt(ada, held):
    body = sent(tags=["sarcasm", "borderline", "sarcasm"], comment="so it seems", confidence=0.5)
    answer = post(ada, held, body)
    assert answer.status_code == 201
    label = Label.objects.get()
    assert answer.json() == {
        "id": label.pk,
        "assignment": label.assignment_id,
        "revision": 1,
        "counted": True,
        "receipt": answer.json()["receipt"],
        "created_at": answer.json()["created_at"],
    }
    assert len(answer.json()["receipt"]) == 32
    assert (label.value, label.tags, label.comment) == ({"sentiment": "pos"}, ["borderline", "sarcasm"], "so it seems")
    assert (label.seconds, label.confidence, str(label.client_id)) == (2.5, 0.5, body["client_id"])
    assert (label.late, label.imported, label.suggestion_shown, label.round) == (False, False, False, 1)
    example = Example.objects.get(key="e0")
    assert (example.labels_counted, example.labels_here, example.leases_live) == (1, 1, 0)
    member = Membership.objects.get(user__username="ada")
    assert (member.labels, member.seconds) == (1, 2.5)
    day = LabellerDay.objects.get()
    assert (day.labels, day.seconds) == (1, 2.5)
    assert set(TagCount.objects.values_list("tag", "labels")) == {("borderline", 1), ("sarcasm", 1)}


def test_the_same_label_sent_again_is_answered_alike_for_ever(ada, held):
    body = sent("neg")
    first = post(ada, held, body)
    again = post(ada, held, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    post(ada, held, sent("pos"))  # a revision in between
    assert post(ada, held, body).json() == first.json()
    assert post(ada, held, body | {"value": {"sentiment": "nothing like it"}}).json() == first.json()
    assert Label.objects.count() == 2


def test_another_client_id_is_a_revision_and_the_newest_counts(ada, held):
    post(ada, held, sent("pos", tags=["borderline"], seconds=4))
    answer = post(ada, held, sent("neg", tags=["sarcasm"], seconds=1.5))
    assert (answer.status_code, answer.json()["revision"], answer.json()["counted"]) == (201, 2, True)
    assert Label.objects.count() == Answer.objects.count() == 2
    assert CountedAnswer.objects.count() == 1
    assert CountedAnswer.objects.get().code == Answer.objects.order_by("-id").first().code
    member = Membership.objects.get(user__username="ada")
    assert (member.labels, member.seconds) == (1, 1.5)
    assert dict(TagCount.objects.values_list("tag", "labels")) == {"borderline": 0, "sarcasm": 1}
    assert Example.objects.get(key="e0").labels_counted == 1
    results = ada.get(LABELS).json()["results"]
    assert [(row["revision"], row["counted"]) for row in results] == [(2, True), (1, False)]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (sent("happy"), "value.sentiment"),
        (sent(None), "value"),
        (sent({}), "value.sentiment"),
        (sent({"sentiment": None}), "value.sentiment"),
        (sent({"sentiment": "pos", "mood": 1}), "value.mood"),
        (sent(5), "value"),
        (sent({"sentiment": ["pos"]}), "value.sentiment"),
        (sent(None, tags=["borderline"]), "value"),
        (sent(tags=["great"]), "tags"),
        (sent(tags="borderline"), "tags"),
        (sent(tags=[1]), "tags"),
        (sent(tags=[{}]), "tags"),
        (sent(seconds=-1), "seconds"),
        (sent(seconds="2"), "seconds"),
        (sent(seconds=True), "seconds"),
        (sent(client_id="not one"), "client_id"),
        (sent(client_id=None), "client_id"),
        (sent(client_id=5), "client_id"),
        (sent(schema_version=2), "schema_version"),
        (sent(schema_version=0), "schema_version"),
        (sent(schema_version="1"), "schema_version"),
        (sent(schema_version=10**30), "schema_version"),
        (sent(guideline_version=2), "guideline_version"),
        (sent(confidence=1.01), "confidence"),
        (sent(confidence="sure"), "confidence"),
        (sent(comment=["x"]), "comment"),
        (sent(comment="x" * 10_001), "comment"),
        (sent(comment="a\x00b"), "comment"),
        (sent(comment="\ud800"), "comment"),
        (sent(suggestion_shown="yes"), "suggestion_shown"),
    ],
)
def test_what_cannot_be_stored_is_named_and_nothing_is_stored(ada, held, body, field):
    answer = post(ada, held, body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert field in answer.json()["fields"]
    assert not Label.objects.exists()
    row = Assignment.objects.get()
    assert (row.state, row.revisions) == ("leased", 0)


@pytest.mark.parametrize("text", ["[]", "null", '"pos"', "{", "", '{"value": NaN}', "[" * 100_000])
def test_a_body_that_is_no_object_is_refused(ada, held, text):
    answer = ada.post(held, text, content_type="application/json")
    assert answer.status_code == 400
    assert not Label.objects.exists()


@pytest.mark.parametrize("seconds", [1e300, 10**400, 86_401])
def test_a_clock_that_ran_on_costs_nobody_their_label(ada, held, seconds):
    assert post(ada, held, sent(seconds=seconds)).status_code == 201
    assert Label.objects.get().seconds == 86_400


def test_emoji_and_right_to_left_text_are_kept_as_they_are(ada, held):
    comment = "👩‍👩‍👧 ‏שלום‏ é ẹ́"
    assert post(ada, held, sent(comment=comment)).status_code == 201
    assert Label.objects.get().comment == comment


def test_no_answer_is_an_answer_when_a_tag_says_why(ada, held):
    assert post(ada, held, sent(None, tags=["unintelligible"])).status_code == 201
    label = Label.objects.get()
    assert (label.value, label.counted) == (None, True)
    assert not CountedAnswer.objects.exists()
    assert Example.objects.get(key="e0").labels_counted == 1


def test_a_client_id_of_somebody_else_is_refused_without_a_word_of_theirs(ada, held):
    ben = api("ben")
    [one] = ben.post("/api/v1/projects/reviews/assignments/", {}).json()["assignments"]
    theirs = sent("neg", comment="secret")
    post(ben, f"/api/v1/assignments/{one['id']}/label/", theirs)
    answer = post(ada, held, sent("pos", client_id=theirs["client_id"]))
    assert answer.status_code == 409
    assert "secret" not in answer.content.decode()
    assert "neg" not in answer.content.decode()
    assert Label.objects.count() == 1


def test_several_questions_are_answered_at_once():
    make_examples(make_project(questions=[SENTIMENT, STRENGTH | {"required": False}]), 2)
    ada = api("ada")
    for value in ({"sentiment": "pos", "strength": 4}, {"sentiment": "neg"}):
        [one] = ada.post("/api/v1/projects/reviews/assignments/", {}).json()["assignments"]
        assert post(ada, f"/api/v1/assignments/{one['id']}/label/", sent(value)).status_code == 201
    assert [label.value for label in Label.objects.order_by("id")] == [{"sentiment": "pos", "strength": 4}, {"sentiment": "neg"}]
    assert CountedAnswer.objects.count() == 3


def test_an_example_is_complete_with_its_last_label():
    make_examples(make_project(labels_per_example=2), 1)
    label_next("ada", "pos")
    assert Example.objects.get().state == "open"
    label_next("ben", "pos")
    assert Example.objects.get().state == "complete"


def test_a_labeller_reads_their_own_labels_alone_and_a_lead_all():
    make_examples(make_project(), 2)
    for name in ("ada", "ben"):
        for answer in ("pos", "neg"):
            label_next(name, answer)

    def read(name: str, query: str = "") -> list[tuple[str, str]]:
        answer = api(name).get(LABELS + query)
        assert answer.status_code == 200
        return [(row["labeller"], row["example"]) for row in answer.json()["results"]]

    assert read("ada") == [("ada", "e1"), ("ada", "e0")]
    assert read("ada", "?labeller=ben") == []
    assert read("ada", "?example=e0") == [("ada", "e0")]
    assert len(read("lea")) == 4
    assert read("lea", "?labeller=ben&example=e1&round=1") == [("ben", "e1")]
    assert read("lea", "?round=2") == []
    for query in ("?round=x", "?round=-1"):
        assert api("lea").get(LABELS + query).status_code == 400
    for name, status in (("mallory", 404), (None, 401)):
        assert api(name).get(LABELS).status_code == status
    assert api("lea", scopes=["evaluate"]).get(LABELS).status_code == 403


def test_nothing_that_a_labeller_reads_tells_what_others_answered(ada, held):
    for name in ("ben", "cleo"):
        label_next(name, "mix", comment="the others' words")
    everything = [
        post(ada, held, sent("pos")),
        *(ada.get(f"/api/v1/projects/reviews/{path}/") for path in ("labels", "history", "mine")),
        ada.post("/api/v1/projects/reviews/assignments/", {"count": 5}),
    ]
    for answer in everything:
        assert answer.status_code in (200, 201)
        text = answer.content.decode()
        assert "mix" not in text
        assert "words" not in text
        assert "ben" not in text


def test_the_history_holds_what_is_needed_to_revise(ada, held):
    post(ada, held, sent("pos"))
    post(ada, held, sent("neg", tags=["borderline"], comment="rather"))
    [row] = ada.get("/api/v1/projects/reviews/history/").json()["results"]
    assert (row["value"], row["tags"], row["comment"], row["revision"], row["counted"]) == (
        {"sentiment": "neg"}, ["borderline"], "rather", 2, True)  # fmt: skip
    assert row["example"]["data"] == {"text": "Text 0"}
    assert held == f"/api/v1/assignments/{row['assignment']}/label/"
    assert api("ben").get("/api/v1/projects/reviews/history/").json()["results"] == []


def test_own_progress_counts_today_and_what_is_left(ada, held):
    def mine() -> dict[str, object]:
        body = ada.get("/api/v1/projects/reviews/mine/").json()
        return {name: body[name] for name in ("today", "total", "left", "left_is_at_least", "in_hand", "waiting")}

    assert mine() == {"today": 0, "total": 0, "left": 3, "left_is_at_least": False, "in_hand": 1, "waiting": 0}
    post(ada, held, sent("pos"))
    assert mine() == {"today": 1, "total": 1, "left": 2, "left_is_at_least": False, "in_hand": 0, "waiting": 0}


def test_a_label_costs_few_queries(ada, held):
    post(ada, held, sent("pos"))
    [one] = ada.post("/api/v1/projects/reviews/assignments/", {}).json()["assignments"]
    with CaptureQueriesContext(connection) as queries:
        post(ada, f"/api/v1/assignments/{one['id']}/label/", sent("pos"))
    # A test never commits, so three of these look up what a server remembers. On SQLite each write is a call of its own.
    assert len(queries) <= (10 if connection.vendor == "postgresql" else 16), [query["sql"][:80] for query in queries]


def test_lists_cost_the_same_however_many_labels_there_are():
    make_examples(make_project(), 6)
    lea = api("lea")
    label_next("ada")
    lea.get(LABELS)
    with CaptureQueriesContext(connection) as few:
        lea.get(LABELS)
    for name in ("ada", "ben", "cleo"):
        label_next(name)
    with CaptureQueriesContext(connection) as many:
        assert len(lea.get(LABELS).json()["results"]) == 4
    assert len(many) == len(few)


@pytest.mark.usefixtures("media_folder")
def test_labels_are_imported_by_a_job():
    make_examples(make_project(), 1)
    lea = api("lea")
    address = "/api/v1/projects/reviews/label-imports/"
    file = SimpleUploadedFile("labels.csv", b"example,labeller,value\ne0,slot,pos\ne1,slot,pos\n")
    answer = lea.post(address, {"file": file}, format="multipart")
    assert answer.status_code == 202
    job = answer.json()["job"]
    assert (job["state"], job["kind"]) == ("queued", "label_import")
    run_queued()
    result = lea.get(job["url"]).json()["result"]
    assert (result["rows"], result["added"], result["duplicates"], result["rejected"]) == (2, 1, 0, 1)
    assert result["errors"] == [{"row": 2, "column": "example", "message": result["errors"][0]["message"]}]
    errors = lea.get(result["errors_url"])
    assert errors.status_code == 200
    assert b"There is no example with the key e1" in b"".join(errors.streaming_content)


@pytest.mark.usefixtures("media_folder")
@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", 422), (b"example,labeller\ne0,a\n", 422), (b"\x89PNG\r\n\x1a\n", 422), (b"PK\x03\x04", 422), (None, 400)],
)
def test_a_file_of_labels_that_cannot_be_read_starts_no_job(content, status):
    make_project()
    body = {"file": SimpleUploadedFile("labels.csv", content)} if content is not None else {}
    answer = api("lea").post("/api/v1/projects/reviews/label-imports/", body, format="multipart")
    assert answer.status_code == status
    assert not Job.objects.exists()


@pytest.mark.parametrize(("name", "status"), [("ada", 403), ("mallory", 404), (None, 401)])
def test_only_leads_import_labels(name, status):
    make_project()
    body = {"file": SimpleUploadedFile("labels.csv", b"example,labeller,value\n")}
    assert api(name).post("/api/v1/projects/reviews/label-imports/", body, format="multipart").status_code == status
    assert not Job.objects.exists()


@pytest.mark.parametrize("path", ["history", "mine"])
@pytest.mark.parametrize(("name", "status"), [("ada", 200), ("lea", 200), ("mallory", 404), (None, 401)])
def test_who_may_read_their_own(path, name, status):
    make_project()
    assert api(name).get(f"/api/v1/projects/reviews/{path}/").status_code == status
