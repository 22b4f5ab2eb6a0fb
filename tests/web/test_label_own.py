"""What a labeller sets for themselves on the labelling screen, and their last fifty labels."""

import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from labelling.accounts.models import User
from labelling.audit import AuditEvent
from labelling.label.models import Label
from tests.factories import label_next, make_examples, make_project
from tests.web.people import browse

pytestmark = pytest.mark.django_db
PAGE = "/projects/reviews/label/"


@pytest.fixture
def reviews(db):
    project = make_project("reviews", labellers=("ada", "ben"))
    make_examples(project, 60, now=timezone.now())
    return project


def post(client, body):
    answer = client.post("/label/preferences/", body if isinstance(body, str) else json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


def keys_of(client) -> dict:
    found = re.search(r'<script id="label-data" type="application/json">(.*?)</script>', client.get(PAGE).content.decode(), re.S)
    assert found
    return json.loads(found[1])["user"]["keys"]


def test_keys_are_kept_with_the_person_and_the_page_brings_them(reviews):
    ada = browse("ada")
    assert keys_of(ada) == {}
    mine = {"undo": "z", "skip": None}
    assert post(ada, {"keys": mine}) == (200, {"keys": mine})
    assert keys_of(ada) == keys_of(browse("ada")) == mine
    assert keys_of(browse("ben")) == {}
    assert AuditEvent.objects.filter(verb="set preferences").get().details == {"keys": mine}
    assert post(ada, {"keys": {}, "quick_mode": True}) == (200, {"keys": {}, "quick_mode": True})
    assert keys_of(ada) == {}
    assert User.objects.get(username="ada").quick_mode is True


HOSTILE = [
    {"keys": None}, {"keys": []}, {"keys": "u"}, {"keys": {"undo": "g"}}, {"keys": {"undo": "1"}}, {"keys": {"undo": "<script>alert(1)</script>"}},
    {"keys": {"__proto__": "q"}}, {"keys": {"constructor": "q"}}, {"keys": {"undo": "\u0000"}}, {"keys": {"undo": "\ud800"}}, {"keys": {"\ud800": "q"}},
    {"keys": {"undo": {"a": []}}}, {"keys": {"undo": 1e308}}, {"keys": {f"k{number}": "q" for number in range(100)}}, {"keys": {"undo": "a" * 1_000_000}},
]  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE)
def test_what_is_no_key_is_refused_with_its_field_and_changes_nothing(reviews, body):
    ada = browse("ada")
    post(ada, {"keys": {"undo": "z"}})
    status, answer = post(ada, body)
    assert (status, list(answer["fields"])) == (400, ["keys"])
    assert answer["message"].endswith(".")
    assert keys_of(ada) == {"undo": "z"}
    assert AuditEvent.objects.filter(verb="set preferences").count() == 1


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"keys"', "{}", '{"theme": "dark"}', '{"keys": {}, "is_staff": true}', "[" * 100_000, "\x00"])
def test_what_is_no_set_of_preferences_is_refused(reviews, body):
    status, answer = post(browse("ada"), body)
    assert status == 400 and answer["message"].endswith(".")
    assert (keys_of(browse("ada")), AuditEvent.objects.filter(verb="set preferences").count()) == ({}, 0)


def test_a_visitor_keeps_no_keys(reviews):
    assert browse(None).post("/label/preferences/", "{}", content_type="application/json").status_code == 302


def test_of_long_examples_the_beginning_comes_and_one_whole_when_it_is_asked_for(reviews):
    label_next("ada", "pos", now=timezone.now())
    label_next("ada", "pos", now=timezone.now())
    text = "Long \N{GRINNING FACE} " * 30_000
    reviews.examples.filter(key="e0").update(data={"text": text})
    ada = browse("ada")
    answer = ada.get(PAGE + "history/")
    cut, short = answer.json()["labels"]
    assert len(answer.content) < 20_000
    assert (cut["cut"], cut["assignment"]["example"]["data"], cut["value"]) == (True, {"text": text[:2000]}, {"sentiment": "pos"})
    assert "cut" not in short
    [whole] = ada.get(PAGE + f"history/?assignment={cut['assignment']['id']}").json()["labels"]
    assert whole["assignment"]["example"]["data"] == {"text": text}
    for nothing in ("", "0", "x", "9" * 50, str(cut["assignment"]["id"]) + "%00"):
        assert ada.get(PAGE + f"history/?assignment={nothing}").json() == {"labels": []}
    assert browse("ben").get(PAGE + f"history/?assignment={cut['assignment']['id']}").json() == {"labels": []}


def test_the_last_fifty_come_oldest_first_with_what_the_page_shows_of_them_and_nobody_elses(reviews):
    start = timezone.now()
    for number in range(55):
        label_next("ada", "pos", now=start + timedelta(seconds=number), comment="odd" if number == 54 else "")
    for number in range(3):
        label_next("ben", "neg", now=start + timedelta(seconds=number))
    reviews.examples.update(data={"text": "Seen", "gold": "neg"})
    found = browse("ada").get(PAGE + "history/").json()["labels"]
    assert len(found) == 50
    assert {record["words"] for record in found} == {"Positive"}
    assert [record["assignment"]["example"]["key"] for record in found] == [f"e{number}" for number in range(5, 55)]
    assert found[-1]["comment"] == "odd" and found[-1]["counted"] is True
    assert found[0]["assignment"]["example"]["data"] == {"text": "Seen"}
    assert Label.objects.count() == 58
    assert [record["words"] for record in browse("ben").get(PAGE + "history/").json()["labels"]] == ["Negative"] * 3
