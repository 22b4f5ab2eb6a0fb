"""Stored measurements of agreement."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from labelling.api.base import View, body_of
from labelling.api.docs import ACCEPTED, FIGURE, FREE, NUMBER, TEXT, TIME, TRUTH, WHOLE, describe, maybe, thing
from labelling.api.files import FORMAT, listing
from labelling.errors import Invalid
from labelling.measure import services
from labelling.measure.stored_runs import describe_all, list_runs

CHECKED = thing(
    {"checked": TRUTH, "agrees": maybe(TRUTH), "theirs": maybe(NUMBER), "difference": maybe(NUMBER), "within": NUMBER, "package": TEXT, "message": TEXT}
)
RUN = thing(
    {
        "id": WHOLE,
        "question": TEXT,
        "level": TEXT,
        "at": TIME,
        "reason": {"type": "string", "enum": ["asked", "daily", "release"]},
        "version": maybe(WHOLE),
        "created_by": maybe(TEXT),
        "labels_seen": WHOLE,
        "digest": TEXT,
        "alpha": FIGURE,
        "measures": FREE,
        "left_out": FREE,
        "checked": CHECKED,
    }
)


class AgreementRuns(View):
    """`GET|POST /projects/{slug}/agreement-runs/`."""

    @describe(
        "Stored measurements of agreement, newest first, each with the second opinion of an independent implementation",
        query=[("question", "its key; all questions by default"), "level", FORMAT],
        answer=RUN,
        paged=True,
    )
    def get(self, request: Request, slug: str) -> Any:
        asked = {name: request.query_params.get(name) or None for name in ("question", "level")}
        return listing(self, slug, "agreement-runs", list_runs(self.viewer, slug, **asked), describe_all, ordering="-id", by="run", of_one=False)

    @describe(
        "Store the agreement as it is now, of one question or of all",
        body=thing({}, question=maybe(TEXT)),
        answer=ACCEPTED,
        status=202,
        errors=(400, 401, 403, 404),
    )
    def post(self, request: Request, slug: str) -> Response:
        question = body_of(request).get("question")
        if question is not None and (not isinstance(question, str) or not question):
            raise Invalid.field("question", "Give the key of a question, or leave it out for all of them.")
        return self.accepted(services.start_agreement_runs(actor=self.viewer, slug=slug, question=question, now=self.now))
