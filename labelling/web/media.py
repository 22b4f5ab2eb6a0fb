"""Pictures and sounds of a project, to its members only, with headers that keep a hostile file from acting.

`?w=2048` asks for a scaled copy with at least so many pixels on its longer side; where there is none the picture itself comes.
"""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse, StreamingHttpResponse
from django.urls import path
from django.utils import timezone

from labelling.accounts.selectors import viewer_by_token
from labelling.errors import Invalid, WorkbenchError
from labelling.intake.selectors import get_copy, get_media, open_media
from labelling.web.guard import in_project

MOST_PIXELS = 1_000_000
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
PIECE = 256 * 1024


def media(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """`/projects/<slug>/media/<sha256>.<suffix>`, for a browser's session or a token."""
    header = request.headers.get("Authorization", "")
    if not header.lower().startswith("bearer "):
        return of_session(request, slug=slug, name=name)
    try:
        _, viewer = viewer_by_token(header[7:].strip(), now=timezone.now())
        return serve(request, viewer, slug, name)
    except WorkbenchError as error:
        return JsonResponse(error.as_dict(), status=error.status)


@in_project()
def of_session(request: HttpRequest, project: Any, name: str) -> HttpResponse:
    return serve(request, request.viewer, project.slug, name)  # type: ignore[attr-defined]


def serve(request: HttpRequest, viewer: Any, slug: str, name: str) -> HttpResponse:
    found = get_media(viewer, slug, name)
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    width = wanted_width(request.GET.get("w"))
    copy, to_come = get_copy(found, width) if width else (None, False)
    content: Any = copy or found
    etag = f'"{found.sha256}-{copy.side}"' if copy else f'"{found.sha256}"'
    if etag in request.headers.get("If-None-Match", ""):
        return safe(HttpResponse(status=304), etag, to_come)
    start, end = wanted(request.headers.get("Range", ""), content.bytes)
    if start > end:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{content.bytes}"
        return safe(response, etag, to_come)
    part = (start, end) != (0, content.bytes - 1)
    body: Any = () if request.method == "HEAD" else pieces(open_media(found, copy), start, end)
    answer = StreamingHttpResponse(body, status=206 if part else 200, content_type=content.content_type)
    answer["Content-Length"] = str(end - start + 1)
    if part:
        answer["Content-Range"] = f"bytes {start}-{end}/{content.bytes}"
    return safe(answer, etag, to_come)


def wanted_width(text: str | None) -> int | None:
    """How many pixels the longer side should have; None: all there are. Raises Invalid."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= MOST_PIXELS):
        raise Invalid.field("w", f"w is a number of pixels, from 1 to {MOST_PIXELS:,}.")
    return int(text)


def wanted(header: str, size: int) -> tuple[int, int]:
    """First and last byte of a single range; all of it where there is none or several; first > last where there is
    nothing in it."""
    match = RANGE.fullmatch(header.strip())
    if match is None or not (match[1] or match[2]):
        return 0, size - 1
    if not match[1]:
        return (max(size - int(match[2]), 0), size - 1) if int(match[2]) else (1, 0)
    start = int(match[1])
    return (start, min(int(match[2]), size - 1) if match[2] else size - 1) if start < size else (1, 0)


def pieces(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        left = end - start + 1
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece


def safe(response: HttpResponse, etag: str, to_come: bool = False) -> HttpResponse:
    """With the headers of all media. `to_come`: something better may be here the next time, so it is asked again."""
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Content-Disposition"] = "inline"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-cache" if to_come else "private, max-age=31536000, immutable"
    return response


urlpatterns = [path("projects/<str:slug>/media/<str:name>", media, name="media")]
