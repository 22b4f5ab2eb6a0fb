"""Over time: figures by week or day, dated notes, and what a change of the guidelines did; figures also as files (labelling.api.files)."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from labelling.api.base import View, body_of
from labelling.api.docs import ANYTHING, FIGURE, FREE, TEXT, TIME, TRUTH, WHOLE, describe, many, maybe, thing
from labelling.api.files import FORMAT, figures
from labelling.measure import guideline_effect, notes, services, trends

QUESTION = ("question", "its key; the first question by default")
DAY = {"type": "string", "format": "date"}
NOTE = thing(
    {"id": WHOLE, "date": DAY, "text": TEXT, "created_by": TEXT, "created_at": TIME, "changed_by": maybe(TEXT), "changed_at": maybe(TIME)}
)
CHANGE = thing({"before": FIGURE, "after": FIGURE, "difference": FIGURE})
NUMBERS = {"type": "object", "additionalProperties": WHOLE}


class Trends(View):
    """`GET /projects/{slug}/trends/`."""

    @describe(
        "Agreement by week or day, with what may explain it",
        query=[QUESTION, ("per", "week (by its Monday, the default) or day"), FORMAT],
        answer=thing(
            {
                "question": TEXT,
                "kind": TEXT,
                "level": TEXT,
                "per": TEXT,
                "periods": many(thing({"key": DAY, "alpha": FIGURE, "percent": FIGURE, "n_labels": WHOLE})),
                "marks": many(thing({"at": DAY, "kind": TEXT, "name": TEXT, "text": TEXT}, version=WHOLE, id=WHOLE, by=TEXT)),
                "left_out": FREE,
            }
        ),
    )
    def get(self, request: Request, slug: str) -> Any:
        asked = {name: request.query_params.get(name) or None for name in ("question", "per")}
        return figures(self, slug, "over time", trends.trends(self.viewer, slug, **asked))


class GuidelineEffect(View):
    """`GET /projects/{slug}/guidelines/effect/`."""

    @describe(
        "What a change of the guidelines did, on the examples labelled under both versions",
        query=[QUESTION, ("from", "the earlier version; the one before `to` by default"), ("to", "the later version; the newest by default"), FORMAT],
        answer=thing(
            {
                "question": TEXT,
                "kind": TEXT,
                "level": TEXT,
                "from": maybe(WHOLE),
                "to": WHOLE,
                "n_examples": WHOLE,
                "enough": TRUTH,
                "examples": NUMBERS,
                "labellers": NUMBERS,
                "alpha": CHANGE,
                "percent": CHANGE,
                "by_class": many(thing({"key": ANYTHING, "name": TEXT, "before": FIGURE, "after": FIGURE, "difference": FIGURE})),
                "versions": many(thing({"version": WHOLE, "n_examples": WHOLE, "in_common": WHOLE})),
            }
        ),
    )
    def get(self, request: Request, slug: str) -> Any:
        asked = {name: request.query_params.get(name) or None for name in ("question", "from", "to")}
        found = guideline_effect.guideline_effect(self.viewer, slug, question=asked["question"], from_=asked["from"], to=asked["to"])
        return figures(self, slug, "effect of guidelines", found)


class Notes(View):
    """`GET|POST /projects/{slug}/notes/`."""

    @describe("The dated notes of a project, newest day first", answer=NOTE, paged=True)
    def get(self, request: Request, slug: str) -> Response:
        return self.page(notes.list_notes(self.viewer, slug), lambda rows: map(notes.describe_note, rows), ordering=("-day", "-id"))

    @describe("Put down a note", body=thing({"text": TEXT}, date=DAY), answer=NOTE, status=201)
    def post(self, request: Request, slug: str) -> Response:
        note = services.add_note(actor=self.viewer, slug=slug, fields=body_of(request), now=self.now)
        return Response(notes.describe_note(note), status=201)


class NoteDetail(View):
    """`GET|PATCH|DELETE /projects/{slug}/notes/{id}/`."""

    @describe("One note", answer=NOTE, errors=(401, 403, 404))
    def get(self, request: Request, slug: str, note_id: str) -> Response:
        return Response(notes.describe_note(notes.get_note(self.viewer, slug, note_id)[1]))

    @describe("Change a note", body=thing({}, text=TEXT, date=DAY), answer=NOTE)
    def patch(self, request: Request, slug: str, note_id: str) -> Response:
        note = services.change_note(actor=self.viewer, slug=slug, note_id=note_id, fields=body_of(request), now=self.now)
        return Response(notes.describe_note(note))

    @describe("Remove a note", status=204, errors=(401, 403, 404))
    def delete(self, request: Request, slug: str, note_id: str) -> Response:
        services.remove_note(actor=self.viewer, slug=slug, note_id=note_id, now=self.now)
        return Response(status=204)
