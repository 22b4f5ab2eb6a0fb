"""Releasing in a real browser: the result follows the recipe, a version is released by a job, its pages are readable."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.axe import problems_of
from tests.browser.people import log_in, make_people

RELEASE = "/projects/frozen/release/"
SHOTS = os.environ.get("WORKBENCH_TEST_SHOTS")  # a folder: pages are photographed there, to be looked at


@pytest.fixture(scope="module")
def frozen(live_stack):
    """A project with three labels on each of forty reviews, a version released and pulled once."""
    make_people(live_stack, "frz-lea", "frz-ada", "frz-ben", "frz-cleo", "frz-zoe", staff=("frz-lea",))
    live_stack.shell("""
from django.utils import timezone
from labelling import flow
from labelling.accounts.models import User
from labelling.accounts.selectors import viewer_of
from labelling.assign import services as assign
from labelling.projects import services as projects
from labelling.projects.models import Project
from labelling.release import services as release
from labelling.release.models import DatasetVersion
from tests.factories import make_examples, SENTIMENT
from uuid import uuid4
who = lambda name: viewer_of(User.objects.get(username=name))
now = timezone.now()
if not Project.objects.filter(slug="frozen").exists():
    project = projects.create_project(actor=who("frz-lea"), now=now, fields={"slug": "frozen", "name": "Frozen reviews",
        "display": [{"field": "text", "as": "text"}], "questions": [SENTIMENT], "labels_per_example": 3})
    for name in ("frz-ada", "frz-ben", "frz-cleo"):
        projects.add_member(actor=who("frz-lea"), slug="frozen", username=name, role="labeller", now=now)
    make_examples(project, 40)
    for name, shift in (("frz-ada", 0), ("frz-ben", 0), ("frz-cleo", 1)):
        for place, one in enumerate(assign.lease_examples(actor=who(name), slug="frozen", count=40, now=now).assignments):
            answer = ("pos", "neg", "mix")[(place + (shift if place % 4 == 0 else 0)) % 3]
            flow.submit_label(actor=who(name), assignment_id=one.id, now=now,
                fields={"value": {"sentiment": answer}, "client_id": str(uuid4()), "schema_version": 1, "seconds": 2.0})
    empty = projects.create_project(actor=who("frz-lea"), now=now, fields={"slug": "unfrozen", "name": "Nothing yet",
        "display": [{"field": "text", "as": "text"}], "questions": [SENTIMENT], "labels_per_example": 3})
    for number in (1, 2):
        release.release_version(actor=who("frz-lea"), slug="frozen", now=now,
            policy={"note": "For the first model", "include": {"states": ["complete", "in_review"] if number == 2 else ["complete"]}, "exclude_tags": []})
        # Here or in the stack's own worker, whichever takes the job first.
        import time
        from labelling.tasks import run_queued
        while not DatasetVersion.objects.filter(project=project, number=number).exists():
            run_queued()
            time.sleep(0.1)
    release.record_pull(actor=who("frz-lea"), version=DatasetVersion.objects.get(project=project, number=2), file_name="train.parquet", status=200, now=now)
""")
    live_stack.wait_for(lambda: "2" in live_stack.shell(
        "from labelling.release.models import DatasetVersion; print(DatasetVersion.objects.filter(project__slug='frozen').count() >= 2 and 2)"
    ), "both versions to be there")
    return live_stack


def shoot(page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def test_the_result_follows_the_recipe_and_the_button_releases_the_version(frozen, page):
    log_in(page, "frz-lea")
    page.goto(RELEASE)
    page.get_by_role("link", name="Build the next version").click()
    expect(page.locator("#result .count")).to_have_text("30")
    shoot(page, "recipe")
    page.get_by_label("In review").check()
    expect(page.locator("#result .count")).to_have_text("40")
    page.get_by_label("Sure, at least (%)").fill("90")
    expect(page.locator("#result")).to_contain_text("10 not sure enough")
    page.get_by_label("Train (%)").fill("70")
    expect(page.locator("#result")).to_contain_text("They must add up to 1")
    expect(page.get_by_role("button", name="Release version 3")).to_have_count(0)
    page.get_by_label("Train (%)").fill("80")
    page.get_by_label("Sure, at least (%)").fill("0")
    expect(page.locator("#result .count")).to_have_text("40")
    page.get_by_label("Note").fill("With those in review")
    page.get_by_role("button", name="Release version 3").click()
    expect(page.get_by_role("heading", name="Release", level=1)).to_be_visible()
    expect(page.locator(".job")).to_contain_text("Version 3 is released")
    page.reload()
    page.get_by_role("link", name="Version 3").click()
    expect(page.locator("main")).to_contain_text("With those in review")
    with page.expect_download() as download:
        page.get_by_role("link", name="train.csv").click()
    assert Path(download.value.path()).read_text().startswith("key,text,")
    page.reload()
    expect(page.get_by_role("region", name="Table of downloads")).to_contain_text("frz-lea")


def test_an_impossible_recipe_says_what_stands_in_the_way(frozen, page):
    log_in(page, "frz-lea")
    page.goto("/projects/unfrozen/release/")
    shoot(page, "empty")
    page.get_by_role("link", name="Build version 1").click()
    expect(page.locator("#result")).to_contain_text("What stands in the way")
    expect(page.get_by_role("button", name="Release version 1")).to_have_count(0)
    shoot(page, "blocked")


def test_axe_finds_nothing_on_the_pages_of_versions_in_both_themes_at_both_widths(frozen, new_page):
    page = log_in(new_page(bypass_csp=True), "frz-lea")
    found = {}
    for name, path in (("list", RELEASE), ("recipe", f"{RELEASE}new/"), ("version", f"{RELEASE}2/"), ("changes", f"{RELEASE}2/changes/"), ("empty", "/projects/unfrozen/release/")):
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(path)
        if name == "recipe":
            expect(page.locator("#result .count")).to_be_visible()
        shoot(page, f"{name}-wide")
        found |= {path: problems} if (problems := problems_of(page)) else {}
        shoot(page, f"{name}-narrow-dark")
    assert found == {}


def test_the_pages_keep_to_the_policy_and_have_one_heading_and_one_main(frozen, page):
    log_in(page, "frz-lea")
    for path in (RELEASE, f"{RELEASE}new/", f"{RELEASE}1/", f"{RELEASE}2/", f"{RELEASE}2/changes/"):
        page.goto(path)
        assert (path, page.locator("h1").count(), page.locator("main").count()) == (path, 1, 1)
