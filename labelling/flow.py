"""What one stage sets going in the next, as plain calls: no signals.

A stage knows nothing of those that come after it. Where something in one has to move something in a later one, in the
same transaction, the doors call the function here instead of the stage's own.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from labelling.access import Viewer
from labelling.projects import services as projects


def update_project(*, actor: Viewer, slug: str, fields: Mapping[str, Any], now: datetime) -> Any:
    """Change a project's settings, and what hangs on them: how many labels each open example still wants."""
    with transaction.atomic():
        return projects.update_project(actor=actor, slug=slug, fields=fields, now=now)
