"""Who opens pages in tests, and what a page costs the database."""

from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from django.db import connection
from django.http import HttpResponse
from django.template.response import SimpleTemplateResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import make_user


def browse(username: str | None, *, is_staff: bool = False) -> Client:
    """A browser in which this user is logged in, or nobody."""
    client = Client()
    if username is not None:
        user = make_user(username, is_staff=is_staff)
        if is_staff and not user.is_staff:
            type(user).objects.filter(pk=user.pk).update(is_staff=True)
        client.force_login(user)
    return client


@dataclass
class Cost:
    """Queries before the page was rendered, and while it was: the second is 0 for every page."""

    view: int = 0
    render: int = 0
    sql: tuple[str, ...] = ()


@contextmanager
def counted():
    """with counted() as cost: client.get(...)"""
    cost = Cost()
    original = SimpleTemplateResponse.render
    with CaptureQueriesContext(connection) as queries:

        def render(response: SimpleTemplateResponse) -> HttpResponse:
            before = len(queries)
            try:
                return original(response)
            finally:
                cost.view, cost.render = before, len(queries) - before
                cost.sql = tuple(query["sql"] for query in queries.captured_queries[before:])

        with patch.object(SimpleTemplateResponse, "render", render):
            yield cost


def text_of(response: HttpResponse) -> str:
    return " ".join(response.content.decode().split())
