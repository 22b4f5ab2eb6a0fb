from django.db import models
from django.db.models import Q


class Slice(models.Model):
    """A named set of examples, defined by conditions: figures of measuring and of evaluations go by it."""

    project = models.ForeignKey("labelling.Project", models.CASCADE, related_name="slices")
    key = models.CharField(max_length=60)  # what programs call it; kept for life
    name = models.CharField(max_length=200)
    conditions = models.JSONField()  # as labelling.intake.slices checks them; all must hold
    n_examples = models.BigIntegerField(default=0)  # that it held when they were counted last
    counted_to = models.BigIntegerField(default=0)  # among the examples that came in before this position
    created_by = models.ForeignKey("labelling.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    removed_by = models.ForeignKey("labelling.User", models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)  # the row stays: taking it back is an undo

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="slice_key_once"),
            models.UniqueConstraint(fields=["project", "name"], condition=Q(removed_at=None), name="slice_name_once"),
            models.CheckConstraint(condition=Q(n_examples__gte=0, counted_to__gte=0), name="slice_counts_not_negative"),
            models.CheckConstraint(
                condition=Q(removed_by=None, removed_at=None) | Q(removed_by__isnull=False, removed_at__isnull=False), name="slice_removal_signed"
            ),
        ]

    def __str__(self) -> str:
        return self.key
