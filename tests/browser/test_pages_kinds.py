"""Questions of every kind on the pages of leads: a project is set up with them, and their cases are read and settled."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import problems_of
from tests.browser.people import log_in, make_people

PEOPLE = ("lab-lea", "lab-ada", "lab-ben", "lab-cleo")
KINDS = ("choices", "rating", "number", "text", "spans", "boxes")


@pytest.fixture(scope="module")
def every(live_stack):
    """A project of every kind whose first example is a case; its picture is 100 by 50 pixels."""
    make_people(live_stack, *PEOPLE, staff=("lab-lea",))
    live_stack.shell(f"""
import io
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image
from labelling.intake.models import Media
from labelling.intake.rules import media_path
from labelling.projects.models import Project
from tests import every_kind
if not Project.objects.filter(slug="every").exists():
    out = io.BytesIO()
    Image.new("RGB", (100, 50), "grey").save(out, "PNG")
    made = Media.objects.create
    Media.objects.create = lambda **fields: made(**fields | {{"bytes": len(out.getvalue())}})
    every_kind.labelled(2, slug="every", owner="lab-lea", labellers={PEOPLE[1:]!r})
    project = Project.objects.get(slug="every")
    default_storage.save(media_path(project.pk, every_kind.PICTURE, "png"), ContentFile(out.getvalue()))
""")
    return live_stack


def add_question(page: Page, kind: str, number: int) -> None:
    page.get_by_role("button", name="Add a question").click()
    question = page.locator("[data-question]").nth(number)
    question.get_by_label("What labellers are asked").fill(f"A question of {kind}?")
    question.get_by_label("Kind of answer").select_option(kind)


def test_a_lead_asks_questions_of_every_kind_and_hangs_one_on_another(every, page):
    log_in(page, "lab-lea")
    page.goto("/new-project/")
    page.get_by_label("Name", exact=True).fill("All of them")
    page.get_by_role("button", name="Show another column").click()
    second = page.locator("[data-rows=display] [data-row]").nth(1)
    second.get_by_label("Column of your file").fill("photo")
    second.get_by_label("Shown as").select_option("image")
    first = page.locator("[data-question]").first
    first.get_by_label("What labellers are asked").fill("Which mood?")
    first.get_by_label("Class 1", exact=True).fill("Good")
    first.get_by_label("Class 2", exact=True).fill("Bad")
    expect(first.get_by_text("Ask only after certain answers")).to_be_hidden()  # nothing comes before it
    for number, kind in enumerate(KINDS, start=1):
        add_question(page, kind, number)
    questions = page.locator("[data-question]")
    # The column that fits is chosen, and no other can be.
    about = questions.nth(5).get_by_label("Column that the answer is about")
    expect(about).to_have_value("text")
    expect(about.locator("option")).to_have_text(["text (text)"])
    expect(questions.nth(6).get_by_label("Column that the answer is about")).to_have_value("photo")
    for number, names in ((1, "AB"), (5, "AB"), (6, "AB")):
        for place, name in enumerate(names, start=1):
            questions.nth(number).get_by_label(f"Class {place}", exact=True).fill(name)
    questions.nth(2).get_by_label("Lowest").fill("1")
    questions.nth(2).get_by_label("Highest").fill("3")
    questions.nth(3).get_by_label("Unit").fill("kg")
    hanging = questions.nth(4)
    hanging.get_by_text("Ask only after certain answers").click()
    hanging.get_by_label("Earlier question").select_option("Which mood?")
    hanging.get_by_label("Bad").check()
    # What was chosen stays chosen while its words change.
    first.get_by_label("What labellers are asked").fill("Which mood is it?")
    expect(hanging.get_by_label("Earlier question")).to_have_value("Which mood is it?")
    expect(hanging.get_by_label("Bad")).to_be_checked()
    page.get_by_role("button", name="Create the project").click()
    page.wait_for_url("**/projects/all-of-them/")
    page.goto("/projects/all-of-them/settings/schema/")
    expect(page.get_by_text("asked only after which_mood_is_it: bad")).to_be_visible()


def test_axe_finds_nothing_on_these_pages(every, new_page):
    page = log_in(new_page(bypass_csp=True), "lab-lea")
    page.goto("/new-project/")
    for number, kind in enumerate(KINDS, start=1):
        add_question(page, kind, number)
    assert problems_of(page) == []
    page.goto("/projects/every/discuss/")
    page.locator("[data-ready]").wait_for()
    assert problems_of(page) == []
    page.locator("[data-case]").first.click()
    page.keyboard.press("e")
    page.wait_for_url("**/discuss/*/")
    assert problems_of(page) == []


def test_a_case_of_every_kind_is_read_and_settled_by_keyboard(every, page):
    log_in(page, "lab-lea")
    page.goto("/projects/every/discuss/")
    page.locator("[data-ready]").wait_for()
    answers = page.locator(".case-answers > li")
    expect(answers).to_have_count(2)
    expect(answers.first).to_contain_text("Answer 1")
    expect(answers.first).to_contain_text("“Émile”")
    expect(answers.first.locator("svg rect")).to_have_count(1)
    assert page.locator(".example img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 100
    page.keyboard.press("c")
    page.keyboard.type("A slip")
    page.keyboard.press("Tab")
    page.keyboard.press("2")
    expect(page.get_by_text("All of these are settled")).to_be_visible()
    page.wait_for_load_state("networkidle")
    found = every.shell("""
import json
from labelling.discuss.models import Case
case = Case.objects.get(project__slug="every")
print(json.dumps([case.state, case.resolution and case.resolution.value["price"]]))
""")
    assert json.loads(found) == ["resolved", 14.5]
