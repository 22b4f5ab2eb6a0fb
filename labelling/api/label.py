"""Labels: giving, reading one's own, importing."""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from labelling import flow
from labelling.api.base import View, body_of, fast_json
from labelling.api.docs import (
    ACCEPTED,
    FREE,
    NUMBER,
    TEXT,
    TIME,
    TRUTH,
    WHOLE,
    describe,
    many,
    maybe,
    thing,
)
from labelling.api.intake import check_length
from labelling.errors import Invalid
from labelling.label import selectors, services

VALUE = maybe(FREE)
STORED = thing(
    {"id": WHOLE, "assignment": WHOLE, "revision": WHOLE, "counted": TRUTH, "receipt": TEXT, "created_at": TIME},
    feedback=thing({"right": TRUTH, "reference": TEXT, "reason": TEXT}),
)
LABEL_INPUT = thing(
    {"value": VALUE, "client_id": {"type": "string", "format": "uuid"}},
    tags=many(TEXT),
    comment=TEXT,
    seconds=maybe(NUMBER),
    schema_version=WHOLE,
    guideline_version=WHOLE,
    confidence=maybe(NUMBER),
    suggestion_shown=TRUTH,
)
LABEL = thing(
    {"id": WHOLE, "assignment": WHOLE, "example": TEXT, "labeller": TEXT, "round": WHOLE, "revision": WHOLE, "value": VALUE},
    tags=many(TEXT),
    comment=TEXT,
    seconds=maybe(NUMBER),
    confidence=maybe(NUMBER),
    schema_version=WHOLE,
    guideline_version=WHOLE,
    suggestion_shown=TRUTH,
    imported=TRUTH,
    late=TRUTH,
    withdrawn=TRUTH,
    counted=TRUTH,
    labelled_at=TIME,
    created_at=TIME,
    purpose=TEXT,
)
OWN_LABEL = {**LABEL, "properties": {**LABEL["properties"], "example": thing({"id": WHOLE, "key": TEXT, "data": FREE})}}


class Submit(View):
    """`POST /assignments/{id}/label/`."""

    @describe(
        "Label an example, or revise your label",
        body=LABEL_INPUT,
        answer=STORED,
        status=201,
        also={200: STORED},
        errors=(400, 401, 403, 404, 409),
    )
    def post(self, request: Request, assignment_id: str) -> HttpResponse:
        done = flow.submit_label(
            actor=self.viewer, assignment_id=assignment_id, fields=body_of(request), now=self.now
        )
        return fast_json(done.answer, status=201 if done.created else 200)


class Labels(View):
    """`GET /projects/{slug}/labels/`."""

    @describe(
        "Labels: a labeller sees their own, a lead all",
        answer=LABEL,
        paged=True,
        query=[("example", "its key"), ("labeller", "a user name"), "round"],
    )
    def get(self, request: Request, slug: str) -> Response:
        asked = request.query_params
        found = selectors.list_labels(
            self.viewer, slug, example=asked.get("example"), labeller=asked.get("labeller"), round=asked.get("round")
        )
        return self.page(found, lambda rows: map(selectors.describer(self.viewer, slug), rows), ordering="-id")


class History(View):
    """`GET /projects/{slug}/history/`."""

    @describe("Your own labels that stand, newest first, to look at and revise", answer=OWN_LABEL, paged=True)
    def get(self, request: Request, slug: str) -> Response:
        found = selectors.list_history(self.viewer, slug)
        return self.page(found, lambda rows: map(selectors.describe_own, rows), ordering="-id")


class Mine(View):
    """`GET /projects/{slug}/mine/`."""

    @describe(
        "Your own progress",
        answer=thing({"today": WHOLE, "total": WHOLE, "left": WHOLE, "left_is_at_least": TRUTH, "in_hand": WHOLE, "waiting": WHOLE}),
    )
    def get(self, request: Request, slug: str) -> Response:
        mine = selectors.get_mine(self.viewer, slug, now=self.now)
        answer: dict[str, Any] = {
            "today": mine.today,
            "seconds_today": mine.seconds_today,
            "total": mine.total,
            "left": mine.left.left,
            "left_is_at_least": mine.left.at_least,
            "in_hand": mine.left.in_hand,
            "waiting": mine.left.waiting,
        }
        return Response(answer)


class LabelImports(View):
    """`POST /projects/{slug}/label-imports/`."""

    @describe(
        "Import labels that were made elsewhere",
        multipart=thing({"file": {"type": "string", "format": "binary"}}, format=TEXT),
        answer=ACCEPTED,
        status=202,
        errors=(400, 401, 403, 404, 413, 422),
    )
    def post(self, request: Request, slug: str) -> Response:
        check_length(request)
        given = request.data
        if not hasattr(given, "getlist"):
            raise Invalid.field("file", "Send the file as multipart/form-data, in a field called file.")
        job = services.start_label_import(
            actor=self.viewer, slug=slug, file=given.get("file"), format=given.get("format"), now=self.now
        )
        return self.accepted(job)
