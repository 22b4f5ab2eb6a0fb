"""Rows of a file beside what their answers are checked against, read a few hundred at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from labelling.intake.about import PART, about_keys
from labelling.kinds.questions import fields_about


def with_about(
    found: Iterable[tuple[int, Any]], *, project_id: int, questions: Sequence[Mapping[str, Any]], done: int
) -> Iterator[tuple[int, Any, dict[str, Any] | None]]:
    """(number, row, field → what is known of it) of every row; None where no question asks. Rows up to `done` are passed by."""
    if not fields_about(questions):
        yield from ((number, row, None) for number, row in found)
        return
    waiting = iter(found)
    while part := list(islice(waiting, PART)):
        keys = [key_of(row) for number, row in part if number > done and isinstance(row, Mapping)]
        about = about_keys(project_id=project_id, keys=(key for key in keys if key), questions=questions)
        yield from ((number, row, about.get(key_of(row)) if isinstance(row, Mapping) else None) for number, row in part)


def key_of(row: Mapping[str, Any]) -> str:
    """The key that the row's cell says, if it says one that a database can look up."""
    cell = row.get("example")
    text = cell.strip() if isinstance(cell, str) else str(cell) if isinstance(cell, int) else ""
    return "" if "\x00" in text or len(text) > 200 else text.encode("utf-8", "replace").decode()
