"""Suspected errors, and audits of the answers that stand."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from labelling import flow
from labelling.api.base import View, body_of
from labelling.api.docs import (
    ACCEPTED,
    ANYTHING,
    FIGURE,
    FREE,
    NUMBER,
    TEXT,
    TIME,
    TRUTH,
    WHOLE,
    describe,
    maybe,
    pages,
    thing,
)
from labelling.api.files import FORMAT, asked_format, listing
from labelling.discuss import services as discuss
from labelling.discuss.selectors.suspects import list_suspects
from labelling.errors import Invalid
from labelling.measure import audits, services
from labelling.measure.suspects import describe_run

OF = ("of", "answer (those that stand, the default) or label (single people's)")
RUN = thing(
    {
        "id": WHOLE, "question": TEXT, "way": {"type": "string", "enum": ["probabilities", "confidence", "predictions", "people"]},
        "evaluation": maybe(FREE), "method": TEXT, "examples": WHOLE, "answers": WHOLE, "labels": WHOLE, "stale": TRUTH,
        "created_by": TEXT, "created_at": TIME,
    }
)  # fmt: skip
SUSPECT = thing(
    {
        "place": WHOLE, "of": TEXT, "example": TEXT, "labeller": maybe(TEXT), "settled": TRUTH, "answer": ANYTHING, "suggested": ANYTHING,
        "score": NUMBER, "reason": TEXT, "votes": FREE, "case": maybe(WHOLE), "sent": TRUTH,
    }
)  # fmt: skip
SENT = thing({"opened": WHOLE, "added": WHOLE, "already": WHOLE, "left_out": WHOLE, "cases": {"type": "array", "items": WHOLE}})
AUDIT = thing(
    {
        "id": WHOLE, "question": TEXT, "run": maybe(WHOLE), "seed": WHOLE, "population": WHOLE, "examples": WHOLE, "checked": WHOLE,
        "right": WHOLE, "wrong": WHOLE, "cannot_tell": WHOLE, "error_rate": FIGURE, "created_by": TEXT, "created_at": TIME,
    }
)  # fmt: skip
TO_CHECK = thing({"place": WHOLE, "example": TEXT, "data": FREE, "answer": ANYTHING, "verdict": maybe(TEXT)})


def asked_text(fields: dict[str, Any], name: str) -> str | None:
    """A field that names something, or nothing. Raises Invalid."""
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise Invalid.field(name, f"{name} is a text.")
    return value or None


class Suspects(View):
    """`GET|POST /projects/{slug}/suspects/`."""

    @describe(
        "Suspected errors of the newest run, worst first",
        query=[("question", "its key; the first question by default"), ("run", "the number of an earlier run"), OF, FORMAT],
        answer={**pages(SUSPECT), "properties": {**pages(SUSPECT)["properties"], "run": maybe(RUN)}},
    )
    def get(self, request: Request, slug: str) -> Any:
        asked = {name: request.query_params.get(name) or None for name in ("question", "run", "of")}
        project, run, rows, rows_of = list_suspects(self.viewer, slug, **asked)
        answer: Any = listing(self, slug, "suspected-errors", rows, rows_of, ordering=("place", "id"), records=True)
        if asked_format(request) is not None:
            return answer
        answer.data["run"] = describe_run(project, run) if run else None
        return answer

    @describe(
        "Look for suspected errors",
        body=thing({}, question=TEXT, evaluation=maybe(WHOLE)),
        answer=ACCEPTED,
        status=202,
    )
    def post(self, request: Request, slug: str) -> Response:
        fields = body_of(request)
        question = asked_text(fields, "question")
        return self.accepted(flow.start_suspects(actor=self.viewer, slug=slug, question=question, evaluation=fields.get("evaluation"), now=self.now))


class SendSuspects(View):
    """`POST /projects/{slug}/suspects/send/`."""

    @describe(
        "Send suspected errors to the queue of cases",
        body=thing({}, question=TEXT, run=WHOLE, of=TEXT, examples={"type": "array", "items": TEXT}, worst=WHOLE),
        answer=SENT,
        errors=(400, 401, 403, 404, 409),
    )
    def post(self, request: Request, slug: str) -> Response:
        fields = body_of(request)
        asked_text(fields, "question")
        return Response(discuss.send_suspects(actor=self.viewer, slug=slug, fields=fields, now=self.now).as_dict())


class Audits(View):
    """`GET|POST /projects/{slug}/audits/`."""

    @describe("The audits of a project, newest first", answer=AUDIT, paged=True)
    def get(self, request: Request, slug: str) -> Response:
        return self.page(audits.list_audits(self.viewer, slug), audits.describe_audits, ordering="-id")

    @describe(
        "Draw a random sample of the answers that stand, to be checked",
        body=thing({"examples": WHOLE}, question=TEXT, seed=WHOLE, run={"oneOf": [WHOLE, TEXT]}),
        answer=AUDIT,
        status=201,
        errors=(400, 401, 403, 404, 409),
    )
    def post(self, request: Request, slug: str) -> Response:
        fields = body_of(request)
        asked_text(fields, "question")
        made = services.draw_audit(actor=self.viewer, slug=slug, fields=fields, now=self.now)
        [found] = audits.describe_audits([audits.get_audit(self.viewer, slug, made.pk)])
        return Response(found, status=201)


class AuditDetail(View):
    """`GET /projects/{slug}/audits/{id}/`."""

    @describe("One audit, with the error rate that its checks come to", answer=AUDIT)
    def get(self, request: Request, slug: str, audit_id: str) -> Response:
        [found] = audits.describe_audits([audits.get_audit(self.viewer, slug, audit_id)])
        return Response(found)


class AuditAnswers(View):
    """`GET|POST /projects/{slug}/audits/{id}/answers/`."""

    @describe(
        "The answers of an audit's sample, in random order",
        query=[("left", "true: those that nobody has checked yet")],
        answer=TO_CHECK,
        paged=True,
    )
    def get(self, request: Request, slug: str, audit_id: str) -> Response:
        left = request.query_params.get("left") == "true"
        project, found, rows = audits.list_to_check(self.viewer, slug, audit_id, left=left)
        return self.page(rows, lambda page: audits.describe_to_check(project, found, page), ordering=("place", "id"))

    @describe(
        "Say whether an answer of an audit's sample is right",
        body=thing({"place": WHOLE, "verdict": maybe(TEXT)}),
        answer=thing({"place": WHOLE, "verdict": maybe(TEXT)}),
    )
    def post(self, request: Request, slug: str, audit_id: str) -> Response:
        fields = body_of(request)
        row = services.judge(
            actor=self.viewer, slug=slug, audit_id=audit_id, place=fields.get("place"), verdict=fields.get("verdict"), now=self.now
        )
        return Response({"place": row.place, "verdict": row.verdict})
