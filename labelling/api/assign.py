"""Leases: examples in a labeller's hands."""

import re
from collections.abc import Callable, Iterable
from typing import Any

import orjson
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from labelling.api.base import View, body_of, fast_json
from labelling.api.checks import QUALIFICATION
from labelling.api.docs import FREE, NUMBER, TEXT, TIME, WHOLE, describe, many, thing
from labelling.assign import services
from labelling.intake.selectors import render_data
from labelling.label.receipts import time_text
from labelling.projects.selectors import get_project

MEDIA_IN_TEXT = re.compile(r'"[0-9a-f]{64}\.[a-z0-9]+"')

ASSIGNMENT = thing(
    {
        "id": WHOLE,
        "round": WHOLE,
        "expires_at": TIME,
        "schema_version": WHOLE,
        "guideline_version": WHOLE,
        "example": thing({"id": WHOLE, "key": TEXT, "data": FREE}, meta=FREE),
    },
    suggestion=thing({"value": FREE, "model": TEXT}, confidence=NUMBER),
)
ENDED = thing({"id": WHOLE, "state": TEXT, "example": thing({"id": WHOLE})})


class Assignments(View):
    """`POST /projects/{slug}/assignments/`."""

    def _reader(self, slug: str, leases: Iterable[services.Leased]) -> Callable[[str], Any]:
        """How the data is written out: as it lies in the database, or, where it names media, with their addresses."""
        if not any(MEDIA_IN_TEXT.search(lease.data) for lease in leases):
            return orjson.Fragment
        project = get_project(self.viewer, slug)
        return lambda text: render_data(project, orjson.loads(text))

    @describe(
        "Lease examples: those in your hands first, then new ones",
        body={**thing({}), "properties": {"count": WHOLE}},
        answer=thing({"assignments": many(ASSIGNMENT), "waiting": WHOLE}, qualification=QUALIFICATION),
    )
    def post(self, request: Request, slug: str) -> HttpResponse:
        handed = services.lease_examples(
            actor=self.viewer, slug=slug, count=body_of(request).get("count", 1), now=self.now
        )
        # What came with an example beside its data may give the answer away; only who reads examples anyway is shown it.
        with_meta = handed.reads_examples
        data_of = self._reader(slug, handed.assignments)
        return fast_json(
            {
                "assignments": [
                    {
                        "id": lease.id,
                        "round": lease.round,
                        "expires_at": time_text(lease.expires_at),
                        "schema_version": handed.schema_version,
                        "guideline_version": handed.guideline_version,
                        "example": {
                            "id": lease.example_id,
                            "key": lease.key,
                            "data": data_of(lease.data),
                            **({"meta": orjson.Fragment(lease.meta)} if with_meta else {}),
                        },
                        **({"suggestion": lease.suggestion.as_dict()} if lease.suggestion else {}),
                    }
                    for lease in handed.assignments
                ],
                "waiting": handed.waiting,
                **({"qualification": handed.qualification.as_dict()} if handed.qualification else {}),
            }
        )


class Release(View):
    """`POST /assignments/{id}/release/`."""

    @describe("Give an example back", answer=ENDED, errors=(401, 403, 404, 409))
    def post(self, request: Request, assignment_id: str) -> Response:
        return Response(services.release_assignment(actor=self.viewer, assignment_id=assignment_id, now=self.now))


class Skip(View):
    """`POST /assignments/{id}/skip/`."""

    @describe(
        "Skip an example; it does not come back to you in this round",
        body={**thing({}), "properties": {"reason": TEXT}},
        answer=ENDED,
        errors=(400, 401, 403, 404, 409),
    )
    def post(self, request: Request, assignment_id: str) -> Response:
        reason = body_of(request).get("reason")
        return Response(
            services.skip_assignment(actor=self.viewer, assignment_id=assignment_id, reason=reason, now=self.now)
        )
