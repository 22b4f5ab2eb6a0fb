"""Files of rows that each speak of one example by its key: kept, looked into, and given to a job. Labels, right answers and
suggestions come in this way."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from labelling.access import Viewer
from labelling.errors import Invalid, WrongContent
from labelling.intake.formats import BadRow, Rows, guess_format, open_rows
from labelling.intake.models import RowError
from labelling.intake.services.uploads import check_upload, keep_upload
from labelling.jobs.models import Job
from labelling.jobs.services import enqueue

FORMATS = ("csv", "jsonl", "json", "parquet")


def start_rows(
    *, kind: str, actor: Viewer, project_id: int, file: Any, format: str | None, what: str, check: Callable[[Rows], None],
    arguments: Mapping[str, Any] | None = None, now: datetime,
) -> Job:  # fmt: skip
    """Keep an uploaded file and start the job of this kind that reads it; the caller has checked who may. `what` is a sentence
    like "Labels come as CSV or JSONL, one label a row."; `check` looks at the columns.

    Raises Invalid, TooLarge, and WrongContent for a file that cannot be read or lacks a column; then no job is started.
    """
    plain = check_upload(file)
    if format and format not in FORMATS:
        raise Invalid.field("format", f"The format is one of: {', '.join(FORMATS)}. Leave it out to have it guessed.")
    try:
        # A list of objects is never taken for another tool's export here.
        format = format or guess_format(plain, file.name or "", display=["data"])
        if format not in FORMATS:
            raise WrongContent(what)
        found = open_rows(plain, format)
        check(found)
    except WrongContent as error:
        raise WrongContent(error.message, fields=error.fields or {"file": [error.message]}) from None
    upload = keep_upload(project_id=project_id, file=file)
    lines = max(upload.lines - (format == "csv"), 1) if format in ("csv", "jsonl") else None
    kept = {
        "format": format,
        "upload": upload.name,
        "file_name": upload.file_name,
        "sha256": upload.sha256,
        "total": found.total if found.total is not None else lines,
    }
    with transaction.atomic():
        return enqueue(kind=kind, actor=actor, project_id=project_id, arguments={**kept, **(arguments or {})}, now=now)


def check_answer_columns(found: Rows, keys: Collection[str]) -> None:
    """Raises WrongContent unless each row can name its example and its answers, to one question or to several."""
    columns = {name.strip() for name in found.columns}
    if "example" not in columns:
        raise WrongContent("The file has no column example. It needs example (the key) and value, or one column a question.")
    if "value" not in columns and not columns.intersection(keys):
        raise WrongContent(f"The file has no answers: name a column value, or one a question ({', '.join(keys)}).")
    if "value" in columns and columns.intersection(keys) - {"value"}:
        raise WrongContent("The file has both a column value and columns of questions. Leave one of them out.")


def say_errors(job_id: str, errors: Collection[tuple[int, BadRow]]) -> None:
    """Write down what is wrong with which row, in the caller's transaction."""
    RowError.objects.bulk_create(
        [
            RowError(job_id=job_id, row=number, column=storable(error.column)[:200], message=storable(error.message)[:1000], left_out=True)
            for number, error in sorted(errors, key=lambda pair: pair[0])
        ],
        batch_size=5000,
    )


def storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
