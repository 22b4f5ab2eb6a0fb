from django.db import models

from labelling.tables import AppendOnly


class SentSuspect(AppendOnly):
    """That an example went to the queue because an answer to this question is suspected: never twice while its labels are the
    same."""

    question = models.ForeignKey("labelling.Question", models.PROTECT, related_name="+", db_index=False)
    example = models.ForeignKey("labelling.Example", models.PROTECT, related_name="+")
    newest_label = models.BigIntegerField()  # id of the example's newest label at that moment; 0 for none
    run = models.ForeignKey("labelling.SuspectRun", models.PROTECT, related_name="+")
    case = models.ForeignKey("labelling.Case", models.PROTECT, related_name="+")
    sent_by = models.ForeignKey("labelling.User", models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        constraints = [models.UniqueConstraint(fields=["question", "example", "newest_label"], name="sentsuspect_once")]

    def __str__(self) -> str:
        return f"{self.example_id} sent by {self.run_id}"
