"""The OpenAPI document: valid, of every route, and the same as the one that is kept in tests/openapi.json."""

import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from tests.api.test_doors import routes
from tests.factories import api

SNAPSHOT = Path(__file__).resolve().parent.parent / "openapi.json"
RECORD = "WORKBENCH_RECORD"
HOW = f"Look at what changed. Where it only adds to API.md, record it anew: {RECORD}=1 python3 manage.py test tests/api/test_openapi.py"
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    made = SchemaGenerator().get_schema(request=None, public=True)
    return json.loads(json.dumps(made))  # plain JSON, without the generator's lazy parts


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(method.upper(), path): item[method] for path, item in document["paths"].items() for method in METHODS & set(item)}


def written(document: dict[str, Any]) -> str:
    """The document with a line for each operation and each shape, so that a change of one is a change of one line."""
    found = [f"{method} {path} {json.dumps(operation, sort_keys=True)}" for (method, path), operation in operations(document).items()]
    found += [f"{kind} {name} {json.dumps(shape, sort_keys=True)}" for kind, shapes in document["components"].items() for name, shape in shapes.items()]
    found.append(f"info {json.dumps([document['openapi'], document['info']], sort_keys=True)}")
    return json.dumps(sorted(found), indent=0) + "\n"


def test_it_is_a_valid_document(document):
    validate_schema(document)


def test_it_describes_every_route_and_nothing_else(document):
    wanted = {(method, address) for method, address in routes() if address != "schema/"}  # it does not describe itself
    found = {
        (method, re.sub(r"\{(\w+)\}", r"<\1>", path.removeprefix("/api/v1/").replace("projects/{slug}/", "PROJECT")).replace("<key>", "<path>").replace("PROJECT", "{}"))
        for method, path in operations(document)
    }  # fmt: skip
    assert found == wanted


def test_each_operation_has_a_name_and_a_summary_of_its_own(document):
    ids = Counter(operation["operationId"] for operation in operations(document).values())
    assert [name for name, count in ids.items() if count > 1] == []
    assert all(operation["summary"] and operation["summary"] != operation["operationId"] for operation in operations(document).values())


def test_each_operation_asks_for_a_token_or_a_session_and_names_its_refusals(document):
    for door, operation in operations(document).items():
        assert operation["security"] == [{"token": []}, {"session": []}], door
        refusals = {status: answer for status, answer in operation["responses"].items() if status.startswith("4")}
        assert "401" in refusals, door
        for status, answer in refusals.items():
            assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}, (door, status)


def test_each_body_and_each_answer_has_a_shape(document):
    without = []
    for door, operation in operations(document).items():
        for status, answer in operation["responses"].items():
            if status.startswith("2") and status != "204" and not answer.get("content"):
                without.append((*door, status))
        if door[0] in ("POST", "PATCH") and "requestBody" not in operation:
            without.append(door)
    # What takes no body at all:
    nothing_to_say = ("/cancel/", "/release/", "/reopen/")
    assert [door for door in without if not door[1].endswith(nothing_to_say)] == []


def test_it_is_the_one_that_is_kept(document):
    if os.environ.get(RECORD):
        SNAPSHOT.write_text(written(document))
    kept = set(json.loads(SNAPSHOT.read_text()))
    now = set(json.loads(written(document)))
    changes = [f"- {line[:300]}" for line in sorted(kept - now)] + [f"+ {line[:300]}" for line in sorted(now - kept)]
    assert changes == [], HOW + "\n" + "\n".join(changes)


@pytest.mark.django_db
def test_it_is_served_to_everybody_as_yaml_and_as_json():
    nobody = api(None)
    assert nobody.get("/api/v1/schema/").content.startswith(b"openapi: 3.1")
    assert nobody.get("/api/v1/schema/?format=json").json()["info"]["title"] == "Workbench"
