from django.db import models
from django.db.models import Case, F, Q, Value, When

from labelling.intake.rules import ExampleState, Origin
from labelling.tables import AppendOnly


class Source(models.Model):
    project = models.ForeignKey("labelling.Project", models.CASCADE, related_name="sources")
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    owner = models.CharField(max_length=200, blank=True)
    licence = models.CharField(max_length=200, blank=True)
    origin = models.CharField(max_length=20, default=Origin.OTHER)
    collected_from = models.DateTimeField(null=True)
    collected_to = models.DateTimeField(null=True)
    cost_per_example = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    currency = models.CharField(max_length=3, blank=True)
    expected_every = models.CharField(max_length=40, blank=True)  # ISO 8601 duration
    notes = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="source_key_once"),
            models.CheckConstraint(condition=Q(origin__in=list(Origin)), name="source_origin_known"),
        ]

    def __str__(self) -> str:
        return self.key


class Batch(models.Model):
    """One file that came in. Its figures grow while the import runs and stand still afterwards."""

    project = models.ForeignKey("labelling.Project", models.CASCADE, related_name="batches")
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="batches")
    job = models.OneToOneField("labelling.Job", models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    rows = models.BigIntegerField(default=0)
    added = models.BigIntegerField(default=0)
    duplicates = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    imported_by = models.ForeignKey("labelling.User", models.PROTECT, related_name="+")
    imported_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["project", "-imported_at"], name="batch_project_at")]

    def __str__(self) -> str:
        return self.file_name


class Media(AppendOnly):
    """A picture or sound, named by the hash of its content."""

    project = models.ForeignKey("labelling.Project", models.PROTECT, related_name="media")
    sha256 = models.CharField(max_length=64)
    suffix = models.CharField(max_length=8)  # "png": what the file was found to be, not what it was called
    content_type = models.CharField(max_length=60)
    bytes = models.BigIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        constraints = [models.UniqueConstraint(fields=["project", "sha256"], name="media_once")]

    def __str__(self) -> str:
        return f"{self.sha256}.{self.suffix}"


class MediaCopy(models.Model):
    """A scaled copy of a large picture. The row is written when the file is whole, so a copy without a row is none."""

    media = models.ForeignKey(Media, models.PROTECT, related_name="copies")
    side = models.PositiveIntegerField()  # pixels of the longer side
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    suffix = models.CharField(max_length=8)
    content_type = models.CharField(max_length=60)
    bytes = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["media", "side"], name="mediacopy_once"),
            models.CheckConstraint(condition=Q(width__gte=1, height__gte=1, bytes__gte=1), name="mediacopy_holds_something"),
        ]

    def __str__(self) -> str:
        return f"{self.media_id} at {self.side}"


class Example(models.Model):
    """One thing to be labelled. The counters live here so that leasing and lists never scan labels."""

    project = models.ForeignKey("labelling.Project", models.CASCADE, related_name="examples")
    key = models.CharField(max_length=200)
    data = models.JSONField()
    meta = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64)
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="examples")
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="examples")
    state = models.CharField(max_length=10, default=ExampleState.OPEN)
    priority = models.IntegerField(default=0)
    position = models.BigIntegerField()  # in order of arrival
    place = models.BigIntegerField()  # where it stands among its priority: the position, or its seeded shuffle
    round = models.PositiveSmallIntegerField(default=1)
    labels_wanted = models.PositiveSmallIntegerField()
    labels_counted = models.PositiveIntegerField(default=0)  # of the current round, imported ones included
    labels_here = models.PositiveIntegerField(default=0)  # those of them that were made here
    leases_live = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    has_room = models.GeneratedField(
        expression=Case(
            When(Q(state="open") & Q(labels_wanted__gt=F("labels_counted") + F("leases_live")), then=Value(1)),
            default=Value(0),
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="example_key_once"),
            models.UniqueConstraint(fields=["project", "position"], name="example_position_once"),
            models.CheckConstraint(condition=Q(state__in=list(ExampleState)), name="example_state_known"),
            # Imported labels may exceed what was asked for; what is made here never does.
            models.CheckConstraint(
                condition=Q(labels_wanted__gte=F("labels_here") + F("leases_live")), name="example_never_one_too_many"
            ),
            models.CheckConstraint(condition=Q(labels_counted__gte=F("labels_here")), name="example_here_is_counted"),
        ]
        indexes = [
            models.Index(fields=["project", "has_room", "-priority", "place"], name="example_queue"),
            models.Index(fields=["project", "content_hash"], name="example_content"),
            models.Index(fields=["project", "state", "position"], name="example_state_position"),
            # Few: figures leave out answers of rounds that these examples have left behind.
            models.Index(fields=["project", "round"], condition=Q(round__gt=1), name="example_relabelled"),
        ]

    def __str__(self) -> str:
        return self.key


class AssignQueue(models.Model):
    """One row a project, locked by whoever puts examples (back) into the queue, so that its numbers become visible
    in their order and no labeller's cursor can pass one by."""

    project = models.OneToOneField("labelling.Project", models.CASCADE, primary_key=True, related_name="queue")
    next_position = models.BigIntegerField(default=0)
    returned = models.BigIntegerField(default=0)  # the newest number in ReturnedExample
    epoch = models.PositiveIntegerField(default=0)  # raised when cursors must start anew (a higher priority arrived)

    def __str__(self) -> str:
        return f"queue of {self.project_id}"


class RowError(models.Model):
    """What an import says of one row: left out, or taken with a remark. Written with the chunk that it belongs to."""

    job = models.ForeignKey("labelling.Job", models.CASCADE, related_name="row_errors")
    row = models.BigIntegerField()  # from 1, the header not counted; 0 is the file
    column = models.CharField(max_length=200, blank=True)
    message = models.CharField(max_length=1000)
    left_out = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["job", "left_out", "id"], name="rowerror_job")]

    def __str__(self) -> str:
        return f"row {self.row}: {self.message}"
