"""Checks on the work as labellers meet them: the first examples by keyboard alone, what is said afterwards, nothing said before;
and the lead's settings."""

import json
import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.axe import problems_of
from tests.browser.labelling import PLAIN, example, make_projects, press, start, wait_for_labels
from tests.browser.people import log_in, make_people
from tests.stack import Stack

QUALIFY = {"qualification": {"examples": 4, "required": 0.75}}
PROJECTS = {
    "checks-first": QUALIFY, "checks-fail": QUALIFY, "checks-told": {"gold": {"share": 0.5, "feedback": True}}, "checks-quiet": {"gold": {"share": 0.5}},
    "checks-again": {"second_round": {"share": 0.5, "after_days": 7}}, "checks-lead": {}, "checks-axe": QUALIFY,
}  # fmt: skip
PATIENCE = 30_000
SHOTS = os.environ.get("WORKBENCH_TEST_SHOTS")  # a folder: pages are photographed there, to be looked at


@pytest.fixture(scope="module")
def stack(live_stack: Stack) -> Stack:
    """Each project has 20 examples and 12 of gold, whose answer is Negative."""
    make_people(live_stack, "lab-lea")
    make_projects(live_stack, {slug: {**PLAIN, "seed": 5} for slug in PROJECTS}, examples=20)
    live_stack.shell(f"""
import json
from labelling import flow
from labelling.accounts.models import User
from labelling.accounts.selectors import viewer_of
from labelling.projects.models import Project
from tests.checks import make_gold
from django.utils import timezone
lea = viewer_of(User.objects.get(username="lab-lea"))
for slug, settings in json.loads({json.dumps(json.dumps(PROJECTS))}).items():
    project = Project.objects.get(slug=slug)
    if not project.settings:
        make_gold(project, 12, prefix="x")
        flow.update_project(actor=lea, slug=slug, fields={{"labelling": settings}}, now=timezone.now())
""")
    return live_stack


def between(page):
    return page.locator("#between")


def read_on(page) -> None:
    """Enter, as of somebody who has read what stands between two examples: the one that was typed ahead is let pass."""
    for _ in range(200):
        press(page, "Enter")
        if between(page).is_hidden():
            return
        page.wait_for_timeout(50)
    raise AssertionError(between(page).inner_text())


def look(page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def test_the_first_examples_by_keyboard_alone_from_what_is_said_before_to_what_was_right(stack, page):
    start(log_in(page, "lab-ada"), "checks-first")
    expect(between(page)).to_contain_text("First 4 examples to get used to the guidelines")
    expect(between(page)).to_contain_text("75 % must be right")
    read_on(page)
    for number in range(4):
        expect(page.locator("#example")).to_contain_text("Text", timeout=PATIENCE)
        expect(page.locator("#progress")).to_contain_text(f"{4 - number} left")
        press(page, "1" if number == 2 else "2", "Enter")
    expect(between(page)).to_contain_text("3 of 4 are right (75 %; 75 % are needed).", timeout=PATIENCE)
    expect(between(page)).to_contain_text("You said “Positive”, the reference says “Negative”.")
    expect(between(page)).to_contain_text("The irony decides.")
    expect(between(page).locator("li")).to_have_count(1)
    read_on(page)
    expect(page.locator("#example")).to_contain_text("Text", timeout=PATIENCE)
    press(page, "1", "Enter")
    found = wait_for_labels(page, "checks-first", 5)
    assert [label["example"][0] for label in found] == ["x"] * 4 + ["e"]
    assert all(label["counted"] for label in found)
    page.reload()
    page.locator("body[data-ready]").wait_for(state="attached")
    expect(between(page)).to_be_hidden()
    expect(page.locator("#progress")).to_contain_text("5 today")


def test_whoever_misses_it_is_told_to_ask_their_lead_who_allows_another_try(stack, page, new_page):
    start(log_in(page, "lab-ada"), "checks-fail")
    expect(between(page)).to_contain_text("First 4 examples")
    between(page).get_by_role("button", name="Start").click()
    for _ in range(4):
        expect(page.locator("#example")).to_contain_text("Text", timeout=PATIENCE)
        press(page, "1", "Enter")
    expect(between(page)).to_contain_text("0 of 4 are right", timeout=PATIENCE)
    expect(between(page)).to_contain_text("Ask your lead")
    page.reload()
    expect(between(page)).to_contain_text("Ask your lead", timeout=PATIENCE)
    lead = log_in(new_page(), "lab-lea")
    lead.goto("/projects/checks-fail/assign/")
    expect(lead.get_by_text("waits for another try")).to_be_visible()
    lead.get_by_role("button", name="Allow another try").click()
    expect(lead.get_by_text("may try again")).to_be_visible()
    between(page).get_by_role("button", name="Look again").click()
    expect(between(page)).to_contain_text("First 4 examples", timeout=PATIENCE)
    between(page).get_by_role("button", name="Start").click()
    for _ in range(4):
        expect(page.locator("#example")).to_contain_text("Text", timeout=PATIENCE)
        press(page, "2", "Enter")
    expect(between(page)).to_contain_text("4 of 4 are right", timeout=PATIENCE)


def test_after_the_answer_one_quiet_line_says_what_the_reference_says(stack, page):
    start(log_in(page, "lab-ada"), "checks-told")
    line = page.locator(".told")
    for _ in range(8):
        before = example(page)
        press(page, "1", "Enter")
        page.wait_for_function("before => document.querySelector('#example').innerText !== before", arg=before)
    found = wait_for_labels(page, "checks-told", 8)
    told = [label["example"] for label in found if label["example"].startswith("x")]
    assert told
    press(page, "1", "Enter")
    expect(line).to_be_visible(timeout=PATIENCE)
    expect(line).to_contain_text("you said “Positive”, the reference says “Negative”. “The irony decides.”")
    expect(page.locator("#voice")).to_contain_text("the reference says")
    look(page, "told")


def test_where_the_lead_wants_nothing_said_a_check_passes_like_any_other(stack, page):
    start(log_in(page, "lab-ada"), "checks-quiet")
    for _ in range(10):
        before = example(page)
        press(page, "1", "Enter")
        page.wait_for_function("before => document.querySelector('#example').innerText !== before", arg=before)
    found = wait_for_labels(page, "checks-quiet", 10)
    assert {label["example"][0] for label in found} == {"e", "x"}
    assert len({tuple(sorted(label)) for label in found}) == 1
    assert all(label["counted"] for label in found)
    expect(page.locator(".told")).to_have_count(0)
    expect(page.locator("#progress")).to_contain_text("10 today")


def test_own_examples_come_back_and_stand_in_the_history_as_labels_of_their_own(stack, page):
    start(log_in(page, "lab-ada"), "checks-again")
    for _ in range(20):
        expect(page.locator("#example")).to_contain_text("Text", timeout=PATIENCE)
        press(page, "1", "Enter")
    wait_for_labels(page, "checks-again", 20)
    stack.shell("""
from datetime import timedelta
from django.db.models import F
from labelling.assign.models import Assignment
Assignment.objects.filter(project__slug="checks-again", comes_back_at__isnull=False).update(comes_back_at=F("comes_back_at") - timedelta(days=8))
""")
    start(page, "checks-again")
    again = example(page)
    assert again
    press(page, "2", "Enter")
    found = wait_for_labels(page, "checks-again", 21)
    same = [label for label in found if label["example"] == found[-1]["example"]]
    assert [label["value"]["sentiment"] for label in same] == ["pos", "neg"]
    assert [label["revision"] for label in same] == [1, 1]
    press(page, "h")
    expect(page.locator("#history li").first).to_contain_text("Negative")


def test_a_lead_sets_all_of_it_on_the_settings_page(stack, page):
    log_in(page, "lab-lea").goto("/projects/checks-lead/settings/")
    expect(page.get_by_text("This project has 12 gold examples.")).to_be_visible()
    page.get_by_label("Gold among the examples handed out, in %").fill("80")
    page.get_by_role("button", name="Save the settings").click()
    expect(page.locator("#id_gold_share-error")).to_have_text("Give a percentage from 0 to 50, like 5. 0 mixes none in.")
    page.get_by_label("Gold among the examples handed out, in %").fill("7.5")
    page.get_by_label("Say afterwards what was right").check()
    page.get_by_label("Gold examples before somebody starts").fill("10")
    page.get_by_role("button", name="Save the settings").click()
    expect(page.get_by_text("The settings are saved.")).to_be_visible()
    page.goto("/projects/checks-lead/assign/")
    expect(page.get_by_text("10 gold examples, 80 % must be right")).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing_before_or_after_the_first_examples_or_in_the_settings(stack, new_page, scheme, width):
    name = "lab-ada" if width > 400 else "lab-ben"
    page = log_in(new_page(color_scheme=scheme, viewport={"width": width, "height": 800}), name)
    start(page, "checks-axe")
    expect(between(page)).to_contain_text("First 4 examples")
    look(page, f"first-{width}")
    assert problems_of(page) == []
    between(page).get_by_role("button", name="Start").click()
    for _ in range(4):
        expect(page.locator("#example")).to_contain_text("Text", timeout=PATIENCE)
        press(page, "1", "Enter")
    expect(between(page)).to_contain_text("Not enough yet", timeout=PATIENCE)
    look(page, f"outcome-{width}")
    assert problems_of(page) == []
    lead = log_in(new_page(color_scheme=scheme, viewport={"width": width, "height": 800}), "lab-lea")
    for address in ("settings/", "assign/"):
        lead.goto(f"/projects/checks-axe/{address}")
        look(lead, f"{address.strip('/')}-{width}")
        assert problems_of(lead) == []
        assert lead.evaluate("document.documentElement.scrollWidth <= innerWidth")
