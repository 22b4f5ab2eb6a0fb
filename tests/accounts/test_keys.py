"""Keys of one's own: what may be a key, and that no two actions ever share one."""

import json
from pathlib import Path

import pytest

from labelling.accounts.keys import ACTIONS, BY_ID, MOST, check_keys, groups_of, keys_for, own_keys, sentence_of
from labelling.errors import Invalid

TABLE = json.loads(Path(__file__).with_name("keys.json").read_text())  # tests/js/own-keys.test.js reads the same


def refused(given) -> str:
    with pytest.raises(Invalid) as caught:
        check_keys(given)
    assert caught.value.fields == {"keys": [caught.value.message]}
    assert caught.value.message.endswith(".") and len(caught.value.message) < 200
    return caught.value.message


def test_the_defaults_hold_every_rule_themselves():
    assert check_keys({}) == {}
    for action in ACTIONS:
        for key in action.keys:
            if not key.startswith("arrow"):  # arrows are given to nothing else
                assert check_keys({action.id: key}) == {action.id: key}
    assert len(BY_ID) == len(ACTIONS) <= MOST


@pytest.mark.parametrize("key", TABLE["good"])
def test_a_key_that_people_press(key):
    free = {action.id: None for action in ACTIONS if key in action.keys}
    assert check_keys({**free, "undo": key}) == dict(sorted({**free, "undo": key}.items()))


@pytest.mark.parametrize("key", [*TABLE["bad"], 5, 5.0, True, [], {}, ["a"], "x" * 100_000])
def test_what_is_no_key_is_refused(key):
    refused({"undo": key})


@pytest.mark.parametrize("given", [None, [], "undo", 5, True, {"undo": "q", "nothing": "w"}, {"": "q"}, {"Undo": "q"}, {f"x{number}": "q" for number in range(MOST + 1)}])
def test_what_is_no_set_of_keys_is_refused(given):
    refused(given)


def test_two_actions_never_share_a_key():
    assert refused({"undo": "g"}) == "One key cannot do both “take back the last label; submitting again revises it” and “guidelines beside the example”."
    refused({"undo": "q", "skip": "q"})
    refused({"answer.1": "2"})
    assert check_keys({"undo": "g", "guidelines": "u"}) == {"guidelines": "u", "undo": "g"}  # changed for each other
    assert check_keys({"answer.1": "2", "answer.2": "1"})
    assert check_keys({"undo": "g", "guidelines": None})


def test_what_only_some_projects_have_gives_its_key_up_but_not_to_two():
    assert check_keys({"answer.1": "j", "answer.2": "k", "submit": "space"})
    assert [keys_for(BY_ID[name], {"answer.1": "j", "submit": "space"}) for name in ("audio.back", "audio.play")] == [(), ("k",)]
    refused({"answer.1": "j", "answer.2": "j"})
    refused({"answer.1": "j", "audio.back": "j"})


def test_digits_stay_with_answers_and_what_works_while_typing_needs_a_modifier():
    assert refused({"undo": "1"}) == "Digits choose answers."
    refused({"answer.1": None, "undo": "1"})
    assert refused({"submit.typing": "q"}) == "“submit from inside a text field” works while one types, so it needs Alt or Ctrl."
    assert check_keys({"submit.typing": "alt+s", "answer.1": "q"})


def test_what_an_action_has_now():
    undo, quick = BY_ID["undo"], BY_ID["quick"]
    assert (keys_for(undo, {}), keys_for(undo, {"undo": "q"}), keys_for(undo, {"undo": None})) == (("u", "backspace"), ("q",), ())
    assert (keys_for(quick, {}), keys_for(quick, {"quick": "q"})) == ((), ("q",))


def test_keys_of_actions_that_are_gone_are_left_out_and_those_that_clash_by_now_are_the_defaults_again():
    assert own_keys({}) == own_keys({"keys": None}) == {}
    assert own_keys({"keys": {"gone": "q", "undo": "w"}}) == {"undo": "w"}
    assert own_keys({"keys": {"undo": "g"}}) == {}


def test_an_action_says_what_it_does_in_this_project():
    every = BY_ID["all"]
    assert sentence_of(every, {"choices"}) == "choose all classes"
    assert sentence_of(every, {"boxes", "page"}) == "add a box in the middle of what is seen"
    assert sentence_of(every, {"boxes", "choices"}) == "choose all classes; add a box in the middle of what is seen"
    assert sentence_of(BY_ID["type"], {"text", "number"}) == sentence_of(BY_ID["type"], set()) == "into the field to type in"


def test_a_project_has_the_actions_of_its_kinds_and_displays():
    assert groups_of(["choice", "text"], ["audio"], quick=False, confidence=True) == {"page", "choice", "text", "audio", "confidence"}
