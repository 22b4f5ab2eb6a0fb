"""`?format=csv` and `?format=json`: what a door shows, whole and as a file. Lists stream, so that memory stays flat."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from csv import writer
from datetime import datetime
from itertools import chain, islice
from typing import Any

import orjson
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from rest_framework.request import Request

from labelling.api.base import View, fast_json
from labelling.api.flat import HEAD, of_figures, of_records
from labelling.errors import Invalid
from labelling.projects.selectors import get_project, get_question

FORMAT = ("format", "csv or json: all of it as a file")
CHUNK = 500  # rows of a list that are described at once


def asked_format(request: Request) -> str | None:
    """csv, json, or None for the answer as it always is. Raises Invalid for another."""
    found = request.query_params.get("format") or None
    if found not in (None, "csv", "json"):
        raise Invalid.field("format", "The format is csv or json.")
    return found


def question_of(view: View, slug: str) -> str:
    """The key of the question that a request means: the one it names, or the first."""
    project = get_project(view.viewer, slug)
    return str(get_question(project, view.request.query_params.get("question") or None)[1]["key"])


def figures(view: View, slug: str, what: str, document: Any, *, by: str | None = None) -> HttpResponse:
    """An answer of figures: JSON, or the file that was asked for. `what` names the file, `by` the entries of its list."""
    wanted = asked_format(view.request)
    if wanted is None:
        return fast_json(document)
    key = str(document.get("question") or "") if isinstance(document, Mapping) else question_of(view, slug)
    name = file_name((slug, key, what, f"by {by}" if by and isinstance(document, Mapping) else ""), view.now, wanted)
    if wanted == "json":
        return _as_file(fast_json(document), name)
    lines = writer(_Line())
    rows = chain([HEAD], of_figures(document, by=by or "", question=key))
    body = "".join(lines.writerow(row) for row in rows)
    return _as_file(HttpResponse(body, content_type="text/csv; charset=utf-8"), name)


def listing(
    view: View,
    slug: str,
    what: str,
    rows: QuerySet[Any],
    describe: Callable[[list[Any]], Iterable[Any]],
    *,
    ordering: str | tuple[str, ...] = "id",
    by: str = "",
    records: bool = False,
    of_one: bool = True,
) -> HttpResponseBase:
    """A paged list: one page of JSON, or all of it as a file. With `records` CSV has a line a row; else the rows hold figures of
    `by` (labeller), and it has a line a figure. `of_one`: all rows are about one question; else each says its own."""
    wanted = asked_format(view.request)
    if wanted is None:
        return view.page(rows, describe, ordering=ordering)
    order = ordering if isinstance(ordering, tuple) else (ordering,)
    key = question_of(view, slug) if of_one or view.request.query_params.get("question") else ""
    name = file_name((slug, key, what), view.now, wanted)
    found = _described(rows.order_by(*order), describe)
    if wanted == "json":
        return _as_file(StreamingHttpResponse(_json_list(found), content_type="application/json"), name)
    lines = writer(_Line())
    flat = of_records(found) if records else chain([HEAD], _figure_lines(found, by, key))
    response = StreamingHttpResponse((lines.writerow(row) for row in flat), content_type="text/csv; charset=utf-8")
    return _as_file(response, name)


def _described(rows: QuerySet[Any], describe: Callable[[list[Any]], Iterable[Any]]) -> Iterator[Any]:
    found = rows.iterator(chunk_size=CHUNK)
    while chunk := list(islice(found, CHUNK)):
        yield from describe(chunk)


def _figure_lines(rows: Iterable[Any], by: str, question: str) -> Iterator[list[Any]]:
    for row in rows:
        yield from of_figures([row], by=by, question=question or str(row.get("question") or ""))


def _json_list(rows: Iterable[Any]) -> Iterator[bytes]:
    before = b"["
    for row in rows:
        yield before + orjson.dumps(row, option=orjson.OPT_SERIALIZE_NUMPY)
        before = b",\n"
    yield b"[]" if before == b"[" else b"]"


class _Line:
    """What csv.writer takes for a file: gives each line back."""

    def write(self, line: str) -> str:
        return line


def file_name(parts: Iterable[str], now: datetime, ending: str) -> str:
    """project-question-what-2026-11-21.csv, with nothing in it that a file system refuses."""
    plain = ("".join(letter if letter.isalnum() else "-" for letter in part).strip("-")[:60] for part in parts)
    return f"{'-'.join([*(part for part in plain if part), f'{now:%Y-%m-%d}'])}.{ending}"


def _as_file(response: Any, name: str) -> Any:
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
