"""Reads of dated notes: what happened on a day and may explain what figures did from then on."""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from labelling.access import Permission, Viewer
from labelling.errors import Invalid, NotFound
from labelling.measure.note_models import Note
from labelling.projects.models import Project
from labelling.projects.rules import clean_text
from labelling.projects.selectors import get_project

LONGEST = 500
FIRST_DAY = date(1970, 1, 1)


def list_notes(viewer: Viewer, slug: str) -> QuerySet[Note]:
    """The notes of a project, the newest day first. Leads only: notes speak of people and figures."""
    return notes_of(get_project(viewer, slug, Permission.SEE_LABELS))


def notes_of(project: Project) -> QuerySet[Note]:
    return Note.objects.filter(project=project, removed_at=None).select_related("created_by", "changed_by").order_by("-day", "-id")


def get_note(viewer: Viewer, slug: str, note_id: Any, permission: Permission = Permission.SEE_LABELS) -> tuple[Project, Note]:
    """A note by its number. Raises NotFound."""
    project = get_project(viewer, slug, permission)
    text = str(note_id)
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    found = notes_of(project).filter(pk=number).first()
    if found is None:
        raise NotFound("There is no such note in this project.")
    return project, found


def describe_note(row: Note) -> dict[str, Any]:
    """The note object of the API."""
    return {
        "id": row.pk,
        "date": row.day,
        "text": row.text,
        "created_by": row.created_by.username,
        "created_at": row.created_at,
        "changed_by": row.changed_by.username if row.changed_by else None,
        "changed_at": row.changed_at,
    }


def check_day(value: Any) -> date:
    """A day like 2026-03-02, from 1970 on."""
    try:
        day = value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Invalid.field("date", "Write the day like 2026-03-02.") from None
    if day < FIRST_DAY:
        raise Invalid.field("date", "The day lies before 1970.")
    return day


def check_text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value.strip()) > LONGEST:
        raise Invalid.field("text", f"Say what happened in 1 to {LONGEST} characters.")
    return clean_text(value.strip(), "text")
