"""No input gives a 500 on any page: addresses, queries, and every field of every form that the pages show.

Forms are found where they stand: each page is opened as the lead and as a labeller, and each of its forms is sent back
with one field after the other holding what no browser sends. Each request is rolled back.
"""

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from labelling import tasks
from labelling.access import Role
from labelling.discuss.models import Case
from labelling.jobs.models import Job
from labelling.projects import services as projects
from labelling.web.urls import urlpatterns
from tests import factories
from tests.factories import NOW, SENTIMENT, STRENGTH, make_examples, make_project, make_user, viewer
from tests.web.people import browse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_folder")]
VALUES = ["", "\x00👩🏽‍🚀", "9" * 40, "²", "[[["]
QUERIES = ["question", "by", "per", "to", "level", "state", "tag", "q", "source", "batch", "key", "page", "cursor", "a", "b", "pair", "assigned_to", "labeller", "reference", "examples", "said", "wanted", "order", "version", "from", "case", "meta", "is", "name", "value", "next", "split"]
PLACES = ["0", "9" * 18, "9" * 30, "%00", "%F0%9F%98%80", "%ED%A0%80", "%C2%B2", ".."]


class Forms(HTMLParser):
    """The forms of a page: (method, action, {field: value})."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("method", "get").lower(), given.get("action", ""), {}))
        elif tag in ("input", "select", "textarea", "button") and given.get("name") and self.forms:
            choice = given.get("type") in ("radio", "checkbox")
            if not choice or "checked" in given:
                self.forms[-1][2][given["name"]] = given.get("value", "on" if choice else "")
            else:
                self.forms[-1][2].setdefault(given["name"], "")


@pytest.fixture
def place() -> dict[str, Any]:
    """A project that holds one of everything, so that every page has something to show."""
    make_user("dora", is_staff=True)
    project = make_project(questions=[SENTIMENT, STRENGTH], labels_per_example=2, labellers=("ada", "ben"))
    projects.add_member(actor=viewer("lea"), slug="reviews", username="dora", role=Role.LEAD, now=NOW)
    make_examples(project, 4)
    for name, answer in (("ada", "pos"), ("ben", "neg")):
        for leased in factories.lease(name, count=3):
            factories.submit(name, leased.id, {"sentiment": answer if leased.key != "e1" else "pos", "strength": 2})
    lea = factories.api("lea")
    file = SimpleUploadedFile("more.csv", b"key,text\nx1,More\nx1,Twice\n")
    lea.post("/api/v1/projects/reviews/imports/", {"file": file}, format="multipart")
    lea.post("/api/v1/projects/reviews/versions/", {"include": {"states": ["complete", "in_review"]}, "consensus": {"ties": "keep"}, "splits": {"train": 1}})
    kept = lea.post("/api/v1/projects/reviews/slices/", {"name": "North", "conditions": [{"field": "meta.lab", "is": ["north"]}]}).json()
    note = lea.post("/api/v1/projects/reviews/notes/", {"text": "Ben joined"}).json()
    lea.post("/api/v1/projects/reviews/suspects/", {})
    tasks.run_queued()
    drawn = lea.post("/api/v1/projects/reviews/audits/", {"examples": 3}).json()["id"]
    Job.objects.update(created_by=viewer("dora").user_id)
    return {"audit_id": drawn, "slice_id": kept["id"], "note_id": note["id"], "slug": "reviews", "key": "e0", "job_id": Job.objects.get(kind="import").id, "case_id": Case.objects.order_by("pk").first().pk, "number": 1, "username": "ada", "token_id": 1, "evaluation_id": 1, "name": "a.png", "path": "a.png"}


@pytest.fixture
def visit(place) -> Any:
    faults: dict[str, str] = {}
    clients = {name: browse(name, is_staff=name == "dora") for name in ("dora", "ada")}
    for client in clients.values():
        client.raise_request_exception = False

    def ask(who: str, method: str, path: str, data: Any = None, what: str = "") -> Any:
        client: Client = clients[who]
        with transaction.atomic():
            answer = client.post(path, data or {}) if method == "post" else client.get(path)
            transaction.set_rollback(True)
        if answer.status_code >= 500:
            error = getattr(answer, "exc_info", None)
            where, trace = "", error[2] if error else None
            while trace:
                name = trace.tb_frame.f_code.co_filename
                where = f"{name.rpartition('/labelling/')[2]}:{trace.tb_lineno}" if "/labelling/" in name else where
                trace = trace.tb_next
            faults.setdefault(where, f"{who} {method} {path[:80]} [{what}]: {error[0].__name__ if error else ''}: {str(error[1])[:150] if error else ''} at {where}")
        return answer

    yield ask
    assert not faults, "\n".join(faults.values())


def addresses(place: dict[str, Any]) -> dict[str, list[str]]:
    """Template of each page's address → the names in it."""
    return {str(pattern.pattern): list(pattern.pattern.converters) for pattern in urlpatterns}


def filled(template: str, place: dict[str, Any], **other: Any) -> str:
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str({**place, **other}[found[1]]), template)


@pytest.mark.parametrize("who", ["dora", "ada"])
def test_addresses_and_queries_that_mean_nothing(place, visit, who):
    for template, names in addresses(place).items():
        for name in names:
            for value in PLACES:
                visit(who, "get", filled(template, place, **{name: value}), what=f"{name} = {value[:20]}")
        path = filled(template, place)
        for value in VALUES:
            visit(who, "get", f"{path}?{urlencode(dict.fromkeys(QUERIES, value))}", what=f"all = {value[:20]!r}")
        for number, name in enumerate(QUERIES if who == "dora" else []):  # one alone gets further than all together
            value = VALUES[1:][number % 4]
            visit(who, "get", f"{path}?{urlencode({name: value})}", what=f"{name} = {value[:20]!r}")


@pytest.mark.parametrize("who", ["dora", "ada"])
def test_forms_with_one_field_that_means_nothing(place, visit, who):
    seen = set()
    for template in addresses(place):
        path = filled(template, place)
        page = visit(who, "get", path)
        if page.status_code != 200 or "text/html" not in page["Content-Type"]:
            continue
        found = Forms()
        found.feed(page.content.decode())
        for method, action, fields in found.forms:
            target = action if action.startswith("/") else path
            if method != "post" or (target, *fields) in seen or target.startswith("/accounts/"):
                continue
            seen.add((target, *fields))
            visit(who, "post", target, fields, what="as it stands")
            visit(who, "post", target, {}, what="nothing")
            for name in fields:
                for value in VALUES:
                    visit(who, "post", target, {**fields, name: value}, what=f"{name} = {value[:20]!r}")
                visit(who, "post", target, {**fields, name: SimpleUploadedFile("a.csv", b"\xff\x00")}, what=f"{name} is a file")
                visit(who, "post", target, {**fields, name: ["1", "2", "\x00"]}, what=f"{name} three times")
    assert len(seen) > (20 if who == "dora" else 1)
