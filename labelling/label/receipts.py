"""A receipt: what a client keeps to prove which label was stored. Computed from the row, so it is the same for ever."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.crypto import salted_hmac

SALT = "labelling.label.receipt"


def receipt_of(
    *, label_id: int, client_id: UUID, assignment_id: int, revision: int, created_at: datetime, value: Any, tags: Sequence[str]
) -> str:
    """32 hexadecimal digits that only this workbench can make for this label."""
    held = [label_id, str(client_id), assignment_id, revision, time_text(created_at), _plain(value), list(tags)]
    text = json.dumps(held, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return salted_hmac(SALT, text, algorithm="sha256").hexdigest()[:32]


def time_text(moment: datetime) -> str:
    """ISO 8601 in UTC, always with microseconds: equal moments are equal texts."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _plain(value: Any) -> Any:
    """Numbers as texts, because databases write large and whole ones in their own ways."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return repr(float(value))
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value]
