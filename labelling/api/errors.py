"""One place that turns what went wrong into the API's one error shape."""

from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
)
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.defaults import server_error
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from labelling import errors

CODES = {400: "invalid", 401: "not_authenticated", 403: "not_allowed", 404: "not_found", 405: "method_not_allowed",
         406: "not_acceptable", 409: "conflict", 413: "too_large", 415: "unsupported_media_type", 422: "wrong_content",
         429: "too_many"}  # fmt: skip


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. None (a 500) only for what is a fault of ours."""
    headers = {}
    if isinstance(error, errors.WorkbenchError):
        status, body = error.status, error.as_dict()
        if status == 401:
            headers["WWW-Authenticate"] = 'Bearer realm="workbench"'
    elif isinstance(error, exceptions.ValidationError):
        status, body = 400, _body(400, "Some fields need mending.", _flat(error.detail))
        if body["fields"]:
            name, texts = next(iter(body["fields"].items()))
            body["message"] = f"{name}: {texts[0]}" if name != "non_field_errors" else texts[0]
    elif isinstance(error, exceptions.APIException):
        status, body = error.status_code, _body(error.status_code, str(error.detail), {})
        if getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = error.auth_header
        if getattr(error, "wait", None):
            headers["Retry-After"] = str(int(error.wait))
    elif isinstance(error, Http404):
        status, body = 404, _body(404, "There is nothing at this address.", {})
    elif isinstance(error, PermissionDenied):
        status, body = 403, _body(403, "That is not allowed.", {})
    elif isinstance(error, RequestDataTooBig):
        status, body = 413, _body(413, "The request is too large. Send less at once, or a file.", {})
    elif isinstance(error, SuspiciousOperation | TooManyFieldsSent | DataError):
        # A DataError is a value that the database cannot hold, such as a number beyond its column.
        status, body = 400, _body(400, "The request holds a value that cannot be stored. Nothing was stored.", {})
    else:
        return None
    set_rollback()
    return Response(body, status=status, headers=headers)


def _body(status: int, message: str, fields: dict[str, list[str]]) -> dict[str, Any]:
    return {"code": CODES.get(status, "error"), "message": message, "fields": fields}


def _flat(detail: Any, at: str = "") -> dict[str, list[str]]:
    """DRF's nested details as path → sentences."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for key, value in detail.items():
            found |= _flat(value, f"{at}.{key}" if at else str(key))
        return found
    if isinstance(detail, list) and any(isinstance(part, dict | list) for part in detail):
        found = {}
        for number, part in enumerate(detail):
            if part:
                found |= _flat(part, f"{at}[{number}]")
        return found
    return {at or "non_field_errors": [str(part) for part in (detail if isinstance(detail, list) else [detail])]}


def not_found(request: HttpRequest, path: str = "") -> JsonResponse:
    """Any address below /api/ that is not there."""
    return JsonResponse(_body(404, "There is nothing at this address. See /api/v1/schema/.", {}), status=404)


def fault(request: HttpRequest) -> HttpResponse:
    """Django's handler500: the API's error object for programs, a page that says the way back for people."""
    if not request.path.startswith("/api/"):
        return server_error(request)
    message = "Something broke on our side; it is in the server's log. Try again, and tell the operator if it stays."
    return JsonResponse({"code": "fault", "message": message, "fields": {}}, status=500)
