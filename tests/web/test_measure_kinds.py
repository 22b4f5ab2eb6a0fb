"""Measure pages of every question kind: the right words, no heat map where there are no classes, nothing that cannot be drawn."""

import re

import pytest

from tests.every_kind import QUESTIONS, every_kind, labelled
from tests.web.people import browse, counted, text_of

pytestmark = pytest.mark.django_db
KEYS = [question["key"] for question in QUESTIONS]
PAGES = ["measure/", "measure/?by=class", "measure/?by=pair", "measure/?by=week", "measure/confusions/", "measure/human/?by=class", "measure/human/?by=labeller", "measure/labellers/", "measure/labellers/ada/", "measure/labellers/ada/?reference=resolved", "measure/labellers/ada/examples/"]


@pytest.mark.parametrize("page", PAGES)
def test_every_kind_has_its_page_with_labels_and_without(page):
    every_kind(2, slug="empty")
    labelled(12)
    lea = browse("lea")
    for slug in ("empty", "reviews"):
        for key in KEYS:
            with counted() as cost:
                answer = lea.get(f"/projects/{slug}/{page}{'&' if '?' in page else '?'}question={key}")
            text = text_of(answer)
            assert answer.status_code == 200, (slug, key)
            assert not re.search(r"\b(NaN|None)\b(?! of them)", text), (slug, key)
            assert cost.render == 0 and cost.view <= 40, (slug, key, cost.view)


def test_the_first_page_holds_every_kind():
    labelled(12)
    with counted() as cost:
        text = text_of(browse("lea").get("/projects/reviews/"))
    assert "Its answers have no classes to confuse." in text
    assert cost.render == 0


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("topics", ["Jaccard", "Alpha with the MASI distance", "Share of labels that hold each class"]),
        ("price", ["equal steps", "ICC(2,1), one person, absolute", "read them as"]),
        ("summary", ["Texts differ by the edits", "Likeness of two texts, word by word"]),
        ("names", ["alpha for unitizing", "Alpha by characters", "F1 of exactly the same spans"]),
        ("cars", ["one object", "F1 of matched boxes", "Same class on matched boxes"]),
    ],
)
def test_each_kinds_figures_are_named_and_explained(key, words):
    labelled(12)
    text = text_of(browse("lea").get(f"/projects/reviews/measure/?question={key}"))
    assert all(word in text for word in [*words, "How this was measured", "How these were measured"])
    assert ("by=class" in text) == (key not in ("price", "summary"))


def test_pairs_are_headed_by_what_is_measured_of_them():
    labelled(12)
    lea = browse("lea")
    heads = {"mood": "Cohen&#x27;s kappa", "price": "Lin&#x27;s concordance", "names": "F1 of exactly the same spans", "cars": "F1 of matched boxes"}
    for key, head in heads.items():
        assert head in text_of(lea.get(f"/projects/reviews/measure/?question={key}&by=pair")), key


def test_what_has_no_classes_has_no_heat_map_and_says_where_to_look():
    labelled(12)
    lea = browse("lea")
    for key in ("price", "summary"):
        text = text_of(lea.get(f"/projects/reviews/measure/confusions/?question={key}"))
        assert "No classes to confuse" in text and "<table" not in text
    assert "<table" in text_of(lea.get("/projects/reviews/measure/confusions/?question=cars"))


def test_a_cell_of_parts_opens_the_examples_behind_it():
    labelled(12)
    lea = browse("lea")
    text = text_of(lea.get("/projects/reviews/measure/confusions/examples/?question=cars&a=car&b=car"))
    assert "Both said car" in text and "11 examples" in text
    assert lea.get("/projects/reviews/measure/confusions/examples/?question=cars&a=car&b=moon").status_code == 404
