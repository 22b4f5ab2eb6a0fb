"""Reads of suggestions, for those who bring them in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from labelling.access import Permission, Viewer
from labelling.assign.services.suggesting import REMOVED
from labelling.jobs.models import Job
from labelling.jobs.selectors import list_project_jobs
from labelling.projects.models import Project
from labelling.projects.selectors import get_project, labelling_settings
from labelling.sql import rows, when


@dataclass(frozen=True, slots=True)
class OfModel:
    """What holds of one model's suggestions."""

    model: str
    examples: int
    newest_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """The suggestions of a project that hold now, and its settings: {show, blind_share}."""

    settings: dict[str, Any]
    models: list[OfModel]
    jobs: list[Job]  # that brought suggestions in, the newest first

    @property
    def examples(self) -> int:
        return sum(one.examples for one in self.models)


def get_suggestions(viewer: Viewer, slug: str) -> Standing:
    """Raises NotFound and NotAllowed. It counts what holds, so it is for a page that is looked at now and then."""
    project = get_project(viewer, slug, Permission.IMPORT)
    return Standing(labelling_settings(project)["suggestions"], _models(project), list_project_jobs(project.pk, "suggestion_import", 5))


def _models(project: Project) -> list[OfModel]:
    found = rows(
        f"SELECT s.model, COUNT(*), MAX(s.created_at) FROM labelling_suggestion s WHERE s.project_id = %s AND s.id > {REMOVED} "
        "AND NOT EXISTS (SELECT 1 FROM labelling_suggestion x WHERE x.example_id = s.example_id AND x.id > s.id) "
        "GROUP BY s.model ORDER BY COUNT(*) DESC, s.model",
        [project.pk, project.pk],
    )
    return [OfModel(model, number, when(newest)) for model, number, newest in found]
