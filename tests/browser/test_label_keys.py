"""Labelling by keyboard: every key belongs to the example that it was typed at."""

import pytest
from playwright.sync_api import expect

from tests.browser.labelling import (
    PLAIN,
    SENTIMENT,
    STRENGTH,
    WHY,
    answers,
    example,
    labels,
    logged_in,
    make_projects,
    press,
    slow,
    start,
    wait_for_labels,
)  # fmt: skip

MANY = {"key": "topic", "kind": "choice", "prompt": "Which language?", "classes": [f"language {number}" for number in range(1, 14)] + ["Faroese"]}
PROJECTS = {
    "keys-plain": PLAIN, "keys-ahead": PLAIN, "keys-fast": PLAIN, "keys-refuse": PLAIN, "keys-tags": PLAIN, "keys-skip": PLAIN,
    "keys-undo": PLAIN, "keys-last": PLAIN, "keys-field": PLAIN, "keys-quick": PLAIN, "keys-hundred": {**PLAIN, "examples": 110},
    "keys-several": {"questions": [SENTIMENT, WHY, STRENGTH]}, "keys-many": {"questions": [MANY]}, "keys-off": PLAIN,
    "keys-repeat": PLAIN, "keys-end": {**PLAIN, "examples": 2},
    "keys-digits": {"questions": [{"key": "digit", "kind": "choice", "prompt": "Which digit?", "classes": list("0123456789")}]},
}  # fmt: skip
KEYS = {"1": "pos", "2": "neg", "3": "neu", "4": "mix"}


@pytest.fixture(scope="module")
def place(live_stack):
    return make_projects(live_stack, PROJECTS)


@pytest.fixture
def ada(place, new_page):
    cookies = logged_in(new_page) if not hasattr(place, "cookies_of_ada") else place.cookies_of_ada
    place.cookies_of_ada = cookies
    return new_page(storage_state=cookies)


def digits(count: int) -> list[str]:
    return [str(number % 4 + 1) for number in range(count)]


def wanted(count: int) -> dict[str, str]:
    return {f"e{number}": KEYS[digit] for number, digit in enumerate(digits(count))}


def test_a_digit_chooses_and_enter_goes_on_at_once(ada):
    start(ada, "keys-plain")
    assert example(ada) == "Text 0"
    press(ada, "2")
    expect(ada.get_by_role("radio", name="Negative")).to_be_checked()
    expect(ada.locator("[data-definition-line]")).to_have_text("Sorry about it.")
    press(ada, "Enter")
    assert example(ada) == "Text 1"  # painted by now: nothing was waited for
    expect(ada.locator("#example")).to_be_focused()
    expect(ada.locator("#example")).to_have_attribute("aria-label", "Example 2")
    expect(ada.get_by_role("radio", name="Negative")).not_to_be_checked()
    [label] = wait_for_labels(ada, "keys-plain", 1)
    assert (label["example"], label["value"], label["tags"], label["comment"], label["counted"]) == ("e0", {"sentiment": "neg"}, [], "", True)
    expect(ada.locator("#state")).to_have_text("✓ Saved")
    expect(ada.locator("#progress")).to_have_text("1 today · 39 left for you")


def test_twenty_labels_typed_ahead_on_a_slow_network_arrive_twenty_right(ada):
    start(ada, "keys-ahead")
    slow(ada, 300)
    for digit in digits(20):
        press(ada, digit)
        ada.wait_for_timeout(75)
        press(ada, "Enter")
        ada.wait_for_timeout(75)
    found = wait_for_labels(ada, "keys-ahead", 20)
    assert answers(found) == wanted(20)
    assert [label["revision"] for label in found] == [1] * 20


def test_ten_labels_as_fast_as_a_browser_takes_keys_arrive_ten_right(ada):
    start(ada, "keys-fast")
    for digit in digits(10):
        press(ada, digit, "Enter")
    assert answers(wait_for_labels(ada, "keys-fast", 10)) == wanted(10)


def test_a_hundred_labels_without_a_mouse(ada):
    start(ada, "keys-hundred")
    for number, digit in enumerate(digits(100)):
        ada.locator("#example", has_text=f"Text {number}").wait_for()
        press(ada, digit, "Enter")
    assert answers(wait_for_labels(ada, "keys-hundred", 100)) == wanted(100)


def test_enter_without_an_answer_is_refused_in_words_and_stores_nothing(ada):
    start(ada, "keys-refuse")
    press(ada, "Enter")
    expect(ada.locator("#refusal")).to_have_text("Choose an answer, or press X if it cannot be understood.")
    expect(ada.locator("#voice")).to_have_text("Choose an answer, or press X if it cannot be understood.")
    assert example(ada) == "Text 0"
    press(ada, "b", "Enter")  # borderline alone is no excuse
    assert (example(ada), labels(ada, "keys-refuse")) == ("Text 0", [])
    press(ada, "1")
    expect(ada.locator("#refusal")).to_be_empty()


def test_tags_by_key_and_no_answer_only_with_a_tag_that_says_why(ada):
    start(ada, "keys-tags")
    press(ada, "x", "Enter", "1", "b", "Enter", "n", "b", "b", "2", "n", "Enter")
    first, second, third = wait_for_labels(ada, "keys-tags", 3)
    assert (first["value"], first["tags"]) == (None, ["unintelligible"])
    assert (second["value"], second["tags"]) == ({"sentiment": "pos"}, ["borderline"])
    assert (third["value"], third["tags"]) == ({"sentiment": "neg"}, [])


def test_skipping_gives_a_reason_by_digit_and_stores_no_label(ada):
    start(ada, "keys-skip")
    press(ada, "s")
    expect(ada.get_by_role("dialog", name="Why skip this example?")).to_be_visible()
    press(ada, "2", "1", "Enter")  # typed ahead: the 1 belongs to the next example
    assert example(ada) == "Text 2"
    assert answers(wait_for_labels(ada, "keys-skip", 1)) == {"e1": "pos"}
    expect(ada.locator("#state")).to_have_text("✓ Saved")
    ada.reload()
    ada.locator("body[data-ready]").wait_for(state="attached")
    assert example(ada) == "Text 2"  # what was skipped does not come back


def test_undo_brings_the_last_label_back_as_it_was_and_submitting_again_revises_it(ada):
    start(ada, "keys-undo")
    press(ada, "1", "b", "c")
    ada.keyboard.type("sounded ironic, 2 of us said so")
    press(ada, "Escape", "Enter", "3")  # on the second example, a choice that is not submitted
    expect(ada.locator("#undo")).to_have_text("U Undo last: “Positive”, e0")
    press(ada, "u")
    assert example(ada) == "Text 0"
    expect(ada.get_by_role("radio", name="Positive")).to_be_checked()
    expect(ada.get_by_role("checkbox", name="borderline")).to_be_checked()
    expect(ada.get_by_label("Comment for the leads")).to_have_value("sounded ironic, 2 of us said so")
    press(ada, "2", "Enter")
    assert example(ada) == "Text 1"
    expect(ada.get_by_role("radio", name="Neutral")).to_be_checked()  # as it was left
    first, second = wait_for_labels(ada, "keys-undo", 2)
    assert (first["assignment"], first["revision"], first["value"]) == (second["assignment"], 1, {"sentiment": "pos"})
    assert (second["revision"], second["value"], second["counted"]) == (2, {"sentiment": "neg"}, True)
    expect(ada.locator("#progress")).to_have_text("1 today · 39 left for you")
    press(ada, "Backspace", "Escape")  # looked at, and left as it stands
    assert example(ada) == "Text 1"
    assert len(labels(ada, "keys-undo")) == 2


def test_undo_twice_goes_two_back_and_works_after_a_reload(ada):
    start(ada, "keys-last")
    press(ada, "1", "Enter", "2", "Enter", "3", "Enter")
    wait_for_labels(ada, "keys-last", 3)
    ada.reload()
    ada.locator("body[data-ready]").wait_for(state="attached")
    press(ada, "u", "u")
    assert example(ada) == "Text 1"
    press(ada, "4", "Enter")
    assert (example(ada), answers(wait_for_labels(ada, "keys-last", 4))) == ("Text 3", {"e0": "pos", "e1": "mix", "e2": "neu"})
    press(ada, "h")
    expect(ada.get_by_role("dialog", name="Your last 50").get_by_role("listitem")).to_have_count(3)
    press(ada, "3")  # the oldest of three: what was revised is the newest now
    assert example(ada) == "Text 0"


def test_keys_do_nothing_in_a_text_field_where_ctrl_enter_submits(ada):
    start(ada, "keys-field")
    press(ada, "1", "c")
    ada.keyboard.type("2 bxn us? no/yes")
    press(ada, "Enter")
    assert example(ada) == "Text 0"
    expect(ada.get_by_role("radio", name="Positive")).to_be_checked()
    press(ada, "Control+Enter")
    [label] = wait_for_labels(ada, "keys-field", 1)
    assert (label["comment"], label["tags"], label["value"]) == ("2 bxn us? no/yes", [], {"sentiment": "pos"})
    press(ada, "Control+1", "Alt+2", "Control+Enter")
    assert ada.locator("input[type=radio]:checked").count() == 0


def test_a_key_that_repeats_itself_and_one_that_is_being_composed_do_nothing(ada):
    start(ada, "keys-repeat")
    ada.keyboard.down("1")
    ada.keyboard.down("Enter")
    ada.keyboard.down("Enter")  # Playwright marks a second down as a repeat
    ada.keyboard.up("Enter")
    assert example(ada) == "Text 1"
    ada.evaluate("""() => document.getElementById("example").dispatchEvent(
        new KeyboardEvent("keydown", { key: "2", code: "Digit2", bubbles: true, isComposing: true }))""")
    assert ada.locator("input[type=radio]:checked").count() == 0
    ada.evaluate("""() => document.getElementById("example").dispatchEvent(
        new KeyboardEvent("keydown", { key: "é", code: "Digit2", bubbles: true }))""")  # the second digit of a French keyboard
    expect(ada.get_by_role("radio", name="Negative")).to_be_checked()


def test_in_quick_mode_the_digit_submits(ada):
    start(ada, "keys-quick")
    press(ada, "?")
    ada.get_by_label("Quick mode").check()
    press(ada, "Escape", "2", "1", "4")
    assert answers(wait_for_labels(ada, "keys-quick", 3)) == {"e0": "neg", "e1": "pos", "e2": "mix"}
    ada.reload()
    ada.locator("body[data-ready]").wait_for(state="attached")
    press(ada, "?")
    ada.get_by_label("Quick mode").uncheck()
    with ada.expect_response("**/label/preferences/"):
        pass_on = ada.get_by_label("Quick mode")
        pass_on.check()
        pass_on.uncheck()
    press(ada, "Escape", "1")
    assert example(ada) == "Text 3"


def test_letter_keys_can_be_switched_off(ada):
    start(ada, "keys-off")
    press(ada, "?")
    ada.get_by_label("Letter keys are on").uncheck()
    press(ada, "Escape", "b", "x", "g", "1")
    assert ada.locator("input[type=checkbox][name=tag]:checked").count() == 0
    expect(ada.locator("#guidelines")).to_be_hidden()
    expect(ada.get_by_role("radio", name="Positive")).to_be_checked()


def test_with_several_questions_the_next_unanswered_one_takes_the_digits(ada):
    start(ada, "keys-several")
    press(ada, "Enter")
    expect(ada.locator("#refusal")).to_contain_text("Choose an answer to “What does the writer feel?”")
    press(ada, "2")  # negative: asks why
    expect(ada.get_by_role("group", name="What is bad about it?")).to_be_visible()
    press(ada, "1", "5", "Enter")  # story; the fifth step of five is 2
    assert example(ada) == "Text 1"
    press(ada, "1")  # positive: no why
    expect(ada.get_by_role("group", name="What is bad about it?")).to_be_hidden()
    press(ada, "1", "ArrowUp", "4", "Enter")  # strength −2, then back up to the first question: mixed
    first, second = wait_for_labels(ada, "keys-several", 2)
    assert first["value"] == {"sentiment": "neg", "why": "story", "strength": 2}
    assert second["value"] == {"sentiment": "mix", "strength": -2}


def test_a_class_beyond_the_tenth_is_found_by_typing(ada):
    start(ada, "keys-many")
    press(ada, "/")
    ada.keyboard.type("faro")
    expect(ada.locator("label.choice:visible")).to_have_count(1)
    press(ada, "Enter")  # chooses the one that is left, and goes back to the example
    expect(ada.locator("#example")).to_be_focused()
    press(ada, "Enter")
    [label] = wait_for_labels(ada, "keys-many", 1)
    assert label["value"] == {"topic": "Faroese"}
    expect(ada.locator("label.choice:visible")).to_have_count(14)


def test_classes_that_are_digits_have_themselves_as_keys(ada):
    start(ada, "keys-digits")
    press(ada, "0", "Enter", "7", "Enter")
    assert answers(wait_for_labels(ada, "keys-digits", 2), "digit") == {"e0": "0", "e1": "7"}


def test_at_the_end_the_page_says_so_and_looks_again(ada):
    start(ada, "keys-end")
    press(ada, "1", "Enter", "2", "Enter")
    expect(ada.get_by_role("heading", name="Nothing left for you now")).to_be_visible()
    expect(ada.locator("#progress")).to_have_text("2 today · 0 left for you")
    wait_for_labels(ada, "keys-end", 2)
    ada.get_by_role("button", name="Look again").click()
    expect(ada.get_by_role("heading", name="Nothing left for you now")).to_be_visible()
    ada.get_by_role("button", name="Your last 50").click()
    press(ada, "2")
    assert example(ada) == "Text 0"  # one's own can still be revised
