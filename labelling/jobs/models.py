import uuid

from django.db import models

from labelling.jobs.rules import State


class Job(models.Model):
    """The truth about one piece of long work. The broker only carries its id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    project = models.ForeignKey("labelling.Project", models.CASCADE, null=True, related_name="jobs")
    created_by = models.ForeignKey("labelling.User", models.PROTECT, null=True, related_name="+")
    token_name = models.CharField(max_length=100, blank=True)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default=State.QUEUED)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    message = models.CharField(max_length=200, blank=True)
    resume = models.JSONField(default=dict)  # where the next attempt goes on
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True)  # whose attempt it is; an attempt that lost its claim may write nothing
    heartbeat_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=list(State)), name="job_state_known"),
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "running"], ended_at=None)
                | models.Q(state__in=["done", "failed", "cancelled"], ended_at__isnull=False),
                name="job_ended_when_over",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="running") | models.Q(claim__isnull=False, heartbeat_at__isnull=False),
                name="job_running_is_claimed",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "heartbeat_at"], name="job_state_heartbeat"),
            models.Index(fields=["project", "-created_at"], name="job_project_created"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class WorkerBeat(models.Model):
    """When a worker was last alive."""

    name = models.CharField(max_length=200, unique=True)
    seen_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.name
