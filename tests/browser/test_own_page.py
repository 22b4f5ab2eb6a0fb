"""The page "Your labels" in a real browser: read by everybody, at every width, and reached by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import problems_of
from tests.browser.people import log_in, make_people
from tests.browser.test_label_suggestions import look

PEOPLE = ("lab-lea", "lab-ada", "lab-ben", "lab-cleo")


@pytest.fixture(scope="module")
def place(live_stack):
    """Ada differs from the two others; most of it is settled their way, and she is asked about one."""
    make_people(live_stack, *PEOPLE)
    live_stack.shell(f"""
from datetime import timedelta
from django.utils import timezone
from labelling.accounts.models import User
from labelling.accounts.selectors import viewer_of
from labelling.discuss import services
from labelling.discuss.models import Case
from labelling.label.models import LabellerDay
from labelling.projects.models import Membership, Project
from tests.discuss.cast import labelled, seen
from tests.factories import make_project
if not Project.objects.filter(slug="own").exists():
    now, people = timezone.now(), {{"owner": "lab-lea", "labellers": {PEOPLE[1:]!r}}}
    project = labelled(*[("pos", "neg", "neg")] * 26, *[("neg", "neg", "pos")] * 14, slug="own", now=now, **people)
    make_project("own-empty", now=now, **people)
    lea = viewer_of(User.objects.get(username="lab-lea"))
    cases = list(Case.objects.filter(project=project).select_related("example").order_by("id"))
    for case in cases[:3]:
        services.invite(actor=lea, case_id=case.pk, username="lab-ada", now=now)
        services.add_remark(actor=lea, case_id=case.pk, text="@lab-ada, what did you hear in it? I took it for irony at first, and am not sure any more.", now=now)
    for number, case in enumerate(cases[3:]):
        services.resolve(actor=lea, case_id=case.pk, outcome="answer", value={{"sentiment": "neg"}}, cause="guideline_gap" if number % 2 else "slip",
            note="Irony counts as it is meant, not as it is said: guideline 4." if number % 3 else "", seen=seen(case.example.key), now=now + timedelta(minutes=number + 1))
    member = Membership.objects.get(project=project, user__username="lab-ada")
    for week, labels in enumerate((120, 260, 0, 310, 180, 90, 410, 220, 35), start=1):
        LabellerDay.objects.create(membership=member, day=(now - timedelta(weeks=week)).date(), labels=labels, seconds=labels * 3.5)
""")
    return live_stack


@pytest.fixture
def ada(place, new_page):
    return log_in(new_page(bypass_csp=True), "lab-ada")


def test_a_labeller_finds_their_page_and_reads_it(ada):
    ada.goto("/projects/own/label/")
    ada.locator("body[data-ready]").wait_for(state="attached")
    ada.get_by_role("link", name="your labels").click()
    expect(ada.get_by_role("heading", name="Your labels", level=1)).to_be_visible()
    expect(ada.get_by_role("img", name="Your labels in each week, by its Monday")).to_be_visible()
    expect(ada.get_by_text("3 to answer")).to_be_visible()
    settled = ada.get_by_role("region", name="What was settled otherwise")
    expect(settled.get_by_role("listitem")).to_have_count(20)
    expect(settled.get_by_text("Irony counts as it is meant").first).to_be_visible()
    look(ada, "own")
    assert problems_of(ada) == []
    ada.set_viewport_size({"width": 1280, "height": 800})
    ada.get_by_role("link", name="Further →").click()
    expect(settled.get_by_role("listitem")).to_have_count(3)
    ada.get_by_role("link", name="own-0").first.click()
    expect(ada.get_by_text("am not sure any more")).to_be_visible()


def test_an_empty_page_is_read_as_well(ada):
    ada.goto("/projects/own-empty/mine/")
    expect(ada.get_by_text("Nobody has asked you anything.")).to_be_visible()
    look(ada, "own-empty")
    assert problems_of(ada) == []
