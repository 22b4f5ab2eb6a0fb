"""Dated notes: put down, changed, taken away and brought back, each with who and when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from labelling import audit
from labelling.access import Permission, Viewer
from labelling.errors import Invalid
from labelling.measure.note_models import Note
from labelling.measure.notes import check_day, check_text, get_note
from labelling.projects.selectors import get_project

FIELDS = ("date", "text")


def add_note(*, actor: Viewer, slug: str, fields: Mapping[str, Any], now: datetime) -> Note:
    """{"date", "text"}; without a date it is of today. Raises Invalid with the field."""
    project = get_project(actor, slug, Permission.EDIT_PROJECT)
    _check_known(fields)
    given = fields.get("date")
    day = now.date() if given in (None, "") else check_day(given)
    text = check_text(fields.get("text"))
    with transaction.atomic():
        note = Note.objects.create(project=project, day=day, text=text, created_by_id=actor.user_id, created_at=now)
        audit.record(actor=actor, verb="put down note", obj=note, now=now, project_id=project.pk, date=day.isoformat(), text=text)
    return note


def change_note(*, actor: Viewer, slug: str, note_id: Any, fields: Mapping[str, Any], now: datetime) -> Note:
    """Another day or text; what is not given stays."""
    project, note = get_note(actor, slug, note_id, Permission.EDIT_PROJECT)
    _check_known(fields)
    day = check_day(fields["date"]) if "date" in fields else note.day
    text = check_text(fields["text"]) if "text" in fields else note.text
    if (day, text) == (note.day, note.text):
        return note
    before = {"date": note.day.isoformat(), "text": note.text}
    with transaction.atomic():
        Note.objects.filter(pk=note.pk).update(day=day, text=text, changed_by_id=actor.user_id, changed_at=now)
        audit.record(actor=actor, verb="changed note", obj=note, now=now, project_id=project.pk, before=before, after={"date": day.isoformat(), "text": text})
    return get_note(actor, slug, note.pk)[1]


def remove_note(*, actor: Viewer, slug: str, note_id: Any, now: datetime) -> Note:
    """Take a note away; `restore_note` brings it back."""
    project, note = get_note(actor, slug, note_id, Permission.EDIT_PROJECT)
    with transaction.atomic():
        if Note.objects.filter(pk=note.pk, removed_at=None).update(removed_by_id=actor.user_id, removed_at=now):
            audit.record(actor=actor, verb="removed note", obj=note, now=now, project_id=project.pk, date=note.day.isoformat(), text=note.text)
    return note


def restore_note(*, actor: Viewer, slug: str, note_id: int, now: datetime) -> None:
    """Bring a removed note back; nothing happens where there is none."""
    project = get_project(actor, slug, Permission.EDIT_PROJECT)
    with transaction.atomic():
        note = Note.objects.filter(project=project, pk=note_id).exclude(removed_at=None).first()
        if note is not None:
            Note.objects.filter(pk=note.pk).update(removed_by=None, removed_at=None)
            audit.record(actor=actor, verb="restored note", obj=note, now=now, project_id=project.pk, date=note.day.isoformat())


def _check_known(fields: Mapping[str, Any]) -> None:
    if not isinstance(fields, Mapping):
        raise Invalid("A note is an object with date and text.")
    for name in fields:
        if name not in FIELDS:
            raise Invalid.field(str(name)[:60], f"A note has no field {name!s:.60}. It has: {', '.join(FIELDS)}.")
