"""A model's suggestions come in from a file, and go: as a job in chunks, each one transaction with its checkpoint.

A row is what the model would answer about one example. The newest suggestion of an example holds; what the file says in the
same words as the one that holds is a duplicate, so that a file that is sent twice adds nothing.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from labelling import audit
from labelling.access import Permission, Viewer
from labelling.accounts.models import User
from labelling.accounts.selectors import viewer_of
from labelling.assign.services.suggesting import REMOVED
from labelling.assign.suggestion_models import Suggestion, SuggestionRemoval
from labelling.errors import Invalid
from labelling.intake.formats import BadRow, open_rows
from labelling.intake.models import Example
from labelling.intake.selectors import described_row_errors, errors_url
from labelling.intake.services.uploads import open_upload
from labelling.jobs.models import Job
from labelling.jobs.services import Claimed
from labelling.label.rules import check_confidence
from labelling.label.services.import_about import with_about
from labelling.label.services.import_rows import Answered, Reader, Refused
from labelling.label.services.interning import schema_of
from labelling.label.services.row_files import check_answer_columns, say_errors, start_rows
from labelling.projects.models import Project
from labelling.projects.rules import clean_text
from labelling.projects.selectors import get_project, questions_of
from labelling.sql import marks, rows

KIND = "suggestion_import"
LONGEST_NAME = 200
CHUNK = 2000
PART = 500  # keys in one statement


def start_suggestion_import(
    *, actor: Viewer, slug: str, file: Any, model: Any, format: str | None = None, now: datetime
) -> Job:
    """Keep an uploaded file of a model's suggestions and start the job that stores them (import_suggestions). Columns:
    example, value or one column a question, and optional confidence. Raises Invalid, TooLarge, WrongContent."""
    project = get_project(actor, slug, Permission.IMPORT)
    name = check_model_name(model)
    keys = [question["key"] for question in questions_of(project)]
    return start_rows(
        kind=KIND, actor=actor, project_id=project.pk, file=file, format=format, now=now, arguments={"model": name},
        what="Suggestions come as CSV or JSONL, one example a row.", check=lambda found: check_answer_columns(found, keys),
    )  # fmt: skip


def check_model_name(model: Any) -> str:
    name = model.strip() if isinstance(model, str) else ""
    if not name or len(name) > LONGEST_NAME:
        raise Invalid.field("model", f"Say which model suggests this: a name of 1 to {LONGEST_NAME} characters.")
    return clean_text(name, "model")


def remove_suggestions(*, actor: Viewer, slug: str, now: datetime) -> bool:
    """Take all suggestions of a project away: from here on none is shown. Which labels were made beside one stays known.
    False: there was none."""
    project = get_project(actor, slug, Permission.IMPORT)
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        [(newest, removed)] = rows(
            f"SELECT (SELECT MAX(id) FROM labelling_suggestion WHERE project_id = %s), {REMOVED}", [project.pk, project.pk]
        )
        if (newest or 0) <= removed:
            return False
        made = SuggestionRemoval.objects.create(project=project, last=newest, removed_by_id=actor.user_id, removed_at=now)
        audit.record(actor=actor, verb="removed suggestions", obj=made, now=now, project_id=project.pk, last=newest)
    return True


@dataclass(slots=True)
class Tally:
    """How far an import is: what a checkpoint keeps. rows = added + replaced + duplicates + rejected."""

    rows: int = 0
    added: int = 0
    replaced: int = 0
    duplicates: int = 0
    rejected: int = 0
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    example: str
    answered: Answered
    confidence: float | None


@dataclass(slots=True)
class _Chunk:
    upto: int
    rows: list[Row] = field(default_factory=list)
    errors: list[tuple[int, BadRow]] = field(default_factory=list)
    complete: bool = True


class SuggestionReader(Reader):
    """Rows of a file of suggestions; cells are read as those of labels are."""

    def read_suggestion(self, number: int, row: Mapping[str, Any], about: Mapping[str, Any] | None) -> Row:
        key = self._text(row.get("example"), "example", 200)
        return Row(number, key, self._read_value(row, (), about), self._read_confidence(row.get("confidence")))

    def _read_confidence(self, cell: Any) -> float | None:
        if isinstance(cell, str):
            try:
                cell = float(cell) if cell.strip() else None
            except ValueError:
                raise Refused("confidence lies between 0 and 1.", "confidence") from None
        return self._checked("confidence", check_confidence, cell)


def import_suggestions(claimed: Claimed) -> dict[str, Any]:
    """Store the file of a job that start_suggestion_import wrote: {"rows", "added", "replaced", "duplicates", "rejected",
    "errors", "errors_url", "complete"}."""
    project = Project.objects.get(pk=claimed.project_id)
    tally = Tally(**claimed.resume)
    reader = SuggestionReader(schema=schema_of(project_id=project.pk, born=project.created_at, version=project.schema_version), known_tags=[])
    with open_upload(claimed.arguments["upload"]) as file:
        found = open_rows(file, claimed.arguments["format"])
        known = with_about(found, project_id=project.pk, questions=reader.schema.questions, done=tally.rows)
        for chunk in _chunks(known, reader, tally.rows):
            _write(claimed, project, chunk, tally)
    claimed.checkpoint(done=tally.rows, total=tally.rows)
    return _result(project, claimed, tally)


def _chunks(found: Any, reader: SuggestionReader, done: int) -> Iterator[_Chunk]:
    chunk, keys = _Chunk(done), set()
    for number, row, about in found:
        if number <= done:
            if isinstance(row, Mapping):
                keys.add(str(row.get("example")).strip())
            continue
        chunk.upto = number
        if isinstance(row, BadRow):
            chunk.errors.append((number, row))
            chunk.complete = not row.last
        else:
            try:
                read = reader.read_suggestion(number, row, about)
                if read.example in keys:
                    raise Refused(f"The example {read.example:.100} is in this file twice. The first row was taken.", "example")
                keys.add(read.example)
                chunk.rows.append(read)
            except Refused as refused:
                chunk.errors.append((number, refused.args[0]))
        if len(chunk.rows) + len(chunk.errors) >= CHUNK:
            yield chunk
            chunk = _Chunk(chunk.upto)
    if chunk.rows or chunk.errors:
        yield chunk


def _write(claimed: Claimed, project: Project, chunk: _Chunk, tally: Tally) -> None:
    now = timezone.now()
    with transaction.atomic():
        added, replaced, duplicates = _store(claimed, project, chunk, now)
        after = Tally(
            rows=chunk.upto, added=tally.added + added, replaced=tally.replaced + replaced, duplicates=tally.duplicates + duplicates,
            rejected=tally.rejected + len(chunk.errors), complete=tally.complete and chunk.complete,
        )  # fmt: skip
        say_errors(claimed.id, chunk.errors)
        total = claimed.arguments.get("total")
        claimed.checkpoint(
            done=after.rows, total=max(total, after.rows) if total else None, resume=asdict(after), message="suggestions"
        )
    for name, value in asdict(after).items():
        setattr(tally, name, value)


def _store(claimed: Claimed, project: Project, chunk: _Chunk, now: datetime) -> tuple[int, int, int]:
    """(added, replaced, duplicates); what cannot be taken goes to the chunk's errors."""
    model, ids = claimed.arguments["model"], _example_ids(project.pk, [row.example for row in chunk.rows])
    before = _standing(project.pk, sorted(ids.values()))
    new: list[Suggestion] = []
    replaced = duplicates = 0
    for row in chunk.rows:
        example_id = ids.get(row.example)
        if example_id is None:
            chunk.errors.append((row.number, BadRow(f"There is no example with the key {row.example:.100} in this project.", "example")))
            continue
        there = before.get(example_id)
        if there == (model, _text(row.answered.value), row.confidence, project.schema_version):
            duplicates += 1
            continue
        replaced += there is not None
        new.append(
            Suggestion(
                project=project, example_id=example_id, model=model, value=row.answered.value, confidence=row.confidence,
                schema_version=project.schema_version, created_at=now,
            )
        )  # fmt: skip
    Suggestion.objects.bulk_create(new, batch_size=PART)
    return len(new) - replaced, replaced, duplicates


def _example_ids(project_id: int, keys: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(keys), PART):
        found |= dict(Example.objects.filter(project_id=project_id, key__in=keys[start : start + PART]).values_list("key", "id"))
    return found


def _standing(project_id: int, ids: list[int]) -> dict[int, tuple[str, str, float | None, int]]:
    """Example → (model, value as text, confidence, schema version) of the suggestion that holds."""
    found: dict[int, tuple[str, str, float | None, int]] = {}
    for start in range(0, len(ids), PART):
        part = ids[start : start + PART]
        for example_id, model, value, confidence, version in rows(
            "SELECT s.example_id, s.model, s.value, s.confidence, s.schema_version FROM labelling_suggestion s WHERE s.id IN "
            f"(SELECT MAX(x.id) FROM labelling_suggestion x WHERE x.example_id IN {marks(part)} AND x.id > {REMOVED} GROUP BY x.example_id)",
            [*part, project_id],
        ):
            value = json.loads(value) if isinstance(value, str) else value
            found[example_id] = (model, _text(value), confidence, version)
    return found


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _result(project: Project, claimed: Claimed, tally: Tally) -> dict[str, Any]:
    errors = described_row_errors(claimed.id, left_out=True)
    user = User.objects.filter(pk=claimed.created_by_id).first()
    counts = {name: getattr(tally, name) for name in ("rows", "added", "replaced", "duplicates", "rejected")}
    audit.record(
        actor=viewer_of(user) if user else None, verb="imported suggestions", obj=project, now=timezone.now(), project_id=project.pk,
        job=claimed.id, file=claimed.arguments["file_name"], sha256=claimed.arguments["sha256"], model=claimed.arguments["model"], **counts,
    )  # fmt: skip
    return {
        **counts,
        "errors": errors,
        "errors_url": errors_url(project.slug, claimed.id) if errors else None,
        "complete": tally.complete,
    }
