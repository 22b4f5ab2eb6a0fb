"""Leases over the API."""

import pytest

from tests.factories import api, make_examples, make_project

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_a_lease_names_the_example_and_what_it_is_labelled_under():
    make_examples(make_project(), 5)
    answer = api("ada").post("/api/v1/projects/reviews/assignments/", {"count": 2})
    assert answer.status_code == 200
    body = answer.json()
    assert [one["example"]["key"] for one in body["assignments"]] == ["e0", "e1"]
    assert set(body) == {"assignments", "waiting"}
    first = body["assignments"][0]
    assert first["example"]["data"] == {"text": "Text 0"}
    assert (first["round"], first["schema_version"], first["guideline_version"]) == (1, 1, 1)
