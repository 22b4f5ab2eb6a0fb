"""Reads of saved slices."""

from typing import Any

from django.db.models import QuerySet

from labelling.access import Permission, Viewer
from labelling.errors import NotFound
from labelling.intake.models import AssignQueue
from labelling.intake.slice_models import Slice
from labelling.intake.slices import in_words
from labelling.projects.models import Project
from labelling.projects.selectors import get_project

MOST_SLICES = 100


def list_slices(viewer: Viewer, slug: str) -> tuple[Project, QuerySet[Slice]]:
    """The project and its slices, the oldest first."""
    project = get_project(viewer, slug, Permission.READ_EXAMPLES)
    return project, slices_of(project)


def slices_of(project: Project) -> QuerySet[Slice]:
    """For callers that have checked who asks."""
    return Slice.objects.filter(project=project, removed_at=None).select_related("created_by").order_by("id")


def get_slice(viewer: Viewer, slug: str, slice_id: Any, permission: Permission = Permission.READ_EXAMPLES) -> tuple[Project, Slice]:
    """A slice by its number. Raises NotFound."""
    project = get_project(viewer, slug, permission)
    text = str(slice_id)
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    found = slices_of(project).filter(pk=number).first()
    if found is None:
        raise NotFound("There is no such slice in this project.")
    return project, found


def texts_of(project: Project) -> list[str]:
    """The fields that are shown as texts: those whose length and words a slice may ask for."""
    return [part["field"] for part in project.display if part["as"] in ("text", "markdown")]


def newest_position(project: Project) -> int:
    """The position that the next example gets: it tells whether examples came in since slices were counted."""
    return AssignQueue.objects.filter(project=project).values_list("next_position", flat=True).first() or 0


def describe_slice(row: Slice, next_position: int) -> dict[str, Any]:
    """The slice object of the API. `current` is false while examples came in that were not counted yet."""
    return {
        "id": row.pk,
        "key": row.key,
        "name": row.name,
        "conditions": row.conditions,
        "words": [in_words(condition) for condition in row.conditions],
        "n_examples": row.n_examples,
        "current": row.counted_to >= next_position,
        "created_by": row.created_by.username,
        "created_at": row.created_at,
    }
