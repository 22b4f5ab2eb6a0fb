"""A labeller's page, its examples, and human level in a real browser: what stands out leads to its examples, and everybody can read it."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import problems_of
from tests.browser.people import log_in, make_people

PEOPLE = ("lab-lea", "lab-ada", "lab-ben", "lab-cleo", "lab-dan")
SLUG = "taught"
PAGES = ("measure/labellers/", "measure/labellers/lab-ada/", "measure/labellers/lab-ben/", "measure/labellers/lab-ada/examples/?said=mix&wanted=pos", "measure/human/?by=class",
         "measure/human/?by=labeller&examples=same")  # fmt: skip


@pytest.fixture(scope="module")
def taught(live_stack):
    """Reviews labelled over eight weeks. Ada hears irony where others take it literally; forty answers are settled."""
    make_people(live_stack, *PEOPLE)
    live_stack.shell(f"""
import json
from datetime import datetime, timedelta, UTC
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from labelling.accounts.models import User
from labelling.accounts.selectors import viewer_of
from labelling.discuss.services.truth import start_resolution_import
from labelling.intake import services as intake
from labelling.jobs.models import Job
from labelling.jobs.services import work_on
from labelling.label import services as label
from labelling.projects import services as projects
from labelling.projects.models import Project
from labelling.tasks import RUNNERS
from tests.factories import make_project

def run(job):
    import time
    work_on(job_id=str(job.id), runners=RUNNERS, now=timezone.now())
    while Job.objects.get(pk=job.pk).state in ("queued", "running"):
        time.sleep(0.05)
    found = Job.objects.get(pk=job.pk)
    assert found.state == "done", found.error

def file(name, rows):
    return SimpleUploadedFile(name, "\\n".join(json.dumps(row) for row in rows).encode())

if not Project.objects.filter(slug={SLUG!r}).exists():
    now, who = timezone.now(), {PEOPLE[1:]!r}
    lea = viewer_of(User.objects.get(username="lab-lea"))
    text = "Say what the writer feels.\\n\\n## Irony\\n\\nWhat is **said** in irony is Mixed, not Positive, only when both can be heard in the words themselves.\\n\\n## Negative\\n\\nSorry about it."
    make_project({SLUG!r}, name="Film reviews", owner="lab-lea", labellers=who, labels_per_example=3, guidelines="# First thoughts", now=now)
    projects.add_guidelines(actor=lea, slug={SLUG!r}, text=text, reason="Irony was read in two ways", now=now)
    rows = [{{"key": f"r{{n:03d}}", "text": f"Film {{n}} was a delight to sit through, if one had nothing else to do that evening and liked the seats."}} for n in range(240)]
    run(intake.start_import(actor=lea, slug={SLUG!r}, file=file("r.jsonl", rows), now=now))
    right = ["pos", "neg", "pos", "mix"]
    def said(n, name):
        truth = right[n % 4]
        if name == "lab-ada":
            if truth == "pos" and n % 3 == 0:
                return "mix"
            return "neg" if n > 160 and n % 5 == 0 else truth
        return ("neg" if truth == "pos" else "pos") if (n * 7 + len(name) * 3 + ord(name[4])) % 11 == 0 else truth
    labels = []
    for n in range(240):
        for place, name in enumerate(who):
            if place == n % 4:
                continue
            at = datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(days=n // 5, seconds=n)
            labels.append({{"example": f"r{{n:03d}}", "labeller": name, "value": said(n, name), "labelled_at": at.isoformat(), "seconds": (4 + n % 9) * (1.6 if name == "lab-ada" else 1 + place / 20),
                            "tags": "borderline" if name == "lab-ada" and n % 6 == 0 else "", "comment": "It sounds ironic to me." if name == "lab-ada" and n % 6 == 0 else ""}})
    run(label.start_label_import(actor=lea, slug={SLUG!r}, file=file("l.jsonl", labels), now=now))
    run(start_resolution_import(actor=lea, slug={SLUG!r}, file=file("t.jsonl", [{{"example": f"r{{n:03d}}", "value": right[n % 4]}} for n in range(0, 240, 5)]), now=now))
""")
    return live_stack


def lead(new_page, **options):
    return log_in(new_page(**options), "lab-lea")


def test_what_stands_out_leads_to_its_examples_and_to_their_cases(taught, page):
    log_in(page, "lab-lea").goto(f"/projects/{SLUG}/measure/labellers/")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="lab-ada", exact=True))
    row.get_by_role("link", name="something stands out").click()
    over = page.get_by_role("region", name="To talk over")
    expect(over).to_contain_text("lab-ada says Mixed where the others say Positive more often than others do")
    expect(over).to_contain_text("What is said in irony is Mixed")
    page.get_by_role("link", name="See the").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("lab-ada said Mixed, the others Positive")
    expect(page.locator(".entries > li").first).to_contain_text("It sounds ironic to me.")
    page.get_by_role("link", name="Back to lab-ada").click()
    page.get_by_role("link", name="Discuss cases of this pair").click()
    expect(page.get_by_label("Labelled by")).to_have_value("lab-ada")


def test_of_somebody_like_the_others_nothing_is_said(taught, page):
    log_in(page, "lab-lea").goto(f"/projects/{SLUG}/measure/labellers/lab-ben/")
    expect(page.get_by_role("region", name="To talk over")).to_contain_text("Nothing stands out beyond chance")


def test_human_level_is_shown_against_the_reference_that_is_chosen_on_the_examples_that_are_chosen(taught, page):
    log_in(page, "lab-lea").goto(f"/projects/{SLUG}/measure/human/")
    page.get_by_role("link", name="Against the others' answers").click()
    expect(page.get_by_role("link", name="Against the others' answers")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="Those that have both").click()
    expect(page.get_by_role("link", name="Against the others' answers")).to_have_attribute("aria-current", "true")
    expect(page.locator("#by-chart")).to_be_attached()
    expect(page.get_by_role("region", name="One person and the guards")).to_contain_text("the error against these people's labels")


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_are_clean_in_both_themes_and_at_both_widths(taught, new_page, path):
    page = lead(new_page, bypass_csp=True)
    page.goto(f"/projects/{SLUG}/{path}")
    page.wait_for_load_state("networkidle")
    assert problems_of(page) == []
