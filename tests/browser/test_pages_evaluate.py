"""A model beside people in a real browser: the chart says the finding, the pages are readable at both widths and in both themes."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.axe import problems_of
from tests.browser.people import log_in, make_people

SHOTS = os.environ.get("WORKBENCH_TEST_SHOTS")  # a folder: pages are photographed there, to be looked at


@pytest.fixture(scope="module")
def place(live_stack):
    """The address of an evaluation with people beside it."""
    make_people(live_stack, "evl-lea", "evl-ada", "evl-ben", "evl-cleo", staff=("evl-lea",))
    found = live_stack.shell("""
from labelling.evaluate.models import Evaluation
from tests.evaluate.evaluated import reviews
made = Evaluation.objects.filter(project__slug="evaluated").first() or reviews(slug="evaluated", owner="evl-lea", people=("evl-ada", "evl-ben", "evl-cleo"))
print(made.pk)
""")
    return f"/projects/evaluated/evaluate/{found.split()[-1]}/"


def test_the_chart_of_parties_is_drawn_and_named_by_its_finding(place, page):
    log_in(page, "evl-lea")
    page.goto(place)
    page.get_by_role("link", name="Beside people").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("letters 1 beside people")
    chart = page.locator("figure.chart svg[role=img]").first
    expect(chart).to_be_visible(timeout=20_000)
    assert "one person (" in chart.get_attribute("aria-label")
    for name in ("letters 1", "one person", "most popular answer"):
        expect(chart.get_by_text(name, exact=True)).to_be_visible()


def test_another_epsilon_and_the_examples_behind_a_loss_are_a_key_away(place, page):
    log_in(page, "evl-lea")
    page.goto(place + "people/")
    page.get_by_role("link", name="0.20: experts").press("Enter")
    expect(page.get_by_role("link", name="0.20: experts")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="Examples of lab: north").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("People nearer than letters 1")
    expect(page.get_by_role("row").filter(has_text="r007")).to_contain_text("Negative")
    page.get_by_role("link", name="Where the model is nearer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("letters 1 nearer than people")


@pytest.mark.parametrize("path", ["", "people/", "examples/", "../"])
def test_the_pages_have_no_fault_that_axe_finds_in_both_themes_and_widths(place, page, path):
    log_in(page, "evl-lea")
    page.goto(place + path)
    if path not in ("examples/", "../"):
        expect(page.locator("figure.chart svg[role=img]").first).to_be_visible(timeout=20_000)
    assert problems_of(page) == []
    if SHOTS:
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            for width in (1280, 390):
                page.set_viewport_size({"width": width, "height": 900})
                page.screenshot(path=Path(SHOTS) / f"evaluate-{path.strip('./') or ('list' if path else 'scores')}-{theme}-{width}.png", full_page=True)
