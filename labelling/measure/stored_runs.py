"""Reads of stored measurements."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from labelling.access import Permission, Viewer
from labelling.measure.models import AgreementRun
from labelling.projects.selectors import get_project, get_question

SHOWN = 5  # newest ones on the page of agreement


def list_runs(viewer: Viewer, slug: str, *, question: str | None = None, level: str | None = None) -> QuerySet[AgreementRun]:
    """Stored measurements, newest first: of one question, or without one of all. Raises NotFound, NotAllowed."""
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    runs = AgreementRun.objects.filter(project=project).select_related("question", "created_by").order_by("-id")
    if question is not None:
        runs = runs.filter(question=get_question(project, question)[0])
    return runs.filter(level=level) if level else runs


def describe_run(run: AgreementRun) -> dict[str, Any]:
    """A stored measurement as the API shows it."""
    return {
        "id": run.pk,
        "question": run.question.key,
        "level": run.level,
        "at": run.at,
        "reason": run.reason or "asked",
        "version": run.version,
        "created_by": run.created_by.username if run.created_by else None,
        "labels_seen": run.labels_seen,
        "digest": run.digest,
        "alpha": run.figures["alpha"],
        "measures": run.figures["measures"],
        "left_out": run.figures["left_out"],
        "checked": run.checked,
    }


def newest_runs(viewer: Viewer, slug: str, *, question: str, level: str) -> dict[str, Any]:
    """For the page of agreement: {"rows": the newest, "more": whether there are others, "differ": those of any age, at any level of
    this question, that the second implementation contradicts}."""
    runs = list_runs(viewer, slug, question=question)
    rows = list(runs.filter(level=level)[: SHOWN + 1])
    return {"rows": describe_all(rows[:SHOWN]), "more": len(rows) > SHOWN, "differ": describe_all(runs.filter(checked__agrees=False)[:SHOWN])}


def describe_all(runs: Iterable[AgreementRun]) -> list[dict[str, Any]]:
    return [describe_run(run) for run in runs]
