import pytest

from labelling.errors import Invalid
from labelling.kinds.questions import canonical_value, check_questions

CHOICE = {"key": "sentiment", "kind": "choice", "classes": ["pos", {"key": "neg", "name": "Negative"}]}
RATING = {"key": "strength", "kind": "rating", "low": 1, "high": 5, "show_if": {"question": "sentiment", "is": ["neg"]}}


def fields_of(questions):
    with pytest.raises(Invalid) as refused:
        check_questions(questions)
    return refused.value.fields


def test_a_question_is_completed_with_defaults():
    assert check_questions([CHOICE]) == [
        {
            "key": "sentiment",
            "kind": "choice",
            "prompt": "sentiment",
            "required": True,
            "classes": [
                {"key": "pos", "name": "pos", "definition": ""},
                {"key": "neg", "name": "Negative", "definition": ""},
            ],
        }
    ]


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({"kind": "choice"}, "questions[0].key"),
        ({"key": "a__b", "kind": "choice"}, "questions[0].key"),
        ({"key": "a", "kind": "guess"}, "questions[0].kind"),
        ({"key": "a", "kind": "choice", "low": 1}, "questions[0].low"),
        ({"key": "a", "kind": "choice", "classes": ["only"]}, "questions[0].classes"),
        ({"key": "a", "kind": "choice", "classes": ["x", "x"]}, "questions[0].classes[1].key"),
        ({"key": "a", "kind": "choice", "classes": ["x", "y|z"]}, "questions[0].classes[1].key"),
        ({"key": "a", "kind": "choice", "classes": ["x", "y\x00"]}, "questions[0].classes[1].key"),
        ({"key": "a", "kind": "choice", "classes": ["x", {"key": "y", "name": "\ud800"}]}, "questions[0].classes[1]"),
        ({"key": "a", "kind": "rating", "low": 1}, "questions[0].high"),
        ({"key": "a", "kind": "rating", "low": 5, "high": 1}, "questions[0].high"),
        ({"key": "a", "kind": "rating", "low": 0, "high": 1, "step": 0.3}, "questions[0].step"),
        ({"key": "a", "kind": "rating", "low": 0, "high": 10**6}, "questions[0].step"),
        ({"key": "a", "kind": "rating", "low": 0, "high": float("inf")}, "questions[0].high"),
        ({"key": "a", "kind": "rating", "low": 0, "high": 2, "names": ["bad", "good"]}, "questions[0].names"),
        ({"key": "a", "kind": "rating", "low": 0, "high": 2, "show_if": {"question": "b", "is": [1]}}, "questions[0].show_if.question"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_by_its_field(question, field):
    assert list(fields_of([question])) == [field]


def test_the_same_key_twice_is_refused():
    assert fields_of([CHOICE, CHOICE]) == {"questions[1].key": ["The key sentiment is there twice."]}


def test_an_answer_takes_its_canonical_form():
    questions = check_questions([CHOICE, RATING])
    assert canonical_value(questions, {"strength": 3.0, "sentiment": "neg"}) == {"sentiment": "neg", "strength": 3}


def test_a_hidden_question_is_not_asked_and_not_answered():
    questions = check_questions([CHOICE, RATING])
    assert canonical_value(questions, {"sentiment": "pos"}) == {"sentiment": "pos"}
    with pytest.raises(Invalid) as refused:
        canonical_value(questions, {"sentiment": "pos", "strength": 3})
    assert list(refused.value.fields) == ["value.strength"]


def test_everything_wrong_with_a_value_is_said_at_once():
    questions = check_questions([CHOICE, {**RATING, "show_if": None}])
    with pytest.raises(Invalid) as refused:
        canonical_value(questions, {"sentiment": "maybe", "strength": 9, "mood": "x"})
    assert sorted(refused.value.fields) == ["value.mood", "value.sentiment", "value.strength"]
    with pytest.raises(Invalid) as refused:
        canonical_value(questions, {"sentiment": "pos"})
    assert list(refused.value.fields) == ["value.strength"]


@pytest.mark.parametrize("value", [None, [], "pos", 3, {"strength": True}, {"sentiment": ["pos"]}, {"sentiment": {}}])
def test_what_is_no_value_is_refused(value):
    with pytest.raises(Invalid):
        canonical_value(check_questions([CHOICE, {**RATING, "show_if": None}]), value)
