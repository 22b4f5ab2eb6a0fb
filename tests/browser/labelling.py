"""Labelling in a real browser: projects of their own for each test, what a labeller sees, and what the server stored."""

import json
import time
from typing import Any

from playwright.sync_api import Page

from tests.browser.people import log_in, make_people
from tests.stack import Stack

CLASSES = [
    {"key": "pos", "name": "Positive", "definition": "Glad of it."},
    {"key": "neg", "name": "Negative", "definition": "Sorry about it."},
    {"key": "neu", "name": "Neutral"},
    {"key": "mix", "name": "Mixed"},
]
SENTIMENT = {"key": "sentiment", "kind": "choice", "prompt": "What does the writer feel?", "classes": CLASSES}
STRENGTH = {"key": "strength", "kind": "rating", "prompt": "How strongly?", "low": -2, "high": 2, "names": {"-2": "barely", "2": "very"}}
WHY = {
    "key": "why", "kind": "choice", "prompt": "What is bad about it?", "required": False,
    "show_if": {"question": "sentiment", "is": ["neg"]}, "classes": ["story", "acting"],
}  # fmt: skip
PLAIN = {"questions": [SENTIMENT]}
WAIT_SECONDS = 20


def make_projects(stack: Stack, projects: dict[str, dict[str, Any]], *, examples: int = 40) -> Stack:
    """Projects of these slugs and fields; Lea owns them, lab-ada and lab-ben label. Texts are "Text 0", "Text 1", ..."""
    make_people(stack, "lab-ada", "lab-ben")
    stack.shell(f"""
import json
from django.utils import timezone
from labelling.projects.models import Project
from tests.factories import make_examples, make_project
for slug, fields in json.loads({json.dumps(json.dumps(projects))}).items():
    if not Project.objects.filter(slug=slug).exists():
        count = fields.pop("examples", {examples})
        now = timezone.now()
        project = make_project(slug, owner="lab-lea", labellers=("lab-ada", "lab-ben"), now=now, **fields)
        make_examples(project, count, now=now)
""")
    return stack


def logged_in(new_page, name: str = "lab-ada") -> dict[str, Any]:
    """The cookies of somebody who is logged in, for `new_page(storage_state=...)`: log-ins are counted and limited."""
    return log_in(new_page(), name).context.storage_state()


def start(page: Page, slug: str) -> Page:
    page.goto(f"/projects/{slug}/label/")
    page.locator("body[data-ready]").wait_for(state="attached")
    return page


def example(page: Page) -> str:
    """The text on the screen."""
    return page.locator("#example").inner_text()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def labels(page: Page, slug: str) -> list[dict[str, Any]]:
    """Every label that the server has of this person in this project, the oldest first."""
    found, address = [], f"/api/v1/projects/{slug}/labels/"
    while address:
        answer = page.request.get(address)
        assert answer.ok, answer.text()
        body = answer.json()
        found += body["results"]
        address = body["next"]
    return found[::-1]


def wait_for_labels(page: Page, slug: str, count: int) -> list[dict[str, Any]]:
    deadline = time.monotonic() + WAIT_SECONDS
    while len(found := labels(page, slug)) < count:
        assert time.monotonic() < deadline, f"{len(found)} of {count} labels after {WAIT_SECONDS} s; {page.locator('#state').text_content()}"
        page.wait_for_timeout(50)
    assert len(found) == count
    return found


def answers(found: list[dict[str, Any]], question: str = "sentiment") -> dict[str, Any]:
    """Example key → answer, of the labels that stand (the newest of each example)."""
    return {label["example"]: (label["value"] or {}).get(question) for label in found}


def slow(page: Page, latency: int, *, kilobytes_a_second: int = 0) -> None:
    """Every request takes this many milliseconds longer; with `kilobytes_a_second` no more than that comes or goes."""
    speed = kilobytes_a_second * 1000 or -1
    page.context.new_cdp_session(page).send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": latency, "downloadThroughput": speed, "uploadThroughput": speed},
    )


def watch_shifts(page: Page) -> None:
    """From here on the page counts its layout shifts, those right after a key as well: see `shifted`."""
    page.evaluate("""() => { window.shifts = []; new PerformanceObserver((list) => window.shifts.push(...list.getEntries()
        .map((entry) => ({ value: entry.value, moved: entry.sources.map(({ node }) => node?.id || node?.className || node?.nodeName) }))))
        .observe({ type: "layout-shift" }); }""")


def shifted(page: Page) -> list[dict[str, Any]]:
    """What moved since `watch_shifts`, by the browser's own account: [{"value", "moved"}]."""
    return page.evaluate("window.shifts")


def wait_until(page: Page, condition: str) -> None:
    page.wait_for_function(condition)
