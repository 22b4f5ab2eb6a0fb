"""Models, and evaluations of their predictions."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from labelling.api.base import View, body_of
from labelling.api.docs import ACCEPTED, FIGURE, FREE, NUMBER, TEXT, TIME, TRUTH, WHOLE, describe, many, maybe, thing
from labelling.api.files import FORMAT, figures, listing
from labelling.errors import Invalid
from labelling.evaluate import people, selectors, services

QUESTION = ("question", "its key; the first without one")
MODEL = thing({"id": WHOLE, "name": TEXT, "version": TEXT, "trained_on": maybe(WHOLE)}, created_at=TIME)
TOGETHER = maybe(thing({"low": NUMBER, "high": NUMBER, "comparisons": WHOLE}))
SLICE = thing(
    {"slice": TEXT, "metric": FIGURE, "human": FIGURE, "gap": FIGURE, "share": NUMBER, "priority": NUMBER},
    field=TEXT, value=TEXT, settled=TRUTH, together=TOGETHER,
)  # fmt: skip
STANDING = {"person": FIGURE, "model": FIGURE, "popular_answer": FIGURE, "model_minus_person": FIGURE, "model_minus_popular": FIGURE}
REFERENCE = thing(
    {
        "reference": TEXT,
        "about": TEXT,
        "n_examples": WHOLE,
        "each_label": thing(STANDING),
        "each_person": thing(STANDING),
        "best_person": maybe(thing({"labeller": TEXT, "name": maybe(TEXT), "n_people": WHOLE, "expected": FIGURE, **STANDING})),
        "people": many(FREE),
        "n_people": WHOLE,
        "left_out": thing({"took_part": WHOLE, "hinges": WHOLE}),
    }
)
COMPARED = thing(
    {"labeller": TEXT, "name": maybe(TEXT), "n_examples": WHOLE, "model": NUMBER, "person": NUMBER},
    p_value=maybe(NUMBER), p_adjusted=maybe(NUMBER), won=maybe(TRUTH),
)  # fmt: skip
ALTERNATIVE = thing(
    {
        "epsilon": NUMBER,
        "conditions": many(thing({"code": TEXT, "met": TRUTH, "message": TEXT})),
        "passed": maybe(TRUTH),
        "winning_rate": maybe(NUMBER),
        "advantage": FIGURE,
        "people": many(COMPARED),
        "method": TEXT,
        "nearness": TEXT,
    },
    undefined=TEXT,
)
HUMANS = thing(
    {
        "evaluation": WHOLE,
        "model": MODEL,
        "version": WHOLE,
        "split": TEXT,
        "stale": TRUTH,
        "question": TEXT,
        "kind": TEXT,
        "reference": {"type": "string", "enum": ["resolved", "leave_one_out"]},
        "references": thing({"resolved": REFERENCE, "leave_one_out": REFERENCE}),
        "alternative": ALTERNATIVE,
        "by_class": many(thing({"name": TEXT, "model": FIGURE, "human": FIGURE, "gap": FIGURE, "share": NUMBER, "priority": NUMBER, "settled": TRUTH}, together=TOGETHER)),
        "by_slice": many(SLICE),
        "cautions": many(thing({"code": TEXT, "message": TEXT})),
    }
)
EVALUATION = thing(
    {
        "id": WHOLE,
        "model": MODEL,
        "version": WHOLE,
        "split": TEXT,
        "digest": TEXT,
        "stale": TRUTH,
        "metrics": thing({"accuracy": FIGURE, "f1_macro": FIGURE}),
        "baselines": thing({"most_frequent": FREE, "human": FREE}),
        "by_class": many(FREE),
        "by_slice": many(SLICE),
        "problems": many(FREE),
        "gates": many(FREE),
        "passed": TRUTH,
        "suspected_label_errors": many(FREE),
    }
)


class Models(View):
    """`GET|POST /projects/{slug}/models/`."""

    @describe("Models of a project", answer=MODEL, paged=True)
    def get(self, request: Request, slug: str) -> Response:
        rows = selectors.list_models(self.viewer, slug)
        return self.page(rows, lambda page: map(selectors.describe_model, page), ordering="-id")

    @describe(
        "Register a model",
        body=thing(
            {"name": TEXT, "version": TEXT}, trained_on=WHOLE, code=TEXT, parameters=FREE, environment=FREE, notes=TEXT
        ),
        answer=MODEL,
        status=201,
        errors=(400, 401, 403, 404, 409),
    )
    def post(self, request: Request, slug: str) -> Response:
        model = services.register_model(actor=self.viewer, slug=slug, fields=body_of(request), now=self.now)
        return Response(selectors.describe_model(model), status=201)


class Evaluations(View):
    """`GET|POST /projects/{slug}/evaluations/`."""

    @describe(
        "Evaluations, newest first",
        query=[FORMAT],
        answer=thing({"id": WHOLE, "version": WHOLE, "split": TEXT, "accuracy": FIGURE}),
        paged=True,
    )
    def get(self, request: Request, slug: str) -> Any:
        rows = selectors.list_evaluations(self.viewer, slug)
        return listing(self, slug, "evaluations", rows, lambda page: map(selectors.brief, page), ordering="-id", by="evaluation", of_one=False)

    @describe(
        "Score predictions on a version's split",
        multipart=thing(
            {"model": WHOLE, "version": WHOLE, "split": TEXT, "predictions": {"type": "string", "format": "binary"}}
        ),
        answer=ACCEPTED,
        status=202,
        errors=(400, 401, 403, 404, 409, 413, 422),
    )
    def post(self, request: Request, slug: str) -> Response:
        data: Any = request.data
        if not hasattr(data, "get"):
            raise Invalid("Send a form with model, version, split and the file predictions.")
        if data.get("endpoint"):
            raise Invalid.field("endpoint", "Models cannot be asked over HTTP yet. Send the predictions as a file.")
        job = services.start_evaluation(
            actor=self.viewer,
            slug=slug,
            model=data.get("model"),
            version=data.get("version"),
            split=data.get("split"),
            file=request.FILES.get("predictions"),
            now=self.now,
        )
        return self.accepted(job)


class EvaluationDetail(View):
    """`GET /projects/{slug}/evaluations/{id}/`."""

    @describe("One evaluation", query=[FORMAT], answer=EVALUATION)
    def get(self, request: Request, slug: str, evaluation_id: str) -> Any:
        found = selectors.describe(selectors.get_evaluation(self.viewer, slug, evaluation_id))
        return figures(self, slug, f"evaluation-{found['id']}", found)


class EvaluationHumans(View):
    """`GET /projects/{slug}/evaluations/{id}/humans/`."""

    @describe(
        "The model beside people: the parties by both references, the alternative annotator test, where the model loses",
        query=[QUESTION, ("epsilon", "the margin of the alternative annotator test, 0 to 0.5: usual are 0.1, 0.15 and 0.2"), FORMAT],
        answer=HUMANS,
        errors=(400, 401, 403, 404, 409),
    )
    def get(self, request: Request, slug: str, evaluation_id: str) -> Any:
        asked = {name: request.query_params.get(name) or None for name in ("question", "epsilon")}
        found = people.beside_people(self.viewer, slug, evaluation_id, **asked)
        return figures(self, slug, f"evaluation-{evaluation_id}-and-people", found)
