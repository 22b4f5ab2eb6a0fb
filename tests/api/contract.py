"""What an answer looks like, as data: `check(answer, SHAPE)` fails where a field that API.md names is missing or of another type.

A shape is a type, a tuple of types, a value, a list with the shape of each part, or an object with the shapes of its
fields. More fields than those are welcome: the contract grows.
"""

import re
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

NONE = type(None)
NUMBER = (int, float)
FIGURE = object()
ANY = object()
JOB = {
    "id": str, "kind": str, "state": str, "progress": {"done": int, "total": (int, NONE)}, "result": (dict, NONE),
    "error": (str, NONE), "url": str, "waiting_for_worker": bool,
}  # fmt: skip
ERROR = {"code": str, "message": str, "fields": dict}
CODES = {
    400: "invalid", 401: "not_authenticated", 403: "not_allowed", 404: "not_found", 405: "method_not_allowed", 409: "conflict",
    413: "too_large", 415: "unsupported_media_type", 422: "wrong_content", 429: "too_many",
}  # fmt: skip


def page(shape: Any) -> dict[str, Any]:
    """A page of a list; `some(...)` asks for at least one row."""
    return {"next": (str, NONE), "previous": (str, NONE), "results": [shape]}


def check(found: Any, shape: Any, at: str = "answer") -> None:
    if shape is ANY:
        return
    if shape is FIGURE:
        check_figure(found, at)
    elif isinstance(shape, dict):
        assert isinstance(found, dict), f"{at} is no object: {found!r:.200}"
        missing = shape.keys() - found.keys()
        assert not missing, f"{at} lacks {sorted(missing)}; it has {sorted(found)}"
        for name, part in shape.items():
            check(found[name], part, f"{at}.{name}")
    elif isinstance(shape, list):
        assert isinstance(found, list), f"{at} is no list: {found!r:.200}"
        assert found, f"{at} is empty, so that nothing was checked"
        for number, part in enumerate(found):
            check(part, shape[0], f"{at}[{number}]")
    elif isinstance(shape, type | tuple):
        wrong = isinstance(found, bool) and shape in (int, NUMBER)
        assert isinstance(found, shape) and not wrong, f"{at} is {found!r:.200}, not {shape}"
    else:
        assert found == shape, f"{at} is {found!r:.200}, not {shape!r:.200}"


def check_figure(found: Any, at: str) -> None:
    assert isinstance(found, dict) and "value" in found, f"{at} is no figure: {found!r:.200}"
    if found["value"] is None:
        assert isinstance(found.get("undefined"), str) and found["undefined"], f"{at} has no value and does not say why: {found}"
        return
    low_and_high = {"low": (*NUMBER, NONE), "high": (*NUMBER, NONE)}
    counts = {"n_examples": int, "n_labels": int, "n_labellers": int}
    check(found, {"value": NUMBER, **low_and_high, "confidence": 0.95, **counts, "method": str}, at)


def check_error(response: Any, status: int, *, field: str | None = None, code: str | None = None, described_too: bool = True) -> dict[str, Any]:
    """The one error shape, with the code of its status or a narrower `code`; `field` must be named."""
    assert response.status_code == status, (response.status_code, response.content[:300])
    if described_too:
        check_described(response)
    body = response.json()
    check(body, ERROR)
    assert body["code"] == (code or CODES[status]), body
    assert body["message"].strip(), body
    for name, texts in body["fields"].items():
        assert isinstance(texts, list) and all(isinstance(text, str) for text in texts), (name, texts)
    assert field is None or field in body["fields"], body
    return body


@cache
def document() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


@cache
def described(method: str, path: str) -> dict[str, Any]:
    """The operation of the OpenAPI document behind an address."""
    fitting = [
        template for template, item in document()["paths"].items()
        if method.lower() in item and re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), path)
    ]  # fmt: skip
    exact = [template for template in fitting if template == path]
    assert fitting, f"{method} {path} is not in the OpenAPI document"
    return document()["paths"][(exact or fitting)[0]][method.lower()]


def check_described(response: Any) -> None:
    """The answer is one that the OpenAPI document announces: its status, and every field's type."""
    asked = response.request
    if not asked["PATH_INFO"].startswith("/api/v1/"):
        return
    operation = described(asked["REQUEST_METHOD"], asked["PATH_INFO"])
    at = f"{asked['REQUEST_METHOD']} {asked['PATH_INFO']} ({response.status_code})"
    announced = operation["responses"].get(str(response.status_code))
    assert announced, f"{at}: the OpenAPI document has no such answer, only {sorted(operation['responses'])}"
    schema = announced.get("content", {}).get("application/json", {}).get("schema")
    if schema is not None:
        found = Draft202012Validator({**schema, "components": document()["components"]}).iter_errors(response.json())
        wrong = [f"{error.json_path}: {error.message:.200}" for error in found]
        assert wrong == [], f"{at} is not as the OpenAPI document says: {wrong[:5]}"
