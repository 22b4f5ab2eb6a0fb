"""Cases: the queue, one case, remarks, invitations, resolutions; and truth that comes in a file."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from labelling.api.base import View, body_of
from labelling.api.docs import ACCEPTED, FREE, NUMBER, TEXT, TIME, TRUTH, WHOLE, describe, many, maybe, thing
from labelling.api.intake import check_length
from labelling.api.links import with_cursor
from labelling.api.shapes import QUESTION
from labelling.discuss import selectors, services
from labelling.discuss.services import settling
from labelling.errors import Invalid, NotFound
from labelling.intake.services.imports import parse_truth
from labelling.projects import selectors as projects

VOTE = thing({"label": WHOLE, "labeller": TEXT, "round": WHOLE, "value": maybe(FREE), "tags": many(TEXT), "comment": TEXT})
CASE = thing(
    {
        "id": WHOLE,
        "example": TEXT,
        "state": {"type": "string", "enum": ["open", "discussing", "resolved"]},
        "reasons": many(TEXT),
        "votes": many(VOTE),
        "score": NUMBER,
        "assigned_to": maybe(TEXT),
    },
    opened_at=TIME,
    changed_at=TIME,
    resolution=maybe(WHOLE),
)
REMARK = thing({"id": WHOLE, "author": TEXT, "text": TEXT, "mentions": many(TEXT), "created_at": TIME})
RESOLUTION = thing(
    {"id": WHOLE, "outcome": TEXT, "value": maybe(FREE), "values": maybe(many(FREE)), "cause": TEXT, "note": TEXT},
    resolved_by=TEXT,
    created_at=TIME,
    stands=TRUTH,
    overrides=many(WHOLE),
)
ONE_CASE = thing(
    {**CASE["properties"], "data": FREE, "remarks": many(REMARK), "resolutions": many(RESOLUTION), "invited": many(TEXT)},
    guidelines=FREE,
    similar=many(FREE),
)
RESOLVE = thing(
    {"outcome": TEXT, "cause": TEXT, "seen": many(WHOLE)},
    value=FREE,
    values=many(FREE),
    note=TEXT,
    gold=TRUTH,
    standing=maybe(WHOLE),
)
SCHEMA = thing({"version": WHOLE, "questions": many(QUESTION), "changes": many(FREE), "reason": TEXT, "created_at": TIME})
CHANGED = thing({"version": WHOLE, "affected": thing({"labels": WHOLE, "examples": WHOLE, "to_relabel": WHOLE})}, agreement=FREE)
FILTERS = (
    ("state", "open, discussing or resolved; several are joined by commas"),
    ("question", "cases whose labels differ on this question"),
    ("pair", "a,b: cases whose labels hold both answers"),
    ("tag", "a reason, or a tag of the project's own"),
    ("meta.NAME", "the value of a meta field"),
    ("assigned_to", "a user name, or nobody"),
    ("order", "worst or newest"),
)


class Cases(View):
    """`GET|POST /projects/{slug}/cases/`."""

    @describe("The cases of a project, worst first", answer=CASE, paged=True, query=FILTERS)
    def get(self, request: Request, slug: str) -> Response:
        _, page = selectors.list_cases(self.viewer, slug, request.query_params.dict())
        results = [row.as_dict() for row in page.rows]
        return Response(
            {"next": with_cursor(request, page.next), "previous": with_cursor(request, page.previous), "results": results}
        )

    @describe(
        "Open a case for an example, or add to its case",
        body=thing({"example": TEXT}, reason=TEXT, note=TEXT),
        answer=CASE,
        status=201,
        also={200: CASE},
        errors=(400, 401, 403, 404, 409),
    )
    def post(self, request: Request, slug: str) -> Response:
        body = body_of(request)
        case, created = services.report(
            actor=self.viewer,
            slug=slug,
            example=body.get("example"),
            reason=body.get("reason", "reported"),
            note=body.get("note") or "",
            now=self.now,
        )
        return Response(one_row(self.viewer, case.pk), status=201 if created else 200)


class Case(View):
    """`GET /cases/{id}/`."""

    @describe("One case with everything in it", answer=ONE_CASE, errors=(401, 403, 404))
    def get(self, request: Request, case_id: str) -> Response:
        return Response(selectors.get_case(self.viewer, number(case_id)).as_dict())


class Remarks(View):
    """`GET|POST /cases/{id}/remarks/`."""

    @describe("The remarks of a case, oldest first", answer=REMARK, paged=True)
    def get(self, request: Request, case_id: str) -> Response:
        _, case = selectors.fetch_case(self.viewer, number(case_id))
        return self.page(selectors.list_remarks(case), lambda rows: map(selectors.describe_remark, rows))

    @describe(
        "Say something in a case",
        body=thing({"text": TEXT}),
        answer={**REMARK, "properties": REMARK["properties"] | {"suggested_invites": many(TEXT), "not_members": many(TEXT)}},
        status=201,
    )
    def post(self, request: Request, case_id: str) -> Response:
        said = services.add_remark(actor=self.viewer, case_id=number(case_id), text=body_of(request).get("text"), now=self.now)
        answer = selectors.describe_remark(said.remark)
        return Response(answer | {"suggested_invites": said.to_invite, "not_members": said.not_members}, status=201)


class Invitations(View):
    """`POST /cases/{id}/invite/`."""

    @describe("Let a labeller see a case", body=thing({"username": TEXT}), answer=thing({"username": TEXT, "sees_case": TRUTH}))
    def post(self, request: Request, case_id: str) -> Response:
        username = body_of(request).get("username")
        done = services.invite(actor=self.viewer, case_id=number(case_id), username=username, now=self.now)
        return Response({"username": username, "sees_case": done.sees, "invited_at": done.invite.invited_at})


class AssignedTo(View):
    """`POST /cases/{id}/assign/`: who takes care of it."""

    @describe("Say which lead takes care of a case", body=thing({"username": maybe(TEXT)}), answer=CASE)
    def post(self, request: Request, case_id: str) -> Response:
        username = body_of(request).get("username")
        services.assign_to(actor=self.viewer, case_id=number(case_id), username=username, now=self.now)
        return Response(one_row(self.viewer, number(case_id)))


class Resolve(View):
    """`POST /cases/{id}/resolve/`."""

    @describe("Settle a case", body=RESOLVE, answer=ONE_CASE, errors=(400, 401, 403, 404, 409))
    def post(self, request: Request, case_id: str) -> Response:
        body = body_of(request)
        services.resolve(
            actor=self.viewer,
            case_id=number(case_id),
            outcome=body.get("outcome"),
            cause=body.get("cause"),
            seen=body.get("seen"),
            value=body.get("value"),
            values=body.get("values"),
            note=body.get("note") or "",
            gold=body.get("gold") or False,
            standing=body.get("standing", settling.NOT_SAID),
            now=self.now,
        )
        return Response(selectors.get_case(self.viewer, number(case_id)).as_dict())


class Reopen(View):
    """`POST /cases/{id}/reopen/`."""

    @describe("Take a settled case up again", answer=ONE_CASE, errors=(401, 403, 404, 409))
    def post(self, request: Request, case_id: str) -> Response:
        services.reopen(actor=self.viewer, case_id=number(case_id), now=self.now)
        return Response(selectors.get_case(self.viewer, number(case_id)).as_dict())


class ResolutionImports(View):
    """`POST /projects/{slug}/resolution-imports/`."""

    @describe(
        "Load right answers from a file: example, value or one column a question, and optional gold and note",
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
        job = services.start_resolution_import(
            actor=self.viewer, slug=slug, file=given.get("file"), format=given.get("format"), now=self.now
        )
        return self.accepted(job)


class Schema(View):
    """`GET|POST /projects/{slug}/schema/`; `?preview=true` changes nothing."""

    @describe("The versions of a project's questions, newest first", answer=SCHEMA, paged=True)
    def get(self, request: Request, slug: str) -> Response:
        project = projects.get_project(self.viewer, slug)

        def brief(rows: list[Any]) -> list[dict[str, Any]]:
            fields = ("version", "questions", "changes", "reason", "created_at")
            return [{name: getattr(row, name) for name in fields} for row in rows]

        return self.page(projects.list_schemas(project), brief, ordering="-id")

    @describe(
        "Put a new version of the questions in force",
        body=thing({"questions": many(QUESTION)}, changes=many(FREE), reason=TEXT, relabel=TRUTH),
        answer=CHANGED,
        status=201,
        also={200: CHANGED},
        query=[("preview", "true: say what it would do and change nothing")],
    )
    def post(self, request: Request, slug: str) -> Response:
        body = body_of(request)
        preview = parse_truth(request.query_params.get("preview"), "preview")
        done = services.change_schema(
            actor=self.viewer,
            slug=slug,
            questions=body.get("questions"),
            changes=body.get("changes"),
            reason=body.get("reason"),
            relabel=body.get("relabel", False),
            preview=preview,
            now=self.now,
        )
        return Response(done.as_dict(), status=200 if preview else 201)


def number(case_id: str) -> int:
    if not (case_id.isascii() and case_id.isdigit() and len(case_id) < 19):
        raise NotFound("There is no such case, or you are not a member of its project.")
    return int(case_id)


def one_row(viewer: Any, case_id: int) -> dict[str, Any]:
    project, case = selectors.fetch_case(viewer, case_id)
    [row] = selectors.rows_of(viewer, project, [case])
    return row.as_dict()
