"""How many more: what the door of the API answers."""

import csv
import io

import numpy as np
import pytest

from labelling.measure.precision import wider
from labelling.stats.results import Figure
from tests import every_kind
from tests.api.contract import FIGURE, NONE, NUMBER, check, check_described, check_error
from tests.factories import api, label_next, make_examples, make_project

pytestmark = pytest.mark.django_db
DOOR = "/api/v1/projects/reviews/precision/"
POINT = {"count": int, "width": NUMBER, "over_examples": NUMBER, "over_labellers": (*NUMBER, NONE), "least": NUMBER}
NEED = {"of": str, "now": NUMBER, "count": (int, NONE), "more": (int, NONE), "more_labels": (int, NONE), "limited_by": str, "floor": NUMBER, "reason": str, "curve": [POINT]}


@pytest.fixture
def labelled():
    """Twenty-four examples with three labels each, a fifth of them dissenting."""
    project = make_project(labels_per_example=3)
    make_examples(project, 24)
    random = np.random.default_rng(1)
    for number in range(24):
        for person in ("ada", "ben", "cleo"):
            label_next(person, ("pos", "neg")[int(number % 2 == 0) ^ int(random.random() < 0.2)])
    return project


def test_it_says_what_each_way_takes_and_what_it_costs(labelled):
    answer = api("lea").get(DOOR, {"width": "0.2"})
    check_described(answer)
    found = answer.json()
    check(found, {"question": "sentiment", "level": "nominal", "alpha": FIGURE, "width": 0.2, "width_now": NUMBER, "lasting": NUMBER, "pace": dict, "sentence": str})
    check(found["needs"], {"examples": NEED, "labellers": NEED, "labels": NEED})
    assert found["width_now"] == found["alpha"]["high"] - found["alpha"]["low"]
    people = found["needs"]["labellers"]
    assert people["more"] == people["count"] - 3 and people["more_labels"] == pytest.approx(people["more"] * 24, abs=1)
    assert people["count"] in [point["count"] for point in people["curve"]]


def test_without_a_width_a_tenth_is_wanted_and_half_where_it_is_narrower_already():
    wide = Figure(0.5, 0.3, 0.7)
    assert wider(wide) == pytest.approx(0.4)
    from labelling.measure.precision import parse_width

    assert parse_width(None, 0.4) == 0.1
    assert parse_width("", 0.08) == 0.04
    assert parse_width("0.25", 0.4) == 0.25
    assert parse_width(None, None) == 0.1


def test_a_narrower_wish_takes_more(labelled):
    more = [api("lea").get(DOOR, {"width": width}).json()["needs"]["labellers"]["more"] for width in ("0.5", "0.2", "0.1")]
    assert more == sorted(more) and more[0] < more[2]


def test_the_pace_of_the_last_days_makes_days_of_labels(labelled):
    found = api("lea").get(DOOR, {"width": "0.3"}).json()
    if found["pace"].get("undefined"):
        assert found["needs"]["labellers"]["days"] is None
    else:
        assert found["needs"]["labellers"]["days"] >= 1


def test_nothing_to_tell_from_is_said_and_no_error():
    make_examples(make_project(), 2)
    found = api("lea").get(DOOR).json()
    assert found["width_now"] is None and found["alpha"]["value"] is None
    assert {need["count"] for need in found["needs"].values()} == {None}
    assert found["sentence"] == found["alpha"]["undefined"]


def test_a_width_that_is_none_is_refused_in_words():
    make_project()
    for width in ("0", "-1", "3", "narrow", "nan", "inf", "1e400", "0x1"):
        body = check_error(api("lea").get(DOOR, {"width": width}), 400, field="width")
        assert body["fields"]["width"] == ["The width of an interval is a number from 0.001 to 2, like 0.1."]


def test_the_curves_come_as_csv_too(labelled):
    text = api("lea").get(DOOR, {"format": "csv"}).content.decode()
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["figure"] == "needs.labellers.width"]
    assert len(rows) > 5 and {row["by"] for row in rows} == {"curve"}


def test_every_kind_of_question_has_an_answer(media_folder):
    every_kind.labelled(14)
    questions = [question["key"] for question in api("lea").get("/api/v1/projects/reviews/").json()["questions"]]
    assert len(questions) > 5
    for question in questions:
        answer = api("lea").get(DOOR, {"question": question})
        assert answer.status_code == 200, question
        assert answer.json()["sentence"], question
