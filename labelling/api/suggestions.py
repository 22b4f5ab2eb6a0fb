"""A model's suggestions: bringing them in, taking them away, and what showing them does to people."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from labelling.api.base import View, fast_json
from labelling.api.docs import ACCEPTED, FIGURE, TEXT, WHOLE, describe, many, thing
from labelling.api.intake import check_length
from labelling.api.measure import QUESTION
from labelling.errors import Invalid
from labelling.label import services
from labelling.measure import anchoring


class SuggestionImports(View):
    """`POST /projects/{slug}/suggestion-imports/`."""

    @describe(
        "Import what a model suggests",
        multipart=thing({"file": {"type": "string", "format": "binary"}, "model": TEXT}, format=TEXT),
        answer=ACCEPTED,
        status=202,
        errors=(400, 401, 403, 404, 413, 422),
    )
    def post(self, request: Request, slug: str) -> Response:
        check_length(request)
        given = request.data
        if not hasattr(given, "getlist"):
            raise Invalid.field("file", "Send the file as multipart/form-data, in a field called file.")
        job = services.start_suggestion_import(
            actor=self.viewer, slug=slug, file=given.get("file"), model=given.get("model"), format=given.get("format"), now=self.now
        )
        return self.accepted(job)


class Suggestions(View):
    """`DELETE /projects/{slug}/suggestions/`: from here on none is shown; what labels were made beside stays known."""

    @describe("Take all suggestions away", status=204, errors=(401, 403, 404))
    def delete(self, request: Request, slug: str) -> Response:
        services.remove_suggestions(actor=self.viewer, slug=slug, now=self.now)
        return Response(status=204)


class Effect(View):
    """`GET /projects/{slug}/suggestions/effect/`."""

    @describe(
        "What showing suggestions does to people's answers",
        query=[QUESTION],
        answer=thing(
            {
                "question": TEXT,
                "shown": FIGURE,
                "blind": FIGURE,
                "difference": FIGURE,
                "exact": thing({"shown": FIGURE, "blind": FIGURE, "difference": FIGURE}),
                "models": many(thing({"model": TEXT, "labels": WHOLE})),
                "caution": TEXT,
            }
        ),
    )
    def get(self, request: Request, slug: str) -> Any:
        return fast_json(anchoring.effect(self.viewer, slug, question=request.query_params.get("question") or None))
