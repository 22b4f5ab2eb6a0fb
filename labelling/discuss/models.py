from django.db import models
from django.db.models import Q

from labelling.discuss.rules import CaseState, Cause, Outcome
from labelling.tables import AppendOnly


class Case(models.Model):
    """One example that people must talk about. There is one case an example; it is reopened, never doubled."""

    project = models.ForeignKey("labelling.Project", models.CASCADE, related_name="cases")
    example = models.OneToOneField("labelling.Example", models.CASCADE, related_name="case")
    state = models.CharField(max_length=10, default=CaseState.OPEN)
    reasons = models.JSONField(default=list)  # sorted
    score = models.FloatField(default=0.0)  # how bad, 0..1: the queue's order
    note = models.TextField(blank=True)  # what the reporter said
    assigned_to = models.ForeignKey("labelling.User", models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    resolution = models.ForeignKey("labelling.Resolution", models.PROTECT, null=True, related_name="+")  # that stands

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(CaseState)), name="case_state_known"),
            models.CheckConstraint(
                condition=~Q(state="resolved") | Q(resolution__isnull=False), name="case_resolved_has_resolution"
            ),
        ]
        indexes = [
            models.Index(fields=["project", "state", "-score", "id"], name="case_worst"),
            models.Index(fields=["project", "state", "-opened_at", "-id"], name="case_newest"),
            models.Index(fields=["project", "-score", "id"], name="case_worst_of_all"),
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"


class CaseReason(models.Model):
    """Why a case is there, one row a reason, so that the queue filters by index."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="reason_rows")
    reason = models.CharField(max_length=60)  # a Reason, or a tag of the project's own

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "reason"], name="casereason_once")]
        indexes = [models.Index(fields=["reason", "case"], name="casereason_reason")]

    def __str__(self) -> str:
        return self.reason


class Remark(AppendOnly):
    case = models.ForeignKey(Case, models.PROTECT, related_name="remarks")
    author = models.ForeignKey("labelling.User", models.PROTECT, related_name="+")
    text = models.TextField()
    mentions = models.JSONField(default=list)  # user names
    created_at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        indexes = [models.Index(fields=["case", "id"], name="remark_case")]

    def __str__(self) -> str:
        return f"remark {self.pk}"


class CaseInvite(models.Model):
    """A labeller who may see this case: from here on they are not blind to its example."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="invites")
    user = models.ForeignKey("labelling.User", models.PROTECT, related_name="case_invites")
    invited_by = models.ForeignKey("labelling.User", models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="caseinvite_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in case {self.case_id}"


class Resolution(AppendOnly):
    """How a case was settled. Never edited: a later one supersedes it."""

    project = models.ForeignKey("labelling.Project", models.PROTECT, related_name="resolutions")
    example = models.ForeignKey("labelling.Example", models.PROTECT, related_name="resolutions")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="resolutions")
    previous = models.OneToOneField("self", models.PROTECT, null=True, related_name="next")
    outcome = models.CharField(max_length=20)
    value = models.JSONField(null=True)
    values = models.JSONField(null=True)
    cause = models.CharField(max_length=20)
    note = models.TextField(blank=True)
    gold = models.BooleanField(default=False)
    imported = models.BooleanField(default=False)  # truth that came in a file, nobody's discussion
    seen = models.JSONField(default=list)  # ids of the labels that were looked at
    schema_version = models.PositiveIntegerField(null=True)  # that its value was given under
    took_part = models.JSONField(default=list)  # user ids whose labels may not be judged by it
    resolved_by = models.ForeignKey("labelling.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=list(Outcome)), name="resolution_outcome_known"),
            models.CheckConstraint(condition=Q(cause__in=list(Cause)), name="resolution_cause_known"),
            models.CheckConstraint(
                condition=~Q(outcome="answer") | Q(value__isnull=False), name="resolution_answer_has_value"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="several_answers") | Q(values__isnull=False), name="resolution_several_has_values"
            ),
        ]
        indexes = [models.Index(fields=["example", "id"], name="resolution_example")]

    def __str__(self) -> str:
        return f"resolution {self.pk}"
