"""What adaptive overlap would have cost and lost."""

from typing import Any

from rest_framework.request import Request

from labelling.api.base import View
from labelling.api.docs import FIGURE, FREE, NUMBER, TEXT, TRUTH, WHOLE, describe, many, maybe, thing
from labelling.api.files import FORMAT, figures
from labelling.measure import overlap

SETTING = ("start", "most", "confidence", "budget")


class Simulation(View):
    """`GET /projects/{slug}/overlap/simulation/`."""

    @describe(
        "What a setting of adaptive overlap would have cost and lost, on the labels at hand",
        query=[
            ("question", "its key; the first question by default"),
            ("start", "labels that every example gets; the project's by default"),
            ("most", "labels that an example gets at most"),
            ("confidence", "one more is asked for until the answer is this sure, from 0.5 to 0.999"),
            ("budget", "labels in all beyond the start, or none"),
            FORMAT,
        ],
        answer=thing(
            {
                "question": TEXT,
                "start": WHOLE,
                "most": WHOLE,
                "confidence": NUMBER,
                "budget": maybe(WHOLE),
                "in_use": TRUTH,
                "reference": maybe(TEXT),
                "n_examples": WHOLE,
                "orders": WHOLE,
                "sentence": maybe(TEXT),
                "adaptive": maybe(FREE),
                "curve": many(thing({"confidence": NUMBER}, labels_per_example=FIGURE, agreement=FIGURE)),
                "fixed": many(thing({"labels": WHOLE}, labels_per_example=FIGURE, agreement=FIGURE)),
                "cautions": many(TEXT),
            }
        ),
    )
    def get(self, request: Request, slug: str) -> Any:
        typed = {name: request.query_params.get(name) for name in SETTING}
        found = overlap.simulation(self.viewer, slug, question=request.query_params.get("question") or None, typed=typed)
        return figures(self, slug, "overlap", found)
