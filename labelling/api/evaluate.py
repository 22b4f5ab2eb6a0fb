"""Models, and evaluations of their predictions."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from labelling.api.base import View, body_of, fast_json
from labelling.api.docs import ACCEPTED, FIGURE, FREE, NUMBER, TEXT, TIME, TRUTH, WHOLE, describe, many, maybe, thing
from labelling.errors import Invalid
from labelling.evaluate import selectors, services

MODEL = thing({"id": WHOLE, "name": TEXT, "version": TEXT, "trained_on": maybe(WHOLE)}, created_at=TIME)
SLICE = thing({"slice": TEXT, "metric": FIGURE, "human": FIGURE, "gap": FIGURE, "share": NUMBER, "priority": NUMBER})
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
        answer=thing({"id": WHOLE, "version": WHOLE, "split": TEXT, "accuracy": FIGURE}),
        paged=True,
    )
    def get(self, request: Request, slug: str) -> Response:
        rows = selectors.list_evaluations(self.viewer, slug)
        return self.page(rows, lambda page: map(selectors.brief, page), ordering="-id")

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

    @describe("One evaluation", answer=EVALUATION, errors=(401, 403, 404))
    def get(self, request: Request, slug: str, evaluation_id: str) -> Any:
        return fast_json(selectors.describe(selectors.get_evaluation(self.viewer, slug, evaluation_id)))
