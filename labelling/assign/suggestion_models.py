"""What models would answer, and which labellers were shown it. Apart from the tables that every lease touches."""

from django.db import models
from django.db.models import Q

from labelling.tables import AppendOnly


class Suggestion(AppendOnly):
    """What a model would answer about one example. The newest one holds; the earlier ones are kept, because labels were made
    beside them."""

    project = models.ForeignKey("labelling.Project", models.PROTECT, related_name="suggestions")
    example = models.ForeignKey("labelling.Example", models.PROTECT, related_name="suggestions", db_index=False)
    model = models.CharField(max_length=200)  # its name, for people
    value = models.JSONField()  # {question key: canonical answer}
    confidence = models.FloatField(null=True)
    schema_version = models.PositiveIntegerField()  # that its value is canonical under
    created_at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        constraints = [
            models.CheckConstraint(condition=~Q(model=""), name="suggestion_says_its_model"),
            models.CheckConstraint(
                condition=Q(confidence=None) | Q(confidence__gte=0, confidence__lte=1), name="suggestion_confidence_share"
            ),
        ]
        indexes = [models.Index(fields=["example", "id"], name="suggestion_newest")]

    def __str__(self) -> str:
        return f"suggestion {self.pk}"


class SuggestionRemoval(AppendOnly):
    """All suggestions of a project up to one were taken away; they stay behind the labels that were made beside them."""

    project = models.ForeignKey("labelling.Project", models.PROTECT, related_name="suggestion_removals", db_index=False)
    last = models.BigIntegerField()  # id of the newest suggestion that is gone
    removed_by = models.ForeignKey("labelling.User", models.PROTECT, related_name="+")
    removed_at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        constraints = [models.UniqueConstraint(fields=["project", "last"], name="suggestionremoval_once")]

    def __str__(self) -> str:
        return f"suggestions of {self.project_id} up to {self.last}"


class Suggested(models.Model):
    """The suggestion that held when an example was handed out, and whether its labeller was shown it or belongs to the
    control arm. Written when leasing; what was shown once stays shown."""

    assignment = models.OneToOneField("labelling.Assignment", models.CASCADE, primary_key=True, related_name="suggested")
    project = models.ForeignKey("labelling.Project", models.CASCADE, related_name="+")
    suggestion = models.ForeignKey(Suggestion, models.PROTECT, related_name="+", db_index=False)
    shown = models.BooleanField()

    def __str__(self) -> str:
        return f"suggestion {self.suggestion_id} for assignment {self.assignment_id}"
