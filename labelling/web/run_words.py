"""Stored measurements in words, for their own page and for that of agreement."""

from typing import Any

from django.http import HttpRequest

from labelling.measure.stored_runs import newest_runs
from labelling.web.measure_words import SHORT_LEVELS


def with_words(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"level_words": SHORT_LEVELS.get(row["level"], row["level"])} for row in rows]


def on_agreement(request: HttpRequest, project: Any, question: str, level: str) -> dict[str, Any]:
    """What the page of agreement shows of them: the newest at its level, and any that was contradicted."""
    found = newest_runs(request.viewer, project.slug, question=question, level=level)
    return found | {"rows": with_words(found["rows"]), "differ": with_words(found["differ"])}
