"""One labeller: what to talk over with them, and the examples behind it. For leads."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from labelling.api.base import View
from labelling.api.docs import ANYTHING, FIGURE, FREE, NUMBER, TEXT, TRUTH, WHOLE, describe, many, maybe, thing
from labelling.api.files import FORMAT, figures
from labelling.discuss.selectors.by_example import cases_of
from labelling.measure import labeller_examples, one_labeller

QUESTION = ("question", "its key; the first question by default")
REFERENCE = ("reference", "leave_one_out (the others' answers, the default) or resolved")
HABIT = thing(
    {
        "said": TEXT, "wanted": TEXT, "said_name": TEXT, "wanted_name": TEXT, "count": WHOLE, "out_of": WHOLE, "figure": FIGURE,
        "corrected": many(NUMBER), "others": FREE, "shrunk": NUMBER, "p": NUMBER, "stands_out": TRUTH, "message": TEXT, "guidelines": many(FREE),
    }
)  # fmt: skip


class Labeller(View):
    """`GET /projects/{slug}/labellers/{username}/`."""

    @describe(
        "One labeller beside the others, to teach with: what stands out beyond chance, and the figures behind it",
        query=[QUESTION, REFERENCE, FORMAT],
        answer=thing(
            {
                "username": TEXT, "display_name": TEXT, "question": TEXT, "kind": TEXT, "reference": TEXT, "labels": WHOLE,
                "median_seconds": maybe(NUMBER), "agreement": FIGURE, "percent": FIGURE, "score": FIGURE, "gold_accuracy": FIGURE,
                "repeat_consistency": FIGURE, "reliability": FIGURE, "others": FREE, "says": many(thing({"code": TEXT, "message": TEXT})), "ask": TEXT,
                "confusions": many(HABIT), "confusions_total": WHOLE, "direction": maybe(FREE), "pace": thing({"ratio": FIGURE, "shares": many(NUMBER)}),
                "tags": many(FREE), "drift": FREE, "trend": many(thing({"key": TEXT, "figure": FIGURE})),
                "gold_missed": thing({"total": WHOLE, "rows": many(FREE)}), "guidelines": FREE,
            }
        ),
    )  # fmt: skip
    def get(self, request: Request, slug: str, username: str) -> Any:
        asked = {name: request.query_params.get(name) or None for name in ("question", "reference")}
        return figures(self, slug, f"labeller-{username}", one_labeller.get_labeller(self.viewer, slug, username, **asked))


class LabellerExamples(View):
    """`GET /projects/{slug}/labellers/{username}/examples/`."""

    @describe(
        "The examples on which this labeller's answer is not the reference",
        query=[
            QUESTION, REFERENCE,
            ("said", "this person's answer, as a file has it; empty where a class is not given"),
            ("wanted", "the answer it is held against, likewise"),
        ],
        paged=True,
        answer=thing(
            {
                "example": TEXT, "answer": TEXT, "others": many(TEXT), "resolved": many(TEXT), "tags": many(TEXT), "comment": TEXT,
                "seconds": maybe(NUMBER), "guideline_version": maybe(WHOLE), "newer_guidelines": TRUTH, "data": ANYTHING, "case": maybe(WHOLE),
            }
        ),
    )  # fmt: skip
    def get(self, request: Request, slug: str, username: str) -> Response:
        asked = {name: request.query_params.get(name) or None for name in ("question", "reference")}
        both = {name: request.query_params.get(name) for name in ("said", "wanted")}
        _, examples, rows_of = labeller_examples.list_examples(self.viewer, slug, username, **asked, **both)

        def rows(page: list[Any]) -> list[dict[str, Any]]:
            cases = cases_of(self.viewer, slug, [example.pk for example in page])
            return [{"case": cases.get(row.pop("id")), **row} for row in rows_of(page)]

        return self.page(examples, rows, ordering="-id")
