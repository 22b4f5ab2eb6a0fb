"""Fields of an example on leads' pages, in the shapes in which labellers see them; what has another shape is text."""

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from labelling.web.drawing import markdown_of
from labelling.web.shapes import table_of, turns_of

register = template.Library()


@register.filter
def as_table(part: dict[str, Any]) -> dict[str, Any] | None:
    """{head, rows} of a field shown as a table."""
    return table_of(part["raw"]) if part["as"] == "table" else None


@register.filter
def as_turns(part: dict[str, Any]) -> list[dict[str, Any]] | None:
    """[{who, said, other}] of a field shown as a dialogue; `other`: not the one who spoke first."""
    turns = turns_of(part["raw"]) if part["as"] == "dialogue" else None
    return [{**turn, "other": turn["who"] != turns[0]["who"]} for turn in turns] if turns else None


@register.filter
def as_markdown(part: dict[str, Any]) -> SafeString | str:
    """Clean HTML of a field shown as Markdown."""
    raw = part["raw"] if part["as"] == "markdown" else None
    return mark_safe(markdown_of(raw)) if isinstance(raw, str) else ""
