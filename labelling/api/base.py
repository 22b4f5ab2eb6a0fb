"""What all API views share."""

from collections.abc import Callable, Iterable
from typing import Any

import orjson
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labelling.access import Viewer
from labelling.api.auth import viewer
from labelling.api.pagination import CursorPages
from labelling.api.parsers import check_texts
from labelling.errors import Invalid
from labelling.jobs.selectors import describe as describe_job


class AnyFormat(DefaultContentNegotiation):
    """`?format=` is for the doors that give files (labelling.api.files) and chooses no renderer."""

    def filter_renderers(self, renderers: Any, format: str) -> Any:
        return renderers


class View(APIView):
    """A view that knows its viewer. Who may do what is decided in selectors and services, never here."""

    permission_classes = [AllowAny]
    content_negotiation_class = AnyFormat

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        for name, values in request.query_params.lists():
            check_texts(values, name, 0)
        self.viewer: Viewer = viewer(request)
        self.now = timezone.now()

    def page(
        self, rows: QuerySet[Any], describe: Callable[[list[Any]], Iterable[Any]], *, ordering: str | tuple[str, ...] = "id"
    ) -> Response:
        """One page of a queryset; `describe` makes the page's rows into plain objects, all at once."""
        pages = CursorPages()
        pages.ordering = ordering if isinstance(ordering, tuple) else (ordering,)  # type: ignore[assignment]
        found = pages.paginate_queryset(rows, self.request, self)
        return pages.get_paginated_response(list(describe(list(found))))

    def accepted(self, job: Any) -> Response:
        """The answer for what goes on as a job."""
        return Response({"job": describe_job(job, self.now)}, status=202)


def body_of(request: Request) -> dict[str, Any]:
    """The request's JSON object."""
    if not isinstance(request.data, dict):
        raise Invalid("The request's body is a JSON object.")
    return request.data


def fast_json(data: Any, status: int = 200) -> HttpResponse:
    """A big or hot answer, written by orjson."""
    return HttpResponse(orjson.dumps(data, option=orjson.OPT_SERIALIZE_NUMPY), status=status, content_type="application/json")
