"""The labelling screen's page and its helper answers; what it does in a browser stands in tests/browser/test_label_*.py."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from labelling.assign.models import Assignment
from labelling.label.models import Label
from labelling.projects import services as projects
from labelling.web.drawing import drawn, drawn_tags, lower_headings, words_of
from tests.factories import SENTIMENT, STRENGTH, label_next, make_examples, make_project, viewer
from tests.web.people import browse, counted

pytestmark = pytest.mark.django_db
PAGE = "/projects/reviews/label/"


def data_of(answer) -> dict:
    """What the page's scripts read."""
    text = answer.content.decode().split('<script id="label-data" type="application/json">')[1].split("</script>")[0]
    return json.loads(text)


@pytest.fixture
def reviews(db):
    project = make_project(guidelines="# How\n\nSay what the writer feels.", now=timezone.now())
    make_examples(project, 15)
    return project


def post(client, path: str, body) -> tuple[int, dict]:
    answer = client.post(path, data=body if isinstance(body, str) else json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


def test_the_page_brings_its_first_ten_examples_along(reviews):
    answer = browse("ada").get(PAGE)
    page = data_of(answer)
    assert answer.status_code == 200
    assert [one["example"]["key"] for one in page["stock"]["assignments"]] == [f"e{number}" for number in range(10)]
    assert page["progress"] == {"today": 0, "left": 15, "left_is_at_least": False}
    assert (page["recent"], page["guidelines"]["seen"], page["guidelines"]["version"]) == ([], 0, 1)
    assert (page["quick_possible"], page["user"]) == (True, {"name": "ada", "quick": False, "keys": {}})
    assert Assignment.objects.filter(labeller__username="ada", state="leased").count() == 10


def test_loading_the_page_again_leases_nothing_more(reviews):
    ada = browse("ada")
    first, again = data_of(ada.get(PAGE)), data_of(ada.get(PAGE))
    assert [one["id"] for one in first["stock"]["assignments"]] == [one["id"] for one in again["stock"]["assignments"]]
    assert Assignment.objects.count() == 10


def test_the_page_is_never_kept_by_the_browser_and_sets_the_csrf_cookie(reviews):
    answer = browse("ada").get(PAGE)
    assert "no-store" in answer["Cache-Control"]
    assert "csrftoken" in answer.cookies


def test_only_fields_that_are_shown_are_handed_out_and_nothing_that_came_beside_them(reviews):
    reviews.examples.update(data={"text": "Shown", "truth": "hidden-answer"}, meta={"gold": "hidden-answer"})
    ada = browse("ada")
    source = ada.get(PAGE).content.decode()
    _, stock = post(ada, PAGE + "stock/", {"count": 3, "user": "ada"})
    assert "hidden-answer" not in source
    assert [one["example"]["data"] for one in stock["assignments"]] == [{"text": "Shown"}] * 3


def test_nothing_of_other_labellers_is_on_the_page(reviews):
    label_next("ben", "neg", tags=["borderline"], comment="Ben thought so", now=timezone.now())
    source = browse("ada").get(PAGE).content.decode()
    assert "Ben thought so" not in source and "ben" not in source.replace("been", "").lower().split()
    assert data_of(browse("ada").get(PAGE))["recent"] == []


def test_the_last_labels_come_along_to_be_taken_back_newest_at_the_end(reviews):
    now = timezone.now()
    for value in ("pos", "neg"):
        label_next("ada", value, now=now, comment="why", tags=["borderline"])
    label_next("ada", None, now=now, tags=["unintelligible"])
    page = data_of(browse("ada").get(PAGE))
    assert [(one["assignment"]["example"]["key"], one["words"], one["counted"]) for one in page["recent"]] == [
        ("e0", "Positive", True), ("e1", "Negative", True), ("e2", "unintelligible", True),
    ]  # fmt: skip
    assert page["recent"][0]["assignment"]["example"]["data"] == {"text": "Text 0"}
    assert (page["recent"][0]["comment"], page["recent"][0]["tags"]) == ("why", ["borderline"])
    assert (page["progress"]["today"], page["progress"]["left"]) == (3, 12)
    assert page["guidelines"]["seen"] == 1  # what the newest label was made under


def test_a_project_with_more_questions_or_another_kind_has_no_quick_mode(db):
    for slug, questions in {"two": [SENTIMENT, STRENGTH], "rating": [STRENGTH]}.items():
        make_project(slug, questions=questions, labellers=("ada",))
        assert data_of(browse("ada").get(f"/projects/{slug}/label/"))["quick_possible"] is False


def test_more_examples_come_with_ones_own_progress(reviews):
    ada = browse("ada")
    status, answer = post(ada, PAGE + "stock/", {"count": 2, "user": "ada"})
    assert status == 200
    assert [one["example"]["key"] for one in answer["assignments"]] == ["e0", "e1"]
    assert {name: answer[name] for name in ("today", "left", "left_is_at_least", "guideline_version", "user")} == {
        "today": 0, "left": 15, "left_is_at_least": False, "guideline_version": 1, "user": "ada",
    }  # fmt: skip


def test_nothing_is_leased_to_somebody_who_logged_in_on_another_persons_page(reviews):
    status, answer = post(browse("ben"), PAGE + "stock/", {"count": 2, "user": "ada"})
    assert (status, answer["message"]) == (409, "ben is logged in on this computer now. Load the page again to label as them.")
    assert Assignment.objects.count() == 0


@pytest.mark.parametrize("body", ["", "[]", "{", '"x"', '{"count": 0, "user": "ada"}', '{"count": 51, "user": "ada"}', '{"count": "x", "user": "ada"}',
                                  '{"count": null, "user": "ada"}', '{"count": true, "user": "ada"}', "\x00", '{"count": 1e999, "user": "ada"}'])  # fmt: skip
def test_a_wrong_request_for_examples_is_refused_in_words(reviews, body):
    status, answer = post(browse("ada"), PAGE + "stock/", body)
    assert status in (400, 409)
    assert answer["message"].endswith(".")
    assert Assignment.objects.count() == 0


def test_the_newest_guidelines_come_with_what_changed_since_those_that_one_knows(reviews):
    projects.add_guidelines(actor=viewer("lea"), slug="reviews", text="# How\n\nSay what is meant.", reason="Irony", now=timezone.now())
    ada = browse("ada")
    answer = ada.get(PAGE + "guidelines/?since=1").json()
    assert (answer["version"], answer["reason"], answer["text"]) == (2, "Irony", True)
    assert answer["changes"] == [{"kind": "removed", "text": "Say what the writer feels."}, {"kind": "added", "text": "Say what is meant."}]
    assert answer["html"].startswith("<h3>How</h3>")
    for since in ("", "0", "2", "99", "-1", "x", "²", "1" * 30):
        assert ada.get(PAGE + f"guidelines/?since={since}").json()["changes"] == []


def test_who_is_logged_in_and_quick_mode(reviews):
    ada = browse("ada")
    assert ada.get("/label/who/").json() == {"user": "ada"}
    assert browse(None).get("/label/who/").status_code == 302
    assert post(ada, "/label/preferences/", {"quick_mode": True}) == (200, {"quick_mode": True})
    assert data_of(ada.get(PAGE))["user"]["quick"] is True
    for wrong in ({}, {"quick_mode": 1}, {"quick_mode": None}, [], "{"):
        status, answer = post(ada, "/label/preferences/", wrong)
        assert status == 400 and answer["message"].endswith(".")
    assert data_of(ada.get(PAGE))["user"]["quick"] is True


def test_hostile_text_stays_text_on_the_page(db):
    evil = "</script><script>alert(1)</script><!--"
    question = {"key": "q", "kind": "choice", "prompt": evil, "classes": [{"key": evil, "name": evil, "definition": evil}, {"key": "b"}]}
    project = make_project(questions=[question], labellers=("ada",), name=evil, tags=[{"key": "t", "name": evil}])
    make_examples(project, 1)
    project.examples.update(data={"text": evil}, key=evil)
    source = browse("ada").get(PAGE).content.decode()
    assert "<script>alert" not in source and "<!--" not in source
    assert data_of(browse("ada").get(PAGE))["stock"]["assignments"][0]["example"] == {
        "id": project.examples.get().pk, "key": evil, "data": {"text": evil},
    }  # fmt: skip


def test_no_query_while_the_page_is_rendered_and_as_many_for_many_labels_as_for_few(reviews):
    ada = browse("ada")
    ada.get(PAGE)
    label_next("ada", now=timezone.now())
    costs = []
    for _ in range(2):
        with counted() as cost:
            ada.get(PAGE)
        costs.append((cost.view, cost.render))
        for number in range(5):
            label_next("ada", now=timezone.now() + timedelta(seconds=number))
    assert costs[0] == costs[1]
    assert costs[0][1] == 0
    assert costs[0][0] <= 30
    assert Label.objects.count() == 11


def test_digits_choose_classes_in_order_and_steps_by_themselves_where_they_are_digits():
    digits = lambda question: [option["digit"] for option in drawn(question)["options"]]  # noqa: E731
    assert digits({"key": "q", "kind": "choice", "prompt": "?", "classes": [{"key": str(number) + "x"} for number in range(12)]}) == [
        "1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "", "",
    ]  # fmt: skip
    assert digits({"key": "q", "kind": "choice", "prompt": "?", "classes": [{"key": "d0", "name": "0"}, {"key": "d1", "name": "1"}]}) == ["0", "1"]
    assert digits({"key": "q", "kind": "rating", "prompt": "?", "low": 0, "high": 5, "step": 1}) == ["0", "1", "2", "3", "4", "5"]
    assert digits({"key": "q", "kind": "rating", "prompt": "?", "low": -1, "high": 1, "step": 1}) == ["1", "2", "3"]
    assert digits({"key": "q", "kind": "rating", "prompt": "?", "low": 0, "high": 1, "step": 0.5}) == ["1", "2", "3"]
    steps = drawn({"key": "q", "kind": "rating", "prompt": "?", "low": -1, "high": 1, "step": 1, "names": {"-1": "bad"}})["options"]
    assert [(step["value"], step["shown"], step["full"], step["name"]) for step in steps] == [(-1, "−1", "−1 bad", "bad"), (0, "0", "0", ""), (1, "1", "1", "")]


def test_only_built_in_tags_have_letters():
    assert drawn_tags([{"key": "borderline", "name": "Borderline"}, {"key": "sarcasm", "name": "Sarcasm"}]) == [
        {"key": "borderline", "name": "borderline", "letter": "B"}, {"key": "sarcasm", "name": "Sarcasm", "letter": ""},
    ]  # fmt: skip


def test_a_label_in_words_and_headings_below_the_pages_own():
    assert words_of([SENTIMENT, {**STRENGTH, "step": 1}], {"sentiment": "pos", "strength": 3}, [], {}) == "Positive, 3"
    assert words_of([SENTIMENT], None, ["sarcasm"], {"sarcasm": "sarcasm"}) == "sarcasm"
    assert words_of([SENTIMENT], None, [], {}) == "No answer"
    assert lower_headings("<h1>A</h1><h5>B</h5>") == "<h3>A</h3><h6>B</h6>"
