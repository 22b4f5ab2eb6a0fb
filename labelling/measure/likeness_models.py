"""Near-duplicates among a project's examples, run by run, and what pictures are compared by."""

from django.db import models
from django.db.models import Q

from labelling.tables import AppendOnly


class PicturePrint(AppendOnly):
    """What a picture is recognised by: made once, because reading a picture is what takes long."""

    media = models.OneToOneField("labelling.Media", models.PROTECT, primary_key=True, related_name="+")
    hash = models.BigIntegerField(null=True)  # the difference hash as a signed number; null where the picture cannot be read
    grey = models.BinaryField(null=True)  # 16 x 16 grey pixels, row by row

    class Meta(AppendOnly.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(hash=None, grey=None) | Q(hash__isnull=False, grey__isnull=False), name="pictureprint_whole")
        ]

    def __str__(self) -> str:
        return f"print of {self.media_id}"


class LikenessRun(AppendOnly):
    """One look for near-duplicates."""

    project = models.ForeignKey("labelling.Project", models.PROTECT, related_name="+", db_index=False)
    display = models.JSONField()  # the fields that were compared, and how they are shown
    least = models.FloatField()  # likeness from which two are near
    examples = models.PositiveIntegerField()
    exact_groups = models.PositiveIntegerField()
    near_groups = models.PositiveIntegerField()
    unreadable = models.PositiveIntegerField()  # pictures
    newest_example = models.BigIntegerField()
    job = models.OneToOneField("labelling.Job", models.PROTECT, null=True, related_name="+")
    created_by = models.ForeignKey("labelling.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        constraints = [models.CheckConstraint(condition=Q(least__gt=0, least__lte=1), name="likenessrun_least_share")]
        indexes = [models.Index(fields=["project", "-id"], name="likenessrun_newest")]

    def __str__(self) -> str:
        return f"near-duplicates {self.pk}"


class LikenessGroup(AppendOnly):
    """Examples that are the same (`exact`) or nearly. Groups of nearly the same hold the exact copies of their members too."""

    run = models.ForeignKey(LikenessRun, models.PROTECT, related_name="groups", db_index=False)
    number = models.PositiveIntegerField()  # from 1
    exact = models.BooleanField()
    size = models.PositiveIntegerField()
    similarity = models.FloatField()  # of its member that is least like the first

    class Meta(AppendOnly.Meta):
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="likenessgroup_number_once"),
            models.CheckConstraint(condition=Q(size__gte=2), name="likenessgroup_of_several"),
            models.CheckConstraint(condition=Q(similarity__gte=0, similarity__lte=1), name="likenessgroup_similarity_share"),
            models.CheckConstraint(condition=Q(exact=False) | Q(similarity=1), name="likenessgroup_exact_is_alike"),
        ]

    def __str__(self) -> str:
        return f"group {self.number} of {self.run_id}"


class LikenessMember(AppendOnly):
    group = models.ForeignKey(LikenessGroup, models.PROTECT, related_name="members", db_index=False)
    example = models.ForeignKey("labelling.Example", models.PROTECT, related_name="+")
    copy = models.PositiveIntegerField()  # members of one group with the same number are exact copies of each other
    similarity = models.FloatField()  # to the first of the group

    class Meta(AppendOnly.Meta):
        constraints = [
            models.UniqueConstraint(fields=["group", "example"], name="likenessmember_once"),
            models.CheckConstraint(condition=Q(similarity__gte=0, similarity__lte=1), name="likenessmember_similarity_share"),
        ]

    def __str__(self) -> str:
        return f"{self.example_id} in {self.group_id}"
