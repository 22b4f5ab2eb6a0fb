"""Marking spans of a text: by keyboard alone, by pointer, by finger, in any script, and what the server stored of it."""

import re
import unicodedata

import pytest
from playwright.sync_api import expect

from tests.browser.axe import problems_of
from tests.browser.labelling import SENTIMENT, example, labels, logged_in, press, start, wait_for_labels
from tests.browser.spans import NAMES, begun, make_texts, point, select

TEXT = "Angela Merkel met the head of Deutsche Bank in New York."
BOOK = "The University of Chicago Press is in Chicago."
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1e9\U0001f1ea"
CAFE = "cafe\u0301\u0302"
SCRIPTS = {  # text → what is marked in it
    f"Hi {FAMILY}, {FLAG} and \U00020bb7\u7530!": [FAMILY, FLAG, "\U00020bb7\u7530"],
    f"Two {CAFE} in no\u0308e": [CAFE, "no\u0308e"],
    "\u6771\u4eac\u90fd\u306b\u4f4f\u3080\u3002": ["\u6771\u4eac", "\u4f4f\u3080"],
    "\u05d4\u05de\u05dc\u05da \u05d3\u05d5\u05d3 \u05d1\u05d9\u05e8\u05d5\u05e9\u05dc\u05d9\u05dd 1024": ["\u05d3\u05d5\u05d3", "\u05d1\u05d9\u05e8\u05d5\u05e9\u05dc\u05d9\u05dd"],
    f"{FLAG}{FLAG}\r\n\r\n  line \U0001f44d\U0001f3fd two\t(end)  ": [FLAG + FLAG, "\U0001f44d\U0001f3fd two\t(end)"],
}
RIGHT_TO_LEFT = "\u05d0\u05d1\u05d2 \u05d3\u05d4\u05d5 \u05d6\u05d7\u05d8"
LONG = "".join(f"{number}. Ada Lovelace wrote to Charles Babbage about \U0001f4dc notes, and nothing else happened that day.\n" for number in range(2100))
MANY = [{"key": f"C{number}", "name": f"Class {number}"} for number in range(1, 14)] + [{"key": "far", "name": "Faroese"}]
VERBS = {"key": "verbs", "kind": "spans", "of": "text", "prompt": "Mark the verbs", "classes": [{"key": "V", "name": "Verb"}]}
FEW = [TEXT, BOOK, "Third text with Ben."]
PROJECTS = {
    **{f"spans-{name}": {"questions": [NAMES], "texts": FEW} for name in (
        "keys", "letters", "pointer", "grips", "phone", "overlap", "undo", "nothing", "draft", "leave", "list", "axe", "forced", "held")},
    "spans-nested": {"questions": [{**NAMES, "overlap": True}], "texts": FEW},
    "spans-many": {"questions": [{**NAMES, "classes": MANY}], "texts": FEW},
    "spans-scripts": {"questions": [NAMES], "texts": list(SCRIPTS)},
    "spans-hebrew": {"questions": [NAMES], "texts": [RIGHT_TO_LEFT] * 2},
    "spans-several": {"questions": [NAMES, VERBS, SENTIMENT], "texts": FEW},
    "spans-fields": {
        "questions": [NAMES, {**VERBS, "of": "title"}], "texts": [{"text": TEXT, "title": "Merkel meets a banker"}] * 2,
        "display": [{"field": "title", "as": "text"}, {"field": "text", "as": "text"}]},
    "spans-optional": {"questions": [{**NAMES, "required": False}, SENTIMENT], "texts": FEW},
    "spans-long": {"questions": [NAMES], "texts": [LONG, BOOK]},
}  # fmt: skip
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def place(live_stack):
    return make_texts(live_stack, PROJECTS)


@pytest.fixture
def open_page(place, new_page):
    if not hasattr(place, "cookies_of_ada"):
        place.cookies_of_ada = logged_in(new_page)
    return lambda **options: new_page(storage_state=place.cookies_of_ada, **options)


@pytest.fixture
def ada(open_page):
    return open_page()


def spans(label, key: str = "names"):
    return [(part["start"], part["end"], part["class"]) for part in label["value"][key]]


def marked(text: str, label, key: str = "names") -> list[str]:
    return [f"{part['class']} {text[part['start'] : part['end']]}" for part in label["value"][key]]


def listed(page, *wanted: str) -> None:
    """The list under the text comes right after the frame."""
    expect(page.locator(".span-row")).to_have_text([re.compile(rf"{re.escape(row)}$") for row in wanted])


def test_words_are_marked_by_keyboard_alone(ada):
    start(ada, "spans-keys")
    press(ada, "Shift+ArrowRight", "Shift+ArrowRight", "1")  # Angela Merkel
    press(ada, *["ArrowRight"] * 5, "Shift+ArrowRight", "Shift+ArrowRight", "3")  # Deutsche Bank
    press(ada, "End", "ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowRight", "ArrowLeft", "Shift+ArrowRight", "Shift+ArrowRight", "2")  # New York
    listed(ada, "Person Angela Merkel", "Organisation Deutsche Bank", "Place New York")
    press(ada, "Enter")
    assert example(ada) == BOOK
    expect(ada.locator("#undo")).to_contain_text("3 spans: Person 1")
    [label] = wait_for_labels(ada, "spans-keys", 1)
    assert spans(label) == [(0, 13, "PER"), (30, 43, "ORG"), (47, 55, "LOC")]
    press(ada, "ArrowRight", "2", "Enter")  # the word at the cursor
    assert marked(BOOK, wait_for_labels(ada, "spans-keys", 2)[1]) == ["LOC University"]


def test_a_chosen_span_is_moved_relabelled_and_removed_by_keyboard(ada):
    start(ada, "spans-letters")
    press(ada, "1", "ArrowRight", "ArrowRight", "2")  # Angela, met
    press(ada, "Home", "Tab")
    expect(ada.locator(".span-mark.chosen")).to_have_count(1)
    press(ada, "Shift+ArrowRight")  # its end: Angela Merkel
    press(ada, "Alt+ArrowRight")  # its start, by letter: ngela Merkel
    press(ada, "Shift+Alt+ArrowLeft")  # its end, by letter: ngela Merke
    press(ada, "3")
    listed(ada, "Organisation ngela Merke", "Place met")
    press(ada, "Shift+ArrowRight", "Shift+ArrowRight")  # up to Merkel; then it would overlap
    expect(ada.locator("[data-told]")).to_have_text("This overlaps “met” (Place), and spans may not overlap here. Nothing was changed.")
    listed(ada, "Organisation ngela Merkel", "Place met")
    press(ada, "Tab", "Delete")
    listed(ada, "Organisation ngela Merkel")
    press(ada, "Escape", "Home", "Alt+ArrowRight", "Alt+ArrowRight")  # the cursor by letter, into the span
    press(ada, "Enter")
    [label] = wait_for_labels(ada, "spans-letters", 1)
    assert spans(label) == [(1, 13, "ORG")]


def test_tab_leaves_the_text_behind_its_last_span_and_keys_stay_where_they_are_typed(ada):
    start(ada, "spans-leave")
    press(ada, "1", "Home", "Tab")
    expect(ada.locator(".span-mark.chosen")).to_have_count(1)
    press(ada, "Tab")
    expect(ada.locator("button[data-class=PER]")).to_be_focused()
    press(ada, "ArrowRight", "Delete", "z")  # on a button these are not the text's
    listed(ada, "Person Angela")
    press(ada, "Shift+Tab", "c")
    ada.keyboard.type("1 0 z ")
    press(ada, "Home", "Delete", "Backspace")
    expect(ada.get_by_label("Comment for the leads")).to_have_value(" 0 z ")
    press(ada, "Escape")
    expect(ada.locator("#example")).to_be_focused()
    listed(ada, "Person Angela")


def test_spans_are_made_and_chosen_by_mouse(ada):
    start(ada, "spans-pointer")
    x, y = point(ada, "Deutsche")
    ada.mouse.dblclick(x, y)
    ada.get_by_role("button", name="Organisation").click()
    expect(ada.locator("#example")).to_be_focused()  # so that keys go on acting on the text
    (left, y), (right, _) = point(ada, "N"), point(ada, "k.")
    ada.mouse.move(left - 4, y)
    ada.mouse.down()
    ada.mouse.move(right - 40, y, steps=3)
    ada.mouse.move(right - 1, y, steps=3)
    ada.mouse.up()
    press(ada, "2")
    ada.mouse.click(*point(ada, "met"))
    ada.get_by_role("button", name="Person", exact=True).click()
    listed(ada, "Person met", "Organisation Deutsche", "Place New York")
    ada.mouse.click(*point(ada, "met"))
    expect(ada.locator(".span-mark.chosen")).to_have_count(1)
    expect(ada.get_by_role("button", name="Person met")).to_have_attribute("aria-pressed", "true")
    ada.get_by_role("button", name="Place", exact=True).click()
    listed(ada, "Place met", "Organisation Deutsche", "Place New York")
    ada.locator("[data-remove]:visible", has_text="Del").click()
    press(ada, "Enter")
    [label] = wait_for_labels(ada, "spans-pointer", 1)
    assert marked(TEXT, label) == ["ORG Deutsche", "LOC New York"]


def test_a_chosen_spans_ends_are_dragged_to_letters_and_never_into_another_span(ada):
    start(ada, "spans-grips")
    press(ada, "1", "ArrowRight", "ArrowRight", "2")  # Angela, met
    ada.mouse.click(*point(ada, "Angela"))
    grip = ada.locator(".span-grip[data-side=end]").bounding_box()
    x, y = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
    to, _ = point(ada, "kel")
    ada.mouse.move(x, y)
    ada.mouse.down()
    ada.mouse.move(x + 20, y, steps=2)
    ada.mouse.move(to, y, steps=4)
    expect(ada.locator(".span-mark.chosen")).to_have_count(1)
    there, _ = point(ada, "head")
    ada.mouse.move(there, y, steps=4)  # beyond "met", which is marked
    ada.mouse.move(to, y, steps=2)
    ada.wait_for_function("() => !document.querySelector('.moving') || true")
    ada.mouse.up()
    found = ada.locator(".span-row").first
    expect(found).to_contain_text("Angela Merk")
    press(ada, "Enter")
    [label] = wait_for_labels(ada, "spans-grips", 1)
    first, second = marked(TEXT, label)
    assert first in ("PER Angela Merk", "PER Angela Merke") and second == "LOC met"


def test_on_a_phone_a_tap_or_the_fingers_selection_and_a_tap_on_a_class(open_page):
    page = open_page(**PHONE)
    start(page, "spans-phone")
    page.get_by_role("button", name="Submit").tap()
    expect(page.locator("#refusal")).to_contain_text("Mark a span, or tap “Nothing to mark” if there is nothing to mark")
    page.touchscreen.tap(*point(page, "Merkel"))
    page.get_by_role("button", name="Person", exact=True).tap()
    listed(page, "Person Merkel")
    select(page, 30, 43)  # as handles do
    place = page.get_by_role("button", name="Organisation").bounding_box()
    assert place["height"] >= 44
    page.touchscreen.tap(place["x"] + 20, place["y"] + 20)
    listed(page, "Person Merkel", "Organisation Deutsche Bank")
    page.touchscreen.tap(*point(page, "Merkel"))
    expect(page.locator(".span-mark.chosen")).to_have_count(1)
    assert page.locator(".span-grip").first.evaluate("(grip) => parseFloat(getComputedStyle(grip, '::before').width)") >= 44
    page.touchscreen.tap(*point(page, "Deutsche"))  # its end is near the edge
    expect(page.locator(".span-row[aria-pressed=true] .span-text")).to_have_text("Deutsche Bank")
    assert page.evaluate("[innerWidth, innerHeight]") == [390, 844]  # what a finger can hit makes the page no wider
    page.get_by_role("button", name="Remove Person: Merkel").tap()
    listed(page, "Organisation Deutsche Bank")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Submit").tap()
    [label] = wait_for_labels(page, "spans-phone", 1)
    assert marked(TEXT, label) == ["ORG Deutsche Bank"]


def test_a_class_is_given_to_what_was_selected_when_the_finger_came_down(ada):
    start(ada, "spans-held")
    select(ada, 30, 43)
    expect(ada.locator(".span-pending")).to_have_count(1)
    button = ada.get_by_role("button", name="Organisation")
    button.dispatch_event("pointerdown", {"bubbles": True, "button": 0, "isPrimary": True, "pointerType": "touch"})
    select(ada, 5, 5)  # some browsers let go of the selection before the click comes
    button.dispatch_event("click", {"bubbles": True, "detail": 1})
    listed(ada, "Organisation Deutsche Bank")


def test_offsets_count_code_points_and_never_cut_a_letter(ada):
    start(ada, "spans-scripts")
    for text, parts in SCRIPTS.items():
        for number, part in enumerate(parts, start=1):
            units = len(text[: text.index(part)].encode("utf-16-le")) // 2
            length = len(part.encode("utf-16-le")) // 2
            short = part[-1] > "\uffff" or unicodedata.combining(part[-1])
            select(ada, units, units + length - bool(short))  # inside of a letter: it is taken whole
            expect(ada.locator(".span-pending").first).to_be_visible()
            press(ada, str(number))
        expect(ada.locator(".span-rows li")).to_have_count(len(parts))
        press(ada, "Enter")
    found = wait_for_labels(ada, "spans-scripts", len(SCRIPTS))
    for (text, parts), label in zip(SCRIPTS.items(), found, strict=True):
        assert [text[part["start"] : part["end"]] for part in label["value"]["names"]] == parts


def test_in_hebrew_the_left_arrow_goes_on_and_the_right_arrow_goes_back(ada):
    start(ada, "spans-hebrew")
    assert ada.locator(".span-words").evaluate("(words) => getComputedStyle(words).unicodeBidi") == "plaintext"
    press(ada, "ArrowLeft", "Shift+ArrowLeft", "1")
    press(ada, "ArrowLeft", "ArrowRight", "ArrowRight", "ArrowRight", "2")
    press(ada, "Enter")
    [label] = wait_for_labels(ada, "spans-hebrew", 1)
    assert spans(label) == [(0, 3, "LOC"), (4, 7, "PER")]
    caret = ada.locator(".span-caret").bounding_box()
    first = point(ada, "\u05d0")
    assert caret["x"] > first[0]  # the cursor stands at the right of the first letter


def test_overlapping_spans_are_refused_in_words_and_nothing_is_replaced(ada):
    start(ada, "spans-overlap")
    press(ada, "Shift+ArrowRight", "Shift+ArrowRight", "1", "Home", "ArrowRight", "2")
    expect(ada.locator("[data-told]")).to_have_text("This overlaps “Angela Merkel” (Person), and spans may not overlap here. Nothing was changed.")
    press(ada, "Home", "Shift+ArrowRight", "Shift+ArrowRight", "1")
    expect(ada.locator("[data-told]")).to_have_text("“Angela Merkel” is marked as Person already.")
    listed(ada, "Person Angela Merkel")
    press(ada, "Enter")
    [label] = wait_for_labels(ada, "spans-overlap", 1)
    assert spans(label) == [(0, 13, "PER")]


def test_where_spans_may_overlap_they_nest_and_clicks_choose_one_after_the_other(ada):
    start(ada, "spans-nested")
    press(ada, "Enter", "0", "Enter")
    assert example(ada) == BOOK
    press(ada, "ArrowRight", *["Shift+ArrowRight"] * 4, "3")  # University of Chicago Press
    press(ada, "Home", *["ArrowRight"] * 3, "2", "Home", "ArrowRight", "1")  # Chicago, University
    listed(ada, "Person University", "Organisation University of Chicago Press", "Place Chicago")
    spot = point(ada, "Chicago")
    for name in ("Chicago", "University of Chicago Press", "Chicago"):
        ada.mouse.click(*spot)
        expect(ada.locator(".span-row[aria-pressed=true] .span-text")).to_have_text(name)
        ada.mouse.move(5, 5)
    press(ada, "Enter")
    nothing, label = wait_for_labels(ada, "spans-nested", 2)
    assert nothing["value"] == {"names": []}
    assert marked(BOOK, label) == ["PER University", "ORG University of Chicago Press", "LOC Chicago"]


def test_edits_are_undone_and_done_again_and_u_takes_back_the_last_label(ada):
    start(ada, "spans-undo")
    press(ada, "1", "ArrowRight", "2", "z")
    listed(ada, "Person Angela")
    press(ada, "Shift+Z")
    listed(ada, "Person Angela", "Place Merkel")
    press(ada, "Shift+Tab", "Delete", "z", "z")
    listed(ada, "Person Angela")
    ada.locator("[data-redo]").click()
    listed(ada, "Person Angela", "Place Merkel")
    press(ada, "Enter")
    assert example(ada) == BOOK
    press(ada, "u")
    assert example(ada) == TEXT
    listed(ada, "Person Angela", "Place Merkel")
    press(ada, "Home", "Tab", "Backspace", "Enter")  # with a span chosen, this one means the span
    first, second = wait_for_labels(ada, "spans-undo", 2)
    assert (marked(TEXT, first), marked(TEXT, second)) == (["PER Angela", "LOC Merkel"], ["LOC Merkel"])
    assert (first["assignment"], second["revision"]) == (second["assignment"], 2)


def test_nothing_to_mark_is_said_by_key_or_button_and_never_by_leaving_it_out(ada):
    start(ada, "spans-nothing")
    press(ada, "Enter")
    expect(ada.locator("#refusal")).to_have_text("Mark a span, or press 0 if there is nothing to mark, or press X if it cannot be understood.")
    assert (example(ada), labels(ada, "spans-nothing")) == (TEXT, [])
    press(ada, "1", "0")
    expect(ada.locator("[data-told]")).to_have_text("There is a span. Remove what is not to be marked first.")
    press(ada, "Shift+Tab", "Delete", "Enter")  # untouched again, not empty
    assert (example(ada), labels(ada, "spans-nothing")) == (TEXT, [])
    press(ada, "0")
    expect(ada.get_by_role("button", name="Nothing to mark")).to_have_attribute("aria-pressed", "true")
    press(ada, "Enter")
    assert example(ada) == BOOK
    ada.get_by_role("button", name="Nothing to mark").click()
    press(ada, "Enter")
    found = wait_for_labels(ada, "spans-nothing", 2)
    assert [label["value"] for label in found] == [{"names": []}] * 2


def test_a_question_that_is_not_required_may_be_left_out(ada):
    start(ada, "spans-optional")
    ada.get_by_role("radio", name="Positive").check(force=True)
    press(ada, "Enter")
    [label] = wait_for_labels(ada, "spans-optional", 1)
    assert label["value"] == {"sentiment": "pos"}


def test_a_draft_is_there_again_after_a_reload_with_its_marks(ada):
    start(ada, "spans-draft")
    press(ada, "Shift+ArrowRight", "Shift+ArrowRight", "1", "ArrowRight", "2")
    listed(ada, "Person Angela Merkel", "Place met")
    ada.reload()
    ada.locator("body[data-ready]").wait_for(state="attached")
    listed(ada, "Person Angela Merkel", "Place met")
    expect(ada.locator(".span-mark")).to_have_count(2)
    press(ada, "Tab", "Delete", "Enter", "u")
    listed(ada, "Place met")
    press(ada, "Escape", "Escape")
    assert marked(TEXT, wait_for_labels(ada, "spans-draft", 1)[0]) == ["LOC met"]


def test_several_questions_about_one_text_stay_apart(ada):
    start(ada, "spans-several")
    press(ada, "1", "ArrowDown")  # from its last line, to the next question
    expect(ada.get_by_role("group", name="Mark the verbs")).to_have_attribute("data-active", "")
    expect(ada.locator(".span-mark.faint")).to_have_count(1)
    press(ada, "Home", "ArrowRight", "ArrowRight", "1", "Enter")
    expect(ada.locator("#refusal")).to_contain_text("Choose an answer to “What does the writer feel?”")
    ada.mouse.click(*point(ada, "Angela"))  # a span of the first question makes it the active one
    expect(ada.get_by_role("group", name="Mark the names")).to_have_attribute("data-active", "")
    press(ada, "2")
    ada.get_by_role("radio", name="Negative").check(force=True)
    press(ada, "Enter")
    [label] = wait_for_labels(ada, "spans-several", 1)
    assert label["value"] == {
        "names": [{"start": 0, "end": 6, "class": "LOC"}], "verbs": [{"start": 14, "end": 17, "class": "V"}], "sentiment": "neg"}  # fmt: skip
    press(ada, "Enter")
    expect(ada.locator("#refusal")).to_contain_text("Mark a span for “Mark the names”, or press 0 if there is nothing to mark")


def test_each_question_marks_its_own_field(ada):
    start(ada, "spans-fields")
    press(ada, "1")
    ada.mouse.dblclick(*point(ada, "meets"))
    press(ada, "1", "Enter")
    [label] = wait_for_labels(ada, "spans-fields", 1)
    assert label["value"] == {"names": [{"start": 0, "end": 6, "class": "PER"}], "verbs": [{"start": 7, "end": 12, "class": "V"}]}


def test_a_class_beyond_the_ninth_is_found_by_typing(ada):
    start(ada, "spans-many")
    press(ada, "Shift+ArrowRight", "Shift+ArrowRight", "/")
    ada.keyboard.type("faro")
    expect(ada.locator("button[data-class]:visible")).to_have_count(1)
    press(ada, "Enter")
    expect(ada.locator("#example")).to_be_focused()
    listed(ada, "Faroese Angela Merkel")
    expect(ada.locator(".span-mark")).to_have_attribute("data-letter", "N")
    press(ada, "ArrowRight", "/", "Escape", "9", "Enter")
    [label] = wait_for_labels(ada, "spans-many", 1)
    assert marked(TEXT, label) == ["far Angela Merkel", "C9 met"]


def test_the_list_is_a_twin_of_the_marks_for_those_who_do_not_see_them(ada):
    start(ada, "spans-list")
    press(ada, "1", "ArrowRight", "2", "ArrowRight", "3")
    expect(ada.locator("[data-said]")).to_have_text("Organisation: met")
    listed(ada, "Person Angela", "Place Merkel", "Organisation met")
    expect(ada.get_by_role("heading", name="3 spans")).to_be_visible()
    ada.get_by_role("button", name="Remove Place: Merkel").focus()
    press(ada, "Enter")
    expect(ada.get_by_role("button", name="Remove Organisation: met")).to_be_focused()
    expect(ada.locator("[data-said]")).to_have_text("Removed Place: Merkel")
    press(ada, "Space")
    expect(ada.get_by_role("button", name="Remove Person: Angela")).to_be_focused()
    ada.locator(".span-row").first.click()
    expect(ada.locator(".span-mark.chosen")).to_have_count(1)
    ada.locator("#example").focus()
    press(ada, "Escape", "Home", "ArrowRight")
    expect(ada.locator("[data-said]")).to_have_text("Merkel")
    press(ada, "ArrowLeft")
    expect(ada.locator("[data-said]")).to_have_text("Angela (Person)")


def test_without_colours_marks_keep_their_letters_and_edges(open_page):
    page = open_page(forced_colors="active")
    start(page, "spans-forced")
    press(page, "1")
    mark = page.locator(".span-mark")
    expect(mark).to_have_css("outline-style", "solid")
    assert mark.evaluate("(mark) => getComputedStyle(mark, '::before').content").startswith('"A"')
    assert mark.evaluate("(mark) => getComputedStyle(mark, '::after').borderBottomStyle") == "solid"


def test_axe_finds_nothing_with_spans_a_chosen_one_and_a_refusal(open_page):
    page = open_page(bypass_csp=True)
    start(page, "spans-axe")
    press(page, "Shift+ArrowRight", "Shift+ArrowRight", "1", "ArrowRight", "2", "Home", "ArrowRight", "3", "Tab")
    expect(page.locator("[data-told]")).to_be_empty()
    press(page, "Escape", "Home", "ArrowRight", "3")
    expect(page.locator("[data-told]")).not_to_be_empty()
    assert problems_of(page) == []


def test_a_text_of_200_kilobytes_with_a_thousand_spans_is_labelled(ada):
    assert len(LONG.encode()) > 200_000
    names = [found.start() for found in re.finditer("Ada Lovelace", LONG)][:1000]
    begun(ada, "spans-long", {"names": [{"start": at, "end": at + 12, "class": "PER"} for at in names]})
    expect(ada.get_by_role("heading", name="1,000 spans")).to_be_visible()
    assert ada.locator(".span-mark").count() < 100  # drawn where they are seen
    assert ada.locator(".span-rows li").count() == 100
    press(ada, "End", "End")  # of the line, then of the text
    expect(ada.locator(".span-caret")).to_be_in_viewport()
    press(ada, "ArrowLeft", "Shift+ArrowLeft", "2")
    expect(ada.locator(".span-mark").last).to_be_in_viewport()
    press(ada, "Home", "Home", "Tab", "Delete")
    expect(ada.locator(".span-caret")).to_be_in_viewport()
    expect(ada.get_by_role("heading", name="1,000 spans")).to_be_visible()
    ada.mouse.click(*point(ada, "Charles"))
    press(ada, "3", "Enter")
    assert example(ada) == BOOK
    [label] = wait_for_labels(ada, "spans-long", 1)
    found = marked(LONG, label)
    assert (len(found), found[0], found[1], found[-1]) == (1001, "ORG Charles", "PER Ada Lovelace", "LOC that")
