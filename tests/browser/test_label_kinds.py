"""Several classes, numbers and texts on the labelling screen: by keyboard alone and by pointer, kept and revised."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.labelling import (
    SENTIMENT,
    answers,
    example,
    labels,
    logged_in,
    make_projects,
    press,
    start,
    wait_for_labels,
)

HOLDS = [
    {"key": "plot", "name": "The plot", "definition": "What happens."},
    {"key": "cast", "name": "The acting", "definition": "Who plays, and how."},
    {"key": "look", "name": "The pictures"},
    {"key": "music", "name": "The music"},
]
TOPICS = {"key": "topics", "kind": "choices", "prompt": "What is it about?", "classes": HOLDS}
SOME = {**TOPICS, "min": 2, "max": 3}
DEEPER = {"key": "deeper", "kind": "choice", "prompt": "How is the plot?", "classes": ["tight", "loose"], "show_if": {"question": "topics", "is": ["plot"]}}
MANY = {**TOPICS, "classes": [f"language {number}" for number in range(1, 14)] + ["Faroese"]}
LENGTH = {"key": "length", "kind": "number", "prompt": "How long is it?", "low": 0, "high": 300, "unit": "min"}
FREE = {"key": "said", "kind": "text", "prompt": "What does it say?", "max_length": 40}
ALL = {"questions": [SENTIMENT, TOPICS, LENGTH, FREE]}
PROJECTS = {
    **{f"kinds-choices-{name}": {"questions": [TOPICS]} for name in ("keys", "click", "kept")},
    "kinds-choices-limits": {"questions": [SOME]}, "kinds-choices-many": {"questions": [MANY]}, "kinds-choices-show": {"questions": [TOPICS, DEEPER]},
    "kinds-choices-optional": {"questions": [{**TOPICS, "required": False}, {**SENTIMENT, "required": False}]},
    **{f"kinds-number-{name}": {"questions": [LENGTH]} for name in ("keys", "click", "kept")},
    **{f"kinds-text-{name}": {"questions": [FREE]} for name in ("keys", "click", "kept", "spelling")},
    "kinds-text-fifty": {"questions": [{**FREE, "max_length": 500}], "examples": 55},
    **{f"kinds-all-{name}": ALL for name in ("keys", "click", "kept", "previous")},
}  # fmt: skip


@pytest.fixture(scope="module")
def place(live_stack):
    return make_projects(live_stack, PROJECTS, examples=12)


@pytest.fixture
def open_page(place, new_page):
    if not hasattr(place, "cookies_of_ada"):
        place.cookies_of_ada = logged_in(new_page)

    def open_as_ada(**options):
        return new_page(storage_state=place.cookies_of_ada, **options)

    return open_as_ada


@pytest.fixture
def ada(open_page):
    return open_page()


def chosen(page) -> list[str]:
    return page.locator("input[type=checkbox][name^=q-]:checked").evaluate_all("boxes => boxes.map(box => box.value)")


def reload(page):
    page.reload()
    page.locator("body[data-ready]").wait_for(state="attached")


def test_digits_choose_any_number_of_classes_and_zero_says_none_of_them(ada):
    start(ada, "kinds-choices-keys")
    press(ada, "Enter")
    expect(ada.locator("#refusal")).to_have_text("Choose an answer or “None of them”, or press X if it cannot be understood.")
    press(ada, "1", "2", "3", "2")
    assert chosen(ada) == ["plot", "look"]
    press(ada, "2")
    expect(ada.locator("[data-definition-line]")).to_have_text("Who plays, and how.")
    press(ada, "2", "Enter")
    assert example(ada) == "Text 1"
    assert chosen(ada) == []
    press(ada, "4", "0")  # none of them takes the others away
    assert chosen(ada) == [""]
    press(ada, "0")
    press(ada, "Enter")  # and taking it back leaves nothing
    assert example(ada) == "Text 1"
    press(ada, "0", "Enter", "0", "1", "Enter", "a", "Enter", "a", "a", "Enter")
    expect(ada.locator("#refusal")).to_contain_text("Choose an answer")
    assert answers(wait_for_labels(ada, "kinds-choices-keys", 4), "topics") == {
        "e0": ["look", "plot"], "e1": [], "e2": ["plot"], "e3": ["cast", "look", "music", "plot"],
    }  # fmt: skip
    press(ada, "u")
    assert len(chosen(ada)) == 4
    press(ada, "1", "Enter")
    assert answers(wait_for_labels(ada, "kinds-choices-keys", 5), "topics")["e3"] == ["cast", "look", "music"]


def test_several_classes_by_click(ada):
    start(ada, "kinds-choices-click")
    group = ada.get_by_role("group", name="What is it about?")
    expect(group.get_by_role("checkbox")).to_have_count(5)
    group.get_by_text("The acting").click()
    group.get_by_text("The music").click()
    group.get_by_text("The acting").click()
    ada.get_by_role("button", name="Submit").click()
    group.get_by_text("None of them").click()
    ada.get_by_role("button", name="Submit").click()
    group.get_by_role("button", name="All").click()
    expect(group.get_by_role("button", name="All")).to_have_attribute("aria-pressed", "true")
    group.get_by_text("The plot").click()
    ada.get_by_role("button", name="Submit").click()
    assert answers(wait_for_labels(ada, "kinds-choices-click", 3), "topics") == {"e0": ["music"], "e1": [], "e2": ["cast", "look", "music"]}


def test_too_few_and_too_many_classes_are_refused_on_the_spot(ada):
    start(ada, "kinds-choices-limits")
    group = ada.get_by_role("group", name="What is it about?")
    expect(group).to_contain_text("Choose 2 to 3.")
    expect(group.get_by_text("None of them")).to_have_count(0)
    expect(group.get_by_role("button", name="All")).to_have_count(0)
    press(ada, "0", "a", "Enter")
    expect(ada.locator("#refusal")).to_have_text("Choose 2 to 3 of the answers, or press X if it cannot be understood.")
    press(ada, "1", "Enter")
    expect(ada.locator("#refusal")).to_have_text("Choose 2 to 3; 1 is chosen.")
    press(ada, "2", "3", "4")
    expect(ada.locator("[data-count-line]")).to_have_text("Choose 2 to 3; 4 are chosen.")
    press(ada, "x", "Enter")  # no tag makes it right, or three of them would be lost without a word
    expect(ada.locator("#refusal")).to_have_text("Choose 2 to 3; 4 are chosen.")
    assert (example(ada), labels(ada, "kinds-choices-limits")) == ("Text 0", [])
    press(ada, "x", "4", "Enter")
    assert answers(wait_for_labels(ada, "kinds-choices-limits", 1), "topics") == {"e0": ["cast", "look", "plot"]}


def test_many_classes_are_found_by_typing_one_after_the_other(ada):
    start(ada, "kinds-choices-many")
    press(ada, "9", "0", "/")  # the tenth class has no key: 0 is none of them
    assert chosen(ada) == [""]
    ada.keyboard.type("faro")
    press(ada, "Enter")
    ada.keyboard.type("13")
    press(ada, "Enter")
    ada.keyboard.type("nothing like it")
    press(ada, "Enter")
    expect(ada.get_by_text("No class is called that.")).to_be_visible()
    press(ada, "Escape")
    assert chosen(ada) == ["language 13", "Faroese"]
    expect(ada.locator("#example")).to_be_focused()
    press(ada, "Enter")
    assert answers(wait_for_labels(ada, "kinds-choices-many", 1), "topics") == {"e0": ["Faroese", "language 13"]}


def test_a_class_among_several_shows_the_question_that_hangs_on_it(ada):
    start(ada, "kinds-choices-show")
    deeper = ada.get_by_role("group", name="How is the plot?")
    press(ada, "2")
    expect(deeper).to_be_hidden()
    press(ada, "1")
    expect(deeper).to_be_visible()
    press(ada, "Enter")  # goes on to what is missing
    expect(ada.locator("#refusal")).to_contain_text("Choose an answer to “How is the plot?”")
    press(ada, "2", "Enter")
    assert example(ada) == "Text 1"
    press(ada, "1", "ArrowDown", "1", "ArrowUp", "1", "3", "Enter")  # without the plot the second answer goes
    found = wait_for_labels(ada, "kinds-choices-show", 2)
    assert [label["value"] for label in found] == [{"topics": ["cast", "plot"], "deeper": "loose"}, {"topics": ["look"]}]


def test_what_need_not_be_answered_is_left_out_and_not_stored_as_none(ada):
    start(ada, "kinds-choices-optional")
    press(ada, "Enter")
    expect(ada.locator("#refusal")).to_have_text("Answer at least one question, or press X if it cannot be understood.")
    press(ada, "ArrowDown", "1", "Enter", "0", "Enter")
    found = wait_for_labels(ada, "kinds-choices-optional", 2)
    assert [label["value"] for label in found] == [{"sentiment": "pos"}, {"topics": []}]


def test_a_number_is_typed_at_once_and_enter_goes_on(ada):
    start(ada, "kinds-number-keys")
    field = ada.get_by_role("textbox", name="How long is it?, in min")
    expect(field).to_be_focused()
    expect(ada.get_by_text("0 to 300")).to_be_visible()
    press(ada, "Enter")
    expect(ada.locator("#refusal")).to_have_text("Write an answer, or press X if it cannot be understood.")
    ada.keyboard.type("90")
    press(ada, "Enter")
    ada.keyboard.type("1,5")
    press(ada, "Enter")
    ada.keyboard.type("301")
    press(ada, "Enter")
    expect(ada.locator("#refusal")).to_have_text("301 is out of range: the answer is between 0 and 300.")
    expect(field).to_be_focused()
    press(ada, "ArrowDown", "Shift+ArrowDown", "Enter")
    ada.keyboard.type("ninety")
    press(ada, "Enter")
    expect(ada.locator("#refusal")).to_have_text("The answer is a number, like 12.5.")
    press(ada, "Escape", "4")  # from the example a digit begins anew
    ada.keyboard.type("5.25")
    press(ada, "ArrowUp", "Enter")
    assert answers(wait_for_labels(ada, "kinds-number-keys", 4), "length") == {"e0": 90, "e1": 1.5, "e2": 290, "e3": 45.26}
    press(ada, "Escape", "x", "Enter")
    press(ada, "Escape", "u", "Escape", "u")
    expect(field).to_have_value("45.26")
    ada.keyboard.type("7")  # what was there is selected
    press(ada, "Enter")
    found = wait_for_labels(ada, "kinds-number-keys", 6)
    assert (found[-1]["value"], found[-1]["revision"], found[4]["value"]) == ({"length": 7}, 2, None)


def test_a_number_by_pointer(ada):
    start(ada, "kinds-number-click")
    ada.get_by_role("textbox", name="How long").click()
    ada.keyboard.type("12")
    ada.get_by_text("borderline", exact=True).click()
    ada.get_by_role("button", name="Submit").click()
    [label] = wait_for_labels(ada, "kinds-number-click", 1)
    assert (label["value"], label["tags"]) == ({"length": 12}, ["borderline"])


def test_fifty_texts_are_written_without_a_mouse(ada):
    start(ada, "kinds-text-fifty")
    for number in range(50):
        ada.locator("#example", has_text=re.compile(f"^Text {number}$")).wait_for()
        ada.keyboard.type(f"said {number} xbun")  # letters are letters here, and no keys of the page
        press(ada, "Control+Enter")
    found = wait_for_labels(ada, "kinds-text-fifty", 50)
    assert answers(found, "said") == {f"e{number}": f"said {number} xbun" for number in range(50)}
    assert all(label["tags"] == [] for label in found)


def test_a_text_takes_lines_and_any_script_and_is_counted_near_its_end(ada):
    start(ada, "kinds-text-keys")
    field = ada.get_by_role("textbox", name="What does it say?")
    expect(field).to_be_focused()
    press(ada, "Control+Enter")
    expect(ada.locator("#refusal")).to_have_text("Write an answer, or press X if it cannot be understood.")
    ada.keyboard.type("one")
    press(ada, "Enter")
    ada.keyboard.insert_text("e\N{COMBINING ACUTE ACCENT} 👩‍🚀 שלום  ")
    press(ada, "Control+Enter")
    assert example(ada) == "Text 1"
    expect(field).to_be_focused()
    ada.keyboard.type("a" * 35)
    expect(ada.locator("[data-length]")).to_have_text("35 of 40 characters")
    ada.keyboard.type("b" * 6)
    press(ada, "Control+Enter")
    expect(ada.locator("#refusal")).to_have_text("The answer has 41 characters; 40 are allowed.")
    press(ada, "Backspace", "Escape")
    expect(ada.locator("#example")).to_be_focused()
    press(ada, "b", "t")  # a tag, and back into the field
    expect(field).to_be_focused()
    press(ada, "Control+Enter")
    first, second = wait_for_labels(ada, "kinds-text-keys", 2)
    assert first["value"] == {"said": "one\n\N{LATIN SMALL LETTER E WITH ACUTE} 👩‍🚀 שלום"}
    assert (second["value"], second["tags"]) == ({"said": "a" * 35 + "b" * 5}, ["borderline"])
    press(ada, "Escape", "u", "End")
    ada.keyboard.type("c")
    press(ada, "Backspace", "Backspace", "Escape", "Escape")  # out of the field, then out of the revision
    assert (example(ada), len(labels(ada, "kinds-text-keys"))) == ("Text 2", 2)


def test_the_caret_stays_where_it_is_while_drafts_are_kept_and_tabs_change(ada):
    start(ada, "kinds-text-kept")
    field = ada.get_by_role("textbox", name="What does it say?")
    ada.keyboard.type("hello world")
    for _ in range(6):
        press(ada, "ArrowLeft")
    ada.keyboard.type(",")
    ada.evaluate("document.dispatchEvent(new Event('visibilitychange')); dispatchEvent(new Event('focus')); dispatchEvent(new Event('online'))")
    ada.keyboard.type(" ")
    press(ada, "Backspace")
    ada.keyboard.type("x")
    expect(field).to_have_value("hello,x world")
    reload(ada)
    expect(field).to_have_value("hello,x world")
    expect(field).to_be_focused()
    press(ada, "Control+Enter")
    assert answers(wait_for_labels(ada, "kinds-text-kept", 1), "said") == {"e0": "hello,x world"}


def test_spelling_is_checked_by_choice_and_remembered(ada):
    start(ada, "kinds-text-spelling")
    field = ada.get_by_role("textbox", name="What does it say?")
    assert field.evaluate("field => field.spellcheck") is False
    ada.get_by_role("checkbox", name="Check spelling").check()
    reload(ada)
    expect(ada.get_by_role("checkbox", name="Check spelling")).to_be_checked()
    assert field.evaluate("field => field.spellcheck") is True


def test_a_text_by_pointer_and_no_keyboard_pops_up_by_itself_on_a_phone(open_page):
    page = start(open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True), "kinds-text-click")
    field = page.get_by_role("textbox", name="What does it say?")
    expect(field).not_to_be_focused()
    expect(page.locator("kbd:visible")).to_have_count(0)
    field.tap()
    page.keyboard.type("by thumb")
    page.get_by_role("button", name="Submit").tap()
    assert answers(wait_for_labels(page, "kinds-text-click", 1), "said") == {"e0": "by thumb"}


@pytest.mark.parametrize("options", [{}, {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}], ids=["1280", "390"])
def test_four_kinds_on_one_example_by_pointer_alone(open_page, options):
    page = start(open_page(**options), "kinds-all-click")
    before = len(labels(page, "kinds-all-click"))
    press_on = (lambda place: place.tap()) if options else (lambda place: place.click())
    press_on(page.locator("label.choice", has_text="Mixed"))
    press_on(page.locator("label.choice", has_text="The music"))
    press_on(page.get_by_role("button", name="Submit"))
    expect(page.locator("#refusal")).to_contain_text("Write an answer to “How long is it?”, or ")
    expect(page.get_by_role("textbox", name="How long")).to_be_focused()
    page.get_by_role("textbox", name="How long").fill("12")
    press_on(page.get_by_role("textbox", name="What does it say?"))
    page.get_by_role("textbox", name="What does it say?").fill("words")
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]
    press_on(page.get_by_role("button", name="Submit"))
    press_on(page.get_by_role("button", name="Same as last"))
    press_on(page.get_by_role("group", name="What is it about?").get_by_text("None of them"))
    press_on(page.get_by_role("button", name="Submit"))
    found = wait_for_labels(page, "kinds-all-click", before + 2)[before:]
    value = {"sentiment": "mix", "topics": ["music"], "length": 12, "said": "words"}
    assert [label["value"] for label in found] == [value, {**value, "topics": []}]


@pytest.mark.parametrize("slug", ["kinds-choices-kept", "kinds-number-kept", "kinds-all-kept"])
def test_drafts_of_each_kind_survive_a_reload_at_once(ada, slug):
    start(ada, slug)
    if slug == "kinds-choices-kept":
        press(ada, "3", "1")
        reload(ada)
        assert chosen(ada) == ["plot", "look"]
        press(ada, "0")
        reload(ada)
        assert chosen(ada) == [""]
    elif slug == "kinds-number-kept":
        ada.keyboard.type("12,")  # half typed
        reload(ada)
        expect(ada.get_by_role("textbox", name="How long")).to_have_value("12,")
    else:
        press(ada, "2", "4", "ArrowDown", "3", "Tab")
        ada.keyboard.type("half a")
        reload(ada)
        expect(ada.get_by_role("radio", name="Negative")).to_be_checked()
        assert chosen(ada) == ["music"]
        expect(ada.get_by_role("textbox", name="How long")).to_have_value("3")
        expect(ada.get_by_role("textbox", name="What does it say?")).to_have_value("half a")


def test_four_kinds_on_one_example_by_keyboard_alone_and_revised(ada):
    start(ada, "kinds-all-keys")
    press(ada, "2", "1", "3", "Enter")
    expect(ada.locator("#refusal")).to_have_text("Write an answer to “How long is it?”, or press X if it cannot be understood.")
    ada.keyboard.type("95")  # the field that wants an answer has the focus
    press(ada, "Enter")
    expect(ada.locator("#refusal")).to_contain_text("“What does it say?”")
    ada.keyboard.type("be good")
    press(ada, "Control+Enter")
    value = {"sentiment": "neg", "topics": ["look", "plot"], "length": 95, "said": "be good"}
    assert [label["value"] for label in wait_for_labels(ada, "kinds-all-keys", 1)] == [value]
    press(ada, "u")
    expect(ada.get_by_role("textbox", name="How long")).to_have_value("95")
    press(ada, "1", "t", "End")
    ada.keyboard.type("!")
    press(ada, "Control+Enter")
    found = wait_for_labels(ada, "kinds-all-keys", 2)
    assert found[-1]["value"] == {**value, "sentiment": "pos", "said": "be good!"}


def test_the_last_answers_are_filled_in_by_p_and_taken_back_by_p_or_esc(ada):
    start(ada, "kinds-all-previous")
    same = ada.get_by_role("button", name="Same as last")
    expect(same).to_be_hidden()
    press(ada, "p")
    expect(ada.locator("input:checked[name^=q-]")).to_have_count(0)
    press(ada, "2", "0", "t")
    ada.keyboard.type("7")
    press(ada, "Escape", "ArrowDown", "t")
    ada.keyboard.type("words")
    press(ada, "Control+Enter")
    assert example(ada) == "Text 1"
    press(ada, "1", "p")
    expect(ada.get_by_role("radio", name="Negative")).to_be_checked()
    expect(ada.get_by_role("textbox", name="What does it say?")).to_have_value("words")
    expect(same).to_have_attribute("aria-pressed", "true")
    press(ada, "p")
    expect(ada.get_by_role("radio", name="Positive")).to_be_checked()
    expect(ada.get_by_role("textbox", name="What does it say?")).to_have_value("")
    press(ada, "p", "Escape")
    expect(ada.get_by_role("radio", name="Positive")).to_be_checked()
    same.click()
    press(ada, "Escape")  # the button has the focus; Esc still undoes
    expect(ada.get_by_role("radio", name="Positive")).to_be_checked()
    press(ada, "p", "3", "Enter")
    found = wait_for_labels(ada, "kinds-all-previous", 2)
    value = {"sentiment": "neg", "topics": [], "length": 7, "said": "words"}
    assert [label["value"] for label in found] == [value, {**value, "sentiment": "neu"}]
