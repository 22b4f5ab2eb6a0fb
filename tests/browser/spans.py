"""Projects with texts and span questions, and what stands on the screen of them."""

import json
from typing import Any

from playwright.sync_api import Page

from tests.browser.labelling import press, start
from tests.browser.people import make_people
from tests.stack import Stack

CLASSES = [
    {"key": "PER", "name": "Person", "definition": "People by name."},
    {"key": "LOC", "name": "Place"},
    {"key": "ORG", "name": "Organisation"},
]
NAMES = {"key": "names", "kind": "spans", "of": "text", "prompt": "Mark the names", "classes": CLASSES}


def make_texts(stack: Stack, projects: dict[str, dict[str, Any]]) -> Stack:
    """Projects of these slugs with `texts` (each an example; a dict holds several fields) beside their fields; Lea owns, Ada labels."""
    make_people(stack, "lab-ada", "lab-ben")
    (stack.data / "texts.json").write_text(json.dumps(projects))  # a command line is too short for long texts
    stack.shell(f"""
import json, pathlib
from django.utils import timezone
from labelling.projects.models import Project
from tests.factories import make_examples, make_project
for slug, fields in json.loads(pathlib.Path({str(stack.data / "texts.json")!r}).read_text()).items():
    if not Project.objects.filter(slug=slug).exists():
        texts = fields.pop("texts")
        now = timezone.now()
        project = make_project(slug, owner="lab-lea", labellers=("lab-ada", "lab-ben"), now=now, **fields)
        for example, text in zip(make_examples(project, len(texts), now=now), texts):
            example.data = text if isinstance(text, dict) else {{"text": text}}
            example.save()
""")
    return stack


def select(page: Page, start: int, end: int) -> None:
    """The browser's own selection, from one UTF-16 unit to another, as a finger's handles make it."""
    page.evaluate(
        """([start, end]) => {
          const nodes = [...document.querySelectorAll(".span-words")].flatMap((words) => [...words.childNodes]);
          const place = (offset) => { for (const node of nodes) { if (offset <= node.length) return [node, offset]; offset -= node.length; } };
          getSelection().setBaseAndExtent(...place(start), ...place(end));
        }""",
        [start, end],
    )


def point(page: Page, words: str) -> tuple[float, float]:
    """The middle of these words on the screen."""
    box = page.evaluate(
        """(words) => {
          for (const block of document.querySelectorAll(".span-words")) for (const node of block.childNodes) {
            const at = node.data.indexOf(words);
            if (at === -1) continue;
            const range = document.createRange();
            range.setStart(node, at); range.setEnd(node, at + words.length);
            const { left, top, width, height } = range.getBoundingClientRect();
            return [left, top, width, height];
          }
        }""",
        words,
    )
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def begun(page: Page, slug: str, answers: dict[str, Any]) -> Page:
    """The first example of a project, opened with these answers as a draft that was begun before."""
    start(page, slug)
    press(page, "1")
    page.goto("/projects/")  # the page puts its draft away when it is left
    page.evaluate(
        """async (answers) => {
          const promised = (request) => new Promise((done, failed) => { request.onsuccess = () => done(request.result); request.onerror = failed; });
          const database = await promised(indexedDB.open("workbench-labelling"));
          const drafts = database.transaction("drafts", "readwrite").objectStore("drafts");
          for (const draft of await promised(drafts.getAll())) await promised(drafts.put({ ...draft, value: answers }));
          database.close();
        }""",
        answers,
    )
    return start(page, slug)
