from django.db import models

from labelling.tables import AppendOnly


class AgreementRun(AppendOnly):
    """A stored measurement: what was measured, when and why, and whether the second implementation agreed."""

    project = models.ForeignKey("labelling.Project", models.PROTECT, related_name="agreement_runs")
    question = models.ForeignKey("labelling.Question", models.PROTECT, related_name="+")
    level = models.CharField(max_length=10)
    at = models.DateTimeField()
    labels_seen = models.BigIntegerField()  # counted answers that went in: the point on the trend's axis
    digest = models.CharField(max_length=64)  # SHA-256 over every answer that went in
    figures = models.JSONField()
    checked = models.JSONField(default=dict)  # the krippendorff package's figure and the difference
    reason = models.CharField(max_length=10)
    version = models.PositiveIntegerField(null=True)  # the number of the version whose labels were measured
    created_by = models.ForeignKey("labelling.User", models.PROTECT, null=True, related_name="+")  # null: the timetable

    class Meta(AppendOnly.Meta):
        constraints = [
            models.CheckConstraint(condition=models.Q(reason__in=["asked", "daily", "release"]), name="agreementrun_reason_known"),
            models.CheckConstraint(
                condition=models.Q(reason="release", version__isnull=False) | (~models.Q(reason="release") & models.Q(version=None)),
                name="agreementrun_version_when_released",
            ),
        ]
        indexes = [models.Index(fields=["question", "-at"], name="agreementrun_question_at")]

    def __str__(self) -> str:
        return f"agreement on {self.question_id} at {self.at}"


class ResolvedAnswer(models.Model):
    """The answers that stand for an example after its resolution, as codes; several rows where several are right.

    A projection of the resolution that stands, kept in its transaction: what human level is measured against.
    """

    question = models.ForeignKey("labelling.Question", models.CASCADE, related_name="+")
    example = models.ForeignKey("labelling.Example", models.CASCADE, related_name="resolved_answers")
    resolution = models.ForeignKey("labelling.Resolution", models.PROTECT, related_name="+")
    code = models.PositiveIntegerField()
    gold = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["question", "example", "code"], name="resolvedanswer_once")]

    def __str__(self) -> str:
        return f"{self.code} for {self.example_id}"


class TookPart(models.Model):
    """Somebody who helped to settle an example: a label of theirs is never counted against that reference."""

    example = models.ForeignKey("labelling.Example", models.CASCADE, related_name="+")
    user = models.ForeignKey("labelling.User", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["example", "user"], name="tookpart_once")]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.example_id}"
