"""The addresses of a list's next and previous page, for lists that keep their own cursors."""

from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param


def with_cursor(request: Request, cursor: str | None) -> str | None:
    """This request's address with another cursor; None where there is no further page."""
    return None if cursor is None else replace_query_param(request.build_absolute_uri(), "cursor", cursor)
