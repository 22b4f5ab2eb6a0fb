"""Adaptive overlap: what was asked for beyond the labels that every example gets, and how reliable labellers are thought to be.
Apart from the tables that every lease touches."""

from django.db import models
from django.db.models import F, Q


class OverlapState(models.Model):
    """One row a project, locked by whoever asks for one label more: so a budget is never overspent."""

    project = models.OneToOneField("labelling.Project", models.CASCADE, primary_key=True, related_name="overlap")
    asked = models.BigIntegerField(default=0, db_default=0)  # how many rows AskedMore has of this project
    measured_labels = models.BigIntegerField(default=0, db_default=0)  # labels there were when skills were measured
    measured_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(asked__gte=0), name="overlapstate_not_negative")]

    def __str__(self) -> str:
        return f"{self.asked} asked in {self.project_id}"


class AskedMore(models.Model):
    """One label more was asked for, because the answer was not sure enough. Written with the label that came in."""

    project = models.ForeignKey("labelling.Project", models.CASCADE, related_name="+")
    example = models.ForeignKey("labelling.Example", models.CASCADE, related_name="+", db_index=False)
    round = models.PositiveSmallIntegerField()
    wanted = models.PositiveSmallIntegerField()  # labels in all, this one included
    confidence = models.FloatField()  # of the answer until then
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(confidence__gte=0, confidence__lte=1), name="askedmore_confidence_share"),
        ]
        indexes = [models.Index(fields=["example", "round"], name="askedmore_example")]

    def __str__(self) -> str:
        return f"{self.wanted} labels of {self.example_id}"


class LabellerSkill(models.Model):
    """How often a labeller was right on a question, as of OverlapState.measured_at: so that a label that comes in costs a look-up."""

    question = models.ForeignKey("labelling.Question", models.CASCADE, related_name="+", db_index=False)
    labeller = models.ForeignKey("labelling.User", models.CASCADE, related_name="+")
    matched = models.FloatField()  # how many were right, those that meet a tie in parts
    compared = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["question", "labeller"], name="labellerskill_once"),
            models.CheckConstraint(condition=Q(matched__gte=0, matched__lte=F("compared")), name="labellerskill_of_compared"),
        ]

    def __str__(self) -> str:
        return f"{self.matched} of {self.compared} by {self.labeller_id}"
