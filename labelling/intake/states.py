"""The one place where an example changes its state, so that the project's counts never drift."""

from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F

from labelling.intake.models import Example
from labelling.intake.rules import ExampleState
from labelling.projects.models import ProjectCounts


def change_state(*, project_id: int, example_ids: Iterable[int], to: ExampleState) -> list[int]:
    """Move examples to a state, and the project's counts with them, in the caller's transaction; returns the ids of
    those that were elsewhere before. Locks the rows. Call it late: the counts' row is everybody's."""
    ids = list(example_ids)
    with transaction.atomic():
        rows = Example.objects.select_for_update().filter(project_id=project_id, id__in=ids).order_by("id")
        before = {pk: state for pk, state in rows.values_list("id", "state") if state != to}
        if before:
            Example.objects.filter(id__in=list(before)).update(state=to)
            moved = Counter(before.values())
            count_examples(project_id=project_id, **{str(state): -number for state, number in moved.items()}, **{str(to): len(before)})
    return list(before)


def count_examples(*, project_id: int, **changes: int) -> None:
    """Add to the project's counts by state: count_examples(project_id=1, open=500)."""
    ProjectCounts.objects.filter(project_id=project_id).update(**{state: F(state) + number for state, number in changes.items()})
