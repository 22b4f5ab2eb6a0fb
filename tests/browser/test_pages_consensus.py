"""The page Consensus in a real browser: a setting is tried by keyboard, and everybody can read it."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import problems_of
from tests.browser.people import log_in, make_people

PATIENCE = 30_000
SLUG = "decided"
PEOPLE = ("con-lea", "con-ada", "con-ben", "con-cleo", "con-dora", "con-emil")
PAGE = f"/projects/{SLUG}/measure/overlap/"


@pytest.fixture(scope="module")
def consensus(live_stack):
    """Ninety reviews with five labels each, from people who are right four times of five; twenty of them have their truth."""
    make_people(live_stack, *PEOPLE)
    live_stack.shell(f"""
import json, random, time
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from labelling.accounts.models import User
from labelling.accounts.selectors import viewer_of
from labelling.discuss.services.truth import start_resolution_import
from labelling.intake import services as intake
from labelling.jobs.models import Job
from labelling.jobs.services import work_on
from labelling.label import services as label
from labelling.projects.models import Project
from labelling.tasks import RUNNERS
from tests.factories import make_project

def run(job):
    work_on(job_id=str(job.id), runners=RUNNERS, now=timezone.now())
    while Job.objects.get(pk=job.pk).state in ("queued", "running"):
        time.sleep(0.05)
    found = Job.objects.get(pk=job.pk)
    assert found.state == "done", found.error

def file(name, rows):
    return SimpleUploadedFile(name, "\\n".join(json.dumps(row) for row in rows).encode())

if not Project.objects.filter(slug={SLUG!r}).exists():
    now, who, chance = timezone.now(), {PEOPLE[1:]!r}, random.Random(4)
    make_project({SLUG!r}, name="Film reviews", owner="con-lea", labellers=who, labels_per_example=2, now=now)
    lea = viewer_of(User.objects.get(username="con-lea"))
    run(intake.start_import(actor=lea, slug={SLUG!r}, file=file("r.jsonl", [{{"key": f"r{{n:03d}}", "text": f"Film {{n}} was a delight to sit through."}} for n in range(90)]), now=now))
    right, every = ["pos", "neg", "mix"], ["pos", "neg", "mix"]
    rows = [{{"example": f"r{{n:03d}}", "labeller": name, "value": right[n % 3] if chance.random() < 0.75 else chance.choice(every)}} for n in range(90) for name in who]
    run(label.start_label_import(actor=lea, slug={SLUG!r}, file=file("l.jsonl", rows), now=now))
    run(start_resolution_import(actor=lea, slug={SLUG!r}, file=file("t.jsonl", [{{"example": f"r{{n:03d}}", "value": right[n % 3]}} for n in range(20)]), now=now))
""")
    return live_stack


def test_a_lead_tries_a_setting_by_keyboard_and_takes_it_over(consensus, page):
    lea = log_in(page, "con-lea")
    lea.goto(PAGE)
    region = lea.get_by_role("region", name="What asking for more labels would have cost")
    expect(region).to_contain_text("Asking for up to 5 until .9 would have cost")
    expect(region).to_contain_text("Not in use: every example gets 2 labels.")
    region.get_by_label("Up to").fill("4")
    region.get_by_label("Until sure, in %").fill("80")
    region.get_by_label("Until sure, in %").press("Enter")
    expect(region).to_contain_text("Asking for up to 4 until .8 would have cost", timeout=PATIENCE)
    expect(region.locator(".drawing svg")).to_be_visible(timeout=PATIENCE)
    expect(region.locator(".drawing g.name").get_by_text("80 %", exact=True)).to_be_visible()
    region.get_by_role("link", name="Change the setting").press("Enter")
    lea.get_by_label("Ask for more labels where the answer is not sure").check()
    lea.get_by_label("Labels of one example at most").fill("4")
    lea.get_by_label("Sure enough, in %").fill("80")
    lea.get_by_role("button", name="Save the settings").press("Enter")
    expect(lea.get_by_role("status")).to_contain_text("The settings are saved", timeout=PATIENCE)
    lea.goto(PAGE)
    expect(region).to_contain_text("In use: every example gets 2 labels, and up to 4 until its answer is 80 % sure.")
    expect(region.locator(".drawing g.name").get_by_text("80 %, in use")).to_be_visible(timeout=PATIENCE)


def test_the_list_begins_with_ties_and_leads_to_what_they_are_about(consensus, page):
    lea = log_in(page, "con-lea")
    lea.goto(PAGE)
    region = lea.get_by_role("region", name="Ties, and then the least certain")
    first = region.get_by_role("row").nth(1)
    expect(first).to_contain_text("a tie")
    first.get_by_role("link").press("Enter")
    expect(lea.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE)
    expect(lea).not_to_have_url(lea.url.replace(PAGE, "") + PAGE)


def test_each_method_has_its_address_and_says_how_it_decides(consensus, page):
    lea = log_in(page, "con-lea")
    lea.goto(PAGE)
    lea.get_by_role("link", name="Weighted by reliability").press("Enter")
    expect(lea.get_by_role("link", name="Weighted by reliability")).to_have_attribute("aria-current", "true", timeout=PATIENCE)
    lea.get_by_text("How this was decided").press("Enter")
    expect(lea.get_by_text("a label weighs as much as its labeller has been right on other examples")).to_be_visible()


@pytest.mark.parametrize("query", ["", "?method=weighted&page=2", "?confidence=many"])
def test_everybody_can_read_the_page_in_both_themes_at_every_width(consensus, new_page, query):
    lea = log_in(new_page(bypass_csp=True), "con-lea")
    lea.goto(PAGE + query)
    lea.wait_for_load_state("networkidle")
    assert problems_of(lea) == []
