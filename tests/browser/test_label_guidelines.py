"""The guidelines beside the example: words are found in them, classes stand at their end, changes are read before going on."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import problems_of
from tests.browser.labelling import PLAIN, example, logged_in, make_projects, press, start, wait_for_labels

TEXT = "# How\n\nSay what is *felt*.\n\n## Examples\n\n- Not bad: **Positive**.\n- A mixed bag: Mixed.\n\n" + "More words here.\n\n" * 60 + "The last word is ünique.\n"
PROJECTS = {name: {**PLAIN, "guidelines": TEXT} for name in ("guide-find", "guide-focus", "guide-classes", "guide-axe", "guide-news", "guide-revise")}
HITS = "[...CSS.highlights.get('found'), ...CSS.highlights.get('found-here')].map(String)"
HERE = "[...CSS.highlights.get('found-here')].map(String)"


@pytest.fixture(scope="module")
def place(live_stack):
    return make_projects(live_stack, PROJECTS)


@pytest.fixture
def open_page(place, new_page):
    if not hasattr(place, "cookies_of_ada"):
        place.cookies_of_ada = logged_in(new_page)

    def opened(slug: str, **options):
        page = start(new_page(storage_state=place.cookies_of_ada, **options), slug)
        page.get_by_role("button", name="Start labelling").click()
        return page

    return opened


def publish(place, slug: str, text: str, reason: str = "Irony") -> None:
    place.shell(f"""
from django.utils import timezone
from labelling.projects import services
from tests.factories import viewer
services.add_guidelines(actor=viewer("lab-lea"), slug={slug!r}, text={text!r}, reason={reason!r}, now=timezone.now())
""")


def test_words_are_found_counted_marked_and_stepped_through(open_page):
    page = open_page("guide-find")
    press(page, "g", "/")
    search = page.get_by_role("searchbox", name="Find in the guidelines")
    expect(search).to_be_focused()
    page.keyboard.type("MIXED")
    found = page.locator("[data-found]")
    expect(found).to_have_text("1 of 3")  # twice in the text, and the class
    assert page.evaluate(HITS) == ["Mixed", "Mixed", "mixed"]
    press(page, "Enter")
    expect(found).to_have_text("2 of 3")
    press(page, "Enter", "Enter", "Shift+Enter")
    expect(found).to_have_text("3 of 3")
    assert page.evaluate(HERE) == ["Mixed"]
    assert page.locator(".class-list dt", has_text="Mixed").evaluate("node => { const { top, bottom } = node.getBoundingClientRect(); return top >= 0 && bottom <= innerHeight; }")
    search.fill("nowhere")
    expect(found).to_have_text("not there")
    search.fill("")
    expect(found).to_be_empty()
    assert page.evaluate(HITS) == []
    press(page, "Escape")
    expect(page.locator("#guidelines")).to_be_hidden()
    assert example(page) == "Text 0"


def test_the_focus_goes_back_to_where_it_was_so_that_enter_submits(open_page):
    page = open_page("guide-focus")
    press(page, "g", "g")
    expect(page.locator("#example")).to_be_focused()
    press(page, "g", "1", "Enter")  # answered beside the guidelines
    assert example(page) == "Text 1"
    press(page, "g")
    expect(page.locator("#guidelines")).to_be_hidden()
    page.get_by_role("button", name="Guidelines").click()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Guidelines")).to_be_focused()
    page.locator("#example").focus()
    press(page, "/")  # not in the guidelines: finds a class
    expect(page.get_by_label("Find a class")).to_be_focused()


def test_classes_stand_at_the_end_with_what_they_mean_and_nothing_of_others(open_page):
    page = open_page("guide-classes")
    press(page, "g")
    classes = page.locator(".class-list")
    expect(classes.get_by_role("heading", name="Classes")).to_be_visible()
    assert [words.split()[-1] for words in classes.locator("dt").all_inner_texts()] == ["Positive", "Negative", "Neutral", "Mixed"]
    assert classes.locator("dd").all_inner_texts() == ["Glad of it.", "Sorry about it."]


def hear_of_version_2(place, page, slug: str) -> int:
    """Labels until the page has asked for the new guidelines, and lets the answer in when nothing else is on its way.
    Returns how many labels were made."""
    publish(place, slug, TEXT.replace("felt", "meant"))
    held = []
    page.route("**/label/guidelines/**", lambda route: held.append(route))
    made = 0
    while not held:
        press(page, "1", "Enter")
        made += 1
        assert made < 20
        wait_for_labels(page, slug, made)
    with page.expect_response("**/label/guidelines/**"):
        held[0].continue_()
    expect(page.locator("[data-prose] em").first).to_have_text("meant")  # it is in the drawer at once
    return made


def go_on(page) -> None:
    """Enter, but not the one that may have been typed ahead."""
    heading = page.get_by_role("heading", name="The guidelines changed: version 2")
    expect(heading).to_be_visible()
    assert page.locator("#between .diff li").all_text_contents() == ["−Say what is *felt*.", "+Say what is *meant*."]
    press(page, "2", "Enter")
    expect(heading).to_be_visible()
    page.wait_for_timeout(800)
    press(page, "Enter")
    expect(heading).to_be_hidden()


def test_new_guidelines_are_read_before_the_next_example(place, open_page):
    page = open_page("guide-news")
    made = hear_of_version_2(place, page, "guide-news")
    press(page, "2", "Enter")  # the example that was on the screen is still labelled under those that were known
    go_on(page)
    assert example(page) == f"Text {made + 1}"
    press(page, "3", "Enter")
    found = wait_for_labels(page, "guide-news", made + 2)
    assert [label["guideline_version"] for label in found] == [1] * (made + 1) + [2]


def test_new_guidelines_are_read_before_a_label_is_taken_back(place, open_page):
    page = open_page("guide-revise")
    made = hear_of_version_2(place, page, "guide-revise")
    press(page, "3", "u")  # a choice that is not submitted, then the last label back
    go_on(page)
    assert example(page) == f"Text {made - 1}"
    expect(page.get_by_role("radio", name="Positive")).to_be_checked()
    press(page, "2", "Enter")
    assert example(page) == f"Text {made}"
    expect(page.get_by_role("radio", name="Neutral")).to_be_checked()  # as it was left
    last = wait_for_labels(page, "guide-revise", made + 1)[-1]
    assert (last["example"], last["revision"], last["guideline_version"], last["value"]) == (f"e{made - 1}", 2, 2, {"sentiment": "neg"})


def test_axe_finds_nothing_in_a_search(open_page):
    page = open_page("guide-axe", bypass_csp=True)
    press(page, "g", "/")
    page.keyboard.type("mixed")
    assert problems_of(page) == []
