from django.db import models
from django.db.models import Q

from labelling.tables import AppendOnly


class DatasetVersion(AppendOnly):
    """A frozen dataset. Written when all its files are there; never changed."""

    project = models.ForeignKey("labelling.Project", models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    policy = models.JSONField()
    manifest = models.JSONField()
    note = models.TextField(blank=True)
    previous = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    job = models.OneToOneField("labelling.Job", models.PROTECT, null=True, related_name="+")
    created_by = models.ForeignKey("labelling.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="datasetversion_once")]

    def __str__(self) -> str:
        return f"version {self.number} of {self.project_id}"


class VersionFile(AppendOnly):
    version = models.ForeignKey(DatasetVersion, models.PROTECT, related_name="files")
    name = models.CharField(max_length=100)
    format = models.CharField(max_length=20)
    bytes = models.BigIntegerField()
    rows = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64)
    storage_name = models.CharField(max_length=200)

    class Meta(AppendOnly.Meta):
        constraints = [models.UniqueConstraint(fields=["version", "name"], name="versionfile_once")]

    def __str__(self) -> str:
        return self.name


class Recall(AppendOnly):
    """A version that should no longer be used. It stays downloadable, with a warning."""

    version = models.OneToOneField(DatasetVersion, models.PROTECT, related_name="recall")
    reason = models.TextField()
    recalled_by = models.ForeignKey("labelling.User", models.PROTECT, related_name="+")
    recalled_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"recall of {self.version_id}"


class Pull(AppendOnly):
    """One download of one file: who, under which token, when."""

    version = models.ForeignKey(DatasetVersion, models.PROTECT, related_name="pulls")
    file_name = models.CharField(max_length=100)
    user = models.ForeignKey("labelling.User", models.PROTECT, related_name="+")
    token_name = models.CharField(max_length=100, blank=True)
    purpose = models.CharField(max_length=200, blank=True)
    range = models.CharField(max_length=60, blank=True)
    status = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        indexes = [models.Index(fields=["version", "-id"], name="pull_version")]
        constraints = [models.CheckConstraint(condition=Q(status__in=[200, 206, 304]), name="pull_status_known")]

    def __str__(self) -> str:
        return f"{self.file_name} by {self.user_id}"
