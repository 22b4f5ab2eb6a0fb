"""Taking a version back: it stays where it is, and everybody who has it is told."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from labelling import audit
from labelling.access import Permission, Viewer
from labelling.errors import Conflict, Invalid
from labelling.projects.rules import clean_text
from labelling.projects.selectors import get_project
from labelling.release.models import Recall
from labelling.release.selectors import get_version, list_consumers


def recall_version(*, actor: Viewer, slug: str, number: int, reason: Any, now: datetime) -> dict[str, Any]:
    """Recall a version, once. Downloads go on with a Warning; returns what is told to whoever asks, consumers included."""
    project = get_project(actor, slug, Permission.RELEASE)
    version = get_version(project, number)
    if not isinstance(reason, str) or not reason.strip():
        raise Invalid.field("reason", "Say why nobody should use this version any more.")
    if len(reason) > 10_000:
        raise Invalid.field("reason", "A reason has 10,000 characters at most.")
    reason = clean_text(reason.strip(), "reason")
    try:
        with transaction.atomic():
            recall = Recall.objects.create(version=version, reason=reason, recalled_by_id=actor.user_id, recalled_at=now)
            consumers = list_consumers(version)
            audit.record(
                actor=actor, verb="recalled version", obj=version, now=now, project_id=project.pk, number=number, reason=reason,
                consumers=[f"{consumer['user']} {consumer['token']}".strip() for consumer in consumers],
            )  # fmt: skip
    except IntegrityError:
        raise Conflict(f"Version {number} is recalled already.") from None
    return {"version": number, "reason": recall.reason, "recalled_at": recall.recalled_at, "recalled_by": actor.username, "consumers": consumers}
