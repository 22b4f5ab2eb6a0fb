"""Cases of every kind: answers that can be read, and an outcome that can be chosen or written."""

import html
import json
import re

import pytest

from labelling.discuss.models import Case, Resolution
from tests.discuss.cast import seen
from tests.every_kind import GOOD, NEAR, OTHER, QUESTIONS, every_kind, labelled
from tests.factories import lease, submit
from tests.web.people import browse, counted, text_of

pytestmark = pytest.mark.django_db


def case_page() -> tuple[str, str]:
    case = Case.objects.get()
    return f"/projects/reviews/discuss/{case.pk}/", html.unescape(text_of(browse("lea").get(f"/projects/reviews/discuss/{case.pk}/")))


def settle(**fields):
    url, _ = case_page()
    form = {"outcome": "answer", "cause": "slip", "note": "", "seen": ",".join(map(str, seen())), "standing": ""}
    return browse("lea").post(f"{url}settle/", {**form, **fields})


def test_the_queue_and_the_case_show_each_answer_with_its_parts():
    labelled(2)
    url, page = case_page()
    queue = html.unescape(text_of(browse("lea").get("/projects/reviews/discuss/")))
    for shown in (page, queue):
        assert "Answer 1" in shown and "Answer 2" in shown
        assert "“Ada”" in shown and "“Émile”" in shown
        assert "30 × 15 at 10, 20.25" in shown and "12.5 €" in shown and "Émile und Ada" in shown
        assert '<rect x="11" y="20.25" width="30" height="15" data-class-no="1">' in shown
    assert '<span class="badge">Answer 1 ×2</span>' in queue and "What did it cost? <span class=\"muted\">(€)</span>" in page
    assert "What most of them say" in queue  # the mean of three boxes, which nobody drew
    assert '<option value="[{' in page and "Answer 2: 1 box: car 1" in page
    assert re.search(r'<input type="checkbox" name="q-topics" value="\[\]"><span>None of them', page)


def test_pages_of_cases_ask_the_database_in_the_view_alone():
    labelled(2)
    for path in ("/projects/reviews/discuss/", case_page()[0]):
        client = browse("lea")
        with counted() as cost:
            assert client.get(path).status_code == 200
        assert cost.render == 0, cost.sql


def test_a_case_is_settled_with_what_is_ticked_written_and_chosen():
    labelled(2)
    done = settle(**{
        "q-mood": '"good"', "q-topics": ['"war"', '"art"'], "q-stars": "3", "q-price": "13,5", "q-summary": " Neu\r\ngesagt ",
        "q-names": json.dumps(GOOD["names"]), "q-cars": json.dumps(NEAR["cars"]),
    })  # fmt: skip
    assert done.status_code == 302, re.findall(r"field-error[^<]*<", text_of(done))
    assert Resolution.objects.get().value == {
        "mood": "good", "topics": ["art", "war"], "stars": 3, "price": 13.5, "summary": "Neu\ngesagt", "names": GOOD["names"], "cars": NEAR["cars"],
    }  # fmt: skip


def test_none_of_them_and_nothing_marked_are_answers():
    labelled(2)
    chosen = {f"q-{key}": json.dumps(OTHER[key]) for key in ("mood", "stars", "names", "cars")}
    assert settle(**chosen, **{"q-topics": "[]", "q-price": "20", "q-summary": "東京"}).status_code == 302
    assert Resolution.objects.get().value == OTHER | {"names": [], "cars": OTHER["cars"]}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Answer the question: Which topics?"),
        ({"q-topics": "[]", "q-price": "much"}, "The answer is a number"),
        ({"q-topics": "[]", "q-price": "101"}, "out of range"),
        ({"q-topics": "nonsense"}, "Choose an answer from the list"),
        ({"q-topics": "[]", "q-price": "1", "q-names": '[{"start": 0, "end": 9999, "class": "PER"}]'}, "code points"),
        ({"q-topics": "[" * 9999}, "Choose an answer from the list"),
    ],
)
def test_an_outcome_that_cannot_be_is_said_and_what_was_typed_stays(typed, sentence):
    labelled(2)
    whole = {"q-mood": '"good"', "q-stars": "3", "q-summary": "Kurz & gut", "q-names": "[]", "q-cars": "[]"}
    response = settle(**{**whole, **typed})
    page = html.unescape(text_of(response))
    assert response.status_code == 400 and sentence in page
    assert "Kurz & gut</textarea>" in page and not Resolution.objects.exists()


def test_the_queue_settles_by_the_number_of_an_answer():
    every_kind(1, questions=[question for question in QUESTIONS if question["key"] == "summary"], labels_per_example=2)
    for name, value in (("ada", "one"), ("ben", "two")):
        [one] = lease(name)
        submit(name, one.id, {"summary": value})
    page = html.unescape(text_of(browse("lea").get("/projects/reviews/discuss/")))
    buttons = dict(re.findall(r'name="value" value="([^>]*?)" data-words="(Answer \d)" data-digit="\d"', page))
    assert buttons == {'{"summary": "one"}': "Answer 1", '{"summary": "two"}': "Answer 2"}
    assert settle(value='{"summary": "two"}').status_code == 302
    assert Resolution.objects.get().value == {"summary": "two"}


def test_the_page_of_questions_says_what_each_kind_asks_for():
    every_kind(0)
    page = html.unescape(text_of(browse("lea").get("/projects/reviews/settings/schema/")))
    for words in ("Choose up to 3", "0 to 100 · in €", "200 characters at most · about the field text", "about the field text · spans may overlap", "about the field photo"):
        assert words in page
