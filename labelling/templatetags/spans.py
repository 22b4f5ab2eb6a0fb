"""A text with its spans marked on it, for pages on which nothing is marked: {% marked text spans question %}."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from labelling.templatetags.workbench import FILLS, letter

register = template.Library()
MOST = 30  # spans that are shown; leads read the first ones, and a list of 20,000 is no reading
ELLIPSIS = "…"


@register.simple_tag
def marked(text: str, spans: Sequence[Mapping[str, Any]], question: Mapping[str, Any], room: int | None = None) -> SafeString:
    """The text with each span in a <mark>: its letter before it, the class's line below, its name as a title.

    `spans` as in an answer (code points, end exclusive, in their order; they may overlap). `room`: so many code points are
    kept before and behind each span, and the rest is left out with an ellipsis; all of the text without it.
    """
    shown = spans[:MOST]
    numbers = {item["key"]: (number, item["name"]) for number, item in enumerate(question["classes"], start=1)}
    html = [piece for start, end in kept(text, shown, room) for piece in _passage(text, start, end, shown, numbers)]
    if len(spans) > MOST:
        html.append(format_html(' <span class="muted">and {} more</span>', f"{len(spans) - MOST:,}"))
    return mark_safe("".join(html))


def kept(text: str, spans: Sequence[Mapping[str, Any]], room: int | None) -> list[tuple[int, int]]:
    """Passages (start, end) of the text that are shown, in order and apart."""
    if room is None:
        return [(0, len(text))]
    passages: list[tuple[int, int]] = []
    for span in spans:
        start, end = max(0, span["start"] - room), min(len(text), span["end"] + room)
        if passages and start <= passages[-1][1]:
            passages[-1] = (passages[-1][0], max(passages[-1][1], end))
        else:
            passages.append((start, end))
    return passages


def _passage(
    text: str, start: int, end: int, spans: Sequence[Mapping[str, Any]], numbers: Mapping[str, tuple[int, str]]
) -> Iterator[str]:
    """Cut wherever a span starts or ends; each piece stands in the marks of all spans around it, the longest outside."""
    inside = [span for span in spans if span["start"] < end and start < span["end"]]
    cuts = sorted({start, end, *(place for span in inside for place in (span["start"], span["end"]) if start < place < end)})
    if start > 0:
        yield ELLIPSIS
    for one, other in zip(cuts, cuts[1:], strict=False):
        around = [span for span in inside if span["start"] <= one and other <= span["end"]]
        piece: SafeString | str = format_html("{}", text[one:other])
        for span in sorted(around, key=lambda part: part["end"] - part["start"]):
            number, name = numbers.get(span["class"], (0, span["class"]))
            fill, again = (number - 1) % FILLS + 1, (number - 1) // FILLS
            pattern = format_html(' data-pattern="{}"', (fill - 1 + 3 * again) % FILLS + 1) if again > 0 else ""
            sign = format_html('<span class="span-sign" aria-hidden="true">{}</span>', letter(number)) if span["start"] == one and number else ""
            piece = format_html('<mark class="span-of" data-class-no="{}"{} title="{}">{}{}</mark>', fill, pattern, name, sign, piece)
        yield piece
    if end < len(text):
        yield ELLIPSIS
