"""Pages of evaluations: a model beside people, where it loses, and on which examples."""

import re
from unittest.mock import patch

import pytest

from labelling.evaluate.models import Evaluation
from labelling.web.evaluate_people import finding
from tests import factories
from tests.evaluate.evaluated import evaluate_on, make_labelled, release_all, reviews
from tests.web.people import browse, counted, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_folder")]
PAGES = ["", "people/", "people/?epsilon=0.2", "examples/", "examples/?side=won", "examples/?slice=meta.lab%3Dnorth", "examples/?class=neg"]


@pytest.fixture
def place():
    return f"/projects/reviews/evaluate/{reviews().pk}/"


def test_leads_see_the_pages_labellers_and_strangers_do_not_and_drawing_asks_the_database_nothing(place):
    factories.make_project("other", owner="mallory", labellers=())
    lea = browse("lea")
    for page in PAGES:
        with counted() as cost:
            answer = lea.get(place + page)
        assert answer.status_code == 200, page
        assert (cost.render, cost.view <= 16) == (0, True), (page, cost.view, cost.sql)
        assert not re.search(r"\bNaN\b", text_of(answer)) and ">None<" not in answer.content.decode(), page
        found = {name: browse(name).get(place + page).status_code for name in ("ada", "mallory", None)}
        assert found == {"ada": 403, "mallory": 404, None: 302}, page


def test_the_chart_says_how_the_model_stands_to_one_person_and_to_the_popular_answer(place):
    page = text_of(browse("lea").get(place + "people/"))
    assert "letters 1 is below one person (" in page or "letters 1 cannot be told from one person (" in page
    assert "the most popular answer (" in page
    assert "Against what the others say" in page and "Against resolved answers" in page
    assert "No label here can be scored so: nothing was settled" in page
    assert "best person, to be expected" in page


def test_losses_come_before_wins_and_say_what_is_settled(place):
    page = text_of(browse("lea").get(place + "people/"))
    slices = page[page.index("By slice") :]
    assert slices.index("Where it loses") < slices.index("lab: north")
    assert slices.index("lab: north") < slices.index("Where it wins or is level") < slices.index("lab: south")
    assert "may be chance" in slices
    assert "comparisons of this table together (Bonferroni)" in slices


def test_the_alternative_annotator_test_names_its_conditions_and_people(place):
    page = text_of(browse("lea").get(place + "people/?epsilon=0.2"))
    assert "Met. At least 3 people have 30 examples each that others labelled and the model answered: 3 have." in page
    assert "letters 1 may take the place of" in page
    assert all(name in page for name in ("ada", "ben", "cleo"))


def test_the_examples_are_those_where_people_are_right_and_the_model_is_not(place):
    page = text_of(browse("lea").get(place + "examples/?slice=meta.lab%3Dnorth"))
    assert "2 examples" in page and "lab: north" in page
    assert "r007" in page and "r049" in page
    assert "r021" not in page and "r035" not in page  # there both say Negative; there Cleo says what the model says
    won = text_of(browse("lea").get(place + "examples/?side=won"))
    assert "r005" in won or "r010" in won  # where Cleo differs
    nothing = text_of(browse("lea").get(place + "examples/?slice=meta.lab%3Dsouth"))
    assert "None here." in nothing and "Clear the filters" in nothing


@pytest.mark.parametrize(
    ("to_person", "to_popular", "words"),
    [
        ((-0.02, 0.03), (-0.3, -0.1), "m 1 is level with one person (81 % and 80 %) and is below the most popular answer (87 %)."),
        ((-0.3, -0.1), (-0.3, -0.1), "m 1 is below one person (81 % and 80 %) and the most popular answer (87 %)."),
        ((-0.2, 0.1), (-0.2, 0.1), "m 1 cannot be told from one person (81 % and 80 %) nor from the most popular answer (87 %)."),
        ((0.1, 0.2), (None, None), "m 1 is above one person (81 % and 80 %) and has too few examples to be told from the most popular answer (87 %)."),
    ],
)
def test_the_finding_says_no_more_than_the_intervals(to_person, to_popular, words):
    gaps = {"model_minus_person": dict(zip(("low", "high"), to_person, strict=True)), "model_minus_popular": dict(zip(("low", "high"), to_popular, strict=True))}
    assert finding("m 1", {"model": {"value": 0.81}, "person": {"value": 0.8}, "popular_answer": {"value": 0.87}, **gaps}) == words


@pytest.mark.parametrize("query", ["epsilon=x", "epsilon=9", "question=ghost", "question=%00"])
def test_what_the_page_cannot_answer_is_refused(place, query):
    assert browse("lea").get(f"{place}people/?{query}").status_code == 400


@pytest.mark.parametrize("query", ["side=both", "slice=ghost%3D1", "slice=" + "9" * 2000, "class=" + "9" * 2000, "question=ghost", "slice=%00"])
def test_examples_that_cannot_be_picked_are_refused(place, query):
    assert browse("lea").get(f"{place}examples/?{query}").status_code == 400


@pytest.mark.parametrize("query", ["page=0", "page=%C2%B2", "page=" + "9" * 40, "class=%00", "class=ghost"])
def test_odd_pages_and_classes_show_nothing_and_break_nothing(place, query):
    assert browse("lea").get(f"{place}examples/?{query}").status_code == 200


def test_an_evaluation_from_before_people_were_held_beside_models_says_what_to_do(place):
    def older(results):
        questions = {}
        for key, found in results["questions"].items():
            human = {name: found["baselines"]["human"][name] for name in ("accuracy", "model_on_the_same_references", "popular_answer", "gap", "reference")}
            rows = [{name: row[name] for name in ("slice", "metric", "human", "gap", "share", "priority")} for row in found["by_slice"]]
            questions[key] = {**found, "baselines": {**found["baselines"], "human": human}, "by_slice": rows}
        return {"questions": questions}

    results = older(Evaluation.objects.get().results)
    with patch.object(Evaluation, "from_db", lambda *args: _with(Evaluation, results, *args)):
        lea, api = browse("lea"), factories.api("lea")
        assert lea.get(place).status_code == 200
        page = lea.get(place + "people/")
        assert page.status_code == 200 and "Score the same predictions again" in text_of(page)
        assert lea.get(place + "examples/").status_code == 409
        door = "/api/v1" + place.replace("/evaluate/", "/evaluations/")
        assert api.get(door).status_code == 200
        assert api.get(door + "humans/").status_code == 409


def _with(model, results, db, names, values):
    row = super(model, model).from_db.__func__(model, db, names, values)
    row.results = results
    return row


def test_two_labels_an_example_and_one_person_are_said_to_be_too_little():
    make_labelled([{"key": f"r{at}", "text": f"review {at}"} for at in range(12)], [{"example": f"r{at}", "labeller": "ada", "value": "pos"} for at in range(12)])
    evaluation = evaluate_on(release_all(), lambda key: {"sentiment": "pos"})
    page = text_of(browse("lea").get(f"/projects/reviews/evaluate/{evaluation.pk}/people/"))
    assert "cannot be compared here" in page
    assert "The test says nothing here. The test needs at least 3 labellers" in page
