"""Reads of dataset versions."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Max, QuerySet

from labelling.access import Permission, Viewer
from labelling.errors import Invalid, NotFound
from labelling.intake.models import Example, Source
from labelling.measure.bulk import snapshot
from labelling.projects.models import Project
from labelling.projects.selectors import all_tags, get_project, questions_of
from labelling.release import rules
from labelling.release.contents import read_splits
from labelling.release.models import DatasetVersion, Pull, VersionFile
from labelling.release.plan import Kept, Plan, make_plan


def list_versions(project: Project) -> QuerySet[DatasetVersion]:
    """The project's versions, newest first."""
    return DatasetVersion.objects.filter(project=project).select_related("recall", "created_by", "previous").order_by("-number")


def get_version(project: Project, number: int) -> DatasetVersion:
    """A version of a project that the caller has fetched; `.recall` says whether it was recalled."""
    version = list_versions(project).filter(number=number).first() if 0 < number < 2**31 else None
    if version is None:
        raise NotFound(f"This project has no version {number}.")
    return version


def get_file(version: DatasetVersion, name: str) -> VersionFile:
    file = VersionFile.objects.filter(version=version, name=name).first() if "\x00" not in name else None
    if file is None:
        names = ", ".join(VersionFile.objects.filter(version=version).order_by("id").values_list("name", flat=True))
        raise NotFound(f"Version {version.number} has no file {name:.100}. Its files: {names}.")
    return file


def list_files(version: DatasetVersion) -> list[VersionFile]:
    return list(VersionFile.objects.filter(version=version).order_by("id"))


def list_pulls(version: DatasetVersion) -> QuerySet[Pull]:
    """The ledger, newest first."""
    return Pull.objects.filter(version=version).select_related("user").order_by("-id")


def list_consumers(version: DatasetVersion) -> list[dict[str, Any]]:
    """Who pulled anything of a version: one entry a user and token, the last one first."""
    rows = (
        Pull.objects.filter(version=version)
        .values("user__username", "token_name", "purpose")
        .annotate(pulls=Count("id"), last_at=Max("at"), files=Count("file_name", distinct=True))
        .order_by("-last_at", "user__username", "token_name")
    )
    return [
        {"user": row["user__username"], "token": row["token_name"], "purpose": row["purpose"], "pulls": row["pulls"],
         "files": row["files"], "last_at": row["last_at"]}
        for row in rows
    ]  # fmt: skip


def recalled_pulls(viewer: Viewer, project: Project) -> list[dict[str, Any]]:
    """Versions that this viewer downloaded and that were recalled: what they must hear of."""
    rows = Pull.objects.filter(version__project=project, version__recall__isnull=False, user_id=viewer.user_id)
    found = rows.values("version__number", "version__recall__reason").distinct().order_by("-version__number")
    return [{"version": row["version__number"], "reason": row["version__recall__reason"]} for row in found[:20]]


def recall_of(version: DatasetVersion) -> dict[str, Any] | None:
    """Why and when a version was recalled; None for one that stands."""
    recall = getattr(version, "recall", None)
    return None if recall is None else {"reason": recall.reason, "recalled_at": recall.recalled_at}


def check_policy_of(project: Project, policy: Any) -> dict[str, Any]:
    """The whole policy, checked against the project: its tags, its sources, its versions."""
    tags = [tag["key"] for tag in all_tags(project)]
    cleaned = rules.check_policy(
        {} if policy is None else policy, default_seed=project.seed, tags=tags, default_method=usual_method_of(project)
    )
    wanted = cleaned["include"]["sources"]
    if wanted is not None:
        known = set(Source.objects.filter(project=project, key__in=wanted).values_list("key", flat=True))
        if unknown := [key for key in wanted if key not in known]:
            raise Invalid.field("include.sources", f"There is no source {unknown[0]:.60} in this project.")
    if cleaned["keep_splits_of"] is not None:
        try:
            get_version(project, cleaned["keep_splits_of"])
        except NotFound as error:
            raise Invalid.field("keep_splits_of", error.message) from None
    return cleaned


def usual_method_of(project: Project) -> rules.Method:
    return rules.usual_method([question["kind"] for question in questions_of(project)])


def kept_splits(project: Project, policy: Mapping[str, Any]) -> Kept | None:
    """Which split each example had in the version whose splits the policy keeps."""
    if policy["keep_splits_of"] is None:
        return None
    version = get_version(project, policy["keep_splits_of"])
    return Kept(version.number, rules.split_names(version.policy["splits"]), read_splits(version))


def preview_version(viewer: Viewer, slug: str, policy: Any) -> dict[str, Any]:
    """What a version with this policy would hold and leave out, and what stands in its way. Writes nothing."""
    project = get_project(viewer, slug, Permission.RELEASE)
    cleaned = check_policy_of(project, policy)
    kept = kept_splits(project, cleaned)
    with snapshot() as reader:
        plan = make_plan(reader, project, cleaned, kept=kept)
    return describe_plan(plan)


def describe_plan(plan: Plan) -> dict[str, Any]:
    previous = DatasetVersion.objects.filter(project=plan.project).order_by("-number").first()
    by_class = plan.by_class()
    in_all, by_question = plan.decided_by()
    return {
        "policy": plan.policy,
        "counts": {
            "examples": len(plan),
            "by_split": plan.by_split,
            "by_class": {key: {name: sum(splits.values()) for name, splits in rows.items()} for key, rows in by_class.items()},
            "by_class_and_split": by_class,
            "left_out": plan.left_out,
        },
        "splits": plan.by_split,
        "by_class": by_class,
        "left_out": plan.left_out,
        "decided_by": in_all,
        "decided_by_question": by_question,
        "near_copies": {
            "groups": plan.near_copies["groups"],
            "examples": plan.near_copies["examples"],
            "some": _keys(plan.near_copies["ids"]),
        },
        "blockers": plan.blockers,
        "warnings": plan.warnings,
        "next_version": previous.number + 1 if previous else 1,
        "previous": {"version": previous.number, "examples": previous.manifest["counts"]["examples"]} if previous else None,
    }


def _keys(groups: list[list[int]]) -> list[list[str]]:
    keys = dict(Example.objects.filter(id__in=[id_ for group in groups for id_ in group]).values_list("id", "key"))
    return [[keys[id_] for id_ in group if id_ in keys] for group in groups]


def split_names_of(version: DatasetVersion) -> list[str]:
    return rules.split_names(version.policy["splits"])


def recipe_choices(project: Project) -> dict[str, Any]:
    """What a recipe can speak of in this project: its sources, its newest versions, meta fields of its first examples."""
    some = Example.objects.filter(project=project).order_by("position").values_list("meta", flat=True)[:200]
    return {
        "sources": list(Source.objects.filter(project=project).order_by("name", "id")[:100]),
        "versions": list(DatasetVersion.objects.filter(project=project).order_by("-number")[:50]),
        "meta": sorted({name for meta in some for name in meta})[:100],
    }
