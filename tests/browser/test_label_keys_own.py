"""Every labeller's own keys: changed under ?, kept with the person, refused in words where they clash."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import problems_of
from tests.browser.labelling import (
    PLAIN,
    SENTIMENT,
    answers,
    example,
    logged_in,
    make_projects,
    press,
    start,
    wait_for_labels,
)

TAGGED = {"key": "topics", "kind": "choices", "prompt": "Which topics?", "classes": ["a", "b", "c"]}
GUIDED = {**PLAIN, "guidelines": "# How\n\nSay what is felt."}
PROJECTS = {
    "own-undo": PLAIN, "own-clash": PLAIN, "own-off": PLAIN, "own-default": PLAIN, "own-digits": PLAIN, "own-submit": PLAIN, "own-away": PLAIN,
    "own-chord": GUIDED, "own-axe": PLAIN, "own-several": {"questions": [TAGGED, SENTIMENT]}, "own-hostile": PLAIN, "own-quick": PLAIN, "own-letters": PLAIN,
}  # fmt: skip


@pytest.fixture(scope="module")
def place(live_stack):
    return make_projects(live_stack, PROJECTS)


@pytest.fixture
def open_page(place, new_page):
    if not hasattr(place, "cookies_of_ada"):
        place.cookies_of_ada = logged_in(new_page)
    place.shell("from labelling.accounts.models import User; User.objects.filter(username='lab-ada').update(preferences={}, quick_mode=False)")
    return lambda **options: new_page(storage_state=place.cookies_of_ada, **options)


def rows(page):
    """Opens the part of the dialog in which keys are changed."""
    press(page, "?")
    page.get_by_text("Change keys").click()
    page.locator("[data-own=undo]").wait_for()
    return page


def change(page, action: str, key: str) -> None:
    """Gives the action a key that is refused by nobody, and waits until the server has it."""
    with page.expect_response("**/label/preferences/") as answer:
        page.locator(f"[data-own='{action}']").get_by_role("button", name="Change").click()
        press(page, key)
    assert answer.value.status == 200


def test_a_changed_key_holds_at_once_after_a_reload_and_on_another_computer(open_page):
    page = rows(start(open_page(), "own-undo"))
    page.locator("[data-own=undo]").get_by_role("button", name="Change").click()
    expect(page.locator(".key-news")).to_have_text("Press the new key for “take back the last label; submitting again revises it”. Esc leaves it as it is.")
    with page.expect_response("**/label/preferences/") as answer:
        press(page, "z")
    assert answer.value.status == 200
    expect(page.locator(".key-news")).to_have_text("“take back the last label; submitting again revises it” is Z now.")
    expect(page.locator("[data-own=undo] kbd")).to_have_text("Z")
    press(page, "Escape", "2", "Enter")
    expect(page.locator("#undo kbd")).to_have_text("Z")
    press(page, "u", "Backspace")  # no longer keys of the page
    assert example(page) == "Text 1"
    press(page, "z")
    assert example(page) == "Text 0"
    press(page, "Escape")
    wait_for_labels(page, "own-undo", 1)
    page.reload()
    page.locator("body[data-ready]").wait_for(state="attached")
    expect(page.locator("#undo kbd")).to_have_text("Z")
    press(page, "z")
    assert example(page) == "Text 0"
    page.close()
    elsewhere = rows(start(open_page(), "own-undo"))  # nothing but the log-in is the same
    expect(elsewhere.locator("[data-own=undo] kbd")).to_have_text("Z")
    press(elsewhere, "Escape", "z")
    assert example(elsewhere) == "Text 0"


def test_clashes_digits_and_keys_of_the_browser_are_refused_in_words(open_page):
    page = rows(start(open_page(), "own-clash"))
    sent = []
    page.on("request", lambda request: "/preferences/" in request.url and sent.append(request.url))
    page.locator("[data-own=undo]").get_by_role("button", name="Change").click()
    for key, words in {
        "g": "G is the key of “guidelines beside the example”. Change or switch off that one first.",
        "7": "Digits choose answers. Take another key.",
        "F5": "That key is needed elsewhere.",
        "Control+p": "That key is needed elsewhere.",
        "ArrowLeft": "That key is needed elsewhere.",
    }.items():
        press(page, key)
        expect(page.locator(".key-news")).to_contain_text(words)
        expect(page.get_by_role("button", name="Press a key")).to_have_count(0)  # its name says what it is for
        expect(page.locator("[data-own=undo] button").first).to_have_text("Press a key")
    press(page, "Escape")  # leaves it as it was; the dialog stays
    expect(page.locator("[data-own=undo] kbd")).to_have_text("U or ⌫")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.locator("[data-own='submit.typing']").get_by_role("button", name="Change").click()
    press(page, "q")
    expect(page.locator(".key-news")).to_have_text("This one works while you type, so its key needs Alt with it.")
    press(page, "Escape", "Escape", "u")
    assert sent == []


def test_a_key_is_switched_off_and_on_again_and_hints_go_with_it(open_page):
    page = rows(start(open_page(), "own-off"))
    for action in ("skip", "tag.borderline"):
        with page.expect_response("**/label/preferences/"):
            page.locator(f"[data-own='{action}']").get_by_role("button", name="Switch off").click()
    press(page, "Escape", "s", "b")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("checkbox", name="borderline")).not_to_be_checked()
    expect(page.locator("#skip-open kbd")).to_be_hidden()
    press(page, "?")
    with page.expect_response("**/label/preferences/"):
        page.locator("[data-own=skip]").get_by_role("button", name="Switch on").click()
    press(page, "Escape", "s")
    expect(page.get_by_role("dialog", name="Why skip this example?")).to_be_visible()


def test_back_to_the_defaults(open_page):
    page = rows(start(open_page(), "own-default"))
    change(page, "undo", "z")
    change(page, "comment", ";")
    with page.expect_response("**/label/preferences/"):
        page.get_by_role("button", name="Back to the defaults").click()
    expect(page.locator(".key-news")).to_have_text("All keys are the defaults again.")
    expect(page.locator("[data-own=undo] kbd")).to_have_text("U or ⌫")
    expect(page.get_by_role("button", name="Back to the defaults")).to_be_hidden()
    press(page, "Escape", ";")
    expect(page.get_by_label("Comment for the leads")).to_be_hidden()
    press(page, "c")
    expect(page.get_by_label("Comment for the leads")).to_be_visible()


def test_answers_can_have_letters_for_hands_that_stay_in_place(open_page):
    page = rows(start(open_page(), "own-digits"))
    change(page, "answer.1", "j")
    change(page, "answer.2", "k")
    press(page, "Escape", "k")
    expect(page.get_by_role("radio", name="Negative")).to_be_checked()
    assert page.locator("label.choice kbd.key").all_text_contents() == ["J", "K", "3", "4"]
    press(page, "1")  # no longer
    expect(page.get_by_role("radio", name="Negative")).to_be_checked()
    press(page, "Enter", "j", "Enter", "3", "Enter")
    assert answers(wait_for_labels(page, "own-digits", 3)) == {"e0": "neg", "e1": "pos", "e2": "neu"}


def test_submitting_by_space_leaves_buttons_and_fields_their_own_keys(open_page):
    page = rows(start(open_page(), "own-submit"))
    change(page, "submit", "Space")
    press(page, "Escape")
    expect(page.locator(".submit kbd")).to_have_text("Space")
    press(page, "1", "Enter")
    assert example(page) == "Text 0"
    press(page, "Space", "2", "Space")
    assert example(page) == "Text 2"
    press(page, "c")
    page.keyboard.type("two words")
    expect(page.get_by_label("Comment for the leads")).to_have_value("two words")
    press(page, "3", "Escape", "3", "Control+Enter", "Space")
    page.locator("#skip-open").focus()
    press(page, "Space")
    expect(page.get_by_role("dialog", name="Why skip this example?")).to_be_visible()
    press(page, "Escape")
    found = wait_for_labels(page, "own-submit", 3)
    assert answers(found) == {"e0": "pos", "e1": "neg", "e2": "neu"}
    assert found[-1]["comment"] == "two words3"


def test_a_key_may_be_a_chord_and_works_where_letters_are_off(open_page):
    page = start(open_page(), "own-chord")
    if page.get_by_role("button", name="Start labelling").is_visible():
        page.get_by_role("button", name="Start labelling").click()
    rows(page)
    change(page, "guidelines", "Alt+g")
    page.get_by_label("Letter keys are on").uncheck()
    press(page, "Escape", "g")
    expect(page.locator("#guidelines")).to_be_hidden()
    press(page, "Alt+g")
    expect(page.locator("#guidelines")).to_be_visible()
    expect(page.locator("#guidelines [data-close] kbd")).to_have_text("Alt+G")
    press(page, "Alt+g")
    expect(page.locator("#guidelines")).to_be_hidden()


def test_a_letter_of_ones_own_is_switched_off_with_the_letters(open_page):
    page = rows(start(open_page(), "own-letters"))
    change(page, "comment", "q")
    page.get_by_label("Letter keys are on").uncheck()
    press(page, "Escape", "q")
    expect(page.get_by_label("Comment for the leads")).to_be_hidden()


def test_quick_mode_has_no_key_until_it_is_given_one(open_page):
    page = rows(start(open_page(), "own-quick"))
    expect(page.locator("[data-own=quick] kbd")).to_have_text("off")
    change(page, "quick", "q")
    press(page, "Escape", "q", "2")
    assert example(page) == "Text 1"
    expect(page.locator("#voice")).to_have_text("Quick mode is on: the digit submits.")
    press(page, "q", "2")
    assert example(page) == "Text 1"


def test_without_a_connection_the_key_holds_here_and_is_kept_once_it_is_back(open_page):
    page = rows(start(open_page(), "own-away"))
    page.context.set_offline(True)
    page.locator("[data-own=undo]").get_by_role("button", name="Change").click()
    press(page, "z")
    expect(page.locator(".key-news")).to_have_text("It holds in this tab. The server does not answer, so it is kept once the connection is back.")
    with page.expect_response("**/label/preferences/"):
        page.context.set_offline(False)
    page.reload()
    page.locator("body[data-ready]").wait_for(state="attached")
    press(page, "1", "Enter", "z")
    assert example(page) == "Text 0"


def test_keys_that_the_server_refuses_are_put_back_and_it_is_said_why(open_page):
    page = rows(start(open_page(), "own-hostile"))
    page.route("**/label/preferences/", lambda route: route.fulfill(status=400, json={"code": "invalid", "message": "One key cannot do both.", "fields": {"keys": ["x"]}}))
    page.locator("[data-own=undo]").get_by_role("button", name="Change").click()
    press(page, "z")
    expect(page.locator(".key-news")).to_have_text("One key cannot do both.")
    expect(page.locator("[data-own=undo] kbd")).to_have_text("U or ⌫")


def test_what_the_page_lists_is_what_this_project_has(open_page):
    page = start(open_page(), "own-several")
    press(page, "?")
    listed = page.locator(".key-list > div:visible dd").all_text_contents()
    assert "choose all classes" in listed
    assert not any("sound" in line for line in listed)
    press(page, "Escape")


def test_by_keyboard_alone_and_axe_finds_nothing(open_page):
    page = start(open_page(bypass_csp=True), "own-axe")
    press(page, "?")
    page.get_by_text("Change keys").focus()
    press(page, "Enter")
    page.locator("[data-own=undo]").wait_for()
    press(page, "Tab", "Enter")  # the first action: submit
    expect(page.locator("[data-own=submit] button").first).to_have_text("Press a key")
    press(page, "Escape")
    assert problems_of(page) == []
