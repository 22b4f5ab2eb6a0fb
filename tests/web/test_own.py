"""The page "Your labels": one's own, in words, and nothing of anybody else's."""

import re

import pytest

from labelling.intake.models import Example
from tests.discuss.cast import labelled
from tests.discuss.test_own import settle
from tests.factories import make_project
from tests.web.people import browse, counted, text_of

pytestmark = pytest.mark.django_db
PAGE = "/projects/reviews/mine/"


def test_an_empty_page_says_why_each_part_is_empty_and_what_fills_it():
    make_project()
    page = text_of(browse("ada").get(PAGE))
    for words in (
        "You made no label in the last twelve weeks.", "Nobody has asked you anything.", "You are invited to no case.",
        "None of your labels was settled otherwise so far.", "None of the examples that you labelled was settled by others since then.",
    ):  # fmt: skip
        assert words in page


def test_it_says_what_was_settled_otherwise_and_why():
    labelled(("pos", "neg", "neg"))
    settle("e0")
    page = text_of(browse("ada").get(PAGE))
    assert "Text 0" in page and "Irony counts as meant." in page and "The guidelines do not say" in page
    assert "too few to judge (1 example)" in page
    assert "Irony" not in text_of(browse("ben").get(PAGE))


def test_no_name_of_another_and_no_answer_of_theirs_stands_on_it():
    labelled(("pos", "neg", "neg"), ("mix", "neg", "neg"))
    settle("e0")
    page = text_of(browse("ada").get(PAGE))
    assert not re.search(r"\b(ben|cleo|lea)\b", page)
    assert "Text 1" not in page and "Mixed" not in page


def test_further_pages_say_the_way_back():
    make_project()
    assert "Back to the first" in text_of(browse("ada").get(f"{PAGE}?page=7"))
    assert browse("ada").get(f"{PAGE}?page=x").status_code == 200


def test_the_page_asks_the_database_nothing_while_it_is_rendered():
    labelled(*[("pos", "neg", "neg")] * 5)
    for number in range(5):
        settle(f"e{number}")
    ada = browse("ada")
    with counted() as cost:
        ada.get(PAGE)
    assert cost.render == 0
    assert cost.view <= 30


def test_it_is_found_from_the_overview_the_menu_and_the_labelling_screen():
    make_project()
    ada = browse("ada")
    for address in ("/projects/reviews/", "/projects/reviews/guidelines/", "/projects/reviews/label/"):
        assert f'href="{PAGE}"' in ada.get(address).content.decode()


def test_long_texts_are_cut():
    labelled(("pos", "neg", "neg"))
    settle("e0")
    Example.objects.update(data={"text": "x" * 5000})
    page = browse("ada").get(PAGE).content.decode()
    assert "x" * 400 + "…" in page and "x" * 401 not in page
