from django.db import models
from django.db.models import Q


class Note(models.Model):
    """Something that happened on a day and may explain what figures did from then on: a talk, a new labeller, a change of tools."""

    project = models.ForeignKey("labelling.Project", models.CASCADE, related_name="notes")
    day = models.DateField()
    text = models.CharField(max_length=500)
    created_by = models.ForeignKey("labelling.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    changed_by = models.ForeignKey("labelling.User", models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey("labelling.User", models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)  # the row stays: taking it back is an undo

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="note_says_something"),
            models.CheckConstraint(
                condition=Q(changed_by=None, changed_at=None) | Q(changed_by__isnull=False, changed_at__isnull=False), name="note_change_signed"
            ),
            models.CheckConstraint(
                condition=Q(removed_by=None, removed_at=None) | Q(removed_by__isnull=False, removed_at__isnull=False), name="note_removal_signed"
            ),
        ]
        indexes = [models.Index(fields=["project", "day"], name="note_project_day")]

    def __str__(self) -> str:
        return f"note of {self.day}"
