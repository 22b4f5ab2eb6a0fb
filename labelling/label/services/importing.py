"""Labels that were made elsewhere come in from a file: as a job in chunks, each one transaction with its checkpoint.

Each row is one label of one labeller in one round. What says the same as a label that is there is a duplicate, what says
something else is refused by name; so a file that is imported twice, or broken off and begun again, adds nothing twice.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from labelling import audit
from labelling.access import Permission, Viewer
from labelling.accounts.models import User
from labelling.accounts.selectors import viewer_of
from labelling.intake.formats import BadRow, open_rows
from labelling.intake.models import RowError
from labelling.intake.selectors import described_row_errors, errors_url
from labelling.intake.services.uploads import open_upload
from labelling.jobs.models import Job
from labelling.jobs.services import Claimed
from labelling.label.services.import_about import with_about
from labelling.label.services.import_members import Members
from labelling.label.services.import_rows import Reader, Refused, Row, check_columns
from labelling.label.services.import_writing import Touched, write_rows
from labelling.label.services.interning import schema_of
from labelling.label.services.row_files import start_rows, storable
from labelling.projects.models import Project
from labelling.projects.selectors import all_tags, get_project, questions_of

KIND = "label_import"
CHUNK = 5000

# Called in each chunk's transaction with what it touched, so that a later stage can open its cases.
Then = Callable[[int, Touched, datetime], object]


@dataclass(slots=True)
class Tally:
    """How far an import is: what a checkpoint keeps. rows = added + duplicates + rejected."""

    rows: int = 0
    added: int = 0
    duplicates: int = 0
    rejected: int = 0
    complete: bool = True


def start_label_import(*, actor: Viewer, slug: str, file: Any, format: str | None = None, now: datetime) -> Job:
    """Keep an uploaded file of labels and start the job that imports it (import_labels).

    Raises Invalid, TooLarge, and WrongContent for a file that cannot be read or lacks a column; then no job is started.
    """
    project = get_project(actor, slug, Permission.IMPORT)
    questions = questions_of(project)
    return start_rows(
        kind=KIND, actor=actor, project_id=project.pk, file=file, format=format, now=now,
        what="Labels come as CSV or JSONL, one label a row.", check=lambda found: check_columns(found, questions),
    )  # fmt: skip


def import_labels(claimed: Claimed, *, then: Then | None = None) -> dict[str, Any]:
    """Import the file of a job that start_label_import wrote. The result is as in API.md, with `errors_url`, `notes` and
    `complete` besides."""
    project = Project.objects.get(pk=claimed.project_id)
    tally = Tally(**claimed.resume)
    schema = schema_of(project_id=project.pk, born=project.created_at, version=project.schema_version)
    reader = Reader(schema=schema, known_tags=[tag["key"] for tag in all_tags(project)])
    members = Members(project.pk)
    with open_upload(claimed.arguments["upload"]) as file:
        rows = open_rows(file, claimed.arguments["format"])
        found = with_about(rows, project_id=project.pk, questions=schema.questions, done=tally.rows)
        for chunk in _chunks(found, reader, tally):
            _write(claimed, project, members, chunk, tally, then)
    claimed.checkpoint(done=tally.rows, total=tally.rows)
    return _result(project, claimed, tally)


@dataclass(slots=True)
class _Chunk:
    rows: list[Row]
    errors: list[tuple[int, BadRow]]
    upto: int
    complete: bool = True


def _chunks(found: Any, reader: Reader, tally: Tally) -> Iterator[_Chunk]:
    chunk = _Chunk([], [], tally.rows)
    for number, row, about in found:
        if number <= tally.rows:
            continue
        chunk.upto = number
        if isinstance(row, BadRow):
            chunk.errors.append((number, row))
            chunk.complete = not row.last
        else:
            try:
                chunk.rows.append(reader.read(number, row, about))
            except Refused as refused:
                chunk.errors.append((number, refused.args[0]))
        if len(chunk.rows) + len(chunk.errors) >= CHUNK:
            yield chunk
            chunk = _Chunk([], [], chunk.upto)
    if chunk.rows or chunk.errors:
        yield chunk


def _write(claimed: Claimed, project: Project, members: Members, chunk: _Chunk, tally: Tally, then: Then | None) -> None:
    now = timezone.now()
    with transaction.atomic():
        written = write_rows(project=project, members=members, chunk=chunk.rows, now=now)
        errors = chunk.errors + written.errors
        after = Tally(
            rows=chunk.upto,
            added=tally.added + written.added,
            duplicates=tally.duplicates + written.duplicates,
            rejected=tally.rejected + len(errors),
            complete=tally.complete and chunk.complete,
        )
        _say(claimed, errors, written.notes)
        if then is not None and written.touched:
            then(project.pk, written.touched, now)
        total = claimed.arguments.get("total")
        claimed.checkpoint(
            done=after.rows, total=max(total, after.rows) if total else None, resume=asdict(after), message="labels"
        )
    members.keep()
    for name, value in asdict(after).items():
        setattr(tally, name, value)


def _say(claimed: Claimed, errors: list[tuple[int, BadRow]], notes: list[tuple[int, BadRow]]) -> None:
    said = [(number, error, True) for number, error in errors] + [(number, note, False) for number, note in notes]
    RowError.objects.bulk_create(
        [
            RowError(
                job_id=claimed.id, row=number, column=storable(error.column)[:200], message=storable(error.message)[:1000], left_out=out
            )
            for number, error, out in sorted(said, key=lambda three: three[0])
        ],
        batch_size=5000,
    )


def _result(project: Project, claimed: Claimed, tally: Tally) -> Mapping[str, Any]:
    now = timezone.now()
    errors = described_row_errors(claimed.id, left_out=True)
    notes = described_row_errors(claimed.id, left_out=False)
    user = User.objects.filter(pk=claimed.created_by_id).first()
    audit.record(
        actor=viewer_of(user) if user else None, verb="imported labels", obj=project, now=now, project_id=project.pk,
        job=claimed.id, file=claimed.arguments["file_name"], sha256=claimed.arguments["sha256"],
        rows=tally.rows, added=tally.added, duplicates=tally.duplicates, rejected=tally.rejected,
    )  # fmt: skip
    return {
        "rows": tally.rows,
        "added": tally.added,
        "duplicates": tally.duplicates,
        "rejected": tally.rejected,
        "errors": errors,
        "notes": notes,
        "errors_url": errors_url(project.slug, claimed.id) if errors or notes else None,
        "complete": tally.complete,
    }
