"""Charts that leave the page: SVG and PNG that stand alone, the numbers as CSV, under the strict policy, in both themes."""

import csv
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.axe import problems_of
from tests.browser.people import log_in, make_people

PEOPLE = ("chart-lea", "chart-ada", "chart-ben", "chart-cleo")
SVG = "{http://www.w3.org/2000/svg}"
WAIT = 60_000


@pytest.fixture(scope="module")
def charted(live_stack):
    """A project with some disagreement: 24 examples, three labels each; a class and a labeller have names to beware of."""
    make_people(live_stack, *PEOPLE, staff=("chart-lea",))
    live_stack.shell(f"""
from tests import factories
from labelling.accounts.models import User
from labelling.projects.models import Project
if not Project.objects.filter(slug="charts").exists():
    User.objects.filter(username="chart-ada").update(display_name="=Ada <b>")
    project = factories.make_project("charts", owner="chart-lea", labellers={PEOPLE[1:]!r})
    factories.make_examples(project, 24, prefix="c")
    for number in range(24):
        for place, person in enumerate({PEOPLE[1:]!r}):
            answer = "neg" if number % 2 == 0 else "pos"
            if number % (5 + place) == 0:
                answer = "mix"
            factories.label_next(person, answer, slug="charts")
""")
    return live_stack


def open_chart(page: Page, path: str = "/projects/charts/measure/?by=labeller"):
    page.goto(path)
    figure = page.locator("figure.chart").first
    figure.locator("svg").wait_for(timeout=WAIT)
    return figure


def save(page: Page, figure, kind: str, folder: Path) -> Path:
    with page.expect_download(timeout=WAIT) as download:
        figure.get_by_role("button", name=f"{kind} of the chart").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_svg_stands_alone_in_light_colours_and_says_what_it_shows(charted, new_page, tmp_path, scheme):
    page = log_in(new_page(color_scheme=scheme), "chart-lea")
    figure = open_chart(page)
    title = figure.locator("figcaption").inner_text()
    file = save(page, figure, "SVG", tmp_path)
    assert re.fullmatch(r"charts-sentiment-alpha-by-labeller-20\d\d-\d\d-\d\d\.svg", file.name)
    text = file.read_text()
    for left_over in ("var(", "light-dark", "currentColor", "currentcolor", "class=", "style=", "<style", "<script", "href", "oklab"):
        assert left_over not in text, left_over
    svg = ElementTree.fromstring(text)
    assert svg.tag == f"{SVG}svg" and svg.get("role") == "img"
    assert svg.findtext(f"{SVG}title") == title
    description = svg.findtext(f"{SVG}desc")
    assert description.startswith("charts, question sentiment, ") and "chart-ben: 0." in description
    assert svg.find(f"{SVG}rect").get("fill") == "#FFFFFF"
    words = [element.text for element in svg.iter(f"{SVG}text") if element.text]
    assert title in words and any(word.startswith("charts, question sentiment") for word in words)
    assert all(element.get("font-family") for element in svg.findall(f"{SVG}text"))
    inks = {element.get("fill") for element in svg.iter(f"{SVG}text")} - {None}
    assert "rgb(27, 30, 27)" in inks  # the light theme's text, also on a dark page
    assert "rgb(233, 236, 232)" not in inks
    # The page is as dark as it was, and the chart on it too.
    assert page.evaluate("document.querySelector('figure.chart svg').style.colorScheme") == ""


def test_the_same_chart_is_the_same_picture_in_both_themes(charted, new_page, tmp_path):
    found = []
    for scheme in ("light", "dark"):
        (tmp_path / scheme).mkdir()
        page = log_in(new_page(color_scheme=scheme), "chart-lea")
        found.append(save(page, open_chart(page), "SVG", tmp_path / scheme).read_text())
    assert found[0] == found[1]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_png_has_twice_the_pixels_and_is_not_blank(charted, new_page, tmp_path, width):
    page = log_in(new_page(viewport={"width": width, "height": 844}, color_scheme="dark"), "chart-lea")
    figure = open_chart(page)
    svg = ElementTree.fromstring(save(page, figure, "SVG", tmp_path).read_text())
    file = save(page, figure, "PNG", tmp_path)
    with Image.open(file) as picture:
        assert picture.format == "PNG"
        assert picture.size == (2 * int(svg.get("width")), 2 * int(svg.get("height")))
        plain = picture.convert("RGB")
        assert plain.getpixel((0, 0)) == (255, 255, 255)
        colours = {colour: count for count, colour in plain.getcolors(1 << 24)}
        assert len(colours) > 20
        assert colours[255, 255, 255] > 0.5 * plain.width * plain.height  # white ground, and ink on it
        dark = sum(count for colour, count in colours.items() if sum(colour) < 200)
        assert dark > 500  # words
        assert any(blue > red + 60 for (red, _, blue) in colours)  # dots and intervals


def test_the_numbers_come_as_csv_without_formulas(charted, page, tmp_path):
    log_in(page, "chart-lea")
    figure = open_chart(page, "/projects/charts/measure/labellers/")
    with open(save(page, figure, "CSV", tmp_path), newline="") as file:
        rows = list(csv.DictReader(io.StringIO(file.read())))
    assert {row["name"] for row in rows} == {"'=Ada <b>", "chart-ben", "chart-cleo"}
    assert all(0 < float(row["value"]) < 1 and float(row["low"]) <= float(row["high"]) for row in rows)


def test_files_are_saved_by_keyboard_alone(charted, page):
    log_in(page, "chart-lea")
    figure = open_chart(page)
    button = figure.get_by_role("button", name="SVG of the chart")
    button.focus()
    with page.expect_download(timeout=WAIT):
        page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(figure.get_by_role("button", name="PNG of the chart")).to_be_focused()
    with page.expect_download(timeout=WAIT):
        page.keyboard.press("Space")
    expect(page.locator("#announcements")).to_have_text("PNG saved.", timeout=WAIT)


def test_targets_are_large_under_a_finger(charted, new_page):
    page = log_in(new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True), "chart-lea")
    figure = open_chart(page)
    for kind in ("SVG", "PNG", "CSV"):
        box = figure.get_by_role("button", name=f"{kind} of the chart").bounding_box()
        assert box["height"] >= 44 and box["width"] >= 44, kind
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_javascript_there_are_no_buttons_and_the_numbers_are_there(charted, browser, live_stack, new_page):
    page = log_in(new_page(), "chart-lea")
    cookies = page.context.cookies()
    plain = new_page(java_script_enabled=False)
    plain.context.add_cookies(cookies)
    plain.goto("/projects/charts/measure/?by=labeller")
    assert plain.get_by_role("button", name="SVG").count() == 0
    expect(plain.locator("figure.chart details.more")).to_be_visible()
    assert plain.get_by_role("link", name="CSV of these figures").count() == 1


def test_the_page_of_how_many_more_draws_its_curves_and_saves_them(charted, page, tmp_path):
    log_in(page, "chart-lea")
    figure = open_chart(page, "/projects/charts/measure/precision/?width=0.3")
    file = save(page, figure, "SVG", tmp_path)
    assert re.fullmatch(r"charts-sentiment-how-many-more-examples-20\d\d-\d\d-\d\d\.svg", file.name)
    text = file.read_text()
    assert "over other examples" in text and "Width of the interval" in text and "now: 24" in text
    with Image.open(save(page, figure, "PNG", tmp_path)) as picture:
        assert picture.width > 600
    page.get_by_label("Width that you want").fill("narrow")
    page.get_by_role("button", name="Work it out").click()
    expect(page.get_by_role("alert")).to_contain_text("from 0.001 to 2", timeout=WAIT)
    expect(page).to_have_title(re.compile("^Error: "))


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_these_pages(charted, new_page, width, scheme):
    page = log_in(new_page(viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True), "chart-lea")
    for path in ("measure/precision/?width=0.3", "measure/?by=labeller", "measure/stored/"):
        page.goto(f"/projects/charts/{path}")
        if "stored" not in path:
            page.locator("figure.chart .saving").first.wait_for(timeout=WAIT)
        assert problems_of(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
