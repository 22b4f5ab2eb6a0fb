"""The import pages in a real browser: a lead checks a file, imports it while a real worker runs, and looks examples up."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import problems_of
from tests.browser.people import log_in, make_people
from tests.intake.files import csv_of, picture, zip_of

WORDS = csv_of("id,text,lab", *(f"w{number},word {number},{'north' if number % 2 else 'south'}" for number in range(120)), "bad", "empty,,north", "twin,word 1,north")
PROJECTS = {"intake-words": "text", "intake-shapes": "image"}
FIELDS = {"questions": [{"key": "feeling", "kind": "choice", "prompt": "What is it?", "classes": ["one", "two"]}]}


@pytest.fixture(scope="module")
def stack(live_stack):
    """Two projects of Lea's on the running product: one of texts, one of pictures."""
    make_people(live_stack, "in-lea")
    live_stack.shell(f"""
import json
from django.utils import timezone
from labelling.accounts.models import User
from labelling.accounts.selectors import viewer_of
from labelling.projects import services
from labelling.projects.models import Project
for slug, kind in {PROJECTS!r}.items():
    if not Project.objects.filter(slug=slug).exists():
        fields = json.loads({json.dumps(json.dumps(FIELDS))}) | {{"slug": slug, "name": slug, "display": [{{"field": kind, "as": kind}}]}}
        services.create_project(actor=viewer_of(User.objects.get(username="in-lea")), fields=fields, now=timezone.now())
""")
    return live_stack


def bring_in(page, slug: str, name: str, content: bytes, button: str) -> None:
    page.goto(f"/projects/{slug}/import/")
    page.get_by_label("File", exact=True).set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})
    page.get_by_role("button", name=button).click()
    expect(page.locator(".job")).to_contain_text("✓ Done")


def test_a_lead_checks_a_file_imports_it_and_finds_its_examples(stack, page):
    log_in(page, "in-lea")
    page.goto("/projects/intake-words/import/sources/")
    page.get_by_label("Name", exact=True).fill("A word list")
    page.get_by_label("Key", exact=True).fill("list")
    page.get_by_role("button", name="Create the source").click()
    expect(page.get_by_role("status")).to_contain_text("A word list is a source now.")
    page.goto("/projects/intake-words/import/")
    page.get_by_label(re.compile("^Source")).select_option("list")
    page.get_by_label("File", exact=True).set_input_files({"name": "words.csv", "mimeType": "text/csv", "buffer": WORDS})
    page.get_by_role("button", name="Check the file").click()
    expect(page.locator("#outcome")).to_contain_text("121 examples would come in.")
    expect(page.locator("#outcome")).to_contain_text("2 rows were left out")
    expect(page.get_by_role("table").first.locator("tbody tr")).to_have_count(2)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all of this as CSV").click()
    assert download.value.path().read_text().splitlines()[0] == "row,column,left_out,message"
    page.get_by_role("button", name="Import 121 examples").click()
    expect(page.locator("#outcome")).to_contain_text("121 examples are in.")
    page.get_by_role("link", name="See the examples").click()
    expect(page.locator("tbody tr")).to_have_count(50)
    page.get_by_role("link", name="Further →").click()
    expect(page.locator("caption")).to_contain_text("Examples 51 to 100")
    page.get_by_label("Words in the text or key").fill("word 11")
    page.get_by_label("Meta field").fill("lab")
    page.get_by_label("is", exact=True).fill("north")
    page.get_by_role("button", name="Find").click()
    expect(page.locator("tbody th")).to_have_text(["w11", "w111", "w113", "w115", "w117", "w119"])
    page.get_by_role("link", name="w113").click()
    expect(page.locator(".example .text")).to_have_text("word 113")
    expect(page.locator("main")).to_contain_text("A word list")
    bring_in(page, "intake-words", "words.csv", WORDS, "Import without a check")
    expect(page.locator("#outcome")).to_contain_text("Nothing was added.")


def test_pictures_are_shown_to_their_lead(stack, page):
    log_in(page, "in-lea")
    bring_in(page, "intake-shapes", "shapes.zip", zip_of({"red.png": picture("red"), "no.svg": b"<svg/>"}), "Import without a check")
    page.goto("/projects/intake-shapes/examples/red.png/")
    assert page.locator(".example img").evaluate("(image) => image.decode().then(() => [image.naturalWidth, image.naturalHeight])") == [8, 6]


def test_a_refusal_stands_on_top_and_has_the_focus(stack, page):
    log_in(page, "in-lea")
    page.goto("/projects/intake-words/import/")
    page.get_by_label("File", exact=True).set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": csv_of("id,sentence", "1,a")})
    page.get_by_role("button", name="Check the file").click()
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".error-summary")).to_contain_text("Missing: text.")
    assert page.title().startswith("Error: Import")


def test_axe_finds_nothing_on_the_import_pages_in_both_themes_at_both_widths(stack, new_page):
    page = log_in(new_page(bypass_csp=True), "in-lea")
    bring_in(page, "intake-words", "more.csv", WORDS.replace(b"\nw", b"\nmore"), "Import without a check")
    job = page.url.removeprefix(stack.url)
    bring_in(page, "intake-shapes", "more.zip", zip_of({"blue.png": picture("blue")}), "Import without a check")
    pages = [job, *(f"/projects/intake-words/{path}" for path in (
        "import/", "import/batches/", "import/sources/", "examples/", "examples/?q=word&state=open", "examples/?q=nothing-like-it", "examples/w1/")),
        "/projects/intake-shapes/import/", "/projects/intake-shapes/examples/", "/projects/intake-shapes/examples/blue.png/"]  # fmt: skip
    found = {}
    for path in pages:
        page.goto(path)
        assert (path, page.locator("h1").count(), page.locator("main").count()) == (path, 1, 1)
        for summary in page.locator("details.more > summary").all():
            summary.click()
        found |= {path: problems} if (problems := problems_of(page)) else {}
    assert found == {}
