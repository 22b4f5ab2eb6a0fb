"""The OpenAPI document. YAML, or JSON for those who ask for it; a refusal has the API's one shape."""

from drf_spectacular.views import SpectacularAPIView
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response


class Document(SpectacularAPIView):
    """`GET /schema/`, open to everybody: it says what the API is, and nothing of what is in it."""

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        self.request.accepted_renderer, self.request.accepted_media_type = JSONRenderer(), "application/json"
        return response
