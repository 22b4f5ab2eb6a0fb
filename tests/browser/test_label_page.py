"""The labelling screen as it looks and reads: both themes, three widths, guidelines, pictures, what a screen reader meets."""

import gzip
import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.axe import problems_of
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
    start,
    wait_for_labels,
)  # fmt: skip

LONG = {"key": "topic", "kind": "choice", "prompt": "Which language is the text written in?", "classes": [f"language {number}" for number in range(1, 15)]}
PICTURES = {"display": [{"field": "image", "as": "image"}], "questions": [{**SENTIMENT, "prompt": "What is it?"}]}
PROJECTS = {
    "page-plain": PLAIN, "page-several": {"questions": [SENTIMENT, WHY, STRENGTH], "tags": [{"key": "sarcasm", "name": "Sarcasm"}]},
    "page-many": {"questions": [LONG]}, "page-phone": PLAIN, "page-first": {**PLAIN, "guidelines": "# How to label\n\nSay what the writer feels."},
    "page-changed": {**PLAIN, "guidelines": "# How to label\n\nSay what the writer feels."},
    "page-drawer": {**PLAIN, "guidelines": "# How to label\n\nSay what the writer feels."},
    "page-picture": PICTURES, "page-pictures-gone": PICTURES,
    "page-blind": PLAIN, "page-speed": {**PLAIN, "examples": 60}, "page-click": PLAIN, "page-schema": PLAIN,
}  # fmt: skip
TYPED_AHEAD = """
new MutationObserver(() => {
  const there = [...document.querySelectorAll("h2")].some((title) => title.textContent === "Before you start");
  if (!there || window.typedAhead) return;
  window.typedAhead = true;
  for (const [key, code] of [["1", "Digit1"], ["Enter", "Enter"]]) {
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, code, bubbles: true, cancelable: true }));
  }
}).observe(document, { subtree: true, childList: true });
"""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def place(live_stack):
    return make_projects(live_stack, PROJECTS)


@pytest.fixture
def open_page(place, new_page):
    if not hasattr(place, "cookies_of_ada"):
        place.cookies_of_ada = logged_in(new_page)

    def open_as_ada(**options):
        return new_page(storage_state=place.cookies_of_ada, **options)

    return open_as_ada


@pytest.mark.parametrize("slug", ["page-plain", "page-several", "page-many"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(open_page, slug):
    page = start(open_page(bypass_csp=True), slug)
    press(page, "2", "Enter", "Enter", "b", "c")
    assert problems_of(page) == []


def test_axe_finds_nothing_in_what_opens_over_and_beside_the_example(open_page):
    page = start(open_page(bypass_csp=True), "page-drawer")
    assert problems_of(page) == []  # the guidelines of a first visit
    page.get_by_role("button", name="Start labelling").click()
    press(page, "g")
    assert problems_of(page) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    press(page, "g")
    for key in ("?", "s", "h"):
        press(page, key)
        assert problems_of(page) == [], f"with what {key} opens"
        press(page, "Escape")
    page.locator("#state").click()
    assert problems_of(page) == []


def test_one_heading_one_main_native_radios_and_two_voices(open_page):
    page = start(open_page(), "page-plain")
    assert (page.locator("h1").count(), page.locator("main").count()) == (1, 1)
    group = page.get_by_role("group", name="What does the writer feel?")
    expect(group.get_by_role("radio")).to_have_count(4)
    expect(group).to_match_aria_snapshot("- group \"What does the writer feel?\":\n  - radio \"Positive\"\n  - radio \"Negative\"\n  - radio \"Neutral\"\n  - radio \"Mixed\"")
    assert page.locator("[role=status]:not(dialog *)").count() == page.locator("[role=alert]:not(dialog *)").count() == 1
    group.get_by_role("radio", name="Positive").focus()
    press(page, "ArrowDown")  # a screen reader's arrows move through the radios, as everywhere
    expect(group.get_by_role("radio", name="Negative")).to_be_checked()
    press(page, "Escape")
    expect(page.locator("#example")).to_be_focused()


def test_labelling_by_click_goes_on_and_a_click_on_the_whole_row_chooses(open_page):
    page = start(open_page(), "page-click")
    row = page.locator("label.choice", has_text="Neutral")
    box = row.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 6, box["y"] + 6)
    expect(page.get_by_role("radio", name="Neutral")).to_be_checked()
    page.get_by_text("borderline", exact=True).click()
    page.get_by_role("button", name="Submit").click()
    assert example(page) == "Text 1"
    page.get_by_role("button", name=re.compile("^U? ?Undo")).click()
    assert example(page) == "Text 0"
    page.locator("label.choice", has_text="Mixed").click()
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("button", name="Skip").click()
    page.get_by_role("button", name="Something else").click()
    assert example(page) == "Text 2"
    found = wait_for_labels(page, "page-click", 2)
    assert answers(found) == {"e0": "mix"}
    assert found[1]["tags"] == ["borderline"]


@pytest.mark.parametrize("width", [390, 320])
def test_on_a_phone_all_is_in_reach_of_a_thumb(open_page, width):
    page = start(open_page(**{**PHONE, "viewport": {"width": width, "height": 844 if width == 390 else 640}}), "page-phone")
    height = page.viewport_size["height"]
    submit = page.get_by_role("button", name="Submit").bounding_box()
    assert submit["y"] > height * 0.7 and submit["y"] + submit["height"] <= height
    assert submit["height"] >= 48 and submit["x"] + submit["width"] <= width
    for row in page.locator("label.choice").all():
        assert row.bounding_box()["height"] >= 48
    for name in ("Skip", "Tags", "Comment", "Guidelines"):
        assert page.get_by_role("button", name=name).bounding_box()["height"] >= 44
    assert page.locator("#dock").bounding_box()["height"] <= height * 0.56
    assert page.evaluate("document.documentElement.scrollWidth") == width
    expect(page.locator("kbd:visible")).to_have_count(0)  # no keyboard, no keys
    before = len(labels(page, "page-phone"))
    page.locator("label.choice", has_text="Negative").tap()
    page.get_by_role("button", name="Tags").tap()
    page.get_by_text("unintelligible", exact=True).tap()
    page.get_by_role("button", name="Submit").tap()
    assert wait_for_labels(page, "page-phone", before + 1)[-1]["tags"] == ["unintelligible"]


def test_at_four_times_the_size_nothing_stands_over_the_example(open_page):
    page = start(open_page(viewport={"width": 320, "height": 200}), "page-phone")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.get_by_role("button", name="Submit").scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="Submit")).to_be_in_viewport()
    page.locator("#example").scroll_into_view_if_needed()
    covered = page.locator("#example").evaluate("""example => { const box = example.getBoundingClientRect();
        return !example.contains(document.elementFromPoint(box.x + 5, box.y + 5)); }""")
    assert not covered


def test_the_first_visit_shows_the_guidelines_first(open_page):
    page = open_page()
    page.add_init_script(TYPED_AHEAD)  # in the very moment, because what counts is whether it can have been read
    page = start(page, "page-first")
    expect(page.get_by_role("heading", name="Before you start")).to_be_visible()
    expect(page.locator("#example")).to_be_hidden()
    assert page.evaluate("window.typedAhead") is True
    expect(page.get_by_role("heading", name="Before you start")).to_be_visible()
    page.wait_for_timeout(800)
    press(page, "Enter")
    assert example(page) == "Text 0"
    assert page.locator("input:checked[type=radio]").count() == 0
    page.reload()
    page.locator("body[data-ready]").wait_for(state="attached")
    assert example(page) == "Text 0"  # once is enough


def test_changed_guidelines_stand_between_two_examples_with_what_changed(open_page, place):
    page = start(open_page(), "page-changed")
    page.get_by_role("button", name="Start labelling").click()
    press(page, "1", "Enter")
    place.shell("""
from django.utils import timezone
from labelling.projects import services
from tests.factories import viewer
services.add_guidelines(actor=viewer("lab-lea"), slug="page-changed", reason="Irony was unclear", now=timezone.now(),
    text="# How to label\\n\\nSay what the writer feels.\\n\\nIrony counts as what is meant.")
""")
    press(page, "2")
    for _ in range(9):
        if page.locator("#between").is_visible():
            break
        with page.expect_response("**/label/", timeout=3000):
            press(page, "1", "Enter")
        page.wait_for_timeout(150)
    expect(page.get_by_role("heading", name="The guidelines changed: version 2")).to_be_visible()
    expect(page.locator("#between")).to_contain_text("What changed: Irony was unclear")
    expect(page.locator("#between .added")).to_contain_text("Irony counts as what is meant.")
    page.wait_for_timeout(800)
    press(page, "Enter", "3", "Enter")
    found = wait_for_labels(page, "page-changed", int(page.locator("[data-today]").inner_text()))
    versions = [label["guideline_version"] for label in found]
    assert versions == [1] * (len(versions) - 1) + [2]


def test_guidelines_stand_beside_the_example_while_keys_go_on_working(open_page):
    page = start(open_page(), "page-drawer")
    if page.locator("#between").is_visible():
        page.get_by_role("button", name="Start labelling").click()
    press(page, "g")
    drawer, article = page.locator("#guidelines").bounding_box(), page.locator("#example").bounding_box()
    assert article["x"] + article["width"] <= drawer["x"]  # beside, not over
    press(page, "2")
    expect(page.get_by_role("radio", name="Negative")).to_be_checked()
    press(page, "Escape")
    expect(page.locator("#guidelines")).to_be_hidden()
    phone = start(open_page(**PHONE), "page-drawer")
    if phone.locator("#between").is_visible():
        phone.get_by_role("button", name="Start labelling").click()
    phone.get_by_role("button", name="Guidelines").tap()
    expect(phone.get_by_role("heading", name="Guidelines", exact=True)).to_be_in_viewport()
    phone.get_by_role("button", name="Close").tap()
    expect(phone.locator("#guidelines")).to_be_hidden()
    phone.context.close()


def png(number: int) -> bytes:
    pixels = BytesIO()
    Image.new("L", (8, 8), number * 5).save(pixels, "PNG")
    return pixels.getvalue()


def picture(route) -> None:
    """The picture of an example whose name starts with its number."""
    route.fulfill(body=png(int(route.request.url.rsplit("/", 1)[1][:2], 16)), content_type="image/png")


@pytest.fixture
def pictures(place):
    place.shell("""
from labelling.intake.models import Example
for example in Example.objects.filter(project__slug__startswith="page-picture"):
    Example.objects.filter(pk=example.pk).update(data={"image": f"{int(example.key[1:]):02x}" + "0" * 62 + ".png"})
""")


def test_pictures_are_loaded_and_decoded_before_their_turn_and_small_ones_are_enlarged(open_page, pictures):
    page = open_page()
    page.route("**/media/**", picture)
    start(page, "page-picture")
    image = page.get_by_role("img", name="Picture of example e0")
    assert image.evaluate("image => [image.naturalWidth, image.complete, getComputedStyle(image).imageRendering]") == [8, True, "pixelated"]
    assert image.bounding_box()["height"] >= 128
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/media/" in request.url else None)
    for number in range(1, 4):
        press(page, "1", "Enter")
        shown = page.get_by_role("img", name=f"Picture of example e{number}")
        assert shown.evaluate("image => image.complete && image.naturalWidth") == 8  # in the frame of the key
    assert asked == []
    assert answers(wait_for_labels(page, "page-picture", 3)) == {f"e{number}": "pos" for number in range(3)}


def test_what_was_not_seen_is_not_labelled(open_page, pictures):
    page = open_page()
    page.route("**/media/**", lambda route: route.abort())
    start(page, "page-pictures-gone")
    expect(page.get_by_text("The picture did not load. Load it again, or skip the example.")).to_be_visible()
    press(page, "1", "Enter")
    expect(page.locator("#refusal")).to_have_text("The picture did not load. Load it again, or skip the example.")
    page.unroute("**/media/**")
    page.route("**/media/**", picture)
    page.get_by_role("button", name="Load it again").click()
    expect(page.get_by_role("img", name="Picture of example e0")).to_be_visible()
    expect(page.locator("#refusal")).to_be_empty()  # it is decoded, and what was refused may be sent
    press(page, "Escape", "Enter")
    assert answers(wait_for_labels(page, "page-pictures-gone", 1)) == {"e0": "pos"}


def test_nothing_on_the_page_tells_what_others_answered(open_page, place, new_page):
    ben = start(new_page(storage_state=logged_in(new_page, "lab-ben")), "page-blind")
    press(ben, "2", "c")
    ben.keyboard.type("a comment of Ben's alone")
    press(ben, "Control+Enter")
    wait_for_labels(ben, "page-blind", 1)
    page = open_page()
    answer = page.goto("/projects/page-blind/label/")
    source = answer.text()
    assert "a comment of Ben" not in source and "lab-ben" not in source
    for word in ("labels_counted", "consensus", "agreement", "votes", '"meta"'):
        assert word not in source
    assert page.request.get("/api/v1/projects/page-blind/labels/").json()["results"] == []


def test_changed_questions_stand_between_two_examples_and_the_page_comes_with_the_new_ones(open_page):
    page = open_page()
    page.route(
        "**/label/stock/",
        lambda route: route.fulfill(json={**(answer := route.fetch().json()), "assignments": [{**one, "schema_version": 2} for one in answer["assignments"]]}),
    )
    start(page, "page-schema")
    for _ in range(10):
        press(page, "1", "Enter")
        page.wait_for_timeout(60)
    expect(page.get_by_role("heading", name="The questions changed")).to_be_visible()
    page.unroute("**/label/stock/")
    page.get_by_role("button", name="Show the new questions").click()
    expect(page.locator("#example")).to_have_text("Text 10")
    wait_for_labels(page, "page-schema", 10)


def test_the_next_example_is_painted_within_the_time_that_feels_like_none(open_page):
    page = start(open_page(), "page-speed")
    for number in range(50):
        page.locator("#example", has_text=f"Text {number}").wait_for()
        press(page, "1", "Enter")
    wait_for_labels(page, "page-speed", 50)
    took = sorted(page.evaluate("performance.getEntriesByName('label:submit-to-painted').map((entry) => entry.duration)"))
    assert len(took) == 50
    assert took[25] <= 33, f"p50 {took[25]} ms"  # tests/benchmarks/bench_label_page.py measures on a quiet machine


def test_the_page_is_small_enough_for_a_slow_network(open_page):
    page = open_page()
    responses = []
    page.on("response", lambda response: responses.append(response))
    start(page, "page-plain")
    page.wait_for_load_state("networkidle")
    sizes = {"js": 0, "css": 0}
    for response in responses:
        kind = response.url.split("?")[0].rsplit(".", 1)[-1]
        if kind in sizes:
            sizes[kind] += len(gzip.compress(response.body()))
    assert 10_000 < sizes["js"] <= 60_000 and 2_000 < sizes["css"] <= 15_000, sizes
