"""Truth that comes in a file, as resolutions nobody discussed: loaded in bulk, measured against, never mixed up with labels.

An example that is complete is resolved by it, and its case with it. One that is open goes on to be labelled: that is what
gold examples are for.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from labelling import audit
from labelling.access import Permission, Viewer
from labelling.accounts.models import User
from labelling.accounts.selectors import viewer_of
from labelling.assign import services as assign
from labelling.discuss.models import Case, Resolution
from labelling.discuss.rules import CaseState, check_text
from labelling.discuss.services.checking import set_gold_aside
from labelling.discuss.services.opening import open_cases
from labelling.intake.formats import BadRow, open_rows
from labelling.intake.models import Example
from labelling.intake.rules import ExampleState
from labelling.intake.selectors import described_row_errors, errors_url
from labelling.intake.services.imports import parse_truth
from labelling.intake.services.uploads import open_upload
from labelling.intake.states import change_state
from labelling.jobs.models import Job
from labelling.jobs.services import Claimed
from labelling.label.services.bulk import insert, new_ids
from labelling.label.services.import_about import with_about
from labelling.label.services.import_rows import Answered, Reader, Refused
from labelling.label.services.interning import codes_of, schema_of
from labelling.label.services.row_files import check_answer_columns, say_errors, start_rows
from labelling.measure.services import Standing, set_resolved_answers
from labelling.projects.models import Project
from labelling.projects.selectors import get_project, questions_of
from labelling.sql import at

KIND = "resolution_import"
CHUNK = 5000
PART = 500  # ids in one statement
RESOLUTION = (
    "id", "project_id", "example_id", "case_id", "previous_id", "outcome", "value", "cause", "note", "gold", "imported", "seen",
    "schema_version", "took_part", "resolved_by_id", "created_at",
)  # fmt: skip


def start_resolution_import(*, actor: Viewer, slug: str, file: Any, format: str | None = None, now: datetime) -> Job:
    """Keep a file of right answers and start the job that loads them (import_resolutions). Columns: example, value or one
    column a question, and optional gold and note."""
    project = get_project(actor, slug, Permission.DISCUSS)
    keys = [question["key"] for question in questions_of(project)]
    return start_rows(
        kind=KIND, actor=actor, project_id=project.pk, file=file, format=format, now=now,
        what="Right answers come as CSV or JSONL, one example a row.", check=lambda found: check_answer_columns(found, keys),
    )  # fmt: skip


@dataclass(slots=True)
class Tally:
    rows: int = 0
    added: int = 0
    duplicates: int = 0
    rejected: int = 0
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Right:
    """One row of the file: what is right for an example."""

    number: int
    example: str
    answered: Answered
    gold: bool
    note: str


class RightReader(Reader):
    """Rows of a file of right answers; cells are read as those of labels are."""

    def read_right(self, number: int, row: Mapping[str, Any], about: Mapping[str, Any] | None) -> Right:
        key = self._text(row.get("example"), "example", 200)
        gold = self._checked("gold", lambda cell: parse_truth(cell, "gold"), row.get("gold"))
        note = self._checked("note", lambda cell: check_text("" if cell is None else cell, "note"), row.get("note"))
        return Right(number, key, self._read_value(row, (), about), gold, note)


def import_resolutions(claimed: Claimed) -> dict[str, Any]:
    """Load the file of a job that start_resolution_import wrote: {"rows", "added", "duplicates", "rejected", "errors",
    "errors_url", "complete"}. What stands already in the same words is a duplicate."""
    project = Project.objects.get(pk=claimed.project_id)
    tally = Tally(**claimed.resume)
    reader = RightReader(schema=schema_of(project_id=project.pk, born=project.created_at, version=project.schema_version), known_tags=[])
    keys: set[str] = set()
    with open_upload(claimed.arguments["upload"]) as file:
        found = with_about(
            open_rows(file, claimed.arguments["format"]), project_id=project.pk, questions=reader.schema.questions, done=tally.rows
        )
        for rows, errors, upto, complete in _chunks(found, reader, tally.rows, keys):
            _write(claimed, project, rows, errors, upto, complete, tally)
    claimed.checkpoint(done=tally.rows, total=tally.rows)
    return _result(project, claimed, tally)


def _chunks(found: Any, reader: RightReader, done: int, keys: set[str]) -> Iterator[tuple[list[Right], list[tuple[int, BadRow]], int, bool]]:
    rows: list[Right] = []
    errors: list[tuple[int, BadRow]] = []
    upto, complete = done, True
    for number, row, about in found:
        if isinstance(row, dict) and number <= done:
            keys.add(str(row.get("example")).strip())
        if number <= done:
            continue
        upto = number
        if isinstance(row, BadRow):
            errors.append((number, row))
            complete = not row.last
        else:
            try:
                right = reader.read_right(number, row, about)
                if right.example in keys:
                    raise Refused(f"The example {right.example:.100} is in this file twice. The first row was taken.", "example")
                keys.add(right.example)
                rows.append(right)
            except Refused as refused:
                errors.append((number, refused.args[0]))
        if len(rows) + len(errors) >= CHUNK:
            yield rows, errors, upto, complete
            rows, errors = [], []
    if rows or errors:
        yield rows, errors, upto, complete


def _write(
    claimed: Claimed, project: Project, rows: list[Right], errors: list[tuple[int, BadRow]], upto: int, complete: bool, tally: Tally
) -> None:
    now = timezone.now()
    with transaction.atomic():
        added, duplicates = _settle(claimed, project, rows, errors, now)
        after = Tally(
            upto, tally.added + added, tally.duplicates + duplicates, tally.rejected + len(errors), tally.complete and complete
        )
        say_errors(claimed.id, errors)
        total = claimed.arguments.get("total")
        claimed.checkpoint(
            done=after.rows, total=max(total, after.rows) if total else None, resume=asdict(after), message="right answers"
        )
    for name, value in asdict(after).items():
        setattr(tally, name, value)


def _settle(
    claimed: Claimed, project: Project, rows: list[Right], errors: list[tuple[int, BadRow]], now: datetime
) -> tuple[int, int]:
    """(added, duplicates); what cannot be taken goes to `errors`."""
    ids: dict[str, int] = {}
    for start in range(0, len(rows), PART):
        part = [row.example for row in rows[start : start + PART]]
        ids |= dict(Example.objects.filter(project=project, key__in=part).values_list("key", "id"))
    assign.lock_examples(ids.values())
    before = _newest(sorted(ids.values()))
    new: list[tuple[Right, int, int | None]] = []
    duplicates = 0
    for row in rows:
        example_id = ids.get(row.example)
        if example_id is None:
            errors.append((row.number, BadRow(f"There is no example with the key {row.example:.100} in this project.", "example")))
            continue
        there = before.get(example_id)
        if there and there["imported"] and there["value"] == row.answered.value and there["gold"] == row.gold:
            duplicates += 1
        elif there and not there["imported"] and there["case__resolution_id"] == there["id"]:
            words = f"{there['resolved_by__username']} settled {row.example:.100} in case {there['case_id']} already. Settle it anew there."
            errors.append((row.number, BadRow(words, "example")))
        else:
            new.append((row, example_id, there["id"] if there else None))
    if new:
        _store(claimed, project, new, now)
    return len(new), duplicates


def _newest(example_ids: list[int]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    fields = ("id", "example_id", "imported", "value", "gold", "case_id", "case__resolution_id", "resolved_by__username")
    for start in range(0, len(example_ids), PART):
        part = Resolution.objects.filter(example_id__in=example_ids[start : start + PART]).order_by("id")
        found |= {row["example_id"]: row for row in part.values(*fields)}
    return found


def _store(claimed: Claimed, project: Project, new: list[tuple[Right, int, int | None]], now: datetime) -> None:
    cases: dict[int, int] = {}
    states: dict[int, str] = {}
    ids = sorted(example_id for _, example_id, _ in new)
    for start in range(0, len(ids), PART):
        part = ids[start : start + PART]
        cases |= dict(Case.objects.filter(example_id__in=part).values_list("example_id", "id"))
        states |= dict(Example.objects.filter(pk__in=part).values_list("id", "state"))
    made = new_ids("labelling_resolution", len(new))
    moment, texts = at(now), {}
    for row, _, _ in new:
        texts.setdefault(id(row.answered), json.dumps(row.answered.value))
    insert(
        "labelling_resolution",
        RESOLUTION,
        [
            (pk, project.pk, example_id, cases.get(example_id), previous, "answer", texts[id(row.answered)], "other", row.note, row.gold,
             True, "[]", project.schema_version, "[]", claimed.created_by_id, moment)
            for pk, (row, example_id, previous) in zip(made, new, strict=True)
        ],
    )  # fmt: skip
    codes = codes_of(born=project.created_at, answers=(answer for row, _, _ in new for answer in row.answered.answers))
    set_resolved_answers(
        standing=[
            Standing(example_id, pk, [(question, codes[question, text]) for question, text, _ in row.answered.answers], row.gold, [])
            for (row, example_id, _), pk in zip(new, made, strict=True)
        ]
    )
    over = [pk for pk in ids if states[pk] in (ExampleState.COMPLETE, ExampleState.IN_REVIEW)]
    newest = Resolution.objects.filter(example=OuterRef("example")).order_by("-id").values("id")[:1]
    settled = [pk for pk in ids if pk in cases and states[pk] != ExampleState.OPEN]
    for start in range(0, len(settled), PART):
        Case.objects.filter(example_id__in=settled[start : start + PART]).update(
            state=CaseState.RESOLVED, resolution=Subquery(newest), changed_at=now
        )
    for start in range(0, len(over), CHUNK):
        change_state(project_id=project.pk, example_ids=over[start : start + CHUNK], to=ExampleState.RESOLVED)
    gold = {example_id for row, example_id, _ in new if row.gold}
    open_cases(project_id=project.pk, example_ids=sorted(gold), tags={}, now=now)
    if gold:
        set_gold_aside(project=Project.objects.get(pk=project.pk), now=now)


def _result(project: Project, claimed: Claimed, tally: Tally) -> dict[str, Any]:
    errors = described_row_errors(claimed.id, left_out=True)
    user = User.objects.filter(pk=claimed.created_by_id).first()
    audit.record(
        actor=viewer_of(user) if user else None, verb="imported resolutions", obj=project, now=timezone.now(), project_id=project.pk,
        job=claimed.id, file=claimed.arguments["file_name"], sha256=claimed.arguments["sha256"], rows=tally.rows, added=tally.added,
        duplicates=tally.duplicates, rejected=tally.rejected,
    )  # fmt: skip
    return {
        "rows": tally.rows,
        "added": tally.added,
        "duplicates": tally.duplicates,
        "rejected": tally.rejected,
        "errors": errors,
        "errors_url": errors_url(project.slug, claimed.id) if errors else None,
        "complete": tally.complete,
    }
