"""Near-duplicates: whether their answers agree, and the groups where they do not."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from labelling.api.base import View, body_of
from labelling.api.docs import (
    ACCEPTED,
    ANYTHING,
    FIGURE,
    NUMBER,
    TEXT,
    TIME,
    TRUTH,
    WHOLE,
    describe,
    many,
    maybe,
    pages,
    thing,
)
from labelling.api.files import asked_format, figures, question_of
from labelling.api.links import with_cursor
from labelling.api.suspects import SENT
from labelling.discuss import services as discuss
from labelling.errors import Invalid
from labelling.measure import near_duplicates, services

MOST = 1000
MEMBER = thing({"example": TEXT, "similarity": NUMBER, "answer": ANYTHING, "decided_by": maybe(TEXT)})
GROUP = thing({"group": WHOLE, "exact": TRUTH, "size": WHOLE, "similarity": NUMBER, "agreeing": maybe(NUMBER), "members": many(MEMBER)})
RUN = thing(
    {"id": WHOLE, "examples": WHOLE, "exact_groups": WHOLE, "near_groups": WHOLE, "unreadable": WHOLE, "stale": TRUTH, "created_at": TIME}
)
CONSISTENCY = thing({"answers": FIGURE, "labels": FIGURE, "same_example": FIGURE})
FOUND = pages(GROUP)


class NearDuplicates(View):
    """`GET|POST /projects/{slug}/near-duplicates/`."""

    @describe(
        "Groups of near-duplicates that are labelled differently, worst first, and how far answers of near-duplicates agree",
        query=[
            ("question", "its key; the first question by default"),
            ("exact", "true for exact copies, false (the default) for near ones"),
            ("run", "the number of an earlier run"),
            ("format", "csv or json: how far answers agree, as a file"),
            ("cursor", "from next or previous"),
            ("page_size", "up to 1,000"),
        ],
        answer={**FOUND, "properties": {**FOUND["properties"], "run": maybe(RUN), "consistency": maybe(CONSISTENCY)}},
    )
    def get(self, request: Request, slug: str) -> Any:
        asked = {name: request.query_params.get(name) or None for name in ("question", "run")}
        exact = near_duplicates.check_exact(request.query_params.get("exact"))
        project, found = near_duplicates.consistency(self.viewer, slug, **asked, exact=exact)
        if asked_format(request) is not None:
            run = near_duplicates.describe_run(project, found.run) if found else None
            document = {"question": question_of(self, slug), "run": run, "consistency": found.figures() if found else None}
            return figures(self, slug, "near-duplicates", document)
        if found is None:
            return Response({"next": None, "previous": None, "results": [], "run": None, "consistency": None})
        first, size = _place(request.query_params.get("cursor")), _size(request.query_params.get("page_size"))
        ids = found.differing
        rows = found.rows(ids[first : first + size], members=100)
        return Response({
            "next": with_cursor(request, str(first + size)) if first + size < len(ids) else None,
            "previous": with_cursor(request, str(max(0, first - size))) if first else None,
            "results": [{**row, "members": [{name: value for name, value in one.items() if name != "row"} for one in row["members"]]} for row in rows],
            "run": near_duplicates.describe_run(project, found.run),
            "consistency": found.figures(),
        })  # fmt: skip

    @describe("Look for near-duplicates among all examples", body=thing({}), answer=ACCEPTED, status=202)
    def post(self, request: Request, slug: str) -> Response:
        body_of(request)
        return self.accepted(services.start_near_duplicates(actor=self.viewer, slug=slug, now=self.now))


class SendGroup(View):
    """`POST /projects/{slug}/near-duplicates/send/`."""

    @describe(
        "Send a group of near-duplicates to the queue of cases",
        body=thing({"group": WHOLE}, run=WHOLE),
        answer=SENT,
    )
    def post(self, request: Request, slug: str) -> Response:
        return Response(discuss.send_group(actor=self.viewer, slug=slug, fields=body_of(request), now=self.now).as_dict())


def _place(cursor: Any) -> int:
    if cursor in (None, ""):
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise Invalid.field("cursor", "This cursor is not one of ours. Start without it.")
    return int(cursor)


def _size(text: Any) -> int:
    return max(1, min(MOST, int(text))) if text and text.isascii() and text.isdigit() and len(text) < 9 else 100
