"""Suspected errors, audits and near-duplicates in a real browser: an audit by keyboard, and pages that everybody can read."""

import json
import time

import pytest
from playwright.sync_api import expect

from tests.browser.axe import problems_of
from tests.browser.people import log_in, make_people

PEOPLE = ("lab-lea", "lab-ada", "lab-ben", "lab-cleo", "lab-dan", "lab-eve")
SLUG = "doubtful"


@pytest.fixture(scope="module")
def doubtful(live_stack):
    """Eighty reviews in five people's words, one of whom slips; every fourth is there twice; an evaluation contradicts three answers.
    And a few pictures, some of them saved again."""
    make_people(live_stack, *PEOPLE)
    live_stack.shell(f"""
import json
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from labelling import flow
from labelling.accounts.models import User
from labelling.accounts.selectors import viewer_of
from labelling.evaluate import services as evaluate
from labelling.intake import services as intake
from labelling.jobs.models import Job
from labelling.jobs.services import work_on
from labelling.label import services as label
from labelling.measure import services as measure
from labelling.projects.models import Project
from labelling.release.services import release_version
from labelling.tasks import RUNNERS
from tests.factories import make_project
from tests.intake.files import zip_of
from tests.measure.test_near_duplicates import copies

def run(job):
    import time
    work_on(job_id=str(job.id), runners=RUNNERS, now=timezone.now())
    while Job.objects.get(pk=job.pk).state in ("queued", "running"):
        time.sleep(0.05)
    found = Job.objects.get(pk=job.pk)
    assert found.state == "done", found.error
    return found.result

def file(name, rows):
    return SimpleUploadedFile(name, "\\n".join(json.dumps(row) for row in rows).encode())

if not Project.objects.filter(slug={SLUG!r}).exists():
    now, who = timezone.now(), {PEOPLE[1:]!r}
    lea = viewer_of(User.objects.get(username="lab-lea"))
    make_project({SLUG!r}, name="Film reviews", owner="lab-lea", labellers=who, labels_per_example=5, guidelines="# Irony\\n\\nCounts as it is meant.", now=now)
    parts = ["slow and quiet", "loud and long", "full of wonder", "not worth the ticket", "better than the book"]
    texts = [f"Film {{n}} was {{parts[n % 5]}}, and the people around me thought so too when they left the cinema." for n in range(80)]
    rows = [{{"key": f"r{{n:02d}}", "text": text}} for n, text in enumerate(texts)]
    rows += [{{"key": f"again-{{n:02d}}", "text": texts[n].upper() if n % 8 else texts[n].replace("cinema", "cinemas")}} for n in range(0, 80, 4)]
    run(intake.start_import(actor=lea, slug={SLUG!r}, file=file("r.jsonl", rows), now=now))
    right = ["pos", "neg"]
    other = {{"pos": "neg", "neg": "pos", "mix": "pos"}}
    def said(key, place, name):
        n = int(key[-2:])
        truth = right[n % 2]
        if n % 20 == 3 or key in ("again-00", "again-04", "again-12"):
            truth = other[truth]
        return other[truth] if name == "lab-eve" and place % 9 == 0 else truth
    labels = [{{"example": row["key"], "labeller": name, "value": said(row["key"], place, name)}} for place, row in enumerate(rows) for name in who]
    run(label.start_label_import(actor=lea, slug={SLUG!r}, file=file("l.jsonl", labels), now=now))
    run(flow.start_suspects(actor=lea, slug={SLUG!r}, now=now))
    run(release_version(actor=lea, slug={SLUG!r}, policy={{"splits": {{"test": 1.0}}, "include": {{"states": ["complete", "in_review", "open"]}}, "consensus": {{"min_labels": 1}}}}, now=now))
    model = evaluate.register_model(actor=lea, slug={SLUG!r}, fields={{"name": "nightly", "version": "7"}}, now=now)
    guess = [{{"key": row["key"], "sentiment": right[int(row["key"][-2:]) % 2], "sentiment__probabilities": {{right[int(row["key"][-2:]) % 2]: 0.9 + (n % 7) / 100, other[right[int(row["key"][-2:]) % 2]]: 0.1 - (n % 7) / 100}}}} for n, row in enumerate(rows)]
    made = run(evaluate.start_evaluation(actor=lea, slug={SLUG!r}, model=model.pk, version=1, split="test", file=file("g.jsonl", guess), now=now))
    run(flow.start_suspects(actor=lea, slug={SLUG!r}, evaluation=made["evaluation"], now=now))
    run(measure.start_near_duplicates(actor=lea, slug={SLUG!r}, now=now))
    measure.draw_audit(actor=lea, slug={SLUG!r}, fields={{"examples": 24, "run": "newest", "seed": 1}}, now=now)
    audit = measure.draw_audit(actor=lea, slug={SLUG!r}, fields={{"examples": 30, "seed": 2}}, now=now)
    for place in range(1, 13):
        measure.judge(actor=lea, slug={SLUG!r}, audit_id=audit.pk, place=place, verdict="wrong" if place == 5 else "right", now=now)
    make_project("pictured", name="Pictures", owner="lab-lea", labellers=who, display=[{{"field": "image", "as": "image"}}], now=now)
    ends = {{"camera": "jpeg", "jpeg": "jpeg", "webp": "webp"}}
    files = {{f"{{number}}-{{name}}.{{ends.get(name, 'png')}}": content for number in range(3) for name, content in copies(number).items() if name in ("png", "jpeg", "small", "camera")}}
    run(intake.start_import(actor=lea, slug="pictured", file=SimpleUploadedFile("p.zip", zip_of(files)), now=now))
    keys = list(Project.objects.get(slug="pictured").examples.order_by("id").values_list("key", flat=True))
    labels = [{{"example": key, "labeller": name, "value": "neg" if key in keys[1::3] else "pos"}} for key in keys for name in who[:3]]
    run(label.start_label_import(actor=lea, slug="pictured", file=file("pl.jsonl", labels), now=now))
    run(measure.start_near_duplicates(actor=lea, slug="pictured", now=now))
    make_project("undoubted", name="Nothing yet", owner="lab-lea", labellers=(), now=now)
""")
    return live_stack


def verdicts(stack, seed: int) -> dict[str, str]:
    """Place → verdict of the audit with this seed."""
    return json.loads(stack.shell(
        "import json; from labelling.measure.suspect_models import AuditedAnswer\n"
        f"rows = AuditedAnswer.objects.filter(audit__seed={seed}, audit__project__slug={SLUG!r}).exclude(verdict=None)\n"
        "print(json.dumps(dict(rows.values_list('place', 'verdict'))))"
    ))  # fmt: skip


def wait_for(found, wanted) -> None:
    deadline = time.monotonic() + 20
    while (there := found()) != wanted:
        assert time.monotonic() < deadline, there
        time.sleep(0.05)


def audit_url(stack, seed: int) -> str:
    number = stack.shell(f"from labelling.measure.suspect_models import LabelAudit; print(LabelAudit.objects.get(seed={seed}, project__slug={SLUG!r}).pk)").strip()
    return f"/projects/{SLUG}/measure/suspects/audits/{number}/"


def test_an_audit_is_checked_by_keyboard_alone(doubtful, page):
    log_in(page, "lab-lea").goto(audit_url(doubtful, 1))
    page.locator("[data-controller=audit][data-ready]").wait_for()
    for key in "1132u3":
        page.keyboard.press(key)
    expect(page.locator("[data-count]")).to_have_text("4 of 24 checked")
    expect(page.locator("article:visible")).to_have_count(1)
    expect(page.locator("article:visible")).to_be_focused()
    wait_for(lambda: verdicts(doubtful, 1), {"1": "right", "2": "right", "3": "cannot_tell", "4": "cannot_tell"})
    for _ in range(16):  # twenty are on the page
        page.keyboard.press("1")
    expect(page.get_by_role("heading", name="These are checked")).to_be_visible()
    wait_for(lambda: len(verdicts(doubtful, 1)), 20)
    page.get_by_role("link", name="Load the next").click()
    expect(page.locator("article:visible")).to_have_count(1)
    expect(page.locator("[data-count]")).to_have_text("20 of 24 checked")


def test_a_verdict_that_the_server_did_not_take_comes_again(doubtful, page):
    log_in(page, "lab-lea").goto(audit_url(doubtful, 2))
    page.locator("[data-controller=audit][data-ready]").wait_for()
    first = page.locator("article:visible").get_attribute("data-pane")
    page.route("**/verdict/", lambda route: route.abort())
    page.keyboard.press("1")
    expect(page.locator("[data-said]")).to_contain_text("The server does not answer")
    expect(page.locator("[data-count]")).to_have_text("12 of 30 checked")
    page.unroute("**/verdict/")
    for _ in range(18):
        page.keyboard.press("1")
    wait_for(lambda: len(verdicts(doubtful, 2)), 30)
    assert verdicts(doubtful, 2)[first] == "right"


def test_the_ticked_go_to_the_queue(doubtful, page):
    log_in(page, "lab-lea").goto(f"/projects/{SLUG}/measure/suspects/?of=answer")
    box = page.locator("input[name=example]").first
    key = box.get_attribute("value")
    box.check()
    page.get_by_role("button", name="Send the ticked to the queue").click()
    expect(page.get_by_text("In the queue now: 1")).to_be_visible()
    expect(page.get_by_role("row", name=key).get_by_role("link", name="Case")).to_be_visible()


def test_axe_finds_nothing_on_these_pages(doubtful, new_page):
    page = log_in(new_page(bypass_csp=True), "lab-lea")
    found = {}
    for path in (
        f"{SLUG}/measure/suspects/?of=answer", f"{SLUG}/measure/suspects/?of=label", f"{SLUG}/measure/near-duplicates/", f"{SLUG}/measure/near-duplicates/?exact=true",
        "pictured/measure/near-duplicates/", "undoubted/measure/suspects/", "undoubted/measure/near-duplicates/",
    ):  # fmt: skip
        page.goto(f"/projects/{path}")
        expect(page.locator("h1")).to_be_visible()
        found |= {path: problems} if (problems := problems_of(page)) else {}
    page.goto(audit_url(doubtful, 2))
    page.locator("[data-controller=audit][data-ready]").wait_for()
    found |= {"audit": problems} if (problems := problems_of(page)) else {}
    assert found == {}
