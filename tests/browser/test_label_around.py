"""Around the questions: tables, dialogues and Markdown, two fields beside each other, how sure one is, practice on a first visit."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.axe import problems_of
from tests.browser.labelling import (
    PLAIN,
    SENTIMENT,
    example,
    labels,
    logged_in,
    make_projects,
    press,
    start,
    wait_for_labels,
)
from tests.browser.people import log_in, make_people
from tests.browser.sounds import give_sounds, tone
from tests.browser.test_label_kinds import ALL, FREE, TOPICS

SHOWN = {
    "around-table": ("table", [
        [{"name": "Ada", "size": 3}, {"name": "<b>Ben</b>", "size": 12.5}], {"height": "2 m", "weight": None}, "[[\"a\", \"b\"], [\"1\", \"2\"]]", "no table",
    ]),
    "around-dialogue": ("dialogue", [
        [{"role": "user", "content": "Good morning"}, {"role": "bot", "content": "<i>שלום</i>"}], "Ada: one\nBen: two\nand more\nAda: three", {"a": 1}, "just text",
    ]),
    "around-markdown": ("markdown", [
        "# Title\n\nSome *words*, <script>window.bad = 1</script> [a link](https://example.org/)\n\n| a | b |\n|---|---|\n| 1 | 2 |", "plain", 7, "![x](https://example.org/a.png)",
    ]),
}  # fmt: skip
PAIR = {"display": [{"field": "premise", "as": "text"}, {"field": "hypothesis", "as": "text"}], "questions": [SENTIMENT]}
TITLED = {"display": [{"field": "title", "as": "text"}, {"field": "text", "as": "text"}], "questions": [SENTIMENT]}
PROJECTS = {
    **{slug: {"display": [{"field": "shown", "as": way}], "questions": [SENTIMENT], "examples": 4} for slug, (way, _) in SHOWN.items()},
    "around-marks": {"display": [{"field": "audio", "as": "audio"}], "questions": [{**FREE, "of": "audio"}]}, "around-pair": PAIR, "around-titled": TITLED,
    "around-sure": PLAIN, "around-sure-click": PLAIN, "around-practice": {**ALL, "guidelines": "# How\n\nSay it."}, "around-practice-skip": PLAIN,
    "around-axe": {"questions": [SENTIMENT, {**TOPICS, "max": 2}, *ALL["questions"][2:]]},
}  # fmt: skip
SETTINGS = {
    "around-sure": {"confidence": True}, "around-sure-click": {"confidence": True}, "around-axe": {"confidence": True},
    "around-practice": {"practice": True}, "around-practice-skip": {"practice": True},
}  # fmt: skip
DATA = {
    **{slug: [{"shown": value} for value in values] for slug, (_, values) in SHOWN.items()},
    "around-pair": [{"premise": "A man sleeps on a bench in the park.", "hypothesis": "Somebody is outside, asleep."}],
    "around-titled": [{"title": "Rain", "text": "It rained all day and nobody went out. " * 8}],
}


def furnish(stack, data, settings) -> None:
    """Examples of these projects hold these data, the first ones in their order; and how the projects are labelled."""
    stack.shell(f"""
import json
from labelling.intake.models import Example
from labelling.projects.models import Project
for slug, rows in json.loads({json.dumps(json.dumps(data))}).items():
    for example, row in zip(Example.objects.filter(project__slug=slug).order_by("position"), rows):
        Example.objects.filter(pk=example.pk).update(data=row)
for slug, settings in json.loads({json.dumps(json.dumps(settings))}).items():
    Project.objects.filter(slug=slug).update(settings=settings)
""")


@pytest.fixture(scope="module")
def place(live_stack, tmp_path_factory):
    make_projects(live_stack, PROJECTS, examples=6)
    furnish(live_stack, DATA, SETTINGS)
    give_sounds(live_stack, {"around-marks": {"audio": [tone(4)]}}, tmp_path_factory.mktemp("sounds"))
    return live_stack


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


def test_a_table_is_a_real_table_in_a_region_of_its_own_and_anything_else_is_text(ada):
    start(ada, "around-table")
    region = ada.get_by_role("region", name="Table: shown")
    expect(region).to_match_aria_snapshot("""
- table:
  - rowgroup:
    - row:
      - columnheader "name"
      - columnheader "size"
  - rowgroup:
    - row:
      - cell "Ada"
      - cell "3"
    - row:
      - cell "<b>Ben</b>"
      - cell "12.5"
""")
    press(ada, "Tab")
    expect(region).to_be_focused()
    press(ada, "1", "Enter")
    expect(ada.get_by_role("rowheader", name="height")).to_be_visible()
    press(ada, "1", "Enter")
    expect(ada.get_by_role("columnheader", name="b")).to_be_visible()
    press(ada, "1", "Enter")
    assert example(ada) == "no table"


def test_a_dialogue_is_told_in_turns_that_differ_without_colour(ada):
    start(ada, "around-dialogue")
    turns = ada.locator("#example ol > li")
    assert [text.split() for text in turns.all_inner_texts()] == [["user", "Good", "morning"], ["bot", "<i>שלום</i>"]]
    assert turns.nth(0).bounding_box()["x"] < turns.nth(1).bounding_box()["x"]
    press(ada, "1", "Enter")
    expect(turns).to_have_count(3)
    expect(turns.nth(1)).to_contain_text("and more")
    press(ada, "1", "Enter")
    expect(ada.locator("#example")).to_contain_text('"a": 1')
    press(ada, "1", "Enter")
    assert example(ada) == "just text"


def test_markdown_is_drawn_from_what_the_server_cleaned(ada):
    start(ada, "around-markdown")
    shown = ada.locator("#example .shown-markdown")
    expect(shown.get_by_role("heading", name="Title", level=3)).to_be_visible()
    expect(shown.locator("em")).to_have_text("words")
    expect(shown.get_by_role("cell", name="2")).to_be_visible()
    expect(shown.get_by_role("link", name="a link")).to_have_attribute("target", "_blank")
    expect(shown).to_contain_text("<script>")
    assert ada.evaluate("window.bad") is None
    press(ada, "1", "Enter", "1", "Enter")
    assert example(ada) == "7"
    press(ada, "1", "Enter")
    expect(ada.locator("#example img")).to_have_count(0)
    press(ada, "u", "u", "u")
    expect(shown.get_by_role("heading", name="Title")).to_be_visible()  # what comes back is drawn as it was


def test_two_texts_stand_beside_each_other_where_there_is_room_and_a_title_stands_above(open_page):
    page = start(open_page(), "around-pair")
    assert page.locator("#example h2").all_inner_texts() == ["premise", "hypothesis"]
    one, other = (page.locator(f"[data-field={name}]").bounding_box() for name in ("premise", "hypothesis"))
    assert one["y"] == other["y"] and one["x"] + one["width"] < other["x"]
    page.set_viewport_size({"width": 390, "height": 844})
    one, other = (page.locator(f"[data-field={name}]").bounding_box() for name in ("premise", "hypothesis"))
    assert one["x"] == other["x"] and one["y"] < other["y"]
    page = start(open_page(), "around-titled")
    one, other = (page.locator(f"[data-field={name}]").bounding_box() for name in ("title", "text"))
    assert one["x"] == other["x"] and one["y"] < other["y"]


def test_how_sure_somebody_is_goes_with_the_label_only_if_they_say_so(ada):
    start(ada, "around-sure")
    slider = ada.get_by_role("slider", name="How sure are you?")
    expect(slider).to_have_attribute("aria-valuetext", "not said")
    press(ada, "1", "Enter", "1", "v", "8", "2")
    expect(slider).to_have_attribute("aria-valuetext", "80 %")
    expect(ada.get_by_role("radio", name="Negative")).to_be_checked()  # the digit after it is an answer again
    ada.reload()
    ada.locator("body[data-ready]").wait_for(state="attached")
    expect(slider).to_have_value("80")
    press(ada, "Enter", "3", "v", "ArrowRight", "ArrowRight", "Enter", "4", "v", "0", "v", "Delete", "Escape", "Enter")
    found = wait_for_labels(ada, "around-sure", 4)
    assert [label["confidence"] for label in found] == [None, 0.8, 0.6, None]
    press(ada, "u", "u")
    expect(slider).to_have_attribute("aria-valuetext", "60 %")
    press(ada, "v", "7", "Enter")
    assert wait_for_labels(ada, "around-sure", 5)[-1]["confidence"] == 0.7
    ada.reload()
    ada.locator("body[data-ready]").wait_for(state="attached")
    press(ada, "u")
    expect(slider).to_have_attribute("aria-valuetext", "70 %")  # as the server remembers it


def test_how_sure_somebody_is_by_pointer(ada):
    start(ada, "around-sure-click")
    slider = ada.get_by_role("slider", name="How sure are you?")
    box = slider.bounding_box()
    ada.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)  # in the very middle, where it stood
    expect(slider).to_have_attribute("aria-valuetext", "50 %")
    expect(ada.locator("#example")).to_be_focused()
    ada.get_by_text("Mixed", exact=True).click()
    ada.get_by_role("button", name="Submit").click()
    expect(slider).to_have_attribute("aria-valuetext", "not said")
    ada.mouse.click(box["x"] + box["width"] - 8, box["y"] + box["height"] / 2)
    ada.get_by_role("button", name="Clear").click()
    ada.get_by_text("Mixed", exact=True).click()
    ada.get_by_role("button", name="Submit").click()
    assert [label["confidence"] for label in wait_for_labels(ada, "around-sure-click", 2)] == [0.5, None]


def test_a_first_visit_practises_on_three_texts_of_which_nothing_is_sent(open_page):
    page = start(open_page(), "around-practice")
    page.get_by_role("button", name="Start labelling").click()  # guidelines first
    sent = []
    page.on("request", lambda request: "/assignments/" in request.url and sent.append(request.url))
    expect(page.locator("#example")).to_have_attribute("aria-label", "Practice 1 of 3")
    press(page, "Enter")
    expect(page.locator("#refusal")).to_contain_text("Choose an answer")  # as it will be
    press(page, "1", "0", "ArrowDown")
    page.keyboard.type("4")
    press(page, "Tab")
    page.keyboard.type("words")
    press(page, "Control+Enter")
    expect(page.locator("#example")).to_have_attribute("aria-label", "Practice 2 of 3")
    press(page, "x", "Enter")
    expect(page.locator("#example")).to_have_attribute("aria-label", "Practice 3 of 3")
    page.reload()
    page.locator("body[data-ready]").wait_for(state="attached")
    press(page, "x", "Enter", "x", "Enter", "s", "1")
    expect(page.get_by_role("heading", name="That was practice")).to_be_visible()
    page.get_by_role("button", name="Start labelling").click()
    assert example(page) == "Text 0"
    expect(page.locator("#progress")).to_contain_text("0 today")
    assert (sent, labels(page, "around-practice")) == ([], [])
    page.reload()
    page.locator("body[data-ready]").wait_for(state="attached")
    assert example(page) == "Text 0"  # once is enough


def test_practice_is_skipped_by_esc_and_by_its_button(open_page):
    page = start(open_page(), "around-practice-skip")
    page.get_by_role("button", name="Skip the practice").click()
    assert example(page) == "Text 0"
    ada = start(open_page(), "around-practice-skip")
    expect(ada.locator("#example")).to_contain_text("Practice 1 of 3")
    press(ada, "2", "Escape")
    assert example(ada) == "Text 0"
    expect(ada.get_by_role("radio", name="Negative")).not_to_be_checked()
    press(ada, "1", "Enter")
    wait_for_labels(ada, "around-practice-skip", 1)


def test_a_key_or_a_button_writes_down_the_time_of_the_sound_where_the_caret_is(ada):
    start(ada, "around-marks")
    field = ada.get_by_role("textbox", name="What does it say?")
    expect(field).to_be_focused()
    ada.keyboard.type("one two")
    ada.evaluate("document.querySelector('[data-player]').player.seek(1.26)")
    press(ada, "Alt+m")
    expect(field).to_have_value("one two [00:01.2] ")
    press(ada, "Control+z")
    expect(field).to_have_value("one two")
    press(ada, "Home")
    ada.get_by_role("button", name="Time mark").click()
    expect(field).to_have_value("[00:01.2] one two")
    ada.keyboard.type("x")
    press(ada, "Control+Enter")
    assert wait_for_labels(ada, "around-marks", 1)[0]["value"] == {"said": "[00:01.2] xone two"}


@pytest.mark.parametrize("slug", ["around-axe", "around-table", "around-dialogue", "around-markdown", "around-pair"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(open_page, slug):
    page = start(open_page(bypass_csp=True), slug)
    press(page, "1", "3", "Enter")
    assert problems_of(page) == []


def test_axe_finds_nothing_in_practice(place, new_page):
    make_people(place, "lab-ben")
    page = log_in(new_page(bypass_csp=True), "lab-ben")
    start(page, "around-practice-skip")
    assert problems_of(page) == []


@pytest.mark.parametrize("slug", ["around-table", "around-dialogue", "around-markdown"])
def test_leads_see_the_same_shapes_on_the_page_of_an_example(place, new_page, slug):
    make_people(place, "lab-lea")
    if not hasattr(place, "cookies_of_lea"):
        place.cookies_of_lea = logged_in(new_page, "lab-lea")
    page = new_page(storage_state=place.cookies_of_lea, bypass_csp=True)
    page.goto(f"/projects/{slug}/examples/e0/")
    shown = {"around-table": "table th", "around-dialogue": "ol > li", "around-markdown": ".shown-markdown em"}[slug]
    expect(page.locator(f"main {shown}").first).to_be_visible()
    assert problems_of(page) == []
