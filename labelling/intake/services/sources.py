"""Sources: where examples come from, under which licence, at what cost."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from labelling import audit
from labelling.access import Permission, Viewer
from labelling.errors import Conflict
from labelling.intake.models import Source
from labelling.intake.sources import check_source
from labelling.projects.selectors import get_project


def create_source(*, actor: Viewer, slug: str, fields: Mapping[str, Any], now: datetime) -> Source:
    """A new source; `fields` as in API.md. Raises Invalid with every field that is wrong, Conflict for a key that is taken."""
    project = get_project(actor, slug, Permission.IMPORT)
    cleaned = check_source(fields)
    try:
        with transaction.atomic():
            source = Source.objects.create(project=project, **cleaned, created_at=now)
            audit.record(actor=actor, verb="created source", obj=source, now=now, project_id=project.pk, key=source.key)
    except IntegrityError:
        raise Conflict(
            f"There is a source {cleaned['key']} already.", fields={"key": ["This key is taken. Choose another."]}
        ) from None
    return source
