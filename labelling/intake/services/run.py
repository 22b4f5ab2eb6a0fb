"""The job that imports a file: in chunks, each one transaction with its checkpoint, so that it can be killed anywhere."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from labelling import audit
from labelling.accounts.models import User
from labelling.accounts.selectors import viewer_of
from labelling.intake.formats import BadRow, Limits, Rows, open_rows
from labelling.intake.mapping import MEDIA, Mapper, Prepared, Refused
from labelling.intake.models import Batch, RowError
from labelling.intake.selectors import described_row_errors, errors_url
from labelling.intake.services.copies import ask_for_copies
from labelling.intake.services.media import MediaTaker
from labelling.intake.services.uploads import open_upload
from labelling.intake.services.writing import Tally, Writer
from labelling.jobs.services import Claimed
from labelling.projects.models import Project

CHUNK, MEDIA_CHUNK = 5000, 200


def import_file(claimed: Claimed) -> dict[str, Any]:
    """Import the file of a job that start_import wrote. The result is as in API.md, with `same_content` (examples that
    were added although another key has the same content), `notes`, `errors_url` and `complete` besides."""
    arguments = claimed.arguments
    project = Project.objects.get(pk=claimed.project_id)
    resume = {} if arguments["dry_run"] else claimed.resume
    if not resume:
        RowError.objects.filter(job_id=claimed.id).delete()  # of a dry run that was broken off
    tally = Tally(**resume)
    media = MediaTaker(project_id=project.pk, dry_run=arguments["dry_run"])
    writer = Writer(project=project, claimed=claimed, media=media, tally=tally)
    with open_upload(arguments["upload"]) as file:
        rows = open_rows(file, arguments["format"])
        mapper = Mapper(
            display=project.display, columns=rows.columns, data_columns=rows.data_columns, mapping=arguments["mapping"],
            format=arguments["format"], take_media=media.take,
        )  # fmt: skip
        has_media = any(part["as"] in MEDIA for part in project.display)
        _read(rows, mapper, writer, chunk=MEDIA_CHUNK if has_media else CHUNK)
    if has_media and not arguments["dry_run"]:
        ask_for_copies(actor=viewer_of(User.objects.get(pk=claimed.created_by_id)), project_id=project.pk, now=timezone.now())
    return _result(project, claimed, tally)


def _read(rows: Rows, mapper: Mapper, writer: Writer, *, chunk: int, limits: Limits | None = None) -> None:
    prepared: list[Prepared] = []
    bad: list[tuple[int, BadRow]] = []
    most = (limits or Limits()).rows
    start = number = writer.tally.rows
    for number, row in rows:
        if number <= start:
            continue
        if number > most:
            row = BadRow(f"The file has more than {most:,} rows. Nothing after them was read; split the file.", last=True)
        if isinstance(row, BadRow):
            bad.append((number, row))
            if row.last:
                writer.tally.complete = False
                break
        else:
            try:
                prepared.append(mapper.prepare(number, row))
            except Refused as refused:
                bad.append((number, refused.args[0]))
        if len(prepared) + len(bad) >= chunk:
            writer.write(prepared, bad, upto=number)
            prepared, bad = [], []
    if prepared or bad or not start:
        writer.write(prepared, bad, upto=number)
    writer.finish()


def _result(project: Project, claimed: Claimed, tally: Tally) -> Mapping[str, Any]:
    now = timezone.now()
    errors = described_row_errors(claimed.id, left_out=True)
    notes = described_row_errors(claimed.id, left_out=False)
    if tally.batch is not None:
        user = User.objects.get(pk=claimed.created_by_id)
        batch = Batch.objects.get(pk=tally.batch)
        audit.record(
            actor=viewer_of(user), verb="imported examples", obj=batch, now=now, project_id=project.pk,
            rows=tally.rows, added=tally.added, duplicates=tally.duplicates, rejected=tally.rejected,
        )  # fmt: skip
    return {
        "batch": tally.batch,
        "rows": tally.rows,
        "added": tally.added,
        "duplicates": tally.duplicates,
        "rejected": tally.rejected,
        "same_content": tally.same_content,
        "errors": errors,
        "notes": notes,
        "errors_url": errors_url(project.slug, claimed.id) if errors or notes else None,
        "complete": tally.complete,
        "dry_run": claimed.arguments["dry_run"],
        "format": claimed.arguments["format"],
    }
