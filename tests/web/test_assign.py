"""The lead's page of the stage assign."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from labelling.intake.models import Example
from labelling.projects.models import Project
from tests.factories import label_next, lease, make_examples, make_project
from tests.web.people import browse, text_of

pytestmark = pytest.mark.django_db
PAGE = "/projects/reviews/assign/"


@pytest.fixture(autouse=True)
def reviews(db):
    project = make_project()
    make_examples(project, 5)
    return project


def test_the_page_says_how_the_queue_stands_and_who_holds_what():
    lease("ada", count=3)
    label_next("ben", now=timezone.now())
    page = text_of(browse("lea").get(PAGE))
    assert "3 labels promised" in page
    assert "Give back" in page
    assert re.search(r'<th scope="row">ada.*?data-label="In hand">3<', page, re.S)
    assert re.search(r'<th scope="row">ben.*?data-label="Today">1<', page, re.S)


def test_a_number_that_is_none_is_said_at_its_field():
    answer = browse("lea").post(PAGE, {"labels_per_example": "many"})
    page = text_of(answer)
    assert answer.status_code == 400
    assert "<title>Error: Assign" in page
    assert 'href="#id_labels_per_example"' in page
    assert 'value="many"' in page
    assert Project.objects.get().labels_per_example == 3


def test_the_number_of_labels_is_changed_with_an_undo():
    client = browse("lea")
    page = text_of(client.post(PAGE, {"labels_per_example": "5"}, follow=True))
    assert "Each example now gets 5 labels." in page
    assert "Back to 3" in page
    assert set(Example.objects.values_list("labels_wanted", flat=True)) == {5}
    client.post(PAGE, {"labels_per_example": "3"})
    assert set(Example.objects.values_list("labels_wanted", flat=True)) == {3}


def test_what_somebody_holds_is_given_back_with_one_press():
    lease("ada", count=2)
    page = text_of(browse("lea").post(f"{PAGE}ada/release/", follow=True))
    assert "2 examples that ada held went back to the queue." in page
    assert set(Example.objects.values_list("leases_live", flat=True)) == {0}
    page = text_of(browse("lea").post(f"{PAGE}ada/release/", follow=True))
    assert "ada holds nothing." in page


def test_an_empty_project_says_what_fills_it():
    make_project("empty", labellers=())
    page = text_of(browse("lea").get("/projects/empty/assign/"))
    assert "No example is open" in page
    assert "Nobody labels here yet" in page


@pytest.mark.parametrize(("name", "status"), [("lea", 200), ("ada", 403), ("mallory", 404)])
def test_only_leads_see_the_page(name: str, status: int):
    assert browse(name).get(PAGE).status_code == status
    if name != "lea":
        lease("ben")
        assert browse(name).post(f"{PAGE}ben/release/").status_code == status
        assert browse(name).post(PAGE, {"labels_per_example": "5"}).status_code == status
        assert Project.objects.get().labels_per_example == 3
        assert Example.objects.filter(leases_live=1).count() == 1


def test_the_number_of_queries_does_not_grow_with_the_members():
    client = browse("lea")
    client.get(PAGE)
    lease("ada")
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE)
    for name in ("ben", "cleo"):
        lease(name, count=2)
        label_next(name)
    with CaptureQueriesContext(connection) as many:
        client.get(PAGE)
    assert len(many) <= len(few)
