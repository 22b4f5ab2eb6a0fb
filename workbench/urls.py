"""Every address: health, log-in, the API and the pages."""

from django.urls import include, path

from labelling.api import health

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("api/v1/", include("labelling.api.urls")),
    path("", include("labelling.web.urls")),
]


handler500 = "labelling.api.errors.fault"
