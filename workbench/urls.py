"""Every address: health, log-in, the API and the pages."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("accounts/", include("allauth.account.urls"))]

# The doors are listed here and exist one by one; a missing one must not keep `manage.py` from starting.
if find_spec("labelling.api") and find_spec("labelling.api.health"):
    from labelling.api import health

    urlpatterns += [path("health/live", health.live), path("health/ready", health.ready)]
if find_spec("labelling.api") and find_spec("labelling.api.urls"):
    urlpatterns += [path("api/v1/", include("labelling.api.urls"))]
if find_spec("labelling.web") and find_spec("labelling.web.urls"):
    urlpatterns += [path("", include("labelling.web.urls"))]
