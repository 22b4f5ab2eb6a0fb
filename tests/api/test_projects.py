import pytest

from labelling.projects.models import GuidelineVersion, Membership, Project, SchemaVersion
from tests import factories

pytestmark = pytest.mark.django_db
REVIEWS = {
    "slug": "reviews",
    "name": "Film reviews",
    "display": [{"field": "text", "as": "text"}],
    "questions": [factories.SENTIMENT],
    "tags": [{"key": "sarcasm", "name": "Sarcasm"}],
    "labels_per_example": 3,
    "guidelines": "# How to label\n\nKindly. <script>alert(1)</script>",
}


def test_a_project_is_created_whole_and_its_creator_owns_it():
    answer = factories.api("lea").post("/api/v1/projects/", REVIEWS)
    assert answer.status_code == 201
    body = answer.json()
    assert (body["schema_version"], body["guideline_version"], body["labels_per_example"]) == (1, 1, 3)
    assert [tag["key"] for tag in body["tags"]] == ["borderline", "unintelligible", "not_enough_information", "sarcasm"]
    assert {name: body["counts"][name] for name in ("examples", "labels", "complete", "in_review", "labellers")} == {
        "examples": 0, "labels": 0, "complete": 0, "in_review": 0, "labellers": 0}  # fmt: skip
    assert Membership.objects.get().role == "owner"
    assert "<script" not in GuidelineVersion.objects.get().html


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "Film Reviews"}, "slug"),
        ({"slug": None}, "slug"),
        ({"name": ""}, "name"),
        ({"name": "a\ud800"}, "name"),
        ({"display": []}, "display"),
        ({"display": [{"field": "text", "as": "hologram"}]}, "display[0].as"),
        ({"questions": []}, "questions"),
        ({"questions": "none"}, "questions"),
        ({"labels_per_example": 0}, "labels_per_example"),
        ({"labels_per_example": True}, "labels_per_example"),
        ({"labels_per_example": 10**30}, "labels_per_example"),
        ({"tags": [{"key": "a b"}]}, "tags[0].key"),
        ({"colour": "red"}, "colour"),
        ({"order": "best"}, "order"),
        ({"seed": 2**63}, "seed"),
        ({"target_alpha": 2}, "target_alpha"),
    ],
)
def test_a_project_that_cannot_be_is_refused_by_its_field(change, field):
    import json

    client = factories.api("lea")
    answer = client.post("/api/v1/projects/", json.dumps({**REVIEWS, **change}), content_type="application/json")
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
    assert not Project.objects.exists()


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "3", '{"slug": NaN}', '{"a":' * 2000 + "1" + "}" * 2000])
def test_a_body_that_is_no_json_object_is_refused(body):
    answer = factories.api("lea").post("/api/v1/projects/", body, content_type="application/json")
    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "message", "fields"}


def test_a_slug_is_given_once():
    lea = factories.api("lea")
    assert lea.post("/api/v1/projects/", REVIEWS).status_code == 201
    assert lea.post("/api/v1/projects/", REVIEWS).status_code == 409
    assert (Project.objects.count(), SchemaVersion.objects.count()) == (1, 1)


DOORS = [
    ("get", "", None),
    ("patch", "", {"name": "Other"}),
    ("get", "members/", None),
    ("post", "members/", {"username": "mallory", "role": "labeller"}),
    ("delete", "members/ada/", None),
    ("get", "guidelines/", None),
    ("post", "guidelines/", {"text": "New"}),
]
ALLOWED = {
    "lea": [200, 200, 200, 201, 204, 200, 201],
    "ada": [200, 403, 403, 403, 403, 200, 403],
    "mallory": [404] * 7,
    None: [401] * 7,
}


@pytest.mark.parametrize("who", list(ALLOWED))
def test_each_door_opens_for_whom_it_should(who):
    factories.make_project()
    factories.make_project("other", owner="mallory", labellers=())
    client = factories.api(who)
    found = [getattr(client, verb)(f"/api/v1/projects/reviews/{door}", body).status_code for verb, door, body in DOORS]
    assert found == ALLOWED[who]


def test_the_list_holds_ones_own_projects_only():
    factories.make_project()
    factories.make_project("other", owner="mallory", labellers=())
    assert [row["slug"] for row in factories.api("ada").get("/api/v1/projects/").json()["results"]] == ["reviews"]
    factories.make_user("root", is_staff=True)
    assert [row["slug"] for row in factories.api("root").get("/api/v1/projects/").json()["results"]] == ["other", "reviews"]


def test_a_token_for_one_project_opens_no_other():
    project = factories.make_project()
    factories.make_project("second", owner="lea", labellers=())
    client = factories.api("lea", project_id=project.pk)
    assert client.get("/api/v1/projects/reviews/").status_code == 200
    assert client.get("/api/v1/projects/second/").status_code == 404
    assert client.post("/api/v1/projects/", {**REVIEWS, "slug": "third"}).status_code == 403


def test_a_token_without_the_scope_is_refused_with_the_scope_that_it_needs():
    factories.make_project()
    answer = factories.api("lea", scopes=["read"]).patch("/api/v1/projects/reviews/", {"name": "Other"})
    assert answer.status_code == 403
    assert "manage" in answer.json()["message"]
    assert Project.objects.get().name == "Film reviews"


def test_the_last_owner_stays_one():
    factories.make_project()
    lea = factories.api("lea")
    assert lea.post("/api/v1/projects/reviews/members/", {"username": "lea", "role": "lead"}).status_code == 409
    assert lea.delete("/api/v1/projects/reviews/members/lea/").status_code == 409
    assert Membership.objects.get(user__username="lea").role == "owner"


def test_a_lead_makes_no_owners():
    factories.make_project()
    assert factories.api("lea").post("/api/v1/projects/reviews/members/", {"username": "ada", "role": "lead"}).status_code == 201
    ada = factories.api("ada")
    assert ada.post("/api/v1/projects/reviews/members/", {"username": "ben", "role": "owner"}).status_code == 403
    assert ada.post("/api/v1/projects/reviews/members/", {"username": "ben", "role": "lead"}).status_code == 201


def test_who_is_removed_keeps_their_number_and_is_back_when_added():
    factories.make_project()
    lea = factories.api("lea")
    number = Membership.objects.get(user__username="ada").number
    assert lea.delete("/api/v1/projects/reviews/members/ada/").status_code == 204
    assert factories.api("ada").get("/api/v1/projects/reviews/").status_code == 404
    assert lea.post("/api/v1/projects/reviews/members/", {"username": "ada", "role": "labeller"}).status_code == 201
    assert Membership.objects.get(user__username="ada").number == number


def test_guidelines_get_a_new_version_and_keep_the_old():
    factories.make_project(guidelines="First")
    answer = factories.api("lea").post("/api/v1/projects/reviews/guidelines/", {"text": "Second", "reason": "Irony"})
    assert (answer.status_code, answer.json()) == (201, {"version": 2})
    assert list(GuidelineVersion.objects.order_by("version").values_list("text", flat=True)) == ["First", "Second"]
    assert factories.api("ada").get("/api/v1/projects/reviews/").json()["guidelines"] == "Second"


def test_a_cursor_that_is_not_ours_is_refused():
    assert factories.api("lea").get("/api/v1/projects/?cursor=bz0xJnA9eA==").status_code == 400
