"""Starting an import: all that can be said at once is said before a job exists."""

from datetime import datetime
from typing import Any

import orjson
from django.db import transaction

from labelling.access import Permission, Viewer
from labelling.errors import Conflict, Invalid, WrongContent
from labelling.intake.formats import FORMATS, guess_format, open_rows
from labelling.intake.mapping import Mapper, check_mapping
from labelling.intake.models import Source
from labelling.intake.selectors import get_import
from labelling.intake.services.uploads import check_upload, keep_upload
from labelling.jobs.models import Job
from labelling.jobs.rules import State
from labelling.jobs.services import enqueue
from labelling.projects.selectors import get_project

MAX_PRIORITY = 1_000_000
TRUE, FALSE = {"true", "1", "yes", "on"}, {"false", "0", "no", "off", ""}


def start_import(
    *,
    actor: Viewer,
    slug: str,
    file: Any,
    source: str | None = None,
    format: str | None = None,
    mapping: Any = None,
    dry_run: Any = False,
    priority: Any = 0,
    now: datetime,
) -> Job:
    """Keep an uploaded file and start the job that imports it (import_file).

    Raises Invalid for a parameter that is wrong, TooLarge, and WrongContent for a file that cannot be read at all or
    lacks a column that the project needs; then nothing is stored and no job is started.
    """
    project = get_project(actor, slug, Permission.IMPORT)
    plain = check_upload(file)
    mapping = check_mapping(_parsed(mapping))
    if format and format not in FORMATS:
        raise Invalid.field("format", f"The format is one of: {', '.join(FORMATS)}. Leave it out to have it guessed.")
    arguments = {
        "mapping": mapping,
        "dry_run": parse_truth(dry_run, "dry_run"),
        "priority": _priority(priority),
        "source": _source_id(project.pk, source),
    }
    try:
        fields = [part["field"] for part in project.display]
        format = format or guess_format(plain, file.name or "", display=fields)
        rows = open_rows(plain, format)
        Mapper(display=project.display, columns=rows.columns, data_columns=rows.data_columns, mapping=mapping, format=format)
    except WrongContent as error:
        raise WrongContent(error.message, fields=error.fields or {"file": [error.message]}) from None
    upload = keep_upload(project_id=project.pk, file=file)
    arguments |= {
        "format": format,
        "upload": upload.name,
        "file_name": upload.file_name,
        "sha256": upload.sha256,
        "bytes": upload.bytes,
        "total": rows.total if rows.total is not None else _lines(format, upload.lines),
    }
    with transaction.atomic():
        return enqueue(kind="import", actor=actor, project_id=project.pk, arguments=arguments, now=now)


def import_after_dry_run(*, actor: Viewer, slug: str, job_id: Any, now: datetime) -> Job:
    """Import the file that a dry run looked at, as it was looked at."""
    tried = get_import(actor, slug, job_id)
    if tried.state != State.DONE or not tried.arguments["dry_run"]:
        raise Conflict("Only a check that is over can be turned into an import.")
    with transaction.atomic():
        return enqueue(kind="import", actor=actor, project_id=tried.project_id, arguments={**tried.arguments, "dry_run": False}, now=now)


def _lines(format: str, lines: int) -> int | None:
    """About how many rows there are, for the progress: cells may hold line breaks, so the end corrects it."""
    return max(lines - (format == "csv"), 1) if format in ("csv", "jsonl") else None


def _parsed(mapping: Any) -> Any:
    if not isinstance(mapping, str | bytes) or not mapping.strip():
        return mapping if not isinstance(mapping, str | bytes) else None
    try:
        return orjson.loads(mapping)
    except ValueError:
        raise Invalid.field("mapping", 'The mapping is not JSON. It reads like {"key": "id", "data": {"text": "sentence"}}.') from None


def parse_truth(value: Any, field: str) -> bool:
    """A yes or no from a form or JSON."""
    word = str(value if value is not None else "").strip().lower()
    if word not in TRUE | FALSE:
        raise Invalid.field(field, f"{field} is true or false.")
    return word in TRUE


def _priority(value: Any) -> int:
    try:
        number = int(str(value if value not in (None, "") else 0))
    except ValueError:
        number = MAX_PRIORITY + 1
    if isinstance(value, bool) or abs(number) > MAX_PRIORITY:
        raise Invalid.field("priority", f"The priority is a whole number from -{MAX_PRIORITY:,} to {MAX_PRIORITY:,}. Higher ones are labelled first.")
    return number


def _source_id(project_id: int, key: Any) -> int | None:
    if key in (None, ""):
        return None
    found = Source.objects.filter(project_id=project_id, key=str(key)).values_list("id", flat=True).first() if "\x00" not in str(key) else None
    if found is None:
        raise Invalid.field("source", f"There is no source {key!s:.60} in this project. Create it first.")
    return found
