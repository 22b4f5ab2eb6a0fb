"""A program that labels pictures gets addresses that it can open."""

import pytest

from tests.factories import api, make_project
from tests.intake.files import picture, run, zip_of

pytestmark = pytest.mark.django_db


def test_a_leased_picture_comes_with_its_address_which_members_alone_can_open(media_folder):
    make_project(display=[{"field": "image", "as": "image"}])
    make_project("other", owner="mallory", labellers=())
    run(zip_of({"one.png": picture()}), name="pictures.zip")
    ada = api("ada")
    (lease,) = ada.post("/api/v1/projects/reviews/assignments/", {"count": 1}).json()["assignments"]
    address = lease["example"]["data"]["image"]
    assert address.startswith("/projects/reviews/media/")
    found = ada.get(address)
    assert (found.status_code, found.headers["Content-Type"]) == (200, "image/png")
    assert b"".join(found.streaming_content) == picture()
    assert api("mallory").get(address).status_code == 404
