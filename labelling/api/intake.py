"""Sources, imports and examples."""

from collections.abc import Iterator
from csv import writer
from typing import Any

from django.http import StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from labelling.api.base import View, body_of
from labelling.api.docs import ACCEPTED, FREE, NUMBER, TEXT, TIME, WHOLE, describe, maybe, thing
from labelling.errors import Invalid, TooLarge
from labelling.intake import selectors, services
from labelling.intake.services.uploads import max_upload_bytes

SOURCE = thing(
    {"key": TEXT, "name": TEXT, "origin": {"type": "string", "enum": ["person", "device", "third_party", "model", "other"]}},
    owner=TEXT,
    licence=TEXT,
    collected_from=maybe(TIME),
    collected_to=maybe(TIME),
    cost_per_example=maybe(NUMBER),
    currency=TEXT,
    expected_every=TEXT,
    notes=TEXT,
)
EXAMPLE = thing(
    {
        "id": WHOLE,
        "key": TEXT,
        "data": FREE,
        "meta": FREE,
        "source": maybe(TEXT),
        "batch": maybe(WHOLE),
        "state": {"type": "string", "enum": ["open", "complete", "in_review", "resolved", "regather", "dropped"]},
        "labels_wanted": WHOLE,
        "labels_counted": WHOLE,
    },
    round=WHOLE,
    priority=WHOLE,
)
IMPORT = thing(
    {"file": {"type": "string", "format": "binary"}},
    source=TEXT,
    format={"type": "string", "enum": ["csv", "jsonl", "json", "parquet", "zip", "label_studio"]},
    mapping={"type": "string", "description": 'JSON: {"key": "id", "data": {"text": "sentence"}, "meta": ["lab"]}'},
    dry_run={"type": "string", "enum": ["true", "false"]},
    priority=WHOLE,
)
ROOM_FOR_FORM = 1024 * 1024  # of a multipart request, besides its file


class Sources(View):
    """`GET|POST /projects/{slug}/sources/`."""

    @describe("The sources of a project", answer=SOURCE, paged=True)
    def get(self, request: Request, slug: str) -> Response:
        return self.page(selectors.list_sources(self.viewer, slug), lambda rows: map(selectors.describe_source, rows))

    @describe("Create a source", body=SOURCE, answer=SOURCE, status=201, errors=(400, 401, 403, 404, 409))
    def post(self, request: Request, slug: str) -> Response:
        source = services.create_source(actor=self.viewer, slug=slug, fields=body_of(request), now=self.now)
        return Response(selectors.describe_source(source), status=201)


class Imports(View):
    """`POST /projects/{slug}/imports/`."""

    @describe("Import a file", multipart=IMPORT, answer=ACCEPTED, status=202, errors=(400, 401, 403, 404, 413, 422))
    def post(self, request: Request, slug: str) -> Response:
        check_length(request)
        given = request.data
        if not hasattr(given, "getlist"):
            raise Invalid.field("file", "Send the file as multipart/form-data, in a field called file.")
        job = services.start_import(
            actor=self.viewer,
            slug=slug,
            file=given.get("file"),
            source=given.get("source"),
            format=given.get("format"),
            mapping=given.get("mapping"),
            dry_run=given.get("dry_run"),
            priority=given.get("priority"),
            now=self.now,
        )
        return self.accepted(job)


class ImportErrors(View):
    """`GET /projects/{slug}/imports/{job}/errors.csv`: everything that an import said of rows."""

    @describe("All errors of an import, as a CSV file", file="text/csv", errors=(401, 403, 404))
    def get(self, request: Request, slug: str, job_id: str) -> StreamingHttpResponse:
        return errors_file(selectors.each_row_error(self.viewer, slug, job_id), job_id)


class Examples(View):
    """`GET /projects/{slug}/examples/`."""

    @describe(
        "The examples of a project",
        answer=EXAMPLE,
        paged=True,
        query=[
            ("state", "open, complete, in_review, resolved, regather or dropped"),
            ("tag", "the key of a tag on a label that counts"),
            ("source", "the key of a source"),
            ("batch", "the number of a batch"),
            ("key", "exactly this key"),
            ("q", "words in the key or the data"),
            ("meta.NAME", "the value of a meta field, like meta.lab=north"),
        ],
    )
    def get(self, request: Request, slug: str) -> Response:
        project, rows = selectors.list_examples(self.viewer, slug, request.query_params.dict())

        def described(found: list[Any]) -> list[dict[str, Any]]:
            return [selectors.describe_example(project, row) for row in found]

        return self.page(rows, described)


class ExampleDetail(View):
    """`GET /projects/{slug}/examples/{key}/`."""

    @describe("One example", answer=EXAMPLE, errors=(401, 403, 404))
    def get(self, request: Request, slug: str, key: str) -> Response:
        project, example = selectors.get_example(self.viewer, slug, key)
        return Response(selectors.describe_example(project, example))


def check_length(request: Request) -> None:
    """Refuse what says that it is too large before any of it is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > max_upload_bytes() + ROOM_FOR_FORM:
        raise TooLarge(f"The file has more than {max_upload_bytes():,} bytes. Split it.")


class _Line:
    """What csv.writer takes for a file: gives each line back."""

    def write(self, line: str) -> str:
        return line


def errors_file(rows: Iterator[list[str]], job_id: str) -> StreamingHttpResponse:
    lines = writer(_Line())
    response = StreamingHttpResponse((lines.writerow(row) for row in rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="errors-{job_id}.csv"'
    return response
