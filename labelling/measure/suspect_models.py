"""Suspected errors, run by run, and audits of answers by somebody who looks at them."""

from django.db import models
from django.db.models import F, Q

from labelling.measure.suspect_rules import Of, Verdict, Way
from labelling.tables import AppendOnly


class SuspectRun(AppendOnly):
    """One look for suspected errors in the answers to a question, and what the data were at that moment."""

    project = models.ForeignKey("labelling.Project", models.PROTECT, related_name="+")
    question = models.ForeignKey("labelling.Question", models.PROTECT, related_name="+", db_index=False)
    evaluation = models.ForeignKey("labelling.Evaluation", models.PROTECT, null=True, related_name="+")  # whose predictions; None: people alone
    way = models.CharField(max_length=13)
    method = models.TextField()  # in words
    examples = models.PositiveIntegerField()  # that were looked at
    answers = models.PositiveIntegerField()  # suspected ones that stand for an example
    labels = models.PositiveIntegerField()  # suspected ones of single people
    newest_label = models.BigIntegerField()  # id; 0 for none
    newest_resolution = models.BigIntegerField()
    resolved = models.BigIntegerField()  # answers to the question that stood after a resolution
    schema_version = models.PositiveIntegerField()
    job = models.OneToOneField("labelling.Job", models.PROTECT, null=True, related_name="+")
    created_by = models.ForeignKey("labelling.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(way__in=list(Way)), name="suspectrun_way_known"),
            models.CheckConstraint(
                condition=Q(way="people", evaluation=None) | ~Q(way="people") & Q(evaluation__isnull=False), name="suspectrun_way_has_model"
            ),
        ]
        indexes = [models.Index(fields=["question", "-id"], name="suspectrun_newest")]

    def __str__(self) -> str:
        return f"suspected errors {self.pk}"


class Suspect(AppendOnly):
    """An answer that is probably wrong: the one that stands for an example, or one person's label."""

    run = models.ForeignKey(SuspectRun, models.PROTECT, related_name="suspects", db_index=False)
    of = models.CharField(max_length=6)
    place = models.PositiveIntegerField()  # 1 is the worst of its kind
    example = models.ForeignKey("labelling.Example", models.PROTECT, related_name="+")
    labeller = models.ForeignKey("labelling.User", models.PROTECT, null=True, related_name="+", db_index=False)
    settled = models.BooleanField()  # whether a resolution stands for the example
    given = models.PositiveIntegerField()  # codes
    instead = models.PositiveIntegerField()
    chance = models.FloatField()  # that the answer is right
    reason = models.TextField()  # in words

    class Meta(AppendOnly.Meta):
        constraints = [
            models.UniqueConstraint(fields=["run", "of", "place"], name="suspect_place_once"),
            models.UniqueConstraint(fields=["run", "example"], condition=Q(of="answer"), name="suspect_answer_once"),
            models.UniqueConstraint(fields=["run", "example", "labeller"], condition=Q(of="label"), name="suspect_label_once"),
            models.CheckConstraint(condition=Q(of__in=list(Of)), name="suspect_of_known"),
            models.CheckConstraint(
                condition=Q(of="label", labeller__isnull=False) | Q(of="answer", labeller=None), name="suspect_label_has_labeller"
            ),
            models.CheckConstraint(condition=Q(chance__gte=0, chance__lte=1), name="suspect_chance_share"),
            models.CheckConstraint(condition=~Q(given=F("instead")), name="suspect_says_something_else"),
        ]

    def __str__(self) -> str:
        return f"suspected {self.of} of {self.example_id}"


class LabelAudit(AppendOnly):
    """A random sample of the answers that stand, drawn for somebody to check: of all, or more of the suspected ones."""

    project = models.ForeignKey("labelling.Project", models.PROTECT, related_name="+", db_index=False)
    question = models.ForeignKey("labelling.Question", models.PROTECT, related_name="+")
    run = models.ForeignKey(SuspectRun, models.PROTECT, null=True, related_name="+")  # that says which answers are suspected
    seed = models.BigIntegerField()
    suspected = models.PositiveIntegerField()  # answers that stand and are suspected, when the sample was drawn
    others = models.PositiveIntegerField()
    suspected_drawn = models.PositiveIntegerField()
    others_drawn = models.PositiveIntegerField()
    created_by = models.ForeignKey("labelling.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(suspected_drawn__lte=F("suspected"), others_drawn__lte=F("others")), name="labelaudit_sample_of_population"
            ),
            models.CheckConstraint(condition=Q(suspected_drawn__gte=1) | Q(others_drawn__gte=1), name="labelaudit_draws_something"),
            models.CheckConstraint(condition=Q(run__isnull=False) | Q(suspected=0), name="labelaudit_suspects_have_run"),
        ]
        indexes = [models.Index(fields=["project", "-id"], name="labelaudit_newest")]

    def __str__(self) -> str:
        return f"audit {self.pk}"


class AuditedAnswer(models.Model):
    """One answer of an audit's sample. Places are in random order, so that nothing says which part it was drawn from."""

    audit = models.ForeignKey(LabelAudit, models.PROTECT, related_name="rows", db_index=False)
    place = models.PositiveIntegerField()
    example = models.ForeignKey("labelling.Example", models.PROTECT, related_name="+")
    given = models.PositiveIntegerField()  # the code that stood when the sample was drawn: what is judged
    suspected = models.BooleanField()
    verdict = models.CharField(max_length=11, null=True)
    checked_by = models.ForeignKey("labelling.User", models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["audit", "place"], name="auditedanswer_place_once"),
            models.UniqueConstraint(fields=["audit", "example"], name="auditedanswer_example_once"),
            models.CheckConstraint(condition=Q(verdict=None) | Q(verdict__in=list(Verdict)), name="auditedanswer_verdict_known"),
            models.CheckConstraint(
                condition=Q(verdict=None, checked_by=None, checked_at=None)
                | Q(verdict__isnull=False, checked_by__isnull=False, checked_at__isnull=False),
                name="auditedanswer_verdict_has_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"answer {self.place} of audit {self.audit_id}"
