"""Agreement, confusions, human level, labellers, consensus; each also whole as a CSV or JSON file (labelling.api.files)."""

from typing import Any

from rest_framework.request import Request

from labelling.api.base import View
from labelling.api.docs import ANYTHING, FIGURE, FREE, NUMBER, TEXT, WHOLE, describe, many, maybe, thing
from labelling.api.files import FORMAT, figures, listing
from labelling.measure import consensus, human, labellers, selectors

QUESTION = ("question", "its key; the first question by default")
GROUP = thing({"key": ANYTHING, "n_examples": WHOLE}, alpha=FIGURE, figure=FIGURE)


class Agreement(View):
    """`GET /projects/{slug}/agreement/`."""

    @describe(
        "How far labellers agree on a question",
        query=[
            QUESTION,
            ("by", ", ".join(selectors.GROUPINGS)),
            "level",
            ("rounds", "current, all, or numbers like 1,2"),
            FORMAT,
        ],
        answer=thing(
            {
                "question": TEXT,
                "kind": TEXT,
                "level": TEXT,
                "as_of": TEXT,
                "alpha": FIGURE,
                "measures": FREE,
                "by": many(GROUP),
                "left_out": FREE,
            }
        ),
    )
    def get(self, request: Request, slug: str) -> Any:
        asked = {name: request.query_params.get(name) or None for name in ("question", "by", "level", "rounds")}
        found = selectors.agreement(self.viewer, slug, **asked, now=self.now)
        return figures(self, slug, "agreement", found, by=asked["by"])


class Confusions(View):
    """`GET /projects/{slug}/confusions/`."""

    @describe(
        "Pairs of classes that labellers confuse, worst first",
        query=[QUESTION, FORMAT],
        answer=many(
            thing(
                {
                    "a": ANYTHING,
                    "b": ANYTHING,
                    "count": WHOLE,
                    "share": NUMBER,
                    "alpha_if_merged": maybe(NUMBER),
                    "alpha_now": maybe(NUMBER),
                    "hlp_if_merged": maybe(NUMBER),
                    "hlp_now": maybe(NUMBER),
                }
            )
        ),
    )
    def get(self, request: Request, slug: str) -> Any:
        found = selectors.confusions(self.viewer, slug, question=request.query_params.get("question") or None)
        return figures(self, slug, "confusions", found, by="classes")


class HumanPerformance(View):
    """`GET /projects/{slug}/human-performance/`."""

    @describe(
        "How well one person does the job, with what keeps the figure honest",
        query=[
            QUESTION, ("by", ", ".join(human.GROUPINGS)),
            ("reference", "resolved or leave_one_out: what the popular answer and the split are against"),
            ("examples", "all, or same: only labels that have a reference of both kinds"),
            FORMAT,
        ],
        answer=thing(
            {
                "question": TEXT,
                "against_resolved": FIGURE,
                "leave_one_out": FIGURE,
                "repeat_consistency": FIGURE,
                "popular_answer": FIGURE,
                "ceiling": FIGURE,
                "dawid_skene": FIGURE,
                "measures": FREE,
                "reference": TEXT,
                "by": many(GROUP),
                "cautions": many(thing({"code": TEXT, "message": TEXT})),
            }
        ),
    )
    def get(self, request: Request, slug: str) -> Any:
        asked = {name: request.query_params.get(name) or None for name in ("question", "by", "reference", "examples")}
        return figures(self, slug, "human-level", human.human_performance(self.viewer, slug, **asked), by=asked["by"])


class Labellers(View):
    """`GET /projects/{slug}/labellers/`."""

    @describe(
        "Each labeller's figures",
        query=[QUESTION, FORMAT],
        paged=True,
        answer=thing(
            {
                "username": TEXT,
                "labels": WHOLE,
                "agreement": FIGURE,
                "gold_accuracy": FIGURE,
                "repeat_consistency": FIGURE,
                "reliability": FIGURE,
                "tags": FREE,
            }
        ),
    )
    def get(self, request: Request, slug: str) -> Any:
        question = request.query_params.get("question") or None
        members, rows_of = labellers.list_labellers(self.viewer, slug, question=question)
        return listing(self, slug, "labellers", members, rows_of, ordering=("-labels", "id"), by="labeller")


class Consensus(View):
    """`GET /projects/{slug}/consensus/`."""

    @describe(
        "What the labels of each example come to",
        query=[QUESTION, "method", FORMAT],
        paged=True,
        answer=thing({"example": TEXT, "answer": ANYTHING, "confidence": NUMBER, "decided_by": TEXT, "votes": FREE}),
    )
    def get(self, request: Request, slug: str) -> Any:
        asked = {name: request.query_params.get(name) or None for name in ("question", "method")}
        examples, rows_of = consensus.list_consensus(self.viewer, slug, **asked)
        return listing(self, slug, "consensus", examples, rows_of, records=True)
