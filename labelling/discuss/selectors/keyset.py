"""Pages of long lists by where they stopped, not by counting: the thousandth page costs what the first one does, and
equal values of the order never repeat or swallow a row."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from labelling.errors import Invalid

MAX_SIZE = 1000


@dataclass(frozen=True)
class Page:
    """Rows in order; `next` and `previous` are cursors, or None at the ends."""

    rows: list[Any]
    next: str | None
    previous: str | None


def page_of(rows: QuerySet[Any], *, by: str, cursor: str | None, size: int) -> Page:
    """One page, ordered by the field `by` from high to low and then by id: "score" worst first, "opened_at" newest first.

    Ids ascend within equal scores and descend within equal times. Raises Invalid for a cursor that is not one of ours.
    """
    up = by == "score"
    backward, value, pk = _read(cursor, by) if cursor else (False, None, None)
    if cursor:
        beyond = Q(**{f"{by}__{'gt' if backward else 'lt'}": value})
        level = Q(**{by: value, f"id__{'lt' if backward == up else 'gt'}": pk})
        # The first condition bounds the walk through the index, the second cuts exactly.
        rows = rows.filter(**{f"{by}__{'gte' if backward else 'lte'}": value}).filter(beyond | level)
    order = [f"-{by}", "id" if up else "-id"]
    if backward:
        order = [by, "-id" if up else "id"]
    found = list(rows.order_by(*order)[: size + 1])
    more, found = len(found) > size, found[:size]
    if backward:
        found.reverse()
    ahead = bool(found) and (more or backward)
    behind = bool(found) and (more if backward else cursor is not None)
    return Page(found, _write(found[-1], by, False) if ahead else None, _write(found[0], by, True) if behind else None)


def check_size(typed: Any, default: int = 100) -> int:
    text = str(typed or "")
    return max(1, min(int(text), MAX_SIZE)) if text.isascii() and text.isdigit() and len(text) < 9 else default


def _write(row: Any, by: str, backward: bool) -> str:
    value = getattr(row, by)
    text = json.dumps([int(backward), value.isoformat() if isinstance(value, datetime) else value, row.pk])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, by: str) -> tuple[bool, Any, int]:
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        backward, value, pk = found
        if type(pk) is not int or backward not in (0, 1) or abs(pk) > 2**62:
            raise ValueError
        if by == "score":
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError
            return bool(backward), float(value), pk
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError
        return bool(backward), moment, pk
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise Invalid.field("cursor", "This cursor is not one of ours. Start without it.") from None
