"""Every address: health, log-in, the API and the pages."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views import defaults

from labelling.api import errors, health

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("api/v1/", include("labelling.api.urls")),
    path("", include("labelling.web.urls")),
]


def handler500(request: HttpRequest) -> HttpResponse:
    """A fault of ours, in the shape that the caller reads: the API's error object, or a page that says the way back."""
    return errors.fault(request) if request.path.startswith("/api/") else defaults.server_error(request)
