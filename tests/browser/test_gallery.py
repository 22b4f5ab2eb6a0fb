"""Every part of the pages on one page: readable in both themes and at each width, also where no page shows it yet."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Engine
from playwright.sync_api import Route, expect

from tests.browser.axe import problems_of

HERE = Path(__file__).parent
FIGURE = {"value": 0.524, "low": 0.411, "high": 0.629, "n_examples": 310, "n_labels": 930, "n_labellers": 3, "method": "Krippendorff's alpha."}
JOB = {"id": "00000000-0000-0000-0000-000000000000", "title": "Import", "progress": {"done": 3200, "total": 5000}, "error": "", "message": "reading reviews.csv"}
WITH = {
    "found": [("rows", "Row 14: the column text is empty. Fill it or delete the row; the other 4,999 rows are in.")],
    "figures": [FIGURE, FIGURE | {"n_examples": 4}, {"value": None, "undefined": "Only one class was used."}],
    "classes": range(1, 13),
    "heat": [[("same" if x == y else "apart", (x * 5 + y) % 25 / 24) for x in range(5)] for y in range(5)],
    "jobs": [JOB | {"state": "running"}, JOB | {"id": "00000000-0000-0000-0000-000000000001", "state": "queued", "waiting_for_worker": True}, JOB | {"id": "00000000-0000-0000-0000-000000000002", "state": "failed", "error": "The file is not a ZIP."}, JOB | {"id": "00000000-0000-0000-0000-000000000003", "state": "done"}],
    "names": ["Ada", "Ben", "Cleo"],
    "pages": {"previous": "?page=1", "next": "?page=3"},
    "now": datetime(2026, 3, 2, 9, tzinfo=UTC),
}  # fmt: skip


@pytest.fixture
def gallery(new_page):
    """The page of all parts, served into the browser with the files as they were built."""
    page = new_page(bypass_csp=True)
    libraries = {"workbench": "labelling.templatetags.workbench", "static": "django.templatetags.static", "django_htmx": "django_htmx.templatetags.django_htmx"}
    engine = Engine(dirs=[HERE / "gallery", HERE.parents[1] / "labelling/templates"], libraries=libraries)
    html = engine.get_template("gallery.html").render(Context(WITH))

    def static(route: Route) -> None:
        route.fulfill(path=finders.find(route.request.url.split("/static/")[1].split("?")[0]))

    page.route("**/static/**", static)
    page.route("**/gallery/", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.route("**/jobs/**", lambda route: route.fulfill(status=204))  # its jobs ask how far they are; nobody is logged in here
    page.goto("/gallery/")
    return page


def test_axe_finds_nothing_on_any_part(gallery):
    assert problems_of(gallery) == []


def test_axe_finds_nothing_in_an_open_dialog(gallery):
    gallery.get_by_role("button", name="Release version 7…").click()
    expect(gallery.get_by_role("dialog", name="Release version 7?")).to_be_visible()
    assert problems_of(gallery) == []


def test_escape_closes_a_dialog_and_gives_the_focus_back(gallery):
    opener = gallery.get_by_role("button", name="Release version 7…")
    opener.focus()
    gallery.keyboard.press("Enter")
    expect(gallery.get_by_role("dialog", name="Release version 7?")).to_be_visible()
    gallery.keyboard.press("Escape")
    expect(gallery.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()


def test_arrow_keys_move_between_the_cells_of_a_heat_map_and_tab_enters_it_once(gallery):
    cells = gallery.locator("table.heat td a")
    assert gallery.locator("table.heat td a[tabindex='0']").count() == 1
    cells.first.focus()
    for key in ("ArrowRight", "ArrowDown", "End"):
        gallery.keyboard.press(key)
    expect(cells.nth(9)).to_be_focused()
    assert gallery.locator("table.heat td a[tabindex='0']").count() == 1


def test_with_forced_colours_each_class_keeps_its_letter_and_its_border(gallery):
    gallery.emulate_media(forced_colors="active")
    swatch = gallery.locator(".swatch").first
    colours = swatch.evaluate("element => { const style = getComputedStyle(element); return [style.color, style.backgroundColor, style.borderTopColor] }")
    assert colours[0] == colours[2] != colours[1]
