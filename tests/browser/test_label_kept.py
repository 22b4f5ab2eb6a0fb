"""Nothing that was typed is lost or lands elsewhere: reloads, a server that is away, log-ins that end, two tabs."""

import pytest
from playwright.sync_api import expect

from tests.browser.labelling import (
    PLAIN,
    answers,
    example,
    labels,
    logged_in,
    make_projects,
    press,
    start,
    wait_for_labels,
)  # fmt: skip
from tests.browser.people import PASSWORD

PROJECTS = {
    f"kept-{name}": PLAIN
    for name in ("reload", "tabs", "left-tab", "away", "hung", "login", "other", "refused", "memory", "closed", "stock", "quiet", "older")
}


@pytest.fixture(scope="module")
def place(live_stack):
    return make_projects(live_stack, PROJECTS)


@pytest.fixture
def ada(place, new_page):
    if not hasattr(place, "cookies_of_ada"):
        place.cookies_of_ada = logged_in(new_page)
    return new_page(storage_state=place.cookies_of_ada)


def label(page, *digits):
    for digit in digits:
        press(page, digit, "Enter")


def test_a_choice_that_was_not_submitted_is_there_again_after_a_reload_at_once(ada):
    start(ada, "kept-reload")
    press(ada, "2", "b", "c")
    ada.keyboard.type("half a thought")
    ada.reload()  # at once
    ada.locator("body[data-ready]").wait_for(state="attached")
    assert example(ada) == "Text 0"
    expect(ada.get_by_role("radio", name="Negative")).to_be_checked()
    expect(ada.get_by_role("checkbox", name="borderline")).to_be_checked()
    expect(ada.get_by_label("Comment for the leads")).to_have_value("half a thought")
    press(ada, "Enter")
    [stored] = wait_for_labels(ada, "kept-reload", 1)
    assert (stored["value"], stored["tags"], stored["comment"]) == ({"sentiment": "neg"}, ["borderline"], "half a thought")


def test_a_page_that_the_server_wrote_before_it_had_a_label_does_not_show_its_example_again(ada):
    start(ada, "kept-older")
    held, sent = [], []
    ada.route("**/api/**", lambda route: held.append(route))
    ada.on("requestfinished", lambda request: sent.append(request) if request.method == "POST" else None)

    def while_it_travels(route):
        page_of_before = route.fetch()
        ada.unroute("**/api/**")
        for request in held:
            request.continue_()
        wait_for_labels(ada, "kept-older", 2)
        while len(sent) < 2:  # the old page has both receipts
            ada.wait_for_timeout(20)
        route.fulfill(response=page_of_before)

    label(ada, "1", "2")
    ada.route("**/projects/kept-older/label/", while_it_travels)
    ada.reload()
    ada.locator("body[data-ready]").wait_for(state="attached")
    assert example(ada) == "Text 2"
    expect(ada.locator("#example")).to_have_attribute("aria-label", "Example 3")
    press(ada, "u")  # and the last one can be taken back
    assert example(ada) == "Text 1"


def test_while_the_server_does_not_answer_labelling_goes_on_and_all_arrives_by_itself(ada):
    start(ada, "kept-away")
    ada.route("**/api/**", lambda route: route.abort())
    ada.route("**/label/stock/", lambda route: route.abort())
    label(ada, *"12341234")
    assert example(ada) == "Text 8"
    expect(ada.locator("#state")).to_have_text("◷ 8 waiting, kept on this computer")
    expect(ada.locator("#voice")).to_have_text("8 waiting, kept on this computer")
    label(ada, "1", "2")
    expect(ada.get_by_text("No more examples on this computer until the connection is back. Your 10 labels are safe here.")).to_be_visible()
    ada.unroute("**/api/**")
    ada.reload()  # what waits survives it
    found = wait_for_labels(ada, "kept-away", 10)
    assert answers(found) == {f"e{number}": ["pos", "neg", "neu", "mix"][int("1234123412"[number]) - 1] for number in range(10)}
    expect(ada.locator("#state")).to_have_text("✓ Saved")
    ada.unroute("**/label/stock/")
    expect(ada.locator("#example")).to_have_text("Text 10")  # went on by itself
    assert [one["revision"] for one in labels(ada, "kept-away")] == [1] * 10


def test_labels_survive_a_tab_that_is_closed_while_the_server_hangs(ada):
    start(ada, "kept-hung")
    ada.route("**/api/**", lambda route: None)  # never answered
    label(ada, *"1234")
    ada.close(run_before_unload=False)
    page = start(ada.context.new_page(), "kept-hung")
    assert answers(wait_for_labels(page, "kept-hung", 4)) == {"e0": "pos", "e1": "neg", "e2": "neu", "e3": "mix"}
    assert example(page) == "Text 4"  # what was labelled is not shown again, although its lease lives


def test_labels_below_a_second_old_do_not_make_the_state_flicker(ada):
    start(ada, "kept-quiet")
    ada.evaluate("""() => {
        const state = document.getElementById("state"); window.seen = [];
        new MutationObserver(() => window.seen.push(state.textContent)).observe(state, { childList: true, subtree: true, characterData: true });
    }""")
    answered = []
    ada.route("**/api/**", lambda route: (route.fulfill(status=201, json={"receipt": "r", "counted": True}), answered.append(route)))
    label(ada, *"123")
    while len(answered) < 3:
        ada.wait_for_timeout(20)
    assert ada.evaluate("window.seen") == []


def test_when_the_log_in_ended_the_labels_wait_and_go_out_after_the_next_one(ada, place):
    start(ada, "kept-login")
    cookies = [cookie for cookie in ada.context.cookies() if cookie["name"] != "sessionid"]
    ada.context.clear_cookies()
    ada.context.add_cookies(cookies)
    label(ada, *"12")
    expect(ada.locator("#state")).to_have_text("! Log in again to send 2 labels")
    expect(ada.locator("#alarm")).to_have_text("You are no longer logged in. Your 2 labels are kept on this computer, to be sent once you have logged in.")
    expect(ada.locator("#example")).to_be_visible()  # nothing stands over the example
    ada.locator("#needs").get_by_role("button", name="Log in").click()
    dialog = ada.get_by_role("dialog", name="Log in again")
    expect(dialog.get_by_label("User name")).to_have_value("lab-ada")
    expect(dialog.get_by_label("Password")).to_be_focused()
    ada.keyboard.type("not the password")
    press(ada, "Enter")
    expect(dialog.get_by_role("alert")).to_have_text("That is not the password. Type it again.")
    ada.keyboard.type(PASSWORD)
    press(ada, "Enter")
    expect(dialog).to_be_hidden()
    assert answers(wait_for_labels(ada, "kept-login", 2)) == {"e0": "pos", "e1": "neg"}
    expect(ada.locator("#state")).to_have_text("✓ Saved")
    expect(ada.locator("#needs")).to_be_hidden()
    assert example(ada) == "Text 2"  # where she was
    press(ada, "3", "Enter")
    assert answers(wait_for_labels(ada, "kept-login", 3))["e2"] == "neu"


def test_another_person_on_this_computer_neither_sees_nor_sends_what_waits(ada, place, new_page):
    start(ada, "kept-other")
    ada.route("**/api/**", lambda route: route.abort())
    label(ada, *"12")
    ben = logged_in(new_page, "lab-ben")
    ada.context.clear_cookies()
    ada.context.add_cookies(ben["cookies"])
    ada.unroute("**/api/**")
    ada.evaluate("window.dispatchEvent(new Event('online'))")
    expect(ada.locator("#needs")).to_contain_text("lab-ben is logged in on this computer now. Your 2 labels are kept on this computer. Log in as yourself to send them.")
    page = start(ada.context.new_page(), "kept-other")
    expect(page.locator("#state")).to_have_text("✓ Saved")
    press(page, "u")
    assert labels(page, "kept-other") == []  # Ben's own: none, and nothing of Ada's was stored as his
    ada.locator("#needs").get_by_role("button", name="Log in").click()
    dialog = ada.get_by_role("dialog", name="Log in again")
    expect(dialog).to_contain_text("lab-ben is logged in here now. Logging in as lab-ada logs them out.")
    ada.keyboard.type(PASSWORD)
    press(ada, "Enter")
    expect(dialog).to_be_hidden()
    assert answers(wait_for_labels(ada, "kept-other", 2)) == {"e0": "pos", "e1": "neg"}


def test_a_label_that_the_server_refuses_is_shown_kept_and_can_be_mended(ada):
    start(ada, "kept-refused")
    sentence = "There is no class pos any more."
    ada.route("**/label/", lambda route: route.fulfill(status=400, json={"code": "invalid", "message": sentence, "fields": {}}), times=1)
    label(ada, "1", "2")
    expect(ada.locator("#needs")).to_contain_text(f"The server did not take the label of e0: {sentence} It is kept on this computer; open it to mend it.")
    assert answers(wait_for_labels(ada, "kept-refused", 1)) == {"e1": "neg"}  # the others are not held up
    ada.reload()
    ada.locator("#needs").get_by_role("button", name="Open it").click()
    assert example(ada) == "Text 0"
    expect(ada.get_by_role("radio", name="Positive")).to_be_checked()
    press(ada, "4", "Enter")
    assert answers(wait_for_labels(ada, "kept-refused", 2)) == {"e1": "neg", "e0": "mix"}
    expect(ada.locator("#needs")).to_be_hidden()
    expect(ada.locator("#state")).to_have_text("✓ Saved")


def test_logging_out_asks_first_while_labels_wait(ada):
    start(ada, "kept-closed")
    ada.route("**/api/**", lambda route: route.abort())
    label(ada, "1", "2")
    expect(ada.locator("#state")).to_have_text("◷ 2 waiting, kept on this computer")
    ada.goto("/accounts/logout/")
    ada.get_by_role("button", name="Log out", exact=True).last.click()
    question = ada.get_by_role("dialog", name="2 labels wait on this computer")
    question.get_by_role("button", name="Stay").click()
    expect(question).to_have_count(0)
    ada.unroute("**/api/**")
    start(ada, "kept-closed")
    assert answers(wait_for_labels(ada, "kept-closed", 2)) == {"e0": "pos", "e1": "neg"}


def test_one_tab_labels_and_the_other_says_so(ada):
    start(ada, "kept-tabs")
    press(ada, "2")
    other = start(ada.context.new_page(), "kept-tabs")
    expect(other.get_by_role("heading", name="You are labelling in another tab")).to_be_visible()
    press(other, "1")
    expect(ada.locator("#example")).to_have_text("Text 0")
    other.get_by_role("button", name="Label here instead").click()
    expect(other.locator("#example")).to_have_text("Text 0")
    expect(other.get_by_role("radio", name="Negative")).to_be_checked()  # the draft came along
    expect(ada.get_by_role("heading", name="You are labelling in another tab")).to_be_visible()
    press(ada, "3", "Enter")
    press(other, "Enter")
    assert answers(wait_for_labels(other, "kept-tabs", 1)) == {"e0": "neg"}
    other.close()
    expect(ada.locator("#example")).to_have_text("Text 1")  # the other tab is gone: it goes on here


def test_where_the_browser_keeps_nothing_each_label_waits_for_the_server(ada):
    ada.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    start(ada, "kept-memory")
    expect(ada.locator("#state")).to_have_text("! Nothing is kept on this computer")
    press(ada, "1", "Enter")
    expect(ada.locator("#example")).to_have_text("Text 1")
    assert answers(labels(ada, "kept-memory")) == {"e0": "pos"}  # it is there before the next example is
    ada.route("**/api/**", lambda route: route.abort())
    press(ada, "2", "Enter")
    expect(ada.locator("#refusal")).to_have_text("Waiting for the server, because this browser keeps nothing.")
    press(ada, "3", "Enter")
    assert example(ada) == "Text 1"
    ada.unroute("**/api/**")
    expect(ada.locator("#example")).to_have_text("Text 2")
    assert answers(labels(ada, "kept-memory")) == {"e0": "pos", "e1": "neg"}


def test_the_server_is_killed_for_a_while_and_no_label_is_lost(own_stack, browser):
    stack = make_projects(own_stack(worker=False), {"kept-killed": PLAIN})
    context = browser.new_context(base_url=stack.url, locale="en-GB")
    page = context.new_page()
    try:
        logged_in(lambda: page)
        start(page, "kept-killed")
        label(page, *"12")
        wait_for_labels(page, "kept-killed", 2)
        stack.kill_server()
        label(page, *"3412")
        expect(page.locator("#state")).to_have_text("◷ 4 waiting, kept on this computer")
        stack.start_server()
        found = wait_for_labels(page, "kept-killed", 6)
        assert answers(found) == {"e0": "pos", "e1": "neg", "e2": "neu", "e3": "mix", "e4": "pos", "e5": "neg"}
        expect(page.locator("#state")).to_have_text("✓ Saved")
    finally:
        context.close()
