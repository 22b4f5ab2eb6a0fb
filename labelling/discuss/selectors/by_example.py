"""Which case belongs to which example, for pages that list examples."""

from collections.abc import Sequence

from labelling.access import Permission, Viewer
from labelling.discuss.models import Case
from labelling.projects.selectors import get_project


def cases_of(viewer: Viewer, slug: str, example_ids: Sequence[int]) -> dict[int, int]:
    """Example id → id of its case, for those that have one. For leads."""
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    return dict(Case.objects.filter(project=project, example_id__in=list(example_ids)).values_list("example_id", "id"))
