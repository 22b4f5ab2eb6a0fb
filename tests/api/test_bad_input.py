"""No input gives a 500: every door with a lead's token, and in each good request one thing wrong after the other.

Doors, their methods and query parameters come from the routes and the OpenAPI document; good bodies stand here. Each
request is rolled back, so that the next one meets the same state. Refusals must have the one error shape.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from labelling import tasks
from labelling.access import Role
from labelling.discuss.models import Case
from labelling.jobs.models import Job
from labelling.label.models import Label
from labelling.projects import services as projects
from labelling.projects.models import Membership
from tests import factories
from tests.api.nasty import BODIES, CURSORS, PLACES, QUERIES, mutations
from tests.api.test_doors import DOORS, MULTIPART
from tests.factories import NOW, SENTIMENT, STRENGTH, make_examples, make_project, viewer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_folder")]
JSON = "application/json"
GOOD: dict[tuple[str, str], Any] = {
    ("POST", "users/"): {"username": "zoe", "password": "long-enough-for-tests", "display_name": "Zoe"},
    ("POST", "users/<username>/tokens/"): {"name": "t", "purpose": "p", "scopes": ["read"], "project": "reviews", "expires_at": "2099-01-01T00:00:00Z"},
    ("POST", "projects/"): {
        "slug": "new", "name": "New", "description": "d", "display": [{"field": "text", "as": "text"}], "tags": [{"key": "irony", "name": "Irony"}],
        "questions": [{**SENTIMENT, "classes": SENTIMENT["classes"][:2]}, {**STRENGTH, "step": 1, "names": {"1": "low"}, "show_if": {"question": "sentiment", "is": ["pos"]}}],
        "labels_per_example": 3, "guidelines": "# How", "order": "sequence", "seed": 1, "lease_seconds": 600, "target_alpha": 0.8,
    },
    ("PATCH", "{}"): {"name": "New", "description": "d", "labels_per_example": 2, "order": "shuffled", "lease_seconds": 600, "target_alpha": 0.8, "tags": [{"key": "irony", "name": "Irony"}],
                     "labelling": {"overlap": {"adaptive": True, "most": 4, "confidence": 0.8, "budget": 5}}},
    ("POST", "{}members/"): {"username": "mallory", "role": "labeller"},
    ("POST", "{}guidelines/"): {"text": "# How", "reason": "r", "cases": [1]},
    ("POST", "{}sources/"): {
        "key": "more", "name": "Web", "owner": "o", "licence": "l", "origin": "other", "collected_from": "2026-01-01", "collected_to": "2026-02-01T00:00:00Z",
        "cost_per_example": 0.1, "currency": "EUR", "expected_every": "P7D", "notes": "n",
    },
    ("POST", "{}slices/"): {
        "name": "Short", "key": "short", "conditions": [
            {"field": "meta.lab", "is": ["north"], "not": True}, {"field": "length.text", "at_least": 1, "at_most": 20},
            {"field": "data.text", "contains": "a"}, {"field": "source", "missing": True},
        ],
    },
    ("PATCH", "{}slices/<slice_id>/"): {"name": "Other"},
    ("POST", "{}notes/"): {"date": "2026-03-02", "text": "Ben joined"},
    ("PATCH", "{}notes/<note_id>/"): {"date": "2026-03-03", "text": "Ben came"},
    ("POST", "{}assignments/"): {"count": 1},
    ("POST", "assignments/<assignment_id>/skip/"): {"reason": "unsure"},
    ("POST", "assignments/<assignment_id>/label/"): {
        "value": {"sentiment": "pos", "strength": 2}, "tags": ["borderline"], "comment": "c", "seconds": 1.5, "client_id": str(uuid4()), "schema_version": 1,
        "guideline_version": 1, "confidence": 0.5,
    },
    ("POST", "{}qualification/tries/"): {"username": "ada"},
    ("POST", "{}cases/"): {"example": "e1", "reason": "reported", "note": "n"},
    ("POST", "{}schema/"): {
        "questions": [{**SENTIMENT, "classes": [{"key": "good", "name": "Good"}, *SENTIMENT["classes"][1:2]]}, STRENGTH], "reason": "r", "relabel": False,
        "changes": [{"question": "sentiment", "op": "rename", "from": ["pos"], "to": ["good"]}, {"question": "sentiment", "op": "retire", "from": ["mix"], "to": []}],
    },
    ("POST", "cases/<case_id>/remarks/"): {"text": "I, @ada, say"},
    ("POST", "cases/<case_id>/invite/"): {"username": "ada"},
    ("POST", "cases/<case_id>/assign/"): {"username": "dora"},
    ("POST", "cases/<case_id>/resolve/"): {
        "outcome": "answer", "value": {"sentiment": "pos", "strength": 1}, "cause": "slip", "note": "n", "gold": True, "seen": [1], "standing": None,
    },
    ("POST", "{}versions/"): {
        "note": "n", "consensus": {"method": "majority", "min_labels": 1, "min_confidence": 0.5, "ties": "leave_out"},
        "include": {"states": ["complete", "in_review"], "sources": None, "meta": {"lab": ["north"]}}, "exclude_tags": ["borderline"],
        "splits": {"train": 0.8, "test": 0.2}, "stratify": True, "group_by": "meta.lab", "keep_splits_of": 1, "seed": 7, "growth_reason": "g", "formats": ["csv"],
    },
    ("POST", "{}versions/<number>/recall/"): {"reason": "r"},
    ("POST", "{}suspects/"): {"question": "sentiment", "evaluation": None},
    ("POST", "{}suspects/send/"): {"question": "sentiment", "run": None, "of": "answer", "worst": 3},
    ("POST", "{}audits/"): {"question": "sentiment", "examples": 2, "seed": 5, "run": "newest"},
    ("POST", "{}audits/<audit_id>/answers/"): {"place": 1, "verdict": "right"},
    ("POST", "{}near-duplicates/send/"): {"group": 1, "run": None},
    ("POST", "{}agreement-runs/"): {"question": "sentiment"},
    ("POST", "{}models/"): {"name": "m", "version": "1", "trained_on": 1, "code": "c", "parameters": {"a": 1}, "environment": {"b": 2}, "notes": "n"},
}  # fmt: skip
FORMS: dict[str, dict[str, Any]] = {
    "{}imports/": {"source": "web", "format": "csv", "mapping": '{"key": "id", "data": {"text": "text"}, "meta": ["lab"]}', "dry_run": "true", "priority": "1"},
    "{}label-imports/": {"format": "csv"},
    "{}suggestion-imports/": {"model": "m", "format": "csv"},
    "{}resolution-imports/": {"format": "csv"},
    "{}evaluations/": {"model": "1", "version": "1", "split": "train"},
}  # fmt: skip
FILES = {
    "empty": b"", "null bytes": b"\x00" * 50, "half UTF-8": b"key,text\n\xff\xfe,\xc3", "ragged": b"key,text\na\nb,c,d,e\n", "no end": b'key,text\n"a,b\n', "a ZIP cut off": b"PK\x03\x04abc",
    "Parquet cut off": b"PAR1abcPAR1", "JSON bomb": b"[" * 50_000, "surrogate": b'{"key": "\\ud800", "text": "a"}', "UTF-16": "key,text\na,b".encode("utf-16"),
    "odd rows": b'{"id": 5, "key": [], "example": {}, "labeller": 7, "sentiment": [1], "text": {"a": null}, "seconds": "x", "round": -1}\n{"key": "\\u0000", "example": "e0", "labeller": "a b", "sentiment": null}\n[]\n7\n{"example": "e1", "labeller": "ada", "sentiment": "pos", "strength": 1e400, "seconds": -1, "round": 9999999999999999999999, "labelled_at": "9999-99-99", "tags": "nothing", "gold": 7}\n',
}
GOOD_FILES = {
    "{}imports/": b"id,text,lab\nn1,New,north\nn2,Newer,south\n", "{}label-imports/": b"example,labeller,sentiment,strength\ne3,ben,pos,1\n",
    "{}suggestion-imports/": b"example,sentiment,strength,confidence\ne0,pos,2,0.5\n",
    "{}resolution-imports/": b"example,sentiment,strength\ne0,pos,2\n", "{}evaluations/": b"key,sentiment,strength\ne0,pos,1\ne1,pos,1\ne2,neg,2\n",
}  # fmt: skip
TEXTS = ["", "\x00", "👩🏽‍🚀", "x" * 3000, "9" * 40, "-1", "²", "{", "[]", "null", '{"key": 1}', '{"data": {"text": null}}', '{"meta": "lab"}', "[" * 5000, "1.5", "zip", "parquet", "label_studio", "jsonl", "maybe"]


@pytest.fixture
def place() -> dict[str, Any]:
    """Dora leads a project that holds one of everything."""
    for name in ("dora", "mallory"):
        factories.make_user(name)
    project = make_project(questions=[SENTIMENT, STRENGTH], labels_per_example=2, labellers=("ada", "ben"))
    projects.add_member(actor=viewer("lea"), slug="reviews", username="dora", role=Role.LEAD, now=NOW)
    Membership.objects.filter(user__username="ada").update(tries=1, qualification_score=0.0)  # waits for another try
    make_examples(project, 4)
    for name, answer in (("ada", "pos"), ("ben", "neg")):
        for leased in factories.lease(name, count=3):
            factories.submit(name, leased.id, {"sentiment": answer if leased.key != "e1" else "pos", "strength": 2})
    [leased] = factories.lease("dora")
    dora = factories.api("dora")
    file = SimpleUploadedFile("more.csv", b"key,text,lab\nx1,More,north\nx1,Twice,north\nx2,More,north\n")
    job = dora.post("/api/v1/projects/reviews/imports/", {"file": file}, format="multipart").json()["job"]
    tasks.run_queued()
    dora.post("/api/v1/projects/reviews/versions/", {"include": {"states": ["complete", "in_review"]}, "consensus": {"ties": "keep"}, "splits": {"train": 1}})
    tasks.run_queued()
    for door in ("suspects", "near-duplicates"):
        dora.post(f"/api/v1/projects/reviews/{door}/", {})
    tasks.run_queued()
    drawn = dora.post("/api/v1/projects/reviews/audits/", {"examples": 3}).json()["id"]
    case = Case.objects.order_by("pk").first()
    dora.post("/api/v1/projects/reviews/sources/", {"key": "web", "name": "The web"})
    model = dora.post("/api/v1/projects/reviews/models/", {"name": "first", "version": "1"}).json()["id"]
    kept = dora.post("/api/v1/projects/reviews/slices/", {"name": "North", "conditions": [{"field": "meta.lab", "is": ["north"]}]}).json()
    note = dora.post("/api/v1/projects/reviews/notes/", {"text": "Ben joined"}).json()
    return {
        "slice_id": kept["id"], "note_id": note["id"],
        "job_id": job["id"], "path": "x1", "assignment_id": leased.id, "case_id": case.pk, "number": 1, "name": "train.csv", "evaluation_id": 7, "username": "dora", "audit_id": drawn,
        "seen": list(Label.objects.filter(example=case.example).values_list("pk", flat=True)), "model": str(model), "case": case.pk,
    }  # fmt: skip


@pytest.fixture
def knock(place) -> Any:
    """knock(method, path, ...): the request, rolled back; what goes wrong is gathered and fails the test at its end."""
    faults: list[str] = []
    clients = {name: factories.api(name) for name in ("dora",)}
    factories.make_user("root", is_staff=True)
    clients["root"] = factories.api("root")
    for client in clients.values():
        client.raise_request_exception = False

    def ask(method: str, path: str, data: Any = None, *, what: str = "", content_type: str = JSON, **more: Any) -> Any:
        client: APIClient = clients["root" if path.startswith("users/") else "dora"]
        body = {} if data is None else {"data": data, "content_type": content_type}
        with transaction.atomic():
            answer = client.generic(method, f"/api/v1/{path}", **body, **more)
            if answer.streaming:
                b"".join(answer.streaming_content)
            if answer.status_code == 202 and method == "POST" and not path.endswith("?preview=true"):
                tasks.run_queued()
                job = Job.objects.get(id=answer.json()["job"]["id"])
                if job.state not in ("done", "failed") or job.error.startswith("It broke off"):
                    faults.append(f"{method} {path} [{what}]: its job {job.state} {job.error}")
            transaction.set_rollback(True)
        said = f"{method} {path[:90]} [{what}]"
        if answer.status_code >= 500:
            error = getattr(answer, "exc_info", None)
            where = []
            trace = error[2] if error else None
            while trace:
                code = trace.tb_frame.f_code
                if "/labelling/" in code.co_filename:
                    where.append(f"{code.co_filename.rpartition('/labelling/')[2]}:{trace.tb_lineno}")
                trace = trace.tb_next
            faults.append(f"{said}: {answer.status_code} {error[0].__name__ if error else ''}: {str(error[1])[:160] if error else ''} at {' > '.join(where[-4:])}")
        elif answer.status_code >= 400 and method != "HEAD":
            try:
                found = answer.json()
                assert {"code", "message", "fields"} <= set(found) and found["message"] and isinstance(found["fields"], dict)
                assert all(isinstance(text, str) for texts in found["fields"].values() for text in texts)
            except (AssertionError, ValueError, TypeError):
                faults.append(f"{said}: {answer.status_code} without the error shape: {answer.content[:200]!r}")
        return answer

    yield ask
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(short(faults))


def short(faults: list[str]) -> list[str]:
    """One of each kind: those that break at the same place are one."""
    kinds: dict[str, str] = {}
    for fault in faults:
        kinds.setdefault(fault.rpartition(" at ")[2] if " at " in fault else fault, fault)
    return list(kinds.values())[:40]


def address(template: str, place: dict[str, Any], **other: Any) -> str:
    path = template.replace("{}", "projects/reviews/")
    for name in re.findall(r"<(\w+)>", path):
        path = path.replace(f"<{name}>", str({**place, **other}[name]))
    return path


def good(method: str, template: str, place: dict[str, Any]) -> Any:
    body = GOOD[method, template]
    changed = {"seen": place["seen"]} if "seen" in body else {"cases": [place["case"]]} if "cases" in body else {}
    return {**body, **changed}


def test_good_requests_are_let_in_so_that_what_follows_reaches_the_inside(place, knock):
    wanted = {"POST": (200, 201, 202), "PATCH": (200,)}
    for method, template in GOOD:
        answer = knock(method, address(template, place), json.dumps(good(method, template, place)))
        assert answer.status_code in wanted[method], (template, answer.content)


@pytest.mark.parametrize("door", GOOD, ids=lambda door: f"{door[0]} {door[1]}")
def test_one_thing_wrong_in_a_good_body_is_no_500(place, knock, door):
    method, template = door
    path = address(template, place)
    for what, body in mutations(good(method, template, place)):
        knock(method, path, json.dumps(body), what=what)
    for what, raw in BODIES.items():
        knock(method, path, raw, what=what)
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x", "a", "application/json; charset=utf-99"):
        knock(method, path, b"--x\r\n\x00", what=content_type, content_type=content_type)


def test_addresses_that_lead_nowhere_are_no_500(place, knock):
    for method, template in DOORS:
        names = re.findall(r"<(\w+)>", template) + (["slug"] if "{}" in template else [])
        for name in names:
            for value in PLACES:
                path = address(template.replace("{}", "projects/<slug>/"), {**place, "slug": "reviews"}, **{name: value})
                body = json.dumps(good(method, template, place)) if (method, template) in GOOD else None
                knock(method, path, body, what=f"{name} = {value[:20]}")
    for method in ("PUT", "DELETE", "TRACE", "OPTIONS", "HEAD"):
        for template in {template for _, template in DOORS}:
            knock(method, address(template, place), what="another method")
    for path in ("", "nothing/", "projects", "projects//", "%00", "projects/reviews/nothing/", "projects/reviews"):
        knock("GET", path, what="no such address")


def queries() -> Iterator[tuple[str, list[str]]]:
    """(address, names of its query parameters) of every GET, from the OpenAPI document."""
    for path, item in SchemaGenerator().get_schema(request=None, public=True)["paths"].items():
        if "get" in item:
            names = [one["name"] for one in item["get"].get("parameters", []) if one["in"] == "query"]
            template = path.removeprefix("/api/v1/").replace("projects/{slug}/", "{}").replace("{key}", "<path>")
            yield re.sub(r"\{(\w+)\}", r"<\1>", template), names


def test_queries_that_mean_nothing_are_no_500(place, knock):
    found = dict(queries())
    assert {"{}examples/", "{}cases/", "{}agreement/"} <= found.keys()
    for template, names in found.items():
        if template.startswith("schema"):
            continue
        path = address(template, place)
        for name in names:
            called = ["meta.lab", "meta.", "meta.a__b", "meta.a'b\x00"] if name == "meta.NAME" else [name]
            for one in called:
                for value in [*QUERIES, *CURSORS] if name == "cursor" else QUERIES:
                    knock("GET", path, what=f"{one} = {value!r:.60}", QUERY_STRING=encoded({one: value}))
        knock("GET", path, what="odd bytes", QUERY_STRING="a=%ff%fe&b[]=1&&=&cursor=%")
        knock("GET", path, what="HTML", HTTP_ACCEPT="text/html")


def encoded(query: dict[str, Any]) -> str:
    from urllib.parse import urlencode

    return urlencode(query)


def test_headers_that_mean_nothing_are_no_500(place, knock):
    path = address("{}versions/<number>/files/<name>", place)
    for value in ("bytes=", "bytes=-", "bytes=9-1", "bytes=0-1,3-4", "bytes=" + "9" * 40 + "-", "items=1-2", "bytes=²-³", "bytes=-0", "\x7f", "bytes=0-" + "9" * 30):
        knock("GET", path, what=f"Range {value[:30]}", HTTP_RANGE=value)
        knock("GET", path, what=f"If-None-Match {value[:30]}", HTTP_IF_NONE_MATCH=value)
        knock("GET", path, what=f"If-Range {value[:30]}", HTTP_RANGE="bytes=0-1", HTTP_IF_RANGE=value)
    for value in ("Bearer", "Bearer ", "Bearer a b", "Bearer é", "Bearer \x00", "Basic abc", "Bearer " + "x" * 5000, "bearer wb_x", "Token"):
        knock("GET", "projects/", what=f"Authorization {value[:30]}", HTTP_AUTHORIZATION=value)


@pytest.mark.parametrize("template", sorted(MULTIPART))
def test_forms_and_files_that_mean_nothing_are_no_500(place, knock, template):
    path, fields = address(template, place), {**FORMS[template]}
    name = "predictions" if template == "{}evaluations/" else "file"
    if "model" in fields:
        fields["model"] = place["model"]
    assert send(knock, path, fields, name, GOOD_FILES[template], what="as it should be").status_code == 202
    for what, content in {**FILES, "good": GOOD_FILES[template]}.items():
        for form in (fields.get("format"), None, "jsonl", "json", "parquet", "zip", "label_studio"):
            send(knock, path, {**fields, "format": form}, name, content, what=f"{what} as {form}")
    for field in fields:
        for value in TEXTS:
            send(knock, path, {**fields, field: value}, name, GOOD_FILES[template], what=f"{field} = {value[:30]!r}")
    for file_name in ("", "../../etc/passwd", "a\x00b.csv", "x" * 2000, "👩🏽‍🚀.csv", ".csv", "a/b.csv"):
        send(knock, path, fields, name, GOOD_FILES[template], what=f"called {file_name[:30]!r}", file_name=file_name)
    for what, raw in BODIES.items():
        knock("POST", path, raw, what=what)
        knock("POST", path, raw, what=f"{what} as a form", content_type="multipart/form-data; boundary=b")
    knock("POST", path, json.dumps({**fields, name: "a text"}), what="no file")


def send(knock: Any, path: str, fields: dict[str, Any], name: str, content: bytes, *, what: str, file_name: str = "data.bin") -> Any:
    lines: list[bytes] = []
    for field, value in fields.items():
        if value is not None:
            lines += [b"--B", f'Content-Disposition: form-data; name="{field}"'.encode(), b"", value.encode()]
    lines += [b"--B", f'Content-Disposition: form-data; name="{name}"; filename="{file_name}"'.encode(), b"Content-Type: application/octet-stream", b"", content, b"--B--", b""]
    return knock("POST", path, b"\r\n".join(lines), what=what, content_type="multipart/form-data; boundary=B")


TEXT = st.text(max_size=8) | st.sampled_from(["text", "pos", "sentiment", "e1", "\x00", "\ud800", "train"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=8
)


@pytest.mark.parametrize("door", GOOD, ids=lambda door: f"{door[0]} {door[1]}")
def test_bodies_made_by_chance_are_no_500(place, knock, door):
    method, template = door
    path, base = address(template, place), good(*door, place)
    changes = st.dictionaries(st.sampled_from(sorted(base)), ANYTHING, min_size=1, max_size=3)

    @settings(max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(changes)
    def send_it(change: dict[str, Any]) -> None:
        knock(method, path, json.dumps({**base, **change}), what=json.dumps(change)[:200])

    send_it()
