"""The page on which classes are put together, retired and added."""

from typing import Any

import pytest
from django.test import Client

from labelling.projects.models import Project, SchemaVersion
from tests.discuss.cast import example, labelled
from tests.factories import STRENGTH, make_project, make_user

pytestmark = pytest.mark.django_db
PAGE = "/projects/reviews/discuss/classes/"
ROWS = (("pos", "pos", "neg"), ("neg", "mix", "neg"), ("pos", "pos", "pos"))


def browser(name: str) -> Client:
    client = Client()
    client.force_login(make_user(name))
    return client


def typed(**changes: str) -> dict[str, str]:
    names = {"name-1": "Positive", "name-2": "Negative", "name-3": "Mixed"}
    stay = {f"becomes-{number}": "stays" for number in (1, 2, 3)}
    return {"question": "sentiment", "added": "", "reason": "Because.", **names, **stay, **changes}


def newest() -> Any:
    return SchemaVersion.objects.order_by("-version").first()


def test_what_it_would_do_is_shown_before_anything_changes():
    labelled(*ROWS)
    answer = browser("lea").post(PAGE, typed(**{"becomes-3": "into-1", "preview": "1"}))
    assert answer.status_code == 200
    assert answer.context["preview"].affected == {"labels": 1, "examples": 1, "to_relabel": 0}
    assert "What version 2 would do" in answer.content.decode()
    assert Project.objects.get().schema_version == 1


def test_classes_are_put_together_renamed_and_added():
    labelled(*ROWS)
    fields = typed(**{"becomes-3": "into-0", "name-1": "Glad", "added": "Off topic: not about a film\n", "change": "1"})
    assert browser("lea").post(PAGE, fields).status_code == 302
    made = newest()
    assert [(item["key"], item["name"], item["definition"]) for item in made.questions[0]["classes"]] == [
        ("pos", "Glad", "Glad of it."), ("neg", "Negative", "Sorry about it."), ("off_topic", "Off topic", "not about a film"),
    ]  # fmt: skip
    assert [(change["op"], change["from"], change["to"]) for change in made.changes] == [
        ("merge", ["pos", "mix"], ["pos"]), ("add", [], ["off_topic"]),
    ]  # fmt: skip
    assert made.reason == "Because."


def test_examples_whose_class_goes_can_be_labelled_again():
    labelled(*ROWS)
    fields = typed(**{"becomes-3": "goes", "change": "1", "relabel": "on"})
    assert browser("lea").post(PAGE, fields).status_code == 302
    assert [(example(key).round, example(key).state) for key in ("e0", "e1")] == [(1, "in_review"), (2, "open")]


@pytest.mark.parametrize(
    "changes", [{}, {"becomes-1": "goes", "becomes-2": "goes"}, {"becomes-1": "into-1", "becomes-2": "into-0"}, {"added": "Positive\nPos"}]
)
def test_what_cannot_be_comes_back_with_the_reason(changes):
    labelled(*ROWS)
    answer = browser("lea").post(PAGE, typed(change="1", **changes))
    assert answer.status_code == 400, answer.content
    assert "There is a problem" in answer.content.decode() and "Because." in answer.content.decode()
    assert Project.objects.get().schema_version == 1


def test_only_leads_change_classes():
    labelled(*ROWS)
    for name, status in (("ada", 403), ("mallory", 404)):
        client = browser(name)
        assert client.get(PAGE).status_code == status
        assert client.post(PAGE, typed(**{"becomes-3": "into-1", "change": "1"})).status_code == status
    assert Project.objects.get().schema_version == 1


def test_a_project_without_classes_says_so_and_an_unknown_question_is_not_found():
    make_project(questions=[STRENGTH])
    assert "No question has classes" in browser("lea").get(PAGE).content.decode()
    make_project("films")
    assert browser("lea").get("/projects/films/discuss/classes/?question=mood").status_code == 404
