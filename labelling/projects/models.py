from django.db import models
from django.db.models import Q

from labelling.access import Role
from labelling.projects.rules import MAX_LABELS_PER_EXAMPLE, Order
from labelling.tables import AppendOnly


class Project(models.Model):
    slug = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    display = models.JSONField()  # [{"field", "as"}]
    tags = models.JSONField(default=list)  # the project's own; three more are built in
    labels_per_example = models.PositiveSmallIntegerField(default=3)
    order = models.CharField(max_length=10, default=Order.SEQUENCE)
    seed = models.BigIntegerField(default=0)  # of every chance in the project: order, splits, resampling
    lease_seconds = models.PositiveIntegerField(default=1800)
    target_alpha = models.FloatField(null=True)  # what the lead wants to reach; drawn beside the figure
    settings = models.JSONField(default=dict)
    schema_version = models.PositiveIntegerField(default=1)
    guideline_version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey("labelling.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(labels_per_example__gte=1, labels_per_example__lte=MAX_LABELS_PER_EXAMPLE),
                name="project_labels_per_example",
            ),
            models.CheckConstraint(condition=Q(order__in=list(Order)), name="project_order_known"),
            models.CheckConstraint(condition=Q(lease_seconds__gte=1), name="project_lease_positive"),
        ]

    def __str__(self) -> str:
        return self.slug


class ProjectCounts(models.Model):
    """Examples by state, kept in the transaction that changes a state; labels are counted on Membership, so that
    labellers do not queue for one row."""

    project = models.OneToOneField(Project, models.CASCADE, primary_key=True, related_name="counts")
    open = models.BigIntegerField(default=0)
    complete = models.BigIntegerField(default=0)
    in_review = models.BigIntegerField(default=0)
    resolved = models.BigIntegerField(default=0)
    regather = models.BigIntegerField(default=0)
    dropped = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(open__gte=0, complete__gte=0, in_review__gte=0, resolved__gte=0, regather__gte=0, dropped__gte=0),
                name="projectcounts_not_negative",
            )
        ]

    @property
    def examples(self) -> int:
        return self.open + self.complete + self.in_review + self.resolved + self.regather + self.dropped

    def __str__(self) -> str:
        return f"counts of {self.project_id}"


class Membership(models.Model):
    """Somebody's part in a project. `number` is the pseudonym that leaves the house with released labels."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="memberships")
    user = models.ForeignKey("labelling.User", models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10)
    number = models.PositiveIntegerField()
    joined_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)  # their labels stay, so the row does too
    labels = models.BigIntegerField(default=0)  # (example, round) pairs with a counted label of theirs
    seconds = models.FloatField(default=0.0)  # active seconds over these labels
    checks = models.BigIntegerField(default=0, db_default=0)  # labels of theirs that check their work and never count
    check_seconds = models.FloatField(default=0.0, db_default=0.0)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)  # of the qualification, finished ones
    tries_allowed = models.PositiveSmallIntegerField(default=1, db_default=1)
    qualification_score = models.FloatField(null=True)  # share that was right in the last try
    qualified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="membership_once"),
            models.UniqueConstraint(fields=["project", "number"], name="membership_number_once"),
            models.CheckConstraint(condition=Q(role__in=list(Role)), name="membership_role_known"),
            models.CheckConstraint(condition=Q(labels__gte=0, seconds__gte=0), name="membership_not_negative"),
            models.CheckConstraint(condition=Q(checks__gte=0, check_seconds__gte=0), name="membership_checks_not_negative"),
            models.CheckConstraint(condition=Q(tries__lte=models.F("tries_allowed")), name="membership_tries_allowed"),
            models.CheckConstraint(
                condition=Q(tries=0, qualification_score=None, qualified_at=None)
                | Q(tries__gt=0, qualification_score__gte=0, qualification_score__lte=1),
                name="membership_tries_have_score",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.project_id} as {self.role}"


class SchemaVersion(AppendOnly):
    """The questions as they stood from one moment on."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="schemas")
    version = models.PositiveIntegerField()
    questions = models.JSONField()
    changes = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    created_by = models.ForeignKey("labelling.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        constraints = [models.UniqueConstraint(fields=["project", "version"], name="schemaversion_once")]

    def __str__(self) -> str:
        return f"schema {self.version} of {self.project_id}"


class GuidelineVersion(AppendOnly):
    project = models.ForeignKey(Project, models.PROTECT, related_name="guidelines")
    version = models.PositiveIntegerField()
    text = models.TextField(blank=True)  # Markdown, as written
    html = models.TextField(blank=True)  # cleaned
    reason = models.TextField(blank=True)
    cases = models.JSONField(default=list)  # ids of the cases that led to it
    created_by = models.ForeignKey("labelling.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        constraints = [models.UniqueConstraint(fields=["project", "version"], name="guidelineversion_once")]

    def __str__(self) -> str:
        return f"guidelines {self.version} of {self.project_id}"


class Question(models.Model):
    """One question through all schema versions: what its answers' codes hang on."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="questions")
    key = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    next_code = models.PositiveIntegerField(default=0)  # the code that the next new answer gets

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "key"], name="question_once")]

    def __str__(self) -> str:
        return f"{self.key} of {self.project_id}"
