"""Dataset versions: released, listed, compared, downloaded, recalled."""

import base64
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from labelling.access import Permission
from labelling.api.base import View, body_of
from labelling.api.docs import (
    ACCEPTED,
    ERROR,
    FIGURE,
    FREE,
    NUMBER,
    SENTENCES,
    TEXT,
    TIME,
    TRUTH,
    WHOLE,
    describe,
    many,
    maybe,
    thing,
)
from labelling.errors import Invalid, NotFound
from labelling.projects.selectors import get_project
from labelling.release import selectors, services
from labelling.release.diff import diff_versions
from labelling.release.downloads import Download, open_download

COUNTS = thing({"examples": WHOLE, "by_split": FREE, "by_class": FREE, "left_out": FREE})
DECIDED = thing(dict.fromkeys(("unanimous", "majority", "adjudication", "model", "tie"), NUMBER))
FILE = thing({"name": TEXT, "format": TEXT, "bytes": WHOLE, "rows": maybe(WHOLE), "sha256": TEXT})
POLICY = thing(
    {},
    note=TEXT,
    consensus=thing({}, method=TEXT, min_labels=WHOLE, min_confidence=NUMBER, ties=TEXT),
    include=thing({}, states=many(TEXT), sources=maybe(many(TEXT)), meta=FREE),
    exclude_tags=many(TEXT),
    splits={"type": "object", "additionalProperties": NUMBER},
    stratify=TRUTH,
    group_by=maybe(TEXT),
    keep_splits_of=maybe(WHOLE),
    seed=WHOLE,
    growth_reason=maybe(TEXT),
    formats=many(TEXT),
)
MANIFEST = thing(
    {
        "project": TEXT, "version": WHOLE, "digest": TEXT, "created_at": TIME, "created_by": TEXT, "software": FREE,
        "policy": POLICY, "schema": FREE, "schema_version": WHOLE, "guideline_versions": many(WHOLE), "counts": COUNTS,
        "decided_by": DECIDED, "agreement": {"type": "object", "additionalProperties": FIGURE},
        "human_performance": {"type": "object", "additionalProperties": FIGURE}, "sources": many(FREE),
        "previous": maybe(FREE), "lineage": many(FREE), "files": many(FILE),
    },
    recall=maybe(FREE),
)  # fmt: skip
PREVIEW = thing(
    {"counts": COUNTS, "splits": FREE, "by_class": FREE, "left_out": FREE, "decided_by": DECIDED, "blockers": many(FREE), "warnings": many(FREE), "near_copies": FREE}
)
BRIEF = thing({"version": WHOLE, "digest": TEXT, "created_at": TIME, "created_by": TEXT, "note": TEXT, "counts": COUNTS, "recall": maybe(FREE)})
CHANGE = thing({"key": TEXT, "changes": many(TEXT), "from": maybe(FREE), "to": maybe(FREE)})
DIFF = thing(
    {"added": WHOLE, "removed": WHOLE, "relabelled": WHOLE, "moved_split": WHOLE,
     "changes": thing({"next": maybe(TEXT), "previous": maybe(TEXT), "results": many(CHANGE)})}
)  # fmt: skip
CONSUMER = thing({"user": TEXT, "token": TEXT, "purpose": TEXT, "pulls": WHOLE, "files": WHOLE, "last_at": TIME})
PAGE, MOST = 100, 1000


class Versions(View):
    """`GET|POST /projects/{slug}/versions/`."""

    @describe("Dataset versions, newest first", answer=BRIEF, paged=True)
    def get(self, request: Request, slug: str) -> Response:
        project = get_project(self.viewer, slug, Permission.READ_VERSIONS)

        def brief(rows: list[Any]) -> list[dict[str, Any]]:
            return [
                {"version": row.number, "digest": row.digest, "created_at": row.created_at, "created_by": row.created_by.username,
                 "note": row.note, "counts": row.manifest["counts"], "recall": selectors.recall_of(row)}
                for row in rows
            ]  # fmt: skip

        return self.page(selectors.list_versions(project), brief, ordering="-number")

    @describe(
        "Release a dataset version",
        body=POLICY,
        query=[("preview", "true: say what would be in it, and write nothing")],
        status=202,
        answer=ACCEPTED,
        also={200: PREVIEW},
    )
    def post(self, request: Request, slug: str) -> Response:
        policy = body_of(request)
        if _flag(request, "preview"):
            return Response(selectors.preview_version(self.viewer, slug, policy))
        return self.accepted(services.release_version(actor=self.viewer, slug=slug, policy=policy, now=self.now))


class VersionView(View):
    def version(self, slug: str, number: str) -> Any:
        project = get_project(self.viewer, slug, Permission.READ_VERSIONS)
        return selectors.get_version(project, _number(number))


class VersionDetail(VersionView):
    """`GET /projects/{slug}/versions/{n}/`."""

    @describe("The manifest of a dataset version", answer=MANIFEST)
    def get(self, request: Request, slug: str, number: str) -> Response:
        version = self.version(slug, number)
        return Response({**version.manifest, "recall": selectors.recall_of(version)})


class VersionDiff(VersionView):
    """`GET /projects/{slug}/versions/{n}/diff/?from=m`."""

    @describe(
        "What changed from one dataset version to another",
        query=[("from", "the number of the earlier version"), ("cursor", "from next or previous"), ("page_size", "up to 1,000")],
        answer=DIFF,
    )
    def get(self, request: Request, slug: str, number: str) -> Response:
        after = self.version(slug, number)
        earlier = request.query_params.get("from")
        if not earlier:
            raise Invalid.field("from", "Name the version to compare with, like ?from=1.")
        diff = diff_versions(self.version(slug, earlier), after)
        return Response(
            {"added": diff.added, "removed": diff.removed, "relabelled": diff.relabelled, "moved_split": diff.moved_split,
             "changes": _page_of(request, diff.changes)}
        )  # fmt: skip


class VersionFiles(VersionView):
    """`GET|HEAD /projects/{slug}/versions/{n}/files/{name}`."""

    @extend_schema(
        summary="Download a file of a dataset version",
        operation_id="download_a_file_of_a_dataset_version",
        parameters=[
            OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.HEADER, description=text)
            for name, text in (("Range", "bytes=0-99"), ("If-None-Match", 'the ETag: "sha256"'), ("If-Range", "the ETag"))
        ],
        responses={
            (200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, description="The file."),
            (206, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, description="The part that Range names."),
            304: OpenApiResponse(description="If-None-Match names this file."),
            416: OpenApiResponse(ERROR, description="The file is shorter than the Range."),
            **{status: OpenApiResponse(ERROR, description=SENTENCES[status]) for status in (400, 401, 403, 404, 409)},
        },
    )
    def get(self, request: Request, slug: str, number: str, name: str) -> HttpResponse:
        version = self.version(slug, number)
        download = open_download(version, name, headers={key: request.headers.get(key, "") for key in ("If-None-Match", "Range", "If-Range")})
        if request.method == "GET" and download.part.status != 416:
            services.record_pull(
                actor=self.viewer, version=version, file_name=name, status=download.part.status,
                range=request.headers.get("Range", "") if download.part.status == 206 else "", now=self.now,
            )  # fmt: skip
        return _answer(download, with_body=request.method == "GET")


class VersionPulls(VersionView):
    """`GET /projects/{slug}/versions/{n}/pulls/`."""

    @describe(
        "Downloads of a dataset version, newest first",
        answer=thing({"file": TEXT, "user": TEXT, "token": TEXT, "purpose": TEXT, "status": WHOLE, "range": TEXT, "at": TIME}),
        paged=True,
    )
    def get(self, request: Request, slug: str, number: str) -> Response:
        def brief(rows: list[Any]) -> list[dict[str, Any]]:
            return [
                {"file": row.file_name, "user": row.user.username, "token": row.token_name, "purpose": row.purpose,
                 "status": row.status, "range": row.range, "at": row.at}
                for row in rows
            ]  # fmt: skip

        return self.page(selectors.list_pulls(self.version(slug, number)), brief, ordering="-id")


class VersionRecall(View):
    """`POST /projects/{slug}/versions/{n}/recall/`."""

    @describe(
        "Recall a dataset version",
        body=thing({"reason": TEXT}),
        answer=thing({"version": WHOLE, "reason": TEXT, "recalled_at": TIME, "recalled_by": TEXT, "consumers": many(CONSUMER)}),
        errors=(400, 401, 403, 404, 409),
    )
    def post(self, request: Request, slug: str, number: str) -> Response:
        reason = body_of(request).get("reason")
        told = services.recall_version(actor=self.viewer, slug=slug, number=_number(number), reason=reason, now=self.now)
        return Response(told)


def _answer(download: Download, *, with_body: bool) -> HttpResponse:
    part = download.part
    response: Any
    if part.status == 416:
        body = {"code": "range_not_satisfiable", "message": f"The file has {download.size:,} bytes; the range lies beyond them.", "fields": {}}
        response = Response(body, status=416)
    elif with_body and part.status != 304:
        response = StreamingHttpResponse(download.pieces(), status=part.status)
    else:
        response = HttpResponse(status=part.status)
    for name, value in download.headers().items():
        response[name] = value
    return response


def _page_of(request: Request, rows: list[Any]) -> dict[str, Any]:
    """A page of a list that never changes: the cursor is a place in it."""
    size = request.query_params.get("page_size", "")
    count = min(max(int(size), 1), MOST) if size.isascii() and size.isdigit() and len(size) < 9 else PAGE
    cursor = request.query_params.get("cursor")
    start = 0
    if cursor:
        try:
            start = int(base64.urlsafe_b64decode(cursor.encode()))
        except ValueError:
            start = -1
        if not 0 <= start < 2**53:
            raise Invalid.field("cursor", "This cursor is not one of ours. Start without it.")

    def link(place: int | None) -> str | None:
        if place is None:
            return None
        query = {**request.query_params.dict(), "cursor": base64.urlsafe_b64encode(str(place).encode()).decode()}
        return request.build_absolute_uri(f"{request.path}?{urlencode(query)}")

    return {
        "next": link(start + count if start + count < len(rows) else None),
        "previous": link(max(0, start - count) if start else None),
        "results": rows[start : start + count],
    }


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound(f"This project has no version {text:.40}.")
    return int(text)


def _flag(request: Request, name: str) -> bool:
    value = request.query_params.get(name, "false")
    if value not in ("true", "false", "1", "0"):
        raise Invalid.field(name, f"{name} is true or false.")
    return value in ("true", "1")
