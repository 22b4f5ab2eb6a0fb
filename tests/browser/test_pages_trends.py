"""Over time and saved slices in a real browser: lines with their marks, notes and slices by keyboard, pages that everybody can read."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.axe import problems_of
from tests.browser.people import log_in, make_people

TRENDS, SLICES = "/projects/overtime/measure/trends/", "/projects/overtime/measure/slices/"
SHOTS = os.environ.get("WORKBENCH_TEST_SHOTS")  # a folder: pages are photographed there, to be looked at
PATIENCE = 20_000  # ms; several things run on this machine at once


@pytest.fixture(scope="module")
def overtime(live_stack):
    """Sixty reviews labelled over three weeks, and half of them again under new guidelines; a note and a slice."""
    make_people(live_stack, "trd-lea", "trd-ada", "trd-ben", "trd-cleo")
    live_stack.shell("""
from datetime import timedelta
from labelling.accounts.models import User
from labelling.accounts.selectors import viewer_of
from labelling.measure import services
from labelling.projects import services as projects
from labelling.projects.models import Project
from tests.factories import NOW, make_examples, make_project
from tests.measure.over_time import MONDAY, put_rows
if not Project.objects.filter(slug="overtime").exists():
    lea, names, classes = viewer_of(User.objects.get(username="trd-lea")), ("trd-ada", "trd-ben", "trd-cleo"), ("pos", "neg", "mix")
    project = make_project("overtime", name="Reviews over time", owner="trd-lea", labellers=names)
    make_examples(project, 60)
    for week in range(3):
        rows = [(f"e{n}", name, classes[(n * (1 + place) + n // 7) % 3]) for n in range(20 * week, 20 * week + 20) for place, name in enumerate(names)]
        put_rows(project, rows, day=MONDAY + 7 * week)
    made = projects.add_guidelines(actor=lea, slug="overtime", text="# Irony counts", reason="Irony counts as what is meant", now=NOW + timedelta(days=21))
    again = [(f"e{n}", name, classes[n % 3] if (n + place) % 5 else "mix") for n in range(30) for place, name in enumerate(names)]
    put_rows(project, again, round=2, guideline=made.version, day=MONDAY + 22)
    services.add_note(actor=lea, slug="overtime", fields={"date": "2026-03-12", "text": "Talked about irony together"}, now=NOW)
    services.create_slice(actor=lea, slug="overtime", fields={"name": "From the north", "conditions": [{"field": "meta.lab", "is": ["north"]}]}, now=NOW)
""")
    return live_stack


@pytest.fixture
def lea(overtime, new_page):
    return log_in(new_page(), "trd-lea")


def photograph(page, name):
    if SHOTS:
        for width, theme in ((1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{theme}.png", full_page=True)


def test_the_line_has_its_marks_and_every_mark_is_in_words_below(lea):
    lea.goto(TRENDS)
    chart = lea.get_by_role("img", name="Alpha was")
    expect(chart).to_be_visible(timeout=PATIENCE)
    for name in ("v2", "note 1"):
        expect(chart.get_by_text(name, exact=True)).to_be_visible()
    dashes = chart.locator("g.mark line, line.mark").evaluate_all("(lines) => lines.map((line) => getComputedStyle(line).strokeDasharray)")
    assert len(set(dashes)) == 2  # a version and a note, told apart without a colour
    listed = lea.locator("ol.happened > li")
    expect(listed).to_have_count(2)
    expect(listed.nth(0)).to_contain_text("Talked about irony together")
    expect(listed.nth(1).get_by_role("link", name="Version 2 of the guidelines")).to_be_visible()
    expect(lea.locator(".finding")).to_contain_text("On the 30 examples labelled under both, alpha rose from")
    photograph(lea, "trends")


def test_a_note_is_put_down_and_taken_away_by_keyboard_with_an_undo(lea):
    lea.goto(TRENDS)
    lea.get_by_text("Put a note down").focus()
    lea.keyboard.press("Enter")
    lea.get_by_label("What happened").fill("Cleo was on holiday")
    lea.get_by_label("Day").fill("2026-03-18")
    lea.get_by_role("button", name="Put the note down").press("Enter")
    expect(lea.locator("ol.happened")).to_contain_text("Cleo was on holiday", timeout=PATIENCE)
    lea.get_by_role("button", name="Remove note 2").press("Enter")
    expect(lea.get_by_text("The note of 18 March 2026 was removed.")).to_be_visible(timeout=PATIENCE)
    lea.get_by_role("button", name="Put the note back").press("Enter")
    expect(lea.locator("ol.happened")).to_contain_text("Cleo was on holiday", timeout=PATIENCE)
    lea.get_by_role("button", name="Remove note 2").press("Enter")
    expect(lea.locator("ol.happened > li")).to_have_count(2, timeout=PATIENCE)


def test_a_slice_is_counted_and_saved_by_keyboard(lea):
    lea.goto(SLICES)
    lea.get_by_label("Name").fill("Late ones")
    lea.get_by_label("Condition 1: what").select_option("data.text")
    lea.get_by_label("Condition 1: how").select_option("contains")
    lea.get_by_label("Condition 1: value").fill("text 5")
    lea.get_by_role("button", name="Count first").press("Enter")
    expect(lea.get_by_role("status").filter(has_text="11 examples for which text contains “text 5”.")).to_be_visible(timeout=PATIENCE)
    expect(lea.get_by_label("Condition 1: value")).to_have_value("text 5")
    lea.get_by_role("button", name="Save the slice").press("Enter")
    expect(lea.get_by_role("row", name="Late ones")).to_be_visible(timeout=PATIENCE)
    lea.get_by_role("button", name="Remove Late ones").press("Enter")
    expect(lea.get_by_role("button", name="Put Late ones back")).to_be_visible(timeout=PATIENCE)
    expect(lea.get_by_role("row", name="Late ones")).to_have_count(0)


@pytest.mark.parametrize("page", [TRENDS, f"{TRENDS}?per=day", SLICES, "/projects/overtime/measure/?by=slice"])
def test_everybody_can_read_the_page_in_both_themes_at_every_width(overtime, new_page, page):
    lea = log_in(new_page(bypass_csp=True), "trd-lea")
    lea.goto(page)
    lea.wait_for_load_state("networkidle")
    assert problems_of(lea) == []


def test_a_form_that_came_back_can_be_read_by_everybody(overtime, new_page):
    lea = log_in(new_page(bypass_csp=True), "trd-lea")
    lea.goto(SLICES)
    lea.get_by_label("Condition 2: what").select_option("length.text")
    lea.get_by_label("Condition 2: value").fill("many")
    lea.get_by_role("button", name="Save the slice").click()
    expect(lea.get_by_role("alert")).to_contain_text("There is a problem", timeout=PATIENCE)
    assert problems_of(lea) == []
