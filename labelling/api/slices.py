"""Saved slices: named sets of examples that figures go by."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from labelling.api.base import View, body_of
from labelling.api.docs import ANYTHING, NUMBER, TEXT, TIME, TRUTH, WHOLE, describe, many, thing
from labelling.intake import slice_selectors
from labelling.measure import services

CONDITION = thing(
    {"field": TEXT}, **{"is": many(ANYTHING), "at_least": NUMBER, "at_most": NUMBER, "missing": TRUTH, "contains": TEXT, "not": TRUTH}
)  # fmt: skip
SLICE = thing(
    {
        "id": WHOLE,
        "key": TEXT,
        "name": TEXT,
        "conditions": many(CONDITION),
        "words": many(TEXT),
        "n_examples": WHOLE,
        "current": TRUTH,
        "created_by": TEXT,
        "created_at": TIME,
    }
)


class Slices(View):
    """`GET|POST /projects/{slug}/slices/`."""

    @describe("The saved slices of a project", answer=SLICE, paged=True, errors=(400, 401, 403, 404))
    def get(self, request: Request, slug: str) -> Response:
        project, rows = slice_selectors.list_slices(self.viewer, slug)
        position = slice_selectors.newest_position(project)
        return self.page(rows, lambda found: [slice_selectors.describe_slice(row, position) for row in found])

    @describe(
        "Save a slice: examples for which all conditions hold",
        body=thing({"name": TEXT, "conditions": many(CONDITION)}, key=TEXT),
        answer=SLICE,
        status=201,
        errors=(400, 401, 403, 404, 409),
    )
    def post(self, request: Request, slug: str) -> Response:
        made = services.create_slice(actor=self.viewer, slug=slug, fields=body_of(request), now=self.now)
        return Response(slice_selectors.describe_slice(made, made.counted_to), status=201)


class SliceDetail(View):
    """`GET|PATCH|DELETE /projects/{slug}/slices/{id}/`."""

    def _described(self, slug: str, slice_id: str) -> dict[str, Any]:
        project, found = slice_selectors.get_slice(self.viewer, slug, slice_id)
        return slice_selectors.describe_slice(found, slice_selectors.newest_position(project))

    @describe("One saved slice", answer=SLICE, errors=(401, 403, 404))
    def get(self, request: Request, slug: str, slice_id: str) -> Response:
        return Response(self._described(slug, slice_id))

    @describe("Rename a saved slice", body=thing({}, name=TEXT), answer=SLICE, errors=(400, 401, 403, 404, 409))
    def patch(self, request: Request, slug: str, slice_id: str) -> Response:
        services.rename_slice(actor=self.viewer, slug=slug, slice_id=slice_id, fields=body_of(request), now=self.now)
        return Response(self._described(slug, slice_id))

    @describe("Remove a saved slice", status=204, errors=(401, 403, 404))
    def delete(self, request: Request, slug: str, slice_id: str) -> Response:
        services.remove_slice(actor=self.viewer, slug=slug, slice_id=slice_id, now=self.now)
        return Response(status=204)
