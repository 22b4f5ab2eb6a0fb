"""How a view is described in the OpenAPI document: one line over each method.

    @describe("One project", answer=PROJECT)
    def get(self, request, slug): ...

Shapes are plain JSON Schema; errors that every door can answer with are added here and nowhere else.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

Shape = dict[str, Any]

TEXT: Shape = {"type": "string"}
WHOLE: Shape = {"type": "integer"}
NUMBER: Shape = {"type": "number"}
TRUTH: Shape = {"type": "boolean"}
TIME: Shape = {"type": "string", "format": "date-time"}
ANYTHING: Shape = {}
FREE: Shape = {"type": "object", "additionalProperties": True}


def thing(needed: Mapping[str, Shape], /, **optional: Shape) -> Shape:
    """An object with these fields; more may come in later versions."""
    return {"type": "object", "properties": {**needed, **optional}, "required": list(needed)}


def maybe(shape: Shape) -> Shape:
    """The shape, or null."""
    return {"oneOf": [shape, {"type": "null"}]} if "type" not in shape else {**shape, "type": [shape["type"], "null"]}


def many(shape: Shape) -> Shape:
    return {"type": "array", "items": shape}


def pages(shape: Shape) -> Shape:
    """One page of a cursor-paged list."""
    return thing({"next": maybe(TEXT), "previous": maybe(TEXT), "results": many(shape)})


ERROR = thing({"code": TEXT, "message": TEXT, "fields": {"type": "object", "additionalProperties": many(TEXT)}})
JOB = thing(
    {
        "id": {"type": "string", "format": "uuid"},
        "kind": TEXT,
        "state": {"type": "string", "enum": ["queued", "running", "done", "failed", "cancelled"]},
        "progress": thing({"done": WHOLE, "total": maybe(WHOLE)}),
        "result": maybe(FREE),
        "error": maybe(TEXT),
        "url": TEXT,
        "waiting_for_worker": TRUTH,
    }
)
ACCEPTED = thing({"job": JOB})
FIGURE = thing(
    {"value": maybe(NUMBER)},
    low=maybe(NUMBER),
    high=maybe(NUMBER),
    confidence=NUMBER,
    n_examples=WHOLE,
    n_labels=WHOLE,
    n_labellers=WHOLE,
    method=TEXT,
    undefined=TEXT,
)
NAMED = {"Error": ERROR, "Job": JOB, "Figure": FIGURE}  # told once in the document, and referred to
SENTENCES = {
    400: "Something in the request is not what was asked for; nothing was stored.",
    401: "No token, or one that is not known.",
    403: "The role or the token's scopes do not allow it.",
    404: "Not there, or not there for this viewer.",
    409: "The state does not allow it.",
    413: "Too large.",
    422: "A file was taken, but what is in it is wrong.",
    429: "Too many at once.",
}


def describe(
    summary: str,
    *,
    answer: Shape | None = None,
    status: int = 200,
    body: Shape | None = None,
    multipart: Shape | None = None,
    query: Iterable[str | tuple[str, str]] = (),
    errors: Iterable[int] = (400, 401, 403, 404),
    also: Mapping[int, Shape | None] | None = None,
    paged: bool = False,
    file: str | None = None,
) -> Callable[[Any], Any]:
    """Describe one method of a view. `query` names parameters, with a sentence each where one helps; `also` gives further
    answers by status; `paged` adds the cursor's parameters and wraps the answer in a page; `file` is the media type of an answer
    that is a file."""
    request: Any = None
    if body is not None:
        request = {"application/json": body}
    if multipart is not None:
        request = {"multipart/form-data": multipart} | (request or {})
    if paged and answer is not None:
        answer = pages(answer)
        query = [*query, ("cursor", "from next or previous"), ("page_size", "up to 1,000")]
    responses: dict[Any, Any] = {status: _response(answer, "Done.")}
    if file is not None:
        responses = {(status, file): OpenApiResponse(OpenApiTypes.BINARY, description="The file.")}
    for number, shape in (also or {}).items():
        responses[number] = _response(shape, "Done.")
    for number in errors:
        responses[number] = OpenApiResponse(ERROR, description=SENTENCES[number])
    parameters = [
        OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.QUERY, description=text)
        for name, text in (pair if isinstance(pair, tuple) else (pair, "") for pair in query)
    ]
    name = re.sub(r"[^a-z0-9]+", "_", summary.lower()).strip("_")  # summaries are unique, so operations are
    return extend_schema(summary=summary, operation_id=name, request=request, responses=responses, parameters=parameters)


def _response(shape: Shape | None, words: str) -> Any:
    return OpenApiResponse(description=words) if shape is None else OpenApiResponse(shape, description=words)


def name_shapes(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of the generator: shapes that stand in many answers become components, so that clients get a type for each;
    and every door asks for a token or a session."""

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            name = next((name for name, shape in NAMED.items() if node == shape), None)
            return {"$ref": f"#/components/schemas/{name}"} if name else {key: walk(value) for key, value in node.items()}
        return [walk(part) for part in node] if isinstance(node, list) else node

    result["paths"] = walk(result["paths"])
    for item in result["paths"].values():
        for operation in item.values():  # views let everybody in as far as their own check, which lets nobody in
            operation["security"] = [way for way in operation["security"] if way]
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas |= {name: {key: walk(value) for key, value in shape.items()} for name, shape in NAMED.items()}
    return result
