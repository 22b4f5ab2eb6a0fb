"""One suite over every kind in the registry; a kind that lacks a part is refused here."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelling.errors import Invalid
from labelling.kinds import KINDS
from labelling.kinds.rating import steps
from tests.kinds.answers import GIVEN, QUESTIONS, canonical_answers, question_of

ROOT = Path(__file__).resolve().parents[2]
EACH = st.sampled_from(sorted(KINDS))
# Kinds whose distance is 0 for the same answer alone: spans are compared by what they cover, boxes by what overlaps enough.
TELLS_ALL_APART = {"choice", "choices", "rating", "number", "text"}


@pytest.fixture(params=list(KINDS))
def kind(request):
    return KINDS[request.param]


def test_every_kind_has_a_question_and_answers_here():
    assert set(QUESTIONS) == set(GIVEN) == set(KINDS)


def test_every_kind_has_its_template_and_its_script(kind):
    assert (ROOT / "labelling" / "templates" / kind.template).is_file()
    assert (ROOT / "static" / kind.script).is_file()


def test_a_checked_question_stays_as_it_is(kind):
    question = question_of(kind.name)
    assert kind.check_question(question, "questions[0]") == question
    assert json.loads(json.dumps(question)) == question


@given(data=st.data(), name=EACH)
def test_the_canonical_form_stays_as_it_is(data, name):
    kind, question = KINDS[name], question_of(name)
    answer = kind.canonical(question, data.draw(GIVEN[name]), "value")
    again = kind.canonical(question, answer, "value")
    assert kind.text(again) == kind.text(answer)
    stored = json.loads(json.dumps(answer))
    assert kind.text(kind.canonical(question, stored, "value")) == kind.text(answer)


@given(data=st.data(), name=EACH)
def test_texts_are_equal_for_equal_answers_alone(data, name):
    kind, answers = KINDS[name], canonical_answers(name)
    one, other = data.draw(answers), data.draw(answers)
    assert (kind.text(one) == kind.text(other)) == (one == other)
    assert "\x00" not in kind.text(one)


@given(data=st.data(), name=EACH)
def test_distance_is_zero_for_equals_and_symmetric(data, name):
    kind, question = KINDS[name], question_of(name)
    answers = canonical_answers(name)
    one, other = data.draw(answers), data.draw(answers)
    for level in kind.levels:
        assert kind.distance(question, one, one, level) == 0
        distance = kind.distance(question, one, other, level)
        assert distance == pytest.approx(kind.distance(question, other, one, level), abs=1e-12)
        assert 0 <= distance <= (math.inf if name == "number" else 1) and math.isfinite(distance)
        if name in TELLS_ALL_APART:
            assert (distance == 0) == (one == other)


@given(data=st.data(), name=EACH, count=st.integers(1, 9))
def test_consensus_of_equals_is_that_answer(data, name, count):
    kind, question = KINDS[name], question_of(name)
    answer = data.draw(canonical_answers(name))
    found, share, tie = kind.consensus(question, [answer] * count)
    assert (kind.text(found), share, tie) == (kind.text(answer), 1.0, False)


@given(data=st.data(), name=EACH, count=st.integers(2, 5))
def test_a_consensus_is_an_answer_or_a_tie(data, name, count):
    kind, question = KINDS[name], question_of(name)
    answers = data.draw(st.lists(canonical_answers(name), min_size=count, max_size=count))
    found, share, tie = kind.consensus(question, answers)
    assert 0 <= share <= 1 and (found is None) == tie
    if not tie:
        assert kind.text(kind.canonical(question, found, "value")) == kind.text(found)


@given(data=st.data(), name=EACH)
def test_a_cell_written_and_read_again_is_the_same_answer(data, name):
    kind, question = KINDS[name], question_of(name)
    answer = data.draw(canonical_answers(name))
    cell = kind.write(question, answer)
    assert cell.strip(), "an empty cell means that there is no answer"
    assert kind.text(kind.canonical(question, kind.parse(question, cell.strip()), "value")) == kind.text(answer)
    assert isinstance(kind.show(question, answer), str)


@given(data=st.data(), name=EACH)
def test_a_right_prediction_scores_one_and_any_other_less(data, name):
    kind, question = KINDS[name], question_of(name)
    answer, other = data.draw(canonical_answers(name)), data.draw(canonical_answers(name))
    assert kind.score(question, answer, answer) == 1.0
    assert 0 <= kind.score(question, other, answer) <= 1
    if name in TELLS_ALL_APART and name != "number" and other != answer:
        assert kind.score(question, other, answer) < 1


NO_ANSWERS = [None, True, math.nan, math.inf, -math.inf, 10**400, 2**53, "\ud800", "\x00", {}, {"a": 1}, [None], [[]], [{}], [1], [{"class": "a"}], [{"start": 0, "end": 1}]]


@pytest.mark.parametrize("wrong", NO_ANSWERS, ids=lambda wrong: f"{wrong!r:.30}")
def test_what_is_no_answer_is_refused_with_a_sentence_that_names_the_place(kind, wrong):
    with pytest.raises(Invalid) as refused:
        kind.canonical(question_of(kind.name), wrong, "value.q")
    assert refused.value.message and all(name.startswith("value.q") for name in refused.value.fields)


@pytest.mark.parametrize("cell", ["nan", "inf", "1_000", "١٢", "{", "[" * 5000, "1" * 5000, '{"a": 1}', "[1, 2"])
def test_a_cell_that_is_no_answer_is_refused(kind, cell):
    if kind.name != "text":
        with pytest.raises(Invalid):
            kind.canonical(question_of(kind.name), kind.parse(question_of(kind.name), cell), "value")


def test_a_tie_names_no_winner():
    assert KINDS["choice"].consensus(question_of("choice"), ["a", "b"]) == (None, 0.5, True)
    assert KINDS["rating"].consensus(question_of("rating"), [-1, 1]) == (None, 0.5, True)
    assert KINDS["choices"].consensus(question_of("choices"), [["a", "b"], ["b"]]) == (None, 0.5, True)
    assert KINDS["text"].consensus(question_of("text"), ["ab", "cd"]) == (None, 0.0, True)
    spans = [[{"start": 0, "end": 4, "class": "PER"}], []]
    assert KINDS["spans"].consensus(question_of("spans"), spans) == (None, 0.5, True)
    boxes = [[{"x": 0, "y": 0, "w": 4, "h": 4, "class": "car"}], []]
    assert KINDS["boxes"].consensus(question_of("boxes"), boxes) == (None, 0.5, True)


def test_the_median_of_ratings_is_a_rating():
    assert KINDS["rating"].consensus(question_of("rating"), [1, -1, 0.5]) == (0.5, pytest.approx(1 / 3), False)


def test_steps_of_a_tenth_do_not_drift():
    assert steps({"low": 0, "high": 1, "step": 0.1}) == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["a", "PER", "car", "text"]),
    lambda inside: st.lists(inside, max_size=4)
    | st.dictionaries(st.sampled_from(["start", "end", "class", "text", "x", "y", "w", "h", "key", "name", "definition"]) | st.text(max_size=3), inside, max_size=5),
    max_leaves=12,
)


@given(data=st.data(), name=EACH, answer=JSON)
def test_whatever_is_sent_is_an_answer_or_is_refused_by_name(data, name, answer):
    kind, question = KINDS[name], question_of(name)
    for about in (None, "a text", (10, 10)):
        try:
            found = kind.canonical(question, answer, "value.q", about if name not in ("spans", "boxes") or isinstance(about, str) == (name == "spans") else None)
        except Invalid as refused:
            assert all(field.startswith("value.q") for field in refused.fields)
        else:
            assert kind.text(kind.canonical(question, found, "value.q")) == kind.text(found)


@given(data=st.data(), name=EACH)
def test_whatever_a_question_holds_it_is_asked_or_refused_by_name(data, name):
    kind = KINDS[name]
    fields = {field: data.draw(JSON) for field in sorted(kind.own_fields) if data.draw(st.booleans())}
    question = QUESTIONS[name] | fields
    try:
        cleaned = kind.check_question(question, "questions[0]")
    except Invalid as refused:
        assert refused.fields and all(field.startswith("questions[0]") for field in refused.fields)
    else:
        assert kind.check_question(cleaned, "questions[0]") == cleaned
        json.dumps(cleaned)
