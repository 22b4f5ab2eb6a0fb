"""`/health/live`: this process answers. `/health/ready`: so do the database, the broker and a worker.

No token is asked for and no address, name or error text is given away.
"""

import os

import structlog
from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import KombuError, OperationalError

from labelling.jobs.selectors import worker_is_alive

log = structlog.get_logger(__name__)


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when everything answers, else 503; the body says which part does not."""
    database = database_answers()
    parts = {"database": database, "broker": broker_answers(), "worker": database and worker_is_alive(timezone.now())}
    well = all(parts.values())
    body = {"status": "ok" if well else "not_ready", **{name: "ok" if up else "down" for name, up in parts.items()}}
    return JsonResponse(body, status=200 if well else 503)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError as error:
        log.warning("database_down", error=str(error))
        return False


def broker_answers() -> bool:
    if not settings.REDIS_URL:  # the embedded broker is a folder
        return os.access(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"], os.R_OK | os.W_OK | os.X_OK)
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=3)
        return True
    except (OSError, KombuError, OperationalError) as error:
        log.warning("broker_down", error=str(error))
        return False
