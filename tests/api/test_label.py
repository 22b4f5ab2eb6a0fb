"""Labels over the API."""

from uuid import uuid4

import pytest

from tests.factories import api, make_examples, make_project

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_the_whole_cycle():
    make_examples(make_project(labels_per_example=1), 2)
    ada = api("ada")
    one = ada.post("/api/v1/projects/reviews/assignments/", {"count": 1}).json()["assignments"][0]
    sent = {"value": {"sentiment": "pos"}, "tags": ["borderline"], "comment": "", "seconds": 3.5,
            "client_id": str(uuid4()), "schema_version": 1}
    answer = ada.post(f"/api/v1/assignments/{one['id']}/label/", sent)
    assert answer.status_code == 201, answer.json()
    again = ada.post(f"/api/v1/assignments/{one['id']}/label/", sent)
    assert again.status_code == 200
    assert again.json() == answer.json()
    mine = ada.get("/api/v1/projects/reviews/mine/").json()
    assert (mine["today"], mine["total"], mine["left"]) == (1, 1, 1)
    [row] = ada.get("/api/v1/projects/reviews/labels/").json()["results"]
    assert row["counted"] is True
    [row] = ada.get("/api/v1/projects/reviews/history/").json()["results"]
    assert row["example"]["key"] == "e0"
