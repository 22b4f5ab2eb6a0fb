"""One suite over every kind in the registry; a kind that lacks a part is refused here."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelling.kinds import KINDS
from labelling.kinds.rating import steps

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = {
    "choice": {"classes": ["a", "b", {"key": "ü 🙂", "name": "Smile"}]},
    "rating": {"low": -1, "high": 1, "step": 0.5, "names": {"-1": "bad"}},
}


def question_of(kind):
    return kind.check_question(QUESTIONS[kind.name], "questions[0]")


@pytest.fixture(params=list(KINDS))
def kind(request):
    return KINDS[request.param]


def test_every_kind_has_a_question_here():
    assert set(QUESTIONS) == set(KINDS)


def test_every_kind_has_its_template_and_its_script(kind):
    assert (ROOT / "labelling" / "templates" / kind.template).is_file()
    assert (ROOT / "static" / kind.script).is_file()


def test_a_checked_question_stays_as_it_is(kind):
    question = question_of(kind)
    assert kind.check_question(question, "questions[0]") == question
    assert json.loads(json.dumps(question)) == question


@given(data=st.data(), name=st.sampled_from(sorted(KINDS)))
def test_distance_is_zero_for_equals_and_symmetric(data, name):
    kind = KINDS[name]
    question = question_of(kind)
    answers = st.sampled_from([answer for answer, _ in kind.names(question)])
    one, other = data.draw(answers), data.draw(answers)
    for level in kind.levels:
        assert kind.distance(question, one, one, level) == 0
        assert kind.distance(question, one, other, level) == kind.distance(question, other, one, level)
        assert (kind.distance(question, one, other, level) == 0) == (one == other)


@given(data=st.data(), name=st.sampled_from(sorted(KINDS)), count=st.integers(1, 9))
def test_consensus_of_equals_is_that_answer(data, name, count):
    kind = KINDS[name]
    question = question_of(kind)
    answer = data.draw(st.sampled_from([answer for answer, _ in kind.names(question)]))
    assert kind.consensus(question, [answer] * count) == (answer, 1.0, False)


@given(data=st.data(), name=st.sampled_from(sorted(KINDS)))
def test_a_cell_written_and_read_again_is_the_same_answer(data, name):
    kind = KINDS[name]
    question = question_of(kind)
    answer = data.draw(st.sampled_from([answer for answer, _ in kind.names(question)]))
    assert kind.canonical(question, kind.parse(question, kind.write(question, answer)), "value") == answer
    assert kind.canonical(question, answer, "value") == answer
    assert kind.score(question, answer, answer) == 1.0


def test_a_tie_names_no_winner():
    assert KINDS["choice"].consensus(question_of(KINDS["choice"]), ["a", "b"]) == (None, 0.5, True)
    assert KINDS["rating"].consensus(question_of(KINDS["rating"]), [-1, 1]) == (None, 0.5, True)


def test_the_median_of_ratings_is_a_rating():
    assert KINDS["rating"].consensus(question_of(KINDS["rating"]), [1, -1, 0.5]) == (0.5, pytest.approx(1 / 3), False)


def test_steps_of_a_tenth_do_not_drift():
    assert steps({"low": 0, "high": 1, "step": 0.1}) == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]
