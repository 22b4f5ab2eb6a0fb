"""Every list is paged by a cursor: {"next", "previous", "results"}."""

from django.core.exceptions import ValidationError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination

from labelling.errors import Invalid


class CursorPages(CursorPagination):
    page_size = 100
    max_page_size = 1000
    page_size_query_param = "page_size"
    ordering = "id"

    def decode_cursor(self, request):  # type: ignore[no-untyped-def]
        try:
            return super().decode_cursor(request)
        except NotFound:
            raise Invalid.field("cursor", "This cursor is not one of ours. Start without it.") from None

    def paginate_queryset(self, queryset, request, view=None):  # type: ignore[no-untyped-def]
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, OverflowError, TypeError, ValidationError):
            # A cursor is the client's text: one that does not fit the ordering column is bad input, not a fault.
            raise Invalid.field("cursor", "This cursor is not one of ours. Start without it.") from None
