"""One chunk of an import into the tables: what is new, what is there already, what is said of it; with the checkpoint."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils import timezone

from labelling.intake.formats import BadRow
from labelling.intake.mapping import Prepared
from labelling.intake.models import AssignQueue, Batch, Example, RowError
from labelling.intake.rules import ExampleState, shuffled_place
from labelling.intake.services.media import MediaTaker
from labelling.intake.states import count_examples
from labelling.jobs.services import Claimed
from labelling.projects.models import Project
from labelling.projects.rules import Order

COLUMNS = (
    "project_id", "key", "data", "meta", "content_hash", "source_id", "batch_id", "state", "priority", "position", "place",
    "round", "labels_wanted", "labels_counted", "labels_here", "leases_live", "created_at",
)  # fmt: skip
NAMES = ", ".join(f'"{name}"' for name in COLUMNS)
ROOM_OR_NOT = (0, 1)  # both, so that the queue's index is used


@dataclass(slots=True)
class Tally:
    """How far an import is: what a checkpoint keeps. rows = added + duplicates + rejected."""

    rows: int = 0
    added: int = 0
    duplicates: int = 0
    rejected: int = 0
    same_content: int = 0
    batch: int | None = None
    complete: bool = True


@dataclass(frozen=True, slots=True)
class _Known:
    """An example that has a key already; `here`: from this very file."""

    hash: str
    here: bool


@dataclass(slots=True)
class _Sorted:
    """A chunk, sorted into what is to be done with it."""

    new: list[Prepared] = field(default_factory=list)
    duplicates: int = 0
    same_content: int = 0
    errors: list[tuple[int, BadRow]] = field(default_factory=list)
    notes: list[tuple[int, BadRow]] = field(default_factory=list)


class Writer:
    """Writes the chunks of one import. A dry run writes nothing but what it found wrong."""

    def __init__(self, *, project: Project, claimed: Claimed, media: MediaTaker, tally: Tally) -> None:
        self.project, self.claimed, self.media, self.tally = project, claimed, media, tally
        self.arguments = claimed.arguments
        self.dry_run: bool = self.arguments["dry_run"]
        self.seen = _KeysOfFile() if self.dry_run else None

    def write(self, prepared: Sequence[Prepared], bad: Iterable[tuple[int, BadRow]], *, upto: int) -> None:
        """One transaction: the examples, their media, the figures of batch and project, the errors, the checkpoint."""
        now = timezone.now()
        with transaction.atomic():
            queue = self._lock_queue()
            tally = Tally(**asdict(self.tally))
            if tally.batch is None and not self.dry_run:
                tally.batch = self._batch(now)
            chunk = self._sort(prepared, tally.batch)
            chunk.errors.extend(bad)
            tally.rows = upto
            tally.added += len(chunk.new)
            tally.duplicates += chunk.duplicates
            tally.rejected += len(chunk.errors)
            tally.same_content += chunk.same_content
            self._write_errors(chunk)
            if not self.dry_run:
                self.media.flush(now=now)
                self._insert(queue, chunk.new, tally, now)
                Batch.objects.filter(pk=tally.batch).update(
                    rows=tally.rows, added=tally.added, duplicates=tally.duplicates, rejected=tally.rejected
                )
                if chunk.new:
                    count_examples(project_id=self.project.pk, open=len(chunk.new))
            total = self.arguments.get("total")
            self.claimed.checkpoint(done=tally.rows, total=max(total, tally.rows) if total else None, resume=asdict(tally), message="rows")
        for name, value in asdict(tally).items():
            setattr(self.tally, name, value)
        if self.seen is not None:
            self.seen.add(chunk.new)

    def finish(self) -> None:
        """The number of rows is known now."""
        self.claimed.checkpoint(done=self.tally.rows, total=self.tally.rows)

    def _lock_queue(self) -> AssignQueue:
        """Imports into a project write one after the other, in the order of their positions."""
        AssignQueue.objects.get_or_create(project_id=self.project.pk)
        return AssignQueue.objects.select_for_update().get(project_id=self.project.pk)

    def _batch(self, now: datetime) -> int:
        batch, _ = Batch.objects.get_or_create(
            job_id=self.claimed.id,
            defaults={
                "project": self.project,
                "source_id": self.arguments["source"],
                "file_name": self.arguments["file_name"],
                "sha256": self.arguments["sha256"],
                "imported_by_id": self.claimed.created_by_id,
                "imported_at": now,
            },
        )
        return batch.pk

    def _sort(self, prepared: Sequence[Prepared], batch: int | None) -> _Sorted:
        known = self._known(prepared, batch)
        chunk = _Sorted()
        for row in prepared:
            there = known.get(row.key)
            if there is None:
                known[row.key] = _Known(row.hash, here=True)
                chunk.new.append(row)
            elif there.hash == row.hash:
                chunk.duplicates += 1
                if there.here:
                    chunk.notes.append((row.number, BadRow(f"The key {row.key} is in this file twice, with the same content. It was taken once.", "key")))
            elif there.here:
                chunk.errors.append((row.number, BadRow(f"The key {row.key} is in this file twice, with other content. The first one was taken.", "key")))
            else:
                chunk.errors.append(
                    (row.number, BadRow(f"There is an example with the key {row.key} already, with other content. Give this one a key of its own.", "key"))
                )
        self._note_same_content(chunk)
        return chunk

    def _known(self, prepared: Sequence[Prepared], batch: int | None) -> dict[str, _Known]:
        keys = [row.key for row in prepared]
        rows = there_already(self.project.pk, "key", ("key", "content_hash", "batch_id"), keys)
        known = {key: _Known(digest, here=batch is not None and of == batch) for key, digest, of in rows}
        if self.seen is not None:
            known |= {key: _Known(digest, here=True) for key, digest in self.seen.by_key(keys)}
        return known

    def _note_same_content(self, chunk: _Sorted) -> None:
        hashes = [row.hash for row in chunk.new]
        first = dict(there_already(self.project.pk, "content_hash", ("content_hash", "key"), hashes))
        if self.seen is not None:
            first |= dict(self.seen.by_hash(hashes))
        for row in chunk.new:
            other = first.setdefault(row.hash, row.key)
            if other != row.key:
                chunk.same_content += 1
                chunk.notes.append((row.number, BadRow(f"{row.key} has the same content as {other}. Both were taken.")))

    def _write_errors(self, chunk: _Sorted) -> None:
        said = [(number, error, True) for number, error in chunk.errors] + [(number, note, False) for number, note in chunk.notes]
        RowError.objects.bulk_create(
            [
                RowError(job_id=self.claimed.id, row=number, column=_storable(error.column)[:200], message=_storable(error.message)[:1000], left_out=out)
                for number, error, out in sorted(said, key=lambda three: three[0])
            ],
            batch_size=5000,
        )

    def _insert(self, queue: AssignQueue, rows: list[Prepared], tally: Tally, now: datetime) -> None:
        if not rows:
            return
        project = Project.objects.get(pk=self.project.pk)  # settings as they stand in this transaction
        shuffled = project.order == Order.SHUFFLED
        priority, first = self.arguments["priority"], queue.next_position
        # Cursors go on from where they stand: what arrives before that place would be passed by.
        behind = shuffled or Example.objects.filter(project_id=project.pk, has_room__in=ROOM_OR_NOT, priority__lt=priority).exists()
        moment = connection.ops.adapt_datetimefield_value(now)
        wanted, source = project.labels_per_example, self.arguments["source"]
        insert(
            (
                project.pk, row.key, row.data, row.meta, row.hash, source, tally.batch, ExampleState.OPEN.value, priority, position,
                shuffled_place(project.seed, position) if shuffled else position, 1, wanted, 0, 0, 0, moment,
            )
            for position, row in enumerate(rows, start=first)
        )  # fmt: skip
        AssignQueue.objects.filter(pk=queue.pk).update(next_position=first + len(rows), epoch=queue.epoch + (1 if behind else 0))


def there_already(project_id: int, column: str, wanted: Sequence[str], values: Sequence[str]) -> list[tuple[Any, ...]]:
    """Columns of the project's examples whose `column` is one of these texts; thousands of them travel as one parameter."""
    names = ", ".join(f'"{name}"' for name in wanted)
    postgres = connection.vendor == "postgresql"
    among = "= ANY(%s)" if postgres else "IN (SELECT value FROM json_each(%s))"
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {names} FROM labelling_example WHERE project_id = %s AND "{column}" {among}',
            [project_id, list(values) if postgres else orjson.dumps(values).decode()],
        )
        return cursor.fetchall()


def insert(rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows of COLUMNS into the examples' table, without a model instance each."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY labelling_example ({NAMES}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(COLUMNS))
            cursor.executemany(f"INSERT INTO labelling_example ({NAMES}) VALUES ({marks})", list(rows))


class _KeysOfFile:
    """The keys and contents of a file so far, for a dry run: in a database file of its own that vanishes with it, so that
    memory stays flat."""

    def __init__(self) -> None:
        self.base = sqlite3.connect("")
        self.base.executescript("CREATE TABLE seen (key TEXT PRIMARY KEY, hash TEXT) WITHOUT ROWID; CREATE INDEX by_hash ON seen (hash);")

    def add(self, rows: Iterable[Prepared]) -> None:
        self.base.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", [(row.key, row.hash) for row in rows])

    def by_key(self, keys: Sequence[str]) -> list[tuple[str, str]]:
        return self._rows("SELECT key, hash FROM seen WHERE key", keys)

    def by_hash(self, hashes: Sequence[str]) -> list[tuple[str, str]]:
        return self._rows("SELECT hash, min(key) FROM seen WHERE hash", hashes, " GROUP BY hash")

    def _rows(self, select: str, values: Sequence[str], end: str = "") -> list[tuple[str, str]]:
        return self.base.execute(f"{select} IN ({','.join('?' * len(values))}){end}", list(values)).fetchall()


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
