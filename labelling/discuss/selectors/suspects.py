"""Suspected errors beside what became of them: the case that each was sent to."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet

from labelling.access import Viewer
from labelling.discuss.models import Case
from labelling.discuss.suspect_models import SentSuspect
from labelling.measure import suspects
from labelling.measure.suspect_models import Suspect, SuspectRun
from labelling.projects.models import Project

Rows = Callable[[Iterable[Suspect]], list[dict[str, Any]]]


def list_suspects(
    viewer: Viewer, slug: str, *, question: str | None = None, run: Any = None, of: Any = None
) -> tuple[Project, SuspectRun | None, QuerySet[Suspect], Rows]:
    """As `measure.suspects.list_suspects`; each row also says `case` (its number, or None where the example has none) and `sent`:
    whether it was sent to the queue for an answer to this question."""
    project, found, rows, rows_of = suspects.list_suspects(viewer, slug, question=question, run=run, of=of)

    def with_cases(page: Iterable[Suspect]) -> list[dict[str, Any]]:
        page = list(page)
        ids = [one.example_id for one in page]
        cases = {case.example_id: case for case in Case.objects.filter(example_id__in=ids)}
        sent = set(SentSuspect.objects.filter(question_id=found.question_id, example_id__in=ids).values_list("example_id", flat=True)) if found else set()
        return [
            {**row, "case": cases[one.example_id].pk if one.example_id in cases else None,
             "case_state": cases[one.example_id].state if one.example_id in cases else None, "sent": one.example_id in sent}
            for one, row in zip(page, rows_of(page), strict=True)
        ]  # fmt: skip

    return project, found, rows, with_cases


def cases_of_examples(example_ids: Iterable[int]) -> dict[int, Case]:
    """Example id → its case, of those that have one. For those who see all labels."""
    return {case.example_id: case for case in Case.objects.filter(example_id__in=list(example_ids))}
