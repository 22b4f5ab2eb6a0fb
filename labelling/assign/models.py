from django.db import models
from django.db.models import Q

from labelling.assign.rules import AssignmentState, Purpose


class Assignment(models.Model):
    """One example handed to one labeller in one round; what became of it, and which of their labels stands.

    `repeat` 0 is the ordinary one. Others are checks on the labeller's work: they are no part of the example's leases and
    counted labels, and their labels never count.
    """

    project = models.ForeignKey("labelling.Project", models.CASCADE, related_name="assignments")
    example = models.ForeignKey("labelling.Example", models.CASCADE, related_name="assignments")
    labeller = models.ForeignKey("labelling.User", models.PROTECT, related_name="assignments")
    round = models.PositiveSmallIntegerField(default=1)
    repeat = models.PositiveSmallIntegerField(default=0, db_default=0)
    purpose = models.CharField(max_length=13, default=Purpose.LABEL, db_default=Purpose.LABEL.value)
    state = models.CharField(max_length=10, default=AssignmentState.LEASED)
    leased_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    skip_reason = models.CharField(max_length=500, blank=True)
    label = models.ForeignKey("labelling.Label", models.PROTECT, null=True, related_name="+")  # the newest one
    revisions = models.PositiveIntegerField(default=0)
    counted = models.BooleanField(default=False)
    imported = models.BooleanField(default=False)
    comes_back_at = models.DateTimeField(null=True)  # an ordinary one that was chosen for the second round
    told_at = models.DateTimeField(null=True)  # a check whose reference the labeller was shown: later answers prove nothing

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["example", "labeller", "round", "repeat"], name="assignment_once_a_round"),
            models.CheckConstraint(condition=Q(state__in=list(AssignmentState)), name="assignment_state_known"),
            models.CheckConstraint(condition=Q(purpose__in=list(Purpose)), name="assignment_purpose_known"),
            models.CheckConstraint(
                condition=Q(purpose="label", repeat=0, told_at=None) | (~Q(purpose="label") & Q(repeat__gt=0, counted=False, comes_back_at=None)),
                name="assignment_check_never_counts",
            ),
            models.CheckConstraint(condition=Q(counted=False) | Q(label__isnull=False, state="done"), name="assignment_counts_a_label"),
            models.CheckConstraint(
                condition=Q(state="leased", ended_at=None) | (~Q(state="leased") & Q(ended_at__isnull=False)),
                name="assignment_ended_when_over",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "labeller", "state", "leased_at"], name="assignment_mine"),
            models.Index(fields=["state", "expires_at"], name="assignment_expiry"),
            # What leasing asks where checks are switched on; both hold few rows.
            models.Index(fields=["project", "labeller", "purpose", "state"], condition=Q(repeat__gt=0), name="assignment_checks"),
            models.Index(fields=["project", "labeller", "comes_back_at"], condition=Q(comes_back_at__isnull=False), name="assignment_due"),
        ]

    def __str__(self) -> str:
        return f"assignment {self.pk}"


class ReturnedExample(models.Model):
    """An example that has room again after labellers may have passed it: each one looks at it once more."""

    project = models.ForeignKey("labelling.Project", models.CASCADE, related_name="+")
    number = models.BigIntegerField()
    example = models.ForeignKey("labelling.Example", models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="returnedexample_number_once")]

    def __str__(self) -> str:
        return f"{self.number} in {self.project_id}"


class Cursor(models.Model):
    """How far a labeller has come in the queue: leasing starts here, so that what is done costs nothing."""

    membership = models.OneToOneField("labelling.Membership", models.CASCADE, primary_key=True, related_name="cursor")
    epoch = models.PositiveIntegerField(default=0)
    priority = models.IntegerField(null=True)  # null: not started
    wrapped = models.BooleanField(default=False)  # in a shuffled project: past the end, on the way to the start
    place = models.BigIntegerField(default=-1)  # everything up to here was handed out or had no room
    returned = models.BigIntegerField(default=0)  # everything up to this ReturnedExample was looked at
    handed = models.BigIntegerField(default=0, db_default=0)  # examples handed out while checks were switched on
    gold_place = models.BigIntegerField(null=True)  # how far they have come in the circle of gold; null: not started

    def __str__(self) -> str:
        return f"cursor of {self.membership_id}"


class GoldExample(models.Model):
    """An example whose gold answer stands, at its place in the circle from which checks are drawn.

    A projection of ResolvedAnswer, kept in the transaction that changes it, so that drawing one costs an index look-up.
    """

    project = models.ForeignKey("labelling.Project", models.CASCADE, related_name="+", db_index=False)
    example = models.OneToOneField("labelling.Example", models.CASCADE, related_name="+")
    place = models.BigIntegerField()  # seeded

    class Meta:
        indexes = [models.Index(fields=["project", "place"], name="goldexample_place")]

    def __str__(self) -> str:
        return f"gold {self.example_id}"
