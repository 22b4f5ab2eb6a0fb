"""Reads of labels: a labeller's own, or all for those who may see them. Blindness is decided here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import F, QuerySet

from labelling.access import Permission, Viewer
from labelling.assign.rules import Purpose
from labelling.assign.selectors import Left, left_for
from labelling.errors import Invalid, NotAllowed
from labelling.label.drift import Drift, find_drift
from labelling.label.models import Label, LabellerDay
from labelling.label.receipts import time_text
from labelling.projects.models import Project
from labelling.projects.selectors import get_project


def list_labels(
    viewer: Viewer, slug: str, *, example: str | None = None, labeller: str | None = None, round: str | None = None
) -> QuerySet[Label]:
    """Every label ever given that the viewer may see, newest first: all for a lead, else their own."""
    project = get_project(viewer, slug)
    labels = Label.objects.filter(project=project).select_related("example", "labeller", "assignment").order_by("-id")
    if Permission.SEE_LABELS not in project.viewer_permissions:  # type: ignore[attr-defined]
        get_project(viewer, slug, Permission.LABEL)
        labels = labels.filter(labeller_id=viewer.user_id)
    if example:
        labels = labels.filter(example__key=example, example__project=project)
    if labeller:
        labels = labels.filter(labeller__username=labeller)
    if round:
        if not round.isascii() or not round.isdigit() or len(round) > 5:
            raise Invalid.field("round", "A round is a number from 1 up.")
        labels = labels.filter(round=int(round))
    return labels


def list_history(viewer: Viewer, slug: str) -> QuerySet[Label]:
    """The viewer's own labels that stand, newest first: what they may still revise."""
    project = get_project(viewer, slug, Permission.LABEL)
    own = Label.objects.filter(project=project, labeller_id=viewer.user_id, assignment__label_id=F("id"))
    return own.select_related("example", "labeller", "assignment").order_by("-id")


def describe_label(label: Label, *, to_lead: bool = False) -> dict[str, Any]:
    """A label of the API. `counted`: whether it counts now. A check on the labeller's work is one to leads alone, who read its
    purpose; to its labeller it looks like any other label."""
    standing, check = label.assignment.label_id == label.pk, label.assignment.purpose != Purpose.LABEL
    return {
        "id": label.pk,
        "assignment": label.assignment_id,
        "example": label.example.key,
        "labeller": label.labeller.username,
        "round": label.round,
        "revision": label.revision,
        "value": label.value,
        "tags": label.tags,
        "comment": label.comment,
        "seconds": label.seconds,
        "confidence": label.confidence,
        "schema_version": label.schema_version,
        "guideline_version": label.guideline_version,
        "suggestion_shown": label.suggestion_shown,
        "imported": label.imported,
        "late": label.late,
        "withdrawn": label.withdrawn,
        "counted": standing and (label.assignment.counted or (check and not to_lead)),
        "labelled_at": time_text(label.labelled_at),
        "created_at": time_text(label.created_at),
        **({"purpose": label.assignment.purpose} if to_lead else {}),
    }


def describer(viewer: Viewer, slug: str) -> Callable[[Label], dict[str, Any]]:
    """How labels of a project are described to this viewer."""
    project = get_project(viewer, slug)
    return partial(describe_label, to_lead=Permission.SEE_LABELS in project.viewer_permissions)  # type: ignore[attr-defined]


def describe_own(label: Label) -> dict[str, Any]:
    """A label of the viewer's own, with what is needed to show and revise it."""
    example = label.example
    return {**describe_label(label), "example": {"id": example.pk, "key": example.key, "data": example.data}}


@dataclass(frozen=True, slots=True)
class Mine:
    """A labeller's own progress."""

    today: int
    total: int
    seconds_today: float
    left: Left


def get_mine(viewer: Viewer, slug: str, *, now: datetime) -> Mine:
    project = get_project(viewer, slug, Permission.LABEL)
    member = project.viewer_membership  # type: ignore[attr-defined]
    if member is None:
        raise NotAllowed("Only members of a project label in it. Add yourself to its members first.")
    day = LabellerDay.objects.filter(membership=member, day=now.date()).first()
    return Mine(
        today=day.labels + day.checks if day else 0,
        total=member.labels + member.checks,
        seconds_today=day.seconds + day.check_seconds if day else 0.0,
        left=left_for(project, member, viewer.username, now=now),
    )


def slugs_of_projects() -> list[str]:
    """All projects, for the operator's commands."""
    return list(Project.objects.order_by("slug").values_list("slug", flat=True))


def drift_of(slug: str) -> Drift:
    """Which counters of a project differ from its labels."""
    return find_drift(Project.objects.get(slug=slug).pk)
