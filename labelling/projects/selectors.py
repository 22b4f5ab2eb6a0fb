"""Reads of projects. Fetching one through its slug is the access check."""

from typing import Any

from django.db.models import Q, QuerySet, Sum

from labelling.access import Permission, Role, Viewer, check_permission, permissions_of
from labelling.errors import NotFound
from labelling.projects.labelling_settings import complete
from labelling.projects.models import (
    GuidelineVersion,
    Membership,
    Project,
    ProjectCounts,
    Question,
    SchemaVersion,
)
from labelling.projects.rules import BUILT_IN_TAGS

BUILT_IN_TAG_NAMES = {
    "borderline": "Borderline",
    "unintelligible": "Unintelligible",
    "not_enough_information": "Not enough information",
}


def get_project(viewer: Viewer, slug: str, permission: Permission = Permission.READ_PROJECT) -> Project:
    """The project, with `.viewer_role`, `.viewer_membership` (or None) and `.viewer_permissions` set for the viewer.

    Raises NotFound for strangers (and for tokens bound to another project), NotAllowed for members who lack the permission.
    """
    project = Project.objects.filter(slug=slug).first() if "\x00" not in slug else None
    return _checked(viewer, project, permission)


def get_project_by_id(viewer: Viewer, project_id: int, permission: Permission = Permission.READ_PROJECT) -> Project:
    """The same for what hangs on a project and is fetched by its own id: cases, assignments, problems."""
    return _checked(viewer, Project.objects.filter(id=project_id).first(), permission)


def _checked(viewer: Viewer, project: Project | None, permission: Permission) -> Project:
    hidden = NotFound("There is no such project, or you are not a member of it.")
    if project is None or (viewer.only_project_id is not None and viewer.only_project_id != project.pk):
        raise hidden
    membership = Membership.objects.filter(project=project, user_id=viewer.user_id, removed_at=None).first()
    if membership is None and not viewer.is_staff:
        raise hidden
    role = Role(membership.role) if membership else None
    check_permission(viewer, role, permission)
    project.viewer_membership = membership  # type: ignore[attr-defined]
    project.viewer_role = role or Role.OWNER  # type: ignore[attr-defined]
    project.viewer_permissions = permissions_of(viewer, role)  # type: ignore[attr-defined]
    return project


def list_projects(viewer: Viewer) -> QuerySet[Project]:
    """The projects that the viewer may see, newest first, with their counts."""
    projects = Project.objects.select_related("counts").order_by("-id")
    if viewer.only_project_id is not None:
        projects = projects.filter(id=viewer.only_project_id)
    if not viewer.is_staff:
        projects = projects.filter(memberships__user_id=viewer.user_id, memberships__removed_at=None)
    return projects


def schema_of(project: Project, version: int | None = None) -> SchemaVersion:
    """A schema version of the project, the newest by default."""
    return SchemaVersion.objects.get(project=project, version=version or project.schema_version)


def questions_of(project: Project) -> list[dict[str, Any]]:
    return schema_of(project).questions


def get_question(project: Project, key: str | None) -> tuple[Question, dict[str, Any]]:
    """(row, description) of one of the project's questions; the first when no key is given."""
    questions = questions_of(project)
    for described in questions:
        if key is None or described["key"] == key:
            return Question.objects.get(project=project, key=described["key"]), described
    known = ", ".join(question["key"] for question in questions)
    raise NotFound(f"There is no question {key!s:.60} in this project. Its questions: {known}.")


def question_rows(project: Project) -> dict[str, Question]:
    return {question.key: question for question in Question.objects.filter(project=project)}


def guidelines_of(project: Project, version: int | None = None) -> GuidelineVersion:
    return GuidelineVersion.objects.get(project=project, version=version or project.guideline_version)


def list_guidelines(project: Project) -> QuerySet[GuidelineVersion]:
    return GuidelineVersion.objects.filter(project=project).select_related("created_by").order_by("-version")


def list_schemas(project: Project) -> QuerySet[SchemaVersion]:
    return SchemaVersion.objects.filter(project=project).select_related("created_by").order_by("-version")


def labelling_settings(project: Project) -> dict[str, Any]:
    """How the project is labelled: every setting of labelling_settings.DEFAULTS."""
    return complete(project.settings)


def list_members(project: Project) -> QuerySet[Membership]:
    """Those who are members now, by name."""
    return Membership.objects.filter(project=project, removed_at=None).select_related("user").order_by("user__username")


def list_former_members(project: Project) -> QuerySet[Membership]:
    """Those who were taken out, the last one first: their labels stay, and they can be put back."""
    return Membership.objects.filter(project=project, removed_at__isnull=False).select_related("user").order_by("-removed_at", "-id")


def memberships_of(viewer: Viewer) -> dict[int, Membership]:
    """The viewer's own part in each of their projects, by the project's id."""
    return {row.project_id: row for row in Membership.objects.filter(user_id=viewer.user_id, removed_at=None)}


def all_tags(project: Project) -> list[dict[str, str]]:
    """The built-in tags and the project's own: [{"key", "name"}]."""
    return [{"key": key, "name": BUILT_IN_TAG_NAMES[key]} for key in BUILT_IN_TAGS] + list(project.tags)


def counts_of(project: Project) -> dict[str, int]:
    """The counts of the API: read from counters, never from labels. To whoever sees only their own labels a check counts like
    any other, so that the number of labels tells nothing."""
    counts = ProjectCounts.objects.get(project=project)
    members = Membership.objects.filter(project=project).aggregate(total=Sum("labels"), checks=Sum("checks"))
    leads = Permission.SEE_LABELS in getattr(project, "viewer_permissions", Permission)
    labellers = Membership.objects.filter(Q(labels__gt=0) | Q(removed_at=None, role=Role.LABELLER), project=project).count()
    return {
        "examples": counts.examples,
        "labels": (members["total"] or 0) + (0 if leads else members["checks"] or 0),
        "complete": counts.complete,
        "in_review": counts.in_review,
        "labellers": labellers,
        "open": counts.open,
        "resolved": counts.resolved,
        "regather": counts.regather,
        "dropped": counts.dropped,
    }


def describe(project: Project) -> dict[str, Any]:
    """The project object of the API."""
    return {
        "slug": project.slug,
        "name": project.name,
        "description": project.description,
        "display": project.display,
        "questions": questions_of(project),
        "tags": all_tags(project),
        "labels_per_example": project.labels_per_example,
        "order": project.order,
        "lease_seconds": project.lease_seconds,
        "target_alpha": project.target_alpha,
        "labelling": complete(project.settings),
        "guidelines": guidelines_of(project).text,
        "schema_version": project.schema_version,
        "guideline_version": project.guideline_version,
        "counts": counts_of(project),
        "created_at": project.created_at,
    }
