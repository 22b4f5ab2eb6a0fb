"""Append-only events: who did what to what, when. No foreign keys, so that history outlives the rows."""

from datetime import datetime
from typing import Any

from django.db import models

from labelling.access import Viewer
from labelling.tables import AppendOnly


class AuditEvent(AppendOnly):
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150)
    token_name = models.CharField(max_length=100, blank=True)
    verb = models.CharField(max_length=60)
    project_id = models.BigIntegerField(null=True)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=64)
    details = models.JSONField(default=dict)

    class Meta(AppendOnly.Meta):
        indexes = [
            models.Index(fields=["project_id", "-at"], name="audit_project_at"),
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.verb} {self.object_type} {self.object_id}"


def record(
    *, actor: Viewer | None, verb: str, obj: Any, now: datetime, project_id: int | None = None, **details: Any
) -> None:
    """Write down one act, in the caller's transaction. `obj` is a saved model instance; actor None is the system."""
    AuditEvent.objects.create(
        at=now,
        actor_id=actor.user_id if actor else None,
        actor_name=actor.username if actor else "system",
        token_name=actor.token_name if actor else "",
        verb=verb,
        project_id=project_id,
        object_type=type(obj).__name__.lower(),
        object_id=str(obj.pk),
        details=details,
    )
