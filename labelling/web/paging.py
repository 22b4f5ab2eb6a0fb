"""Lists on pages: `?page=2`, filters kept in the URL, no counting of all rows."""

from typing import Any

from django.http import HttpRequest


class Pages:
    """One page of an ordered queryset or list: `rows`, and `previous`, `next` as URLs or None for parts/pager.html."""

    def __init__(self, request: HttpRequest, source: Any, per_page: int) -> None:
        typed = request.GET.get("page", "")
        self.number = min(int(typed), 1_000_000) if typed.isascii() and typed.isdigit() and len(typed) < 12 and int(typed) else 1
        first = (self.number - 1) * per_page
        rows = list(source[first : first + per_page + 1])  # one more than is shown tells whether there is a next page
        self.rows = rows[:per_page]
        self.first, self.last = first + 1, first + len(self.rows)
        self.previous = self._url(request, self.number - 1) if self.number > 1 else None
        self.next = self._url(request, self.number + 1) if len(rows) > per_page else None

    @staticmethod
    def _url(request: HttpRequest, number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        if number == 1:
            del query["page"]
        return "?" + query.urlencode()
