from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from labelling.tables import AppendOnly, WritingTransaction


class Label(AppendOnly):
    """What one labeller answered about one example, once. A revision is a new row that points at the old one, a
    withdrawal is a row; which one stands is said by Assignment.label."""

    project = models.ForeignKey("labelling.Project", models.PROTECT, related_name="labels")
    example = models.ForeignKey("labelling.Example", models.PROTECT, related_name="labels")
    assignment = models.ForeignKey("labelling.Assignment", models.PROTECT, related_name="labels")
    labeller = models.ForeignKey("labelling.User", models.PROTECT, related_name="labels")
    round = models.PositiveSmallIntegerField()
    revision = models.PositiveIntegerField()  # 1 is the first
    previous = models.OneToOneField("self", models.PROTECT, null=True, related_name="next")
    withdrawn = models.BooleanField(default=False)
    client_id = models.UUIDField(unique=True)
    value = models.JSONField(null=True)  # {question key: canonical answer}; null: unintelligible and the like
    tags = models.JSONField(default=list)  # sorted keys
    comment = models.TextField(blank=True)
    seconds = models.FloatField(null=True)  # active ones, idle left out
    confidence = models.FloatField(null=True)
    schema_version = models.PositiveIntegerField()
    guideline_version = models.PositiveIntegerField()
    suggestion_shown = models.BooleanField(default=False)
    imported = models.BooleanField(default=False)
    late = models.BooleanField(default=False)  # its lease had run out
    counted = models.BooleanField()  # whether it counted when it came in
    labelled_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        constraints = [
            models.UniqueConstraint(fields=["assignment", "revision"], name="label_revision_once"),
            models.CheckConstraint(
                condition=Q(revision=1, previous=None) | Q(revision__gt=1, previous__isnull=False),
                name="label_revision_has_previous",
            ),
            models.CheckConstraint(
                condition=Q(confidence=None) | Q(confidence__gte=0, confidence__lte=1), name="label_confidence_share"
            ),
            models.CheckConstraint(condition=Q(seconds=None) | Q(seconds__gte=0), name="label_seconds_positive"),
        ]
        indexes = [
            models.Index(fields=["project", "labeller", "-id"], name="label_mine"),
            models.Index(fields=["project", "-id"], name="label_newest"),
            # Few labels are either; they are counted on every page of figures.
            models.Index(fields=["project"], condition=Q(withdrawn=True), name="label_withdrawn"),
            models.Index(fields=["project"], condition=Q(late=True, counted=False), name="label_too_late"),
        ]

    def __str__(self) -> str:
        return f"label {self.pk}"


class AnswerCode(AppendOnly):
    """A distinct answer to a question and its small integer: equal answers share a code."""

    question = models.ForeignKey("labelling.Question", models.PROTECT, related_name="codes")
    code = models.PositiveIntegerField()
    value = models.JSONField()  # canonical
    digest = models.CharField(max_length=64)  # of the canonical text

    class Meta(AppendOnly.Meta):
        constraints = [
            models.UniqueConstraint(fields=["question", "digest"], name="answercode_answer_once"),
            models.UniqueConstraint(fields=["question", "code"], name="answercode_code_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.question_id}"


class Answer(AppendOnly):
    """A label's answer to one question, as a code. Every one ever given."""

    label = models.ForeignKey(Label, models.PROTECT, related_name="answers")
    question = models.ForeignKey("labelling.Question", models.PROTECT, related_name="+")
    code = models.PositiveIntegerField()

    class Meta(AppendOnly.Meta):
        constraints = [models.UniqueConstraint(fields=["label", "question"], name="answer_once")]

    def __str__(self) -> str:
        return f"answer of {self.label_id}"


class CountedAnswer(models.Model):
    """The answers that count now, as narrow integer columns: what every figure is computed from, read in bulk.

    A projection of Assignment.label and Answer, kept in the transaction that changes them; `recount` rebuilds it. Rows that
    change or go leave an AnswerChange, by triggers of the database (migration 0010), so that figures need not be read anew.
    """

    question = models.ForeignKey("labelling.Question", models.CASCADE, related_name="+", db_index=False)
    example = models.ForeignKey("labelling.Example", models.CASCADE, related_name="+")
    labeller = models.ForeignKey("labelling.User", models.PROTECT, related_name="+", db_index=False)
    round = models.PositiveSmallIntegerField()
    code = models.PositiveIntegerField()
    schema_version = models.PositiveIntegerField()
    guideline_version = models.PositiveIntegerField()
    day = models.IntegerField()  # of labelled_at, as days since 1970-01-01 UTC
    imported = models.BooleanField(default=False)
    written_in = models.BigIntegerField(db_default=WritingTransaction(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["question", "example", "labeller", "round"], name="countedanswer_once"),
        ]
        # In place of an index on the question alone: what came in since a transaction (or, on SQLite, since an id) is found by it.
        indexes = [models.Index(fields=["question", "written_in"], name="countedanswer_written")]

    def __str__(self) -> str:
        return f"{self.code} for {self.example_id}"


class AnswerChange(models.Model):
    """The place of a counted answer that was changed or taken away, written by triggers of the database and by nothing else;
    labeller 0: what stands for examples after a resolution changed. See `measure/live.py`, which reads them; old ones go.

    Ids without foreign keys: a change may outlive what it was about.
    """

    question_id = models.BigIntegerField()
    example_id = models.BigIntegerField()
    labeller_id = models.BigIntegerField()
    round = models.IntegerField()
    written_in = models.BigIntegerField(db_default=WritingTransaction(), editable=False)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["question_id", "written_in"], name="answerchange_written")]

    def __str__(self) -> str:
        return f"{self.labeller_id} on {self.example_id}"


class LabellerDay(models.Model):
    """Counted labels and active seconds of a member on one day, and those that checked their work: pace without scanning labels."""

    membership = models.ForeignKey("labelling.Membership", models.CASCADE, related_name="days")
    day = models.DateField()  # UTC
    labels = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0.0)
    checks = models.PositiveIntegerField(default=0, db_default=0)
    check_seconds = models.FloatField(default=0.0, db_default=0.0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["membership", "day"], name="labellerday_once")]

    def __str__(self) -> str:
        return f"{self.membership_id} on {self.day}"


class TagCount(models.Model):
    """How often each member used each tag on labels that count: shares without scanning labels."""

    membership = models.ForeignKey("labelling.Membership", models.CASCADE, related_name="tag_counts")
    tag = models.CharField(max_length=60)
    labels = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "tag"], name="tagcount_once"),
            models.CheckConstraint(condition=Q(labels__gte=0), name="tagcount_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.tag} by {self.membership_id}"


__all__ = ["Answer", "AnswerChange", "AnswerCode", "CountedAnswer", "Label", "LabellerDay", "TagCount"]
