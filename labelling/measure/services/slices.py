"""Saved slices: made, renamed, removed, counted. They stand here because counting one takes the columns of measuring."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from labelling import audit
from labelling.access import Permission, Viewer
from labelling.errors import Conflict, Invalid
from labelling.intake.slice_models import Slice
from labelling.intake.slice_selectors import MOST_SLICES, get_slice, newest_position, slices_of, texts_of
from labelling.intake.slices import check_conditions, check_key, check_name, key_of
from labelling.measure.slices import evaluate, read_slices
from labelling.projects.models import Project
from labelling.projects.selectors import get_project

FIELDS = ("key", "name", "conditions")


def create_slice(*, actor: Viewer, slug: str, fields: Mapping[str, Any], now: datetime) -> Slice:
    """A named set of examples: {"name", "conditions", "key"?}. Raises Invalid with the field, Conflict for a name or key that is taken."""
    project = get_project(actor, slug, Permission.EDIT_PROJECT)
    _check_known(fields, FIELDS)
    name = check_name(fields.get("name"))
    conditions = check_conditions(fields.get("conditions"), texts_of(project))
    key = check_key(fields["key"]) if fields.get("key") not in (None, "") else ""
    counted_to = newest_position(project)  # read first: what comes in meanwhile is counted later, never left out
    [mask] = evaluate(project.pk, [conditions]).masks
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        if slices_of(project).count() >= MOST_SLICES:
            raise Conflict(f"A project has at most {MOST_SLICES} slices. Remove one first.")
        key = key or key_of(name, list(Slice.objects.filter(project=project).values_list("key", flat=True)))
        _check_free(project, key=key, name=name)
        made = Slice.objects.create(
            project=project, key=key, name=name, conditions=conditions, n_examples=int(mask.sum()), counted_to=counted_to,
            created_by_id=actor.user_id, created_at=now,
        )  # fmt: skip
        audit.record(actor=actor, verb="made slice", obj=made, now=now, project_id=project.pk, key=key, name=name, conditions=conditions)
    return made


def rename_slice(*, actor: Viewer, slug: str, slice_id: Any, fields: Mapping[str, Any], now: datetime) -> Slice:
    """Another name. Key and conditions stay, so that figures of a slice mean the same over time."""
    project, found = get_slice(actor, slug, slice_id, Permission.EDIT_PROJECT)
    for name in ("conditions", "key"):
        if name in fields:
            raise Invalid.field(name, f"The {name} of a slice cannot be changed, so that its figures mean the same over time. Make a new slice.")
    _check_known(fields, ("name",))
    name = check_name(fields.get("name", found.name))
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        found.refresh_from_db()
        if name != found.name:
            _check_free(project, name=name)
            Slice.objects.filter(pk=found.pk).update(name=name)
            audit.record(actor=actor, verb="renamed slice", obj=found, now=now, project_id=project.pk, before=found.name, after=name)
    found.name = name
    return found


def remove_slice(*, actor: Viewer, slug: str, slice_id: Any, now: datetime) -> Slice:
    """Take a slice away; `restore_slice` brings it back."""
    project, found = get_slice(actor, slug, slice_id, Permission.EDIT_PROJECT)
    with transaction.atomic():
        if Slice.objects.filter(pk=found.pk, removed_at=None).update(removed_at=now, removed_by_id=actor.user_id):
            audit.record(actor=actor, verb="removed slice", obj=found, now=now, project_id=project.pk, key=found.key)
    return found


def restore_slice(*, actor: Viewer, slug: str, slice_id: int, now: datetime) -> Slice | None:
    """Bring a removed slice back, counted anew; None where there is none. Raises Conflict where its name is taken by now."""
    project = get_project(actor, slug, Permission.EDIT_PROJECT)
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        found = Slice.objects.filter(project=project, pk=slice_id).first()
        if found is None or found.removed_at is None:
            return found
        _check_free(project, name=found.name)
        Slice.objects.filter(pk=found.pk).update(removed_at=None, removed_by=None)
        audit.record(actor=actor, verb="restored slice", obj=found, now=now, project_id=project.pk, key=found.key)
    recount_slices(project_id=project.pk)
    found.refresh_from_db()
    return found


def recount_slices(*, project_id: int) -> None:
    """Count the examples of a project's slices, after some came in. Nothing to do where none did."""
    project = Project.objects.get(pk=project_id)
    counted_to = newest_position(project)
    slices = [row for row in slices_of(project) if row.counted_to < counted_to]
    if not slices:
        return
    found = read_slices(project.pk, slices)
    for row, mask in zip(slices, found.masks, strict=True):
        Slice.objects.filter(pk=row.pk, counted_to__lte=counted_to).update(n_examples=int(mask.sum()), counted_to=counted_to)


def _check_known(fields: Mapping[str, Any], known: tuple[str, ...]) -> None:
    if not isinstance(fields, Mapping):
        raise Invalid("A slice is an object with name and conditions.")
    for name in fields:
        if name not in known:
            raise Invalid.field(str(name)[:60], f"A slice has no field {name!s:.60}. It has: {', '.join(known)}.")


def _check_free(project: Project, *, name: str, key: str = "") -> None:
    if key and Slice.objects.filter(project=project, key=key).exists():
        raise Conflict(f"The key {key} is taken, or was by a slice that was removed.", fields={"key": ["This key is taken. Choose another."]})
    if slices_of(project).filter(name=name).exists():
        raise Conflict(f"There is a slice {name:.60} already.", fields={"name": ["This name is taken. Choose another."]})
