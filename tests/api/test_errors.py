"""Whatever goes wrong, the API says it in one shape."""

import pytest
from django.test import Client

from tests import factories

pytestmark = pytest.mark.django_db


def test_a_fault_of_ours_is_said_in_the_api_s_shape_and_keeps_its_details_to_the_log(monkeypatch):
    from labelling.projects import selectors

    def broken(viewer):
        raise ZeroDivisionError("secret detail")

    token = factories.make_token("lea")
    monkeypatch.setattr(selectors, "list_projects", broken)
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {token}"})
    answer = client.get("/api/v1/projects/")
    assert answer.status_code == 500
    assert set(answer.json()) == {"code", "message", "fields"}
    assert b"secret" not in answer.content


def test_an_address_that_is_not_there_is_said_in_the_api_s_shape():
    answer = factories.api("lea").get("/api/v1/nothing/here/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_method_that_is_not_there_is_said_in_the_api_s_shape():
    answer = factories.api("lea").put("/api/v1/projects/", {})
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
