"""Leases over the API."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from labelling.access import Role
from labelling.assign.models import Assignment
from labelling.intake.models import Example
from labelling.projects import services as projects
from tests.factories import NOW, api, make_examples, make_project, make_user, viewer

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LEASES = "/api/v1/projects/reviews/assignments/"
# Each door that changes an assignment, and a body for it.
OWN_DOORS = ["release", "skip", "label"]


def lease_of(client, count: int = 1) -> list[dict]:
    return client.post(LEASES, {"count": count}).json()["assignments"]


def test_a_lease_names_the_example_and_what_it_is_labelled_under():
    make_examples(make_project(), 5)
    answer = api("ada").post(LEASES, {"count": 2})
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"assignments", "waiting"}
    first, second = body["assignments"]
    assert first == {
        "id": Assignment.objects.get(example__key="e0").pk,
        "round": 1,
        "expires_at": first["expires_at"],
        "schema_version": 1,
        "guideline_version": 1,
        "example": {"id": Example.objects.get(key="e0").pk, "key": "e0", "data": {"text": "Text 0"}},
    }
    assert second["example"]["key"] == "e1"
    assert first["expires_at"].endswith("Z")
    assert body["waiting"] == 3


def test_without_a_count_one_example_is_leased():
    make_examples(make_project(), 5)
    assert len(api("ada").post(LEASES, {}).json()["assignments"]) == 1


def test_an_empty_list_says_how_many_wait_for_others():
    make_examples(make_project(), 2)
    ada = api("ada")
    for one in lease_of(ada, 2):
        ada.post(f"/api/v1/assignments/{one['id']}/skip/", {"reason": "blurred"})
    assert ada.post(LEASES, {"count": 5}).json() == {"assignments": [], "waiting": 2}


def test_what_came_with_an_example_beside_its_data_is_shown_to_leads_alone():
    make_examples(make_project(), 1)
    assert "meta" not in lease_of(api("ada"))[0]["example"]
    assert lease_of(api("lea"))[0]["example"]["meta"] == {"lab": "south"}


@pytest.mark.parametrize("count", [0, 51, "two", None, True, 1.5, [1]])
def test_a_count_that_is_none_is_refused_by_its_field(count):
    make_examples(make_project(), 1)
    answer = api("ada").post(LEASES, {"count": count}, format="json")
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["count"]
    assert not Assignment.objects.exists()


def test_a_released_example_answers_what_became_of_it():
    make_examples(make_project(), 1)
    ada = api("ada")
    [one] = lease_of(ada)
    for _ in range(2):
        answer = ada.post(f"/api/v1/assignments/{one['id']}/release/")
        assert (answer.status_code, answer.json()["state"]) == (200, "released")


@pytest.mark.parametrize("reason", [["a"], 5, "x" * 501])
def test_a_reason_that_is_none_is_refused(reason):
    make_examples(make_project(), 1)
    ada = api("ada")
    [one] = lease_of(ada)
    answer = ada.post(f"/api/v1/assignments/{one['id']}/skip/", {"reason": reason}, format="json")
    assert answer.status_code == 400
    assert Assignment.objects.get().state == "leased"


@pytest.mark.parametrize(
    ("name", "scopes", "status"),
    [
        ("ada", None, 200),
        ("lea", None, 200),
        ("olga", None, 200),
        ("ada", ["label"], 200),
        ("ada", ["manage"], 200),
        ("ada", ["read"], 403),
        ("lea", ["read", "evaluate"], 403),
        ("mallory", None, 404),
        (None, None, 401),
    ],
)
def test_who_may_lease(name, scopes, status):
    make_examples(make_project(), 1)
    make_user("olga")
    projects.add_member(actor=viewer("lea"), slug="reviews", username="olga", role=Role.LEAD, now=NOW)
    assert api(name, scopes=scopes).post(LEASES, {"count": 1}).status_code == status
    assert Assignment.objects.count() == (status == 200)


def test_a_token_that_is_bound_to_another_project_finds_nothing():
    make_examples(make_project(), 1)
    other = make_project("other", labellers=("ada",))
    client = api("ada", project_id=other.pk)
    assert client.post(LEASES, {"count": 1}).status_code == 404
    [one] = lease_of(api("ben"))
    assert client.post(f"/api/v1/assignments/{one['id']}/release/").status_code == 404
    Assignment.objects.update(labeller_id=make_user("ada").pk)
    for door in OWN_DOORS:
        assert client.post(f"/api/v1/assignments/{one['id']}/{door}/", {}).status_code == 404
    assert Assignment.objects.get().state == "leased"


@pytest.mark.parametrize("door", OWN_DOORS)
@pytest.mark.parametrize(("name", "scopes", "status"), [
    ("ben", None, 404), ("lea", None, 404), ("mallory", None, 404), ("ada", ["read"], 403), (None, None, 401),
])  # fmt: skip
def test_nobody_else_touches_an_assignment(door, name, scopes, status):
    make_examples(make_project(), 1)
    [one] = lease_of(api("ada"))
    body = {"value": {"sentiment": "pos"}, "client_id": "0d3c1cf0-74a6-4dbb-9d3c-6d3c49f1a001", "schema_version": 1}
    answer = api(name, scopes=scopes).post(f"/api/v1/assignments/{one['id']}/{door}/", body, format="json")
    assert answer.status_code == status, answer.json()
    row = Assignment.objects.get()
    assert (row.state, row.label_id, row.skip_reason) == ("leased", None, "")


@pytest.mark.parametrize("door", OWN_DOORS)
@pytest.mark.parametrize("number", ["999999", "0", "-1", "abc", "9" * 30, "1%00"])
def test_an_assignment_that_is_not_there_is_not_found(door, number):
    make_project()
    assert api("ada").post(f"/api/v1/assignments/{number}/{door}/", {}).status_code == 404


def test_a_lease_costs_the_same_whatever_was_done_before():
    project = make_project(labels_per_example=3)
    make_examples(project, 60)
    ada = api("ada")
    lease_of(ada)

    def cost(count: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert len(lease_of(ada, count)) == count
        return len(queries)

    most = 9 if connection.vendor == "postgresql" else 11
    for count in (2, 20, 2):
        assert cost(count) <= most
        for one in lease_of(ada, count):
            ada.post(f"/api/v1/assignments/{one['id']}/skip/", {})


def test_a_lease_that_ran_out_is_handed_on_without_a_worker():
    project = make_project(labels_per_example=1)
    make_examples(project, 1)
    [one] = lease_of(api("ada"))
    assert lease_of(api("ben")) == []
    Assignment.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    [other] = lease_of(api("ben"))
    assert other["example"]["key"] == one["example"]["key"]
