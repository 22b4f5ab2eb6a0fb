"""The last fifty labels of one's own: found by typing, reopened, revised; by keyboard, by pointer, and without a connection."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import problems_of
from tests.browser.labelling import (
    PLAIN,
    answers,
    example,
    labels,
    logged_in,
    make_projects,
    press,
    start,
    wait_for_labels,
)

PROJECTS = dict.fromkeys(("past-find", "past-move", "past-pointer", "past-away", "past-unsent", "past-axe", "past-empty", "past-counts", "past-ahead", "past-long"), PLAIN)
MANY = {"past-fifty": {**PLAIN, "examples": 80}, "past-end": {**PLAIN, "examples": 2}}


@pytest.fixture(scope="module")
def place(live_stack):
    return make_projects(live_stack, {name: dict(fields) for name, fields in {**PROJECTS, **MANY}.items()})


@pytest.fixture
def open_page(place, new_page):
    if not hasattr(place, "cookies_of_ada"):
        place.cookies_of_ada = logged_in(new_page)
    return lambda **options: new_page(storage_state=place.cookies_of_ada, **options)


def label_some(place, slug: str, count: int, *, name: str = "lab-ada", comment: str = "") -> None:
    """Labels made before, positive and negative by turns, as the API would take them; the last one with a comment."""
    place.shell(f"""
from datetime import timedelta
from django.utils import timezone
from tests.factories import label_next
for number in range({count}):
    comment = {comment!r} if number == {count} - 1 else ""
    label_next({name!r}, ["pos", "neg"][number % 2], slug={slug!r}, comment=comment, now=timezone.now() + timedelta(seconds=number / 100))
""")


def past(page):
    press(page, "h")
    return page.get_by_role("dialog", name="Your last 50")


def test_fifty_of_sixty_labels_are_there_and_each_can_be_revised_as_a_new_row(place, open_page):
    label_some(place, "past-fifty", 60)
    page = start(open_page(), "past-fifty")
    dialog = past(page)
    expect(dialog.get_by_role("listitem")).to_have_count(50)
    expect(dialog.locator("[data-count]")).to_have_text("50 labels.")
    expect(dialog.get_by_role("button").first).to_be_focused()
    press(page, "t")  # any letter searches, and is typed
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    expect(dialog.get_by_role("searchbox")).to_have_value("t")
    page.keyboard.type("ext 10")
    expect(dialog.get_by_role("listitem")).to_have_count(1)
    expect(dialog.locator("[data-count]")).to_have_text("1 of 50.")
    press(page, "Enter")
    assert example(page) == "Text 10"
    expect(page.get_by_role("radio", name="Positive")).to_be_checked()
    press(page, "3", "Enter")
    assert example(page) == "Text 60"
    found = [label for label in wait_for_labels(page, "past-fifty", 61) if label["example"] == "e10"]
    assert [(label["revision"], label["value"], label["counted"]) for label in found] == [(1, {"sentiment": "pos"}, False), (2, {"sentiment": "neu"}, True)]


def test_labels_are_found_by_text_answer_and_comment(place, open_page):
    label_some(place, "past-find", 12, comment="Très ironique")
    page = start(open_page(), "past-find")
    dialog = past(page)
    search = dialog.get_by_role("searchbox")
    for wanted, count in {"negative": 6, "NEG text 1": 2, "tres": 1, "e7": 1, "nothing like it": 0}.items():
        search.fill(wanted)
        expect(dialog.get_by_role("listitem")).to_have_count(count)
    expect(dialog.locator("[data-count]")).to_have_text("None of 12.")
    search.fill("positive")
    press(page, "ArrowDown", "ArrowDown", "Enter")  # the second one found
    assert example(page) == "Text 8"


def test_arrows_move_enter_reopens_and_escape_closes(place, open_page):
    label_some(place, "past-move", 3)
    page = start(open_page(), "past-move")
    dialog = past(page)
    expect(dialog.get_by_role("listitem")).to_have_count(3)
    press(page, "ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp")  # the third is the last
    expect(dialog.locator("[data-record='1']")).to_be_focused()
    press(page, "ArrowUp", "ArrowUp")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    press(page, "Escape")
    expect(dialog).to_be_hidden()
    assert example(page) == "Text 3"
    past(page)
    press(page, "ArrowDown", "Enter")
    assert example(page) == "Text 1"
    press(page, "Escape")
    assert example(page) == "Text 3"
    assert len(labels(page, "past-move")) == 3
    past(page)
    press(page, "3")  # digits count the newest ten
    assert example(page) == "Text 0"


def test_by_pointer(place, open_page):
    label_some(place, "past-pointer", 2)
    page = start(open_page(), "past-pointer")
    page.get_by_role("button", name="Last 50").click()
    page.get_by_role("dialog").get_by_role("button", name="e0").click()
    assert example(page) == "Text 0"
    page.get_by_role("radio", name="Mixed").check(force=True)
    page.get_by_role("button", name="Submit").click()
    assert answers(wait_for_labels(page, "past-pointer", 3))["e0"] == "mix"


def test_without_a_connection_what_is_known_is_found_and_the_rest_comes_later(place, open_page):
    label_some(place, "past-away", 15)
    page = start(open_page(), "past-away")
    page.context.set_offline(True)
    dialog = past(page)
    expect(dialog.get_by_role("listitem")).to_have_count(10)
    expect(dialog.locator("[data-count]")).to_have_text("10 labels. Earlier ones come when the server answers again.")
    page.keyboard.type("text 7")
    press(page, "Enter", "4", "Enter")
    assert example(page) == "Text 15"
    dialog = past(page)
    expect(dialog.locator("[data-record='0']")).to_contain_text("Mixed")
    expect(dialog.locator("[data-record='0']")).to_contain_text("Waiting on this computer.")
    press(page, "Escape")
    page.context.set_offline(False)
    wait_for_labels(page, "past-away", 16)
    dialog = past(page)
    expect(dialog.get_by_role("listitem")).to_have_count(15)
    expect(dialog.locator("[data-record='0']")).to_contain_text("Mixed")
    expect(dialog.locator("[data-record='0']")).to_contain_text("Saved.")


def test_labels_on_their_way_stand_first_however_late_the_list_comes(place, open_page):
    label_some(place, "past-unsent", 2)
    page = open_page()
    page.route("**/label/", lambda route: route.abort() if "/assignments/" in route.request.url else route.continue_())
    start(page, "past-unsent")
    press(page, "4", "Enter")
    with page.expect_response("**/label/history/"):
        dialog = past(page)
    expect(dialog.get_by_role("listitem")).to_have_count(3)
    expect(dialog.locator("[data-record='0']")).to_contain_text("Waiting on this computer.")
    press(page, "1")
    expect(page.get_by_role("radio", name="Mixed")).to_be_checked()


def test_what_does_not_count_is_said_without_blame(place, open_page):
    label_some(place, "past-counts", 1)
    place.shell("""
from labelling.assign.models import Assignment
Assignment.objects.filter(example__project__slug="past-counts", labeller__username="lab-ada").update(counted=False)
""")
    page = start(open_page(), "past-counts")
    expect(past(page).locator("[data-record='0']")).to_contain_text("Saved. It does not count: others had answered already.")


def test_a_long_example_comes_whole_when_it_is_reopened(place, open_page):
    place.shell("""
from labelling.projects.models import Project
example = Project.objects.get(slug="past-long").examples.order_by("id").first()
example.data = {"text": "Word and word. " * 10_000 + "The end"}
example.save(update_fields=["data"])
""")
    label_some(place, "past-long", 12)
    page = start(open_page(), "past-long")
    dialog = past(page)
    expect(dialog.get_by_role("listitem")).to_have_count(12)
    page.context.set_offline(True)
    page.keyboard.type("word")
    press(page, "Enter")
    expect(dialog.locator("[data-count]")).to_have_text("1 of 12. This one comes when the server answers again.")
    page.context.set_offline(False)
    press(page, "Enter")
    expect(page.locator("#example")).to_contain_text("The end")
    press(page, "4", "Enter")
    assert answers(wait_for_labels(page, "past-long", 13))["e0"] == "mix"


def test_an_answer_of_the_server_takes_no_key_from_the_list(place, open_page):
    label_some(place, "past-end", 2)
    page = start(open_page(), "past-end")
    expect(page.get_by_role("heading", name="Nothing left for you now")).to_be_visible()
    held = []
    page.route("**/label/stock/", lambda route: held.append(route))
    page.get_by_role("button", name="Look again").click()
    page.get_by_role("button", name="Your last 50").click()
    page.evaluate("document.querySelector('#between').firstChild.remove()")  # to be written again
    held[0].continue_()
    page.locator("#between h2").wait_for(state="attached")
    press(page, "2")
    expect(page.locator("#example")).to_have_text("Text 0")


def test_an_empty_past_says_so(place, open_page):
    page = start(open_page(), "past-empty")
    dialog = past(page)
    expect(dialog.get_by_text("You have not labelled anything here yet.")).to_be_visible()
    press(page, "Escape", "1", "Enter")
    assert example(page) == "Text 1"


def test_keys_typed_ahead_through_the_list_land_where_they_were_meant(place, open_page):
    label_some(place, "past-ahead", 2)
    page = start(open_page(), "past-ahead")
    press(page, "h", "2", "4", "Enter", "2", "Enter")  # the oldest becomes mixed; then the next example is negative
    assert answers(wait_for_labels(page, "past-ahead", 4)) == {"e0": "mix", "e1": "neg", "e2": "neg"}


def test_axe_finds_nothing(place, open_page):
    label_some(place, "past-axe", 12, comment="a comment")
    page = start(open_page(bypass_csp=True), "past-axe")
    dialog = past(page)
    expect(dialog.get_by_role("listitem")).to_have_count(12)
    assert problems_of(page) == []
