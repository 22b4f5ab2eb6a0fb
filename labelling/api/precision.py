"""How much more work makes alpha's interval as narrow as wanted."""

from typing import Any

from rest_framework.request import Request

from labelling.api.base import View
from labelling.api.docs import FIGURE, FREE, NUMBER, TEXT, WHOLE, describe, many, maybe, thing
from labelling.api.files import FORMAT, figures
from labelling.measure.precision import precision

POINT = thing({"count": WHOLE, "width": NUMBER, "over_examples": NUMBER, "over_labellers": maybe(NUMBER), "least": NUMBER})
NEED = thing(
    {"count": maybe(WHOLE), "curve": many(POINT)},
    of=TEXT, now=NUMBER, more=maybe(WHOLE), more_labels=maybe(WHOLE), days=maybe(WHOLE), limited_by=TEXT, floor=NUMBER, reason=TEXT, undefined=TEXT,
)  # fmt: skip


class Precision(View):
    """`GET /projects/{slug}/precision/`."""

    @describe(
        "How many more examples, labellers or labels until alpha's interval is as narrow as wanted",
        query=[
            ("question", "its key; the first question by default"), "level",
            ("width", "of the interval, from low to high: 0.1 by default, or half of what it is where that is less"), FORMAT,
        ],
        answer=thing(
            {
                "question": TEXT,
                "kind": TEXT,
                "level": TEXT,
                "as_of": TEXT,
                "alpha": FIGURE,
                "width_now": maybe(NUMBER),
                "width": NUMBER,
                "limited_by": maybe(TEXT),
                "lasting": NUMBER,
                "pace": FREE,
                "sentence": TEXT,
                "caution": TEXT,
                "needs": thing({"examples": NEED, "labellers": NEED, "labels": NEED}),
            }
        ),
    )  # fmt: skip
    def get(self, request: Request, slug: str) -> Any:
        asked = {name: request.query_params.get(name) or None for name in ("question", "level", "width")}
        return figures(self, slug, "how-many-more", precision(self.viewer, slug, **asked, now=self.now))
