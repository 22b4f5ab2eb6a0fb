"""Cases in a real browser: a lead walks the queue by keyboard, a labeller joins a case, everybody can read the pages."""

import json
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import problems_of
from tests.browser.people import log_in, make_people

PEOPLE = ("lab-lea", "lab-ada", "lab-ben", "lab-cleo")
GUIDELINES = "# Irony\n\nCounts as it is meant, not as it is said.\n\n# Mixed\n\nBoth at once."


@pytest.fixture(scope="module")
def cases(live_stack):
    """Three projects: one to walk through, one to look at, one without cases."""
    make_people(live_stack, *PEOPLE)
    live_stack.shell(f"""
from django.utils import timezone
from labelling.accounts.selectors import viewer_of
from labelling.accounts.models import User
from labelling.discuss import services
from labelling.discuss.models import Case
from labelling.projects.models import Project
from tests.discuss.cast import labelled
from tests.factories import make_examples, make_project, lease, submit
if not Project.objects.filter(slug="walk").exists():
    now, people = timezone.now(), {{"owner": "lab-lea", "labellers": {PEOPLE[1:]!r}, "guidelines": {GUIDELINES!r}}}
    labelled(*[("pos", "neg", "mix")] * 2, *[("pos", "neg", "pos")] * 3, slug="walk", now=now, **people)
    look = labelled(*[("pos", "neg", "mix")] * 30, slug="look", now=now, tags=("unintelligible",), **people)
    make_project("calm", now=now, **people)
    lea, ada = (viewer_of(User.objects.get(username=name)) for name in ("lab-lea", "lab-ada"))
    case = Case.objects.filter(project=look).order_by("-score", "id").first()
    services.invite(actor=lea, case_id=case.pk, username="lab-ada", now=now)
    services.add_remark(actor=ada, case_id=case.pk, text="It sounded ironic to me.\\nWhat do you hear, @lab-ben?", now=now)
    services.report(actor=lea, slug="look", example="look-3", note="Looks odd.", now=now)
""")
    return live_stack


def case_id(stack, key: str) -> int:
    return int(stack.shell(f"from labelling.discuss.models import Case; print(Case.objects.get(example__key={key!r}).pk)"))


def standing(stack, slug: str) -> dict[str, str]:
    """Example key → the outcome that stands, of the cases that are settled."""
    return json.loads(stack.shell(
        "import json; from labelling.discuss.models import Case\n"
        f"rows = Case.objects.filter(project__slug={slug!r}, state='resolved').select_related('example', 'resolution')\n"
        "print(json.dumps({row.example.key: (row.resolution.value or {}).get('sentiment') or row.resolution.outcome for row in rows}))"
    ))  # fmt: skip


def wait_for(found, wanted) -> None:
    deadline = time.monotonic() + 15
    while (there := found()) != wanted:
        assert time.monotonic() < deadline, there
        time.sleep(0.05)


def shown(page: Page) -> str:
    return page.locator(".case-pane:visible h2 bdi").inner_text()


def test_a_lead_walks_the_queue_by_keyboard_settles_three_and_takes_one_back(cases, page):
    log_in(page, "lab-lea")
    page.goto("/projects/walk/discuss/")
    page.locator("[data-ready]").wait_for()
    keys = page.keyboard
    assert shown(page) == "walk-0"
    keys.press("j")
    keys.press("j")
    assert shown(page) == "walk-2"
    keys.press("k")
    keys.press("k")
    keys.press("1")
    expect(page.locator("[data-said]")).to_contain_text("Choose the cause first")
    assert shown(page) == "walk-0"
    keys.press("s")  # the cause has the focus; a letter chooses in the list
    page.locator(".case-pane:visible [data-cause]").select_option("slip")
    page.locator(".case-pane:visible").focus()
    keys.press("1")
    assert shown(page) == "walk-1"
    keys.press("2")
    assert shown(page) == "walk-2"
    keys.press("3")
    assert shown(page) == "walk-3"
    wait_for(lambda: standing(cases, "walk"), {"walk-0": "pos", "walk-1": "neg", "walk-2": "mix"})
    keys.press("u")
    assert shown(page) == "walk-2"
    wait_for(lambda: standing(cases, "walk"), {"walk-0": "pos", "walk-1": "neg"})
    keys.press("r")
    assert shown(page) == "walk-3"
    wait_for(lambda: standing(cases, "walk"), {"walk-0": "pos", "walk-1": "neg", "walk-2": "regather"})
    keys.press("n")
    expect(page.locator(".case-pane:visible .names")).to_contain_text("lab-ben: Negative")
    keys.press("e")
    page.wait_for_url("**/discuss/*/")
    expect(page.locator("h1")).to_contain_text("walk-3")


def test_the_next_case_is_painted_in_the_frame_of_the_key(cases, page):
    log_in(page, "lab-lea")
    page.goto("/projects/look/discuss/")
    page.locator("[data-ready]").wait_for()
    took = page.evaluate("""async () => {
        const times = [];
        for (let turn = 0; turn < 20; turn += 1) {
            const start = performance.now();
            document.dispatchEvent(new KeyboardEvent("keydown", { key: "j", code: "KeyJ", bubbles: true, cancelable: true }));
            await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
            times.push(performance.now() - start);
        }
        return times.sort((one, other) => one - other);
    }""")
    assert took[len(took) // 2] < 50, took
    assert shown(page) != "look-0"


def test_what_the_server_refuses_comes_back_with_its_reason(cases, new_page):
    lea, other = log_in(new_page(), "lab-lea"), None
    lea.goto("/projects/look/discuss/?order=newest")
    lea.locator("[data-ready]").wait_for()
    example = shown(lea)
    other = lea.context.new_page()
    other.goto(f"/projects/look/discuss/{case_id(cases, example)}/")
    other.get_by_label("Drop it").check()
    other.locator("#cause").select_option("poor_data")
    other.get_by_role("button", name="Close case").click()
    expect(other.locator(".notice.success, .notice.ok, [role=status] .notice").first).to_contain_text("The labels stay as they are")
    lea.locator(".case-pane:visible [data-cause]").select_option("slip")
    lea.locator(".case-pane:visible").focus()
    lea.keyboard.press("1")
    assert shown(lea) != example
    expect(lea.locator("[data-said]")).to_contain_text("lab-lea settled this case meanwhile")
    expect(lea.locator("[data-said] a")).to_have_text("Look at the case")


def test_a_server_that_is_away_settles_nothing_and_says_so(cases, page):
    log_in(page, "lab-lea")
    page.goto("/projects/look/discuss/")
    page.locator("[data-ready]").wait_for()
    page.locator(".case-pane:visible [data-cause]").select_option("slip")
    page.route("**/settle/", lambda route: route.abort())
    page.locator(".case-pane:visible").focus()
    page.keyboard.press("1")
    expect(page.locator("[data-said]")).to_contain_text("The server does not answer. Nothing was settled")
    expect(page.locator("[data-settled]:visible")).to_have_text("! not settled")


def test_a_labeller_joins_the_case_that_they_are_invited_to(cases, page):
    log_in(page, "lab-ada")
    page.goto("/projects/look/discuss/")
    page.get_by_role("link", name="look-0").click()
    expect(page.get_by_text("It sounded ironic to me.")).to_be_visible()
    expect(page.get_by_role("table", name="Answers")).to_contain_text("Labeller 3")
    assert page.get_by_role("button", name="Close case").count() == 0
    page.get_by_label("Your remark").fill("On a second look: mixed.")
    page.get_by_role("button", name="Add the remark").click()
    expect(page.get_by_text("On a second look: mixed.")).to_be_visible()


def test_a_lead_closes_a_case_by_keyboard_on_its_page(cases, page):
    log_in(page, "lab-lea")
    page.goto(f"/projects/look/discuss/{case_id(cases, 'look-7')}/")
    keys = page.keyboard
    page.get_by_label("One answer is right").focus()
    keys.press("Space")
    keys.press("Tab")
    keys.type("Mix")
    page.locator("#cause").focus()
    keys.type("The ex")
    page.locator("#note").focus()
    keys.type("Both at once.")
    page.get_by_role("button", name="Close case").focus()
    keys.press("Enter")
    expect(page.locator("#history + ol")).to_contain_text("Mixed")
    assert standing(cases, "look")["look-7"] == "mix"


def test_axe_finds_nothing_on_the_pages_of_cases(cases, new_page):
    page = log_in(new_page(bypass_csp=True), "lab-lea")
    first = case_id(cases, "look-0")
    paths = ["/projects/look/discuss/", "/projects/look/discuss/?tag=borderline", "/projects/calm/discuss/", f"/projects/look/discuss/{first}/",
             f"/projects/look/discuss/{first}/guidelines/", "/projects/walk/discuss/?state=resolved"]  # fmt: skip
    found = {}
    for path in paths:
        page.goto(path)
        found |= {path: problems} if (problems := problems_of(page)) else {}
    page.goto("/projects/look/discuss/classes/")
    found |= {"classes": problems} if (problems := problems_of(page)) else {}
    page.get_by_label("What becomes of mix").select_option("It becomes part of Negative")
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.get_by_role("heading", name="What version 2 would do")).to_be_visible()
    found |= {"preview of classes": problems} if (problems := problems_of(page)) else {}
    page.goto(f"/projects/look/discuss/{first}/")
    page.get_by_role("button", name="Close case").click()
    assert page.title().startswith("Error:")
    found |= {"refused": problems} if (problems := problems_of(page)) else {}
    labeller = log_in(new_page(bypass_csp=True), "lab-ada")
    for path in ("/projects/look/discuss/", "/projects/calm/discuss/", f"/projects/look/discuss/{first}/"):
        labeller.goto(path)
        found |= {f"ada {path}": problems} if (problems := problems_of(labeller)) else {}
    assert found == {}
