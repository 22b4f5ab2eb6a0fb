"""Boxes on a picture: by keyboard alone, by mouse, by fingers; to the pixel, whatever the zoom and however the picture lies."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.axe import problems_of
from tests.browser.boxes import CARS, at, board, drag, make_pictures, rows, street
from tests.browser.labelling import labels, logged_in, press, start, wait_for_labels


def lying_webp() -> bytes:
    """Browsers show WebP as it is stored, whatever its EXIF data says."""
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    Image.open(io.BytesIO(street(format="PNG"))).save(out, "WEBP", exif=exif)
    return out.getvalue()


SMOOTH = {"key": "clear", "kind": "choice", "prompt": "Is the picture clear?", "classes": ["yes", "no"]}
OPTIONAL = {**CARS, "key": "signs", "prompt": "Mark each sign.", "required": False}
TWO = {name: street() for name in ("a.jpg", "b.jpg")}
TURNED = {f"turned-{turn}.jpg": street(orientation=turn) for turn in range(1, 9)} | {
    "turned-a.png": street(orientation=6, format="PNG"), "turned-b.webp": lying_webp(),
}  # fmt: skip
PROJECTS = {
    "boxes-keys": (TWO, {}), "boxes-mouse": (TWO, {}), "boxes-touch": (TWO, {}), "boxes-turned": (TURNED, {}), "boxes-zoom": (TWO, {}),
    "boxes-none": (TWO, {}), "boxes-draft": (TWO, {}), "boxes-undo": (TWO, {}), "boxes-light": (TWO, {}), "boxes-axe": (TWO, {}),
    "boxes-several": (TWO, {"questions": [CARS, SMOOTH, OPTIONAL]}), "boxes-list": (TWO, {}), "boxes-leave": (TWO, {}),
}  # fmt: skip


@pytest.fixture(scope="module")
def place(live_stack):
    return live_stack


@pytest.fixture
def ada(place, new_page, request):
    """Ada at the first picture of the project that the test names."""
    slug = request.param
    pictures, fields = PROJECTS[slug]
    make_pictures(place, slug, pictures, **fields)
    page = new_page(storage_state=cookies_of(place, new_page))
    return opened(page, slug)


def cookies_of(place, new_page):
    if not hasattr(place, "cookies_of_ada"):
        place.cookies_of_ada = logged_in(new_page)
    return place.cookies_of_ada


def opened(page: Page, slug: str) -> Page:
    start(page, slug)
    expect(page.locator(".boxes-view").first).to_have_attribute("data-view", re.compile("scale"))
    return page


def at_work(slug: str):
    return pytest.mark.parametrize("ada", [slug], indirect=True)


def marked(page: Page, slug: str, count: int = 1, question: str = "cars") -> list[list[tuple]]:
    """The answers that the server has: of each label (x, y, w, h, class) of its boxes."""
    found = wait_for_labels(page, slug, count)
    return [[(box["x"], box["y"], box["w"], box["h"], box["class"]) for box in label["value"][question]] for label in found]


@at_work("boxes-keys")
def test_everything_by_keyboard_alone(ada):
    press(ada, "a")
    assert rows(ada) == ["A1 · Car240, 150 · 160 × 100"]
    expect(ada.locator("#announcements")).to_have_text("Added. Box 1 of 1, Car, 240, 150 · 160 × 100")
    press(ada, "ArrowRight", "ArrowRight", "ArrowLeft", "Shift+ArrowDown", "Alt+ArrowLeft", "Alt+Shift+ArrowUp", "Alt+ArrowDown")
    assert rows(ada) == ["A1 · Car241, 160 · 159 × 91"]
    press(ada, "2")  # the class of this one, and of the next
    press(ada, "a", "Shift+ArrowLeft")
    press(ada, "3", "a", "Delete")
    assert rows(ada) == ["B1 · Bus241, 160 · 159 × 91", "C2 · Bicycle230, 150 · 160 × 100"]
    press(ada, "Escape", "Tab", "Tab")  # Esc left the boxes: Tab belongs to the browser
    expect(ada.locator(".boxes-choose[aria-pressed=true]")).to_have_count(0)
    press(ada, "Escape", "Shift+ArrowRight")  # the picture moves now, where there is more of it than is seen
    press(ada, "Enter")
    assert marked(ada, "boxes-keys") == [[(230, 150, 160, 100, "bike"), (241, 160, 159, 91, "bus")]]
    expect(ada.locator(".boxes-count")).to_have_text("No box yet")
    expect(ada.locator("#undo")).to_contain_text("2 boxes: Bus 1, Bi")


@at_work("boxes-leave")
def test_tab_walks_through_the_boxes_and_out_of_them(ada):
    press(ada, "a", "a", "a", "Escape")
    ada.reload()
    opened(ada, "boxes-leave")
    chosen = ada.locator(".boxes-choose[aria-pressed=true] .name")
    for name in ("1 · Car", "2 · Car", "3 · Car"):
        press(ada, "Tab")
        expect(chosen).to_have_text(name)
    press(ada, "Shift+Tab")
    expect(chosen).to_have_text("2 · Car")
    press(ada, "Tab", "Tab")  # beyond the last one there is the page again
    expect(chosen).to_have_count(0)
    press(ada, "Tab")
    expect(ada.locator(":focus")).to_have_count(1)
    assert ada.evaluate("document.activeElement.closest('.boxes-tools') !== null")
    press(ada, "?")
    expect(ada.locator("#keys")).to_contain_text("add a box in the middle of what is seen")


@at_work("boxes-mouse")
def test_boxes_are_drawn_moved_and_sized_by_mouse(ada):
    drag(ada, (60, 120), (150, 170))
    drag(ada, (290, 230), (200, 180))  # from any corner
    assert rows(ada) == ["A1 · Car60, 120 · 90 × 50", "A2 · Car200, 180 · 90 × 50"]
    drag(ada, (245, 205), (255, 200))  # the chosen one moves by its inside
    assert rows(ada)[1] == "A2 · Car210, 175 · 90 × 50"
    drag(ada, (300, 225), (330, 240))  # and is sized by a corner
    assert rows(ada)[1] == "A2 · Car210, 175 · 120 × 65"
    drag(ada, (210, 200), (190, 200))  # or by a side
    assert rows(ada)[1] == "A2 · Car190, 175 · 140 × 65"
    ada.mouse.click(*at(ada, 100, 150))
    expect(ada.locator(".boxes-choose[aria-pressed=true]")).to_have_text(re.compile("1 · Car"))
    ada.get_by_role("radio", name="Bus").check(force=True)
    drag(ada, (-200, 60), (20, 30))  # begun beside the picture
    assert rows(ada)[0].startswith("B1 · Bus") and rows(ada)[2] == "B3 · Bus0, 30 · 20 × 30"
    drag(ada, (10, 45), (-900, -900))  # nothing leaves it
    assert rows(ada)[2] == "B3 · Bus0, 0 · 20 × 30"
    ada.mouse.click(*at(ada, 500, 350))  # beside all boxes: none is chosen
    expect(ada.locator(".boxes-choose[aria-pressed=true]")).to_have_count(0)
    assert ada.evaluate("getSelection().toString()") == ""
    ada.get_by_role("button", name="Submit").click()
    assert marked(ada, "boxes-mouse") == [[(0, 0, 20, 30, "bus"), (60, 120, 90, 50, "bus"), (190, 175, 140, 65, "car")]]


@at_work("boxes-list")
def test_the_list_chooses_and_removes_what_it_names(ada):
    drag(ada, (60, 120), (150, 170))
    drag(ada, (200, 180), (290, 230))
    ada.get_by_role("button", name="1 · Car").click()
    expect(ada.get_by_role("button", name="1 · Car")).to_have_attribute("aria-pressed", "true")
    press(ada, "ArrowDown")  # the keys of boxes work from here, too
    assert rows(ada)[0] == "A1 · Car60, 121 · 90 × 50"
    ada.get_by_role("button", name="Remove box 1, Car").click()
    assert rows(ada) == ["A1 · Car200, 180 · 90 × 50"]
    expect(ada.locator(".boxes-count")).to_be_focused()


@at_work("boxes-undo")
def test_each_step_can_be_undone_and_done_again(ada):
    drag(ada, (60, 120), (150, 170))
    press(ada, "ArrowRight", "ArrowRight", "ArrowRight", "2", "Delete")
    assert rows(ada) == []
    press(ada, "z")
    assert rows(ada) == ["B1 · Bus63, 120 · 90 × 50"]
    press(ada, "z", "z")
    assert rows(ada) == ["A1 · Car60, 120 · 90 × 50"]
    press(ada, "z")
    assert rows(ada) == []
    expect(ada.get_by_role("button", name="Undo Z")).to_have_attribute("aria-disabled", "true")
    press(ada, "Shift+z", "Shift+z")
    assert rows(ada) == ["A1 · Car63, 120 · 90 × 50"]
    ada.mouse.move(*at(ada, 100, 150))
    ada.mouse.down()
    ada.mouse.move(*at(ada, 200, 250), steps=3)
    press(ada, "Escape")  # in the middle of a drag: as if it had never begun
    ada.mouse.up()
    assert rows(ada) == ["A1 · Car63, 120 · 90 × 50"]


@at_work("boxes-none")
def test_nothing_to_mark_is_said_and_never_assumed(ada):
    press(ada, "Enter")
    expect(ada.locator("#refusal")).to_have_text("Draw a box, or press 0 for “Nothing to mark”, or press X if it cannot be understood.")
    assert labels(ada, "boxes-none") == []
    press(ada, "a", "0")
    expect(ada.locator(".boxes-refused")).to_have_text("There is 1 box. Remove them first.")
    press(ada, "Delete", "Enter")  # what was removed is no "nothing"
    assert labels(ada, "boxes-none") == []
    press(ada, "0")
    expect(ada.get_by_role("button", name="Nothing to mark")).to_have_attribute("aria-pressed", "true")
    press(ada, "Enter")
    ada.get_by_role("button", name="Nothing to mark").click()
    press(ada, "Enter")
    assert marked(ada, "boxes-none", 2) == [[], []]


@at_work("boxes-draft")
def test_a_draft_survives_a_reload_and_a_label_comes_back_to_be_revised(ada):
    drag(ada, (60, 120), (150, 170))
    press(ada, "2", "Alt+ArrowRight")
    ada.reload()
    opened(ada, "boxes-draft")
    assert rows(ada) == ["B1 · Bus60, 120 · 91 × 50"]
    press(ada, "Enter")
    wait_for_labels(ada, "boxes-draft", 1)
    press(ada, "u")
    expect(ada.locator(".boxes-choose")).to_have_count(1)
    press(ada, "Tab", "1", "Enter")
    first, second = marked(ada, "boxes-draft", 2)
    assert (first, second) == ([(60, 120, 91, 50, "bus")], [(60, 120, 91, 50, "car")])


@at_work("boxes-zoom")
def test_zoomed_in_a_box_is_exact_to_the_pixel(ada):
    ada.mouse.move(*at(ada, 320, 200))
    for _ in range(6):
        ada.mouse.wheel(0, -300)
    settled = """() => { const { view } = document.querySelector('.boxes-view').dataset, before = window.viewBefore;
        window.viewBefore = view; return view === before && JSON.parse(view).scale > 12; }"""
    ada.wait_for_function(settled, polling=250)  # the last turn of the wheel has arrived, too
    drag(ada, (314, 195), (324, 205))
    assert rows(ada) == ["A1 · Car314, 195 · 10 × 10"]
    drag(ada, (319, 200), (320, 199))  # one pixel to the right and one up
    press(ada, "Escape")
    drag(ada, (330.2, 194.4), (331.4, 197.6))  # edges go to the nearest pixel
    assert rows(ada) == ["A1 · Car315, 194 · 10 × 10", "A2 · Car330, 194 · 1 × 4"]
    press(ada, "f")
    before = board(ada)
    press(ada, "+", "+", "-", "e")
    assert board(ada)["scale"] == 1
    expect(ada.locator(".boxes-zoom")).to_have_text("100 %")
    ada.get_by_role("button", name="Zoom in").click()
    expect(ada.locator(".boxes-zoom")).to_have_text("125 %")
    seen = board(ada)
    x, y = at(ada, 320, 200)
    ada.keyboard.down("Space")
    ada.mouse.move(x, y)
    ada.mouse.down()
    ada.mouse.move(x - 40, y - 30, steps=4)
    ada.mouse.up()
    ada.keyboard.up("Space")
    assert len(rows(ada)) == 2
    assert board(ada)["top"] != seen["top"] or board(ada)["scale"] != seen["scale"]
    press(ada, "f")
    ada.wait_for_function("scale => JSON.parse(document.querySelector('.boxes-view').dataset.view).scale === scale", arg=before["scale"])
    assert board(ada) == before
    press(ada, "Enter")
    assert marked(ada, "boxes-zoom") == [[(315, 194, 10, 10, "car"), (330, 194, 1, 4, "car")]]


@at_work("boxes-light")
def test_brightness_and_contrast_are_for_the_eye_alone_and_stay_for_the_page(ada):
    picture = ada.locator("canvas.boxes-picture")
    press(ada, "i", "i", "Shift+t")
    expect(picture).to_have_css("filter", "brightness(1.2) contrast(0.9)")
    expect(ada.locator("#announcements")).to_have_text("Contrast 90 %")
    ada.locator(".boxes-light summary").click()
    ada.get_by_label("Brightness").fill("150")
    expect(picture).to_have_css("filter", "brightness(1.5) contrast(0.9)")
    press(ada, "Escape", "0", "Enter")
    expect(picture).to_have_css("filter", "brightness(1.5) contrast(0.9)")  # the next example
    [label] = wait_for_labels(ada, "boxes-light", 1)
    assert label["value"] == {"cars": []}
    press(ada, "r")
    expect(picture).to_have_css("filter", "none")


@at_work("boxes-turned")
def test_pictures_are_upright_however_they_lie_in_their_files(ada):
    seen = {}
    for number in range(len(TURNED)):
        expect(ada.locator("#progress")).to_contain_text(f"{number} today")
        expect(ada.locator(".boxes-view")).to_have_attribute("data-view", re.compile("scale"))
        key = ada.locator("#example .shown-image > img").get_attribute("alt")
        seen[key] = [colour_at(ada, *point) for point in ((100, 145), (240, 205), (380, 265), (30, 30))]
        drag(ada, (60, 120), (150, 170))
        press(ada, "Enter")
    assert set(map(tuple, seen.values())) == {("red", "blue", "yellow", "grey")}, seen
    assert marked(ada, "boxes-turned", len(TURNED)) == [[(60, 120, 90, 50, "car")]] * len(TURNED)


def colour_at(page: Page, x: int, y: int) -> str:
    """The colour of this pixel of the picture, in a word, as it is painted."""
    red, green, blue = page.evaluate(
        """([x, y]) => { const canvas = document.querySelector("canvas.boxes-picture"), view = JSON.parse(canvas.parentElement.dataset.view);
        const ratio = canvas.width / canvas.clientWidth, at = (edge, pixel) => Math.round((edge + (pixel + 0.5) * view.scale) * ratio);
        return [...canvas.getContext("2d").getImageData(at(view.left, x), at(view.top, y), 1, 1).data].slice(0, 3); }""",
        [x, y],
    )
    if max(red, green, blue) - min(red, green, blue) < 40:
        return "grey"
    return "yellow" if min(red, green) > 150 else "red" if red > blue else "blue"


@at_work("boxes-several")
def test_boxes_beside_other_questions_have_the_keys_while_they_are_active(ada):
    press(ada, "a", "2")
    assert rows(ada) == ["B1 · Bus240, 150 · 160 × 100"]
    ada.get_by_role("group", name="Is the picture clear?").get_by_text("yes").click()
    press(ada, "Enter")
    [label] = wait_for_labels(ada, "boxes-several", 1)
    assert label["value"] == {"cars": [{"x": 240, "y": 150, "w": 160, "h": 100, "class": "bus"}], "clear": "yes"}


def test_fingers_draw_pinch_and_move_and_the_page_stays_where_it_is(place, new_page):
    make_pictures(place, "boxes-touch", TWO)
    page = new_page(storage_state=cookies_of(place, new_page), viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    opened(page, "boxes-touch")
    touch = page.context.new_cdp_session(page)

    def fingers(kind: str, *points: tuple[float, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y, "id": place} for place, (x, y) in enumerate(points)]})

    def stroke(start: tuple[float, float], end: tuple[float, float]) -> None:
        (x, y), (to_x, to_y) = at(page, *start), at(page, *end)
        fingers("touchStart", (x, y))
        for step in range(1, 6):
            fingers("touchMove", (x + (to_x - x) * step / 5, y + (to_y - y) * step / 5))
        fingers("touchEnd")

    stroke((60, 120), (150, 170))
    stroke((520, 60), (620, 380))
    drawn = [[int(number) for number in re.findall(r"\d+", text.split("·")[1] + text.split("·")[2])][-4:] for text in rows(page)]
    for found, wanted in zip(drawn, [(60, 120, 90, 50), (520, 60, 100, 320)], strict=True):
        assert all(abs(one - other) <= 2 for one, other in zip(found, wanted, strict=True)), drawn
    assert page.evaluate("scrollY") == 0
    before = board(page)["scale"]
    x, y = at(page, 320, 200)
    fingers("touchStart", (x - 20, y))
    fingers("touchStart", (x - 20, y), (x + 20, y))
    for step in range(1, 6):
        fingers("touchMove", (x - 20 - 10 * step, y), (x + 20 + 10 * step, y))
    fingers("touchEnd")
    page.wait_for_function(f"() => JSON.parse(document.querySelector('.boxes-view').dataset.view).scale > {2 * before}")
    assert len(rows(page)) == 2  # two fingers draw nothing
    page.get_by_role("button", name="Draw").tap()
    left = board(page)["left"]
    stroke((300, 200), (330, 200))
    page.wait_for_function(f"() => JSON.parse(document.querySelector('.boxes-view').dataset.view).left > {left + 10}")
    assert len(rows(page)) == 2
    page.get_by_role("button", name="Fit").click()
    page.wait_for_function(f"() => JSON.parse(document.querySelector('.boxes-view').dataset.view).scale < {1.1 * before}")
    page.touchscreen.tap(*at(page, 100, 150))
    expect(page.locator(".boxes-choose[aria-pressed=true]")).to_have_text(re.compile("1 · Car"))
    small = page.evaluate("""[...document.querySelectorAll(".boxes-tools .button, .boxes-actions .button, .boxes-list button")]
        .filter((one) => one.offsetHeight && one.offsetHeight < 44).map((one) => one.textContent)""")
    assert small == []
    page.get_by_role("button", name="Submit").tap()
    wait_for_labels(page, "boxes-touch", 1)


def test_100_megapixels_are_labelled_by_copies_that_a_worker_made_and_to_the_pixel(place, new_page):
    image = Image.new("P", (10_000, 10_000))
    image.putpalette([200, 210, 215, 180, 50, 50])
    image.paste(1, (5000, 5000, 5010, 5005))
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    make_pictures(place, "boxes-huge", {"huge.png": out.getvalue()})
    place.wait_for(lambda: "1" in place.shell(COPIES_DONE), "the worker to make the copies", seconds=240)
    page = new_page(storage_state=cookies_of(place, new_page))
    loaded: list[str] = []
    page.on("request", lambda request: "/media/" in request.url and loaded.append(request.url.rpartition(".png")[2]))
    opened(page, "boxes-huge")
    assert loaded == ["?w=2048"]
    page.mouse.move(*at(page, 5005, 5002))
    for _ in range(16):
        page.mouse.wheel(0, -300)
    page.wait_for_function("() => JSON.parse(document.querySelector('.boxes-view').dataset.view).scale > 40")
    drag(page, (5000, 5000), (5010, 5005))
    assert rows(page) == ["A1 · Car5000, 5000 · 10 × 5"]
    page.wait_for_function(SEEN_RED, timeout=60_000)  # the picture itself has come, and is drawn pixel by pixel
    assert loaded[-1] == "" and colour_at(page, 5010, 5002) == colour_at(page, 5005, 4999) == "grey"
    press(page, "Enter")
    assert marked(page, "boxes-huge") == [[(5000, 5000, 10, 5, "car")]]


COPIES_DONE = "from labelling.intake.models import MediaCopy; print(int(MediaCopy.objects.filter(side=4096, media__project__slug='boxes-huge').exists()))"
SEEN_RED = """() => { const canvas = document.querySelector("canvas.boxes-picture"), view = JSON.parse(canvas.parentElement.dataset.view);
    const at = (edge, pixel) => Math.round((edge + (pixel + 0.5) * view.scale) * canvas.width / canvas.clientWidth);
    const [red, green] = canvas.getContext("2d").getImageData(at(view.left, 5000), at(view.top, 5000), 1, 1).data;
    return red > 150 && green < 80; }"""


@at_work("boxes-axe")
def test_nothing_stands_in_anybodys_way(ada, place, new_page):
    page = opened(new_page(storage_state=cookies_of(place, new_page), bypass_csp=True), "boxes-axe")
    assert problems_of(page) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    drag(page, (60, 120), (150, 170))
    press(page, "a", "3")
    page.locator(".boxes-light summary").click()
    assert problems_of(page) == []
    page.emulate_media(forced_colors="active")
    assert page.locator(".boxes-choose .swatch").all_text_contents() == ["A", "C"]
