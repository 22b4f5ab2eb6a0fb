"""The ground pages in a real browser: a lead sets a project up by keyboard, everything is readable for everybody."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.axe import problems_of
from tests.browser.people import log_in, make_people

PAGES = [
    "/", "/new-project/", "/projects/ground/", "/projects/ground/settings/", "/projects/ground/settings/members/",
    "/projects/ground/settings/members/new/", "/projects/ground/settings/members/lab-ada/password/", "/projects/ground/guidelines/",
    "/projects/ground/guidelines/edit/", "/projects/ground/guidelines/diff/", "/projects/ground/settings/schema/", "/account/",
    "/account/tokens/new/", "/accounts/password/change/", "/accounts/logout/", "/projects/never-was/",
]  # fmt: skip
FIELDS = {
    "slug": "ground", "name": "Film reviews", "display": [{"field": "text", "as": "text"}], "guidelines": "# How\n\nRead first.",
    "questions": [
        {"key": "feeling", "kind": "choice", "prompt": "What does the writer feel?", "classes": [f"class {number}" for number in range(1, 13)]},
        {"key": "strength", "kind": "rating", "prompt": "How strongly?", "low": -4, "high": 4, "names": {"-4": "very bad"}},
    ],
    "tags": [{"key": "sarcasm", "name": "Sarcasm"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def ground(live_stack):
    """A project on the running product: Lea owns it, Ada labels."""
    make_people(live_stack, "lab-lea", "lab-ada", staff=("lab-lea",))
    live_stack.shell(f"""
import json
from django.utils import timezone
from labelling.accounts.models import User
from labelling.accounts.selectors import viewer_of
from labelling.projects import services
from labelling.projects.models import Project
if not Project.objects.filter(slug="ground").exists():
    lea, now = viewer_of(User.objects.get(username="lab-lea")), timezone.now()
    services.create_project(actor=lea, fields=json.loads({json.dumps(json.dumps(FIELDS))}), now=now)
    services.add_member(actor=lea, slug="ground", username="lab-ada", role="labeller", now=now)
    services.add_guidelines(actor=lea, slug="ground", text="# How\\n\\nRead twice.", reason="Once was too quick", now=now)
""")
    return live_stack


def test_axe_finds_nothing_on_the_ground_pages_in_both_themes_at_both_widths(ground, new_page):
    page = log_in(new_page(bypass_csp=True), "lab-lea")
    found = {}
    for path in PAGES:
        page.goto(path)
        found |= {path: problems} if (problems := problems_of(page)) else {}
    assert found == {}


def test_axe_finds_nothing_on_the_pages_of_a_visitor(ground, new_page):
    page = new_page(bypass_csp=True)
    found = {}
    for path in ("/accounts/login/", "/accounts/password/reset/", "/accounts/signup/"):
        page.goto(path)
        found |= {path: problems} if (problems := problems_of(page)) else {}
    assert found == {}


def test_the_pages_keep_to_the_policy_and_have_one_heading_and_one_main(ground, page):
    log_in(page, "lab-lea")
    for path in PAGES:
        page.goto(path)
        assert (path, page.locator("h1").count(), page.locator("main").count()) == (path, 1, 1)
    # The fixture fails the test on a script error or a violation of the Content-Security-Policy.


def test_a_form_that_came_back_is_readable_too_and_its_summary_has_the_focus(ground, new_page):
    page = log_in(new_page(bypass_csp=True), "lab-lea")
    page.goto("/new-project/")
    page.get_by_role("button", name="Create the project").click()
    assert page.title().startswith("Error: New project")
    expect(page.locator(".error-summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    focused = page.evaluate("document.activeElement.id")
    assert focused == "questions-0-prompt"
    assert problems_of(page) == []


def test_a_lead_sets_a_project_up_by_keyboard_alone_and_sees_it_before_it_is_stored(ground, page):
    log_in(page, "lab-lea")
    page.goto("/new-project/")
    keys = page.keyboard
    page.get_by_label("Name", exact=True).focus()
    keys.type("Street scenes")
    page.get_by_label("What labellers are asked").focus()
    keys.type("Which sign is it?")
    preview = page.locator("[data-preview]")
    expect(preview.locator("legend")).to_have_text("Which sign is it?")
    page.get_by_label("Class 1", exact=True).focus()
    keys.type("Stop")
    page.get_by_label("Class 2", exact=True).focus()
    keys.type("Yield")
    page.get_by_role("button", name="Add a class").focus()
    keys.press("Enter")
    keys.type("Parking")  # the new row has the focus
    expect(preview.locator(".answer")).to_have_text(["1A Stop".replace(" ", ""), "2BYield", "3CParking"])
    page.locator(".class-row").nth(3).get_by_role("button", name="Move this class up").focus()
    keys.press("Enter")
    expect(preview.locator(".answer")).to_have_text(["1AStop", "2BParking", "3CYield"])
    page.locator(".class-row").nth(1).get_by_role("button", name="Remove this class").focus()
    keys.press("Enter")
    expect(preview.locator(".answer")).to_have_text(["1AParking", "2BYield"])
    expect(page.get_by_role("button", name="Put it back")).to_be_focused()
    keys.press("Enter")
    expect(preview.locator(".answer")).to_have_text(["1AStop", "2BParking", "3CYield"])
    preview.focus()
    keys.press("3")
    expect(preview.locator(".answer:has(:checked)")).to_have_text("3CYield")
    preview.locator(".answer").first.click()
    expect(preview.locator(".answer:has(:checked)")).to_have_text("1AStop")
    page.get_by_role("button", name="Add a question").focus()
    keys.press("Enter")
    keys.type("How sure are you?")
    second = page.locator(".question").nth(1)
    second.get_by_label("Kind of answer").select_option("rating")
    expect(second.locator("fieldset[data-own='classes']")).to_be_hidden()
    second.get_by_label("Lowest").fill("-1")
    second.get_by_label("Highest").fill("1")
    expect(preview.locator("fieldset").nth(1).locator(".answer")).to_have_text(["−1", "0", "1"])
    page.get_by_role("button", name="Create the project").focus()
    keys.press("Enter")
    page.wait_for_url("**/projects/street-scenes/")
    page.goto("/projects/street-scenes/settings/schema/")
    expect(page.locator("tbody th")).to_have_text(["A Stop", "B Parking", "C Yield"])
    expect(page.locator(".scale li")).to_have_text(["−1", "0", "1"])


def test_what_was_typed_stays_when_the_form_comes_back(ground, page):
    log_in(page, "lab-lea")
    page.goto("/new-project/")
    page.get_by_label("Name", exact=True).fill("Ground")
    page.get_by_label("Address").fill("ground")
    page.get_by_label("What labellers are asked").fill("Which?")
    page.get_by_label("Class 1", exact=True).fill("One")
    page.get_by_label("Class 2", exact=True).fill("Two")
    page.get_by_role("button", name="Add a tag").click()
    page.keyboard.type("Odd")
    page.get_by_role("button", name="Create the project").click()
    expect(page.locator(".error-summary li")).to_have_text(["This slug is taken. Choose another."])
    expect(page.get_by_label("Address")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Class 2", exact=True)).to_have_value("Two")
    expect(page.get_by_label("Tag", exact=True)).to_have_value("Odd")
    expect(page.locator("[data-preview] .answer")).to_have_text(["1AOne", "2BTwo"])


def test_the_theme_shows_at_once_and_is_there_on_the_next_page_before_any_script(ground, page):
    log_in(page, "lab-ada")
    page.goto("/account/")
    page.get_by_label("Dark").check()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert 'data-theme="dark"' in page.request.get("/").text()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(18, 20, 18)"


def test_the_menu_closes_with_escape_and_gives_the_focus_back(ground, page):
    log_in(page, "lab-ada")
    summary = page.locator("details.menu > summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Log out")).to_be_hidden()
    expect(summary).to_be_focused()


def test_the_first_tab_leads_past_the_header(ground, page):
    log_in(page, "lab-lea")
    page.goto("/projects/ground/settings/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Go to the content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
