from django.db import models

from labelling.tables import AppendOnly


class CandidateModel(AppendOnly):
    """A model as its makers registered it: name, version, what it was trained on."""

    project = models.ForeignKey("labelling.Project", models.PROTECT, related_name="candidate_models")
    name = models.CharField(max_length=100)
    version = models.CharField(max_length=100)
    trained_on = models.ForeignKey("labelling.DatasetVersion", models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=300, blank=True)
    parameters = models.JSONField(default=dict)
    environment = models.JSONField(default=dict)
    notes = models.TextField(blank=True)
    created_by = models.ForeignKey("labelling.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        constraints = [models.UniqueConstraint(fields=["project", "name", "version"], name="candidatemodel_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Evaluation(AppendOnly):
    """The scores of one set of predictions on one split of one version. Written once, when scored."""

    project = models.ForeignKey("labelling.Project", models.PROTECT, related_name="evaluations")
    model = models.ForeignKey(CandidateModel, models.PROTECT, related_name="evaluations")
    version = models.ForeignKey("labelling.DatasetVersion", models.PROTECT, related_name="evaluations")
    split = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)  # of the version it was scored on
    predictions_sha256 = models.CharField(max_length=64)
    predictions_name = models.CharField(max_length=200)  # in media storage, as columns
    results = models.JSONField()
    job = models.OneToOneField("labelling.Job", models.PROTECT, null=True, related_name="+")
    created_by = models.ForeignKey("labelling.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        indexes = [models.Index(fields=["project", "-id"], name="evaluation_newest")]

    def __str__(self) -> str:
        return f"evaluation {self.pk}"
