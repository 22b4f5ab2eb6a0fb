"""Import of a large CSV file: rows a second and memory above idle, beside a plain read-and-insert of the same file.

    python -m tests.benchmarks.bench_import [--rows 100000] [--database sqlite|postgres] [--format csv|jsonl|parquet]

Prints one JSON line a measurement. The baseline reads the file with csv.reader and puts it into a bare SQLite table with
executemany, in one transaction, without keys, checks or history: what nothing can beat by much.
"""

import argparse
import csv
import json
import os
import random
import sqlite3
import sys
import tempfile
import threading
import time
from pathlib import Path

WORDS = "the film was a slow and quiet wonder that nobody in the cinema wanted to end so we stayed until the lights came on".split()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    options.add_argument("--format", choices=["csv", "jsonl", "parquet"], default="csv")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-import-") as folder:
        os.chmod(folder, 0o755)
        path = Path(folder)
        os.environ |= {"WORKBENCH_DATA": str(path / "data"), "DJANGO_SETTINGS_MODULE": "workbench.settings", "WORKBENCH_LOG_LEVEL": "WARNING"}
        servers = None
        if chosen.database == "postgres":
            from tests import servers

            os.environ["DATABASE_URL"] = servers.postgres(path).url("bench")
        try:
            measure(path, chosen.rows, chosen.database, chosen.format)
        finally:
            if servers is not None:
                servers.end_all(path)
    return 0


def measure(folder: Path, rows: int, database: str, format: str) -> None:
    import django

    django.setup()
    from django.core.files.base import File
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from labelling import tasks
    from labelling.intake import services
    from labelling.intake.models import Example
    from tests import factories

    call_command("migrate", verbosity=0)
    project = factories.make_project("bench", labellers=())
    source = write_file(folder / f"rows.{format}", rows, format)
    warm = write_file(folder / f"warm.{format}", 200, format)
    for name, path in (("warm", warm), ("bench", source)):
        with path.open("rb") as plain:
            uploaded = UploadedAs(File(plain, name=path.name))
            started = time.perf_counter()
            job = services.start_import(actor=factories.viewer("lea"), slug=project.slug, file=uploaded, now=timezone.now())
        accepted = time.perf_counter() - started
        if name == "warm":
            tasks.run_queued()
            continue
        with Memory() as memory:
            started, worked = time.perf_counter(), time.process_time()
            tasks.run_queued()
            seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    job.refresh_from_db()
    assert job.state == "done", job.error
    assert job.result["added"] == rows, job.result
    assert Example.objects.filter(project=project, batch_id=job.result["batch"]).count() == rows
    plain_seconds = baseline(folder, source) if format == "csv" else None
    say(
        benchmark="import", format=format, database=database, rows=rows, bytes=source.stat().st_size, seconds=round(seconds, 3),
        rows_per_second=round(rows / seconds), request_seconds=round(accepted, 3), idle_mib=memory.idle, peak_above_idle_mib=memory.above,
        cpu_seconds=round(cpu, 3), load=round(os.getloadavg()[0], 1), cores=os.cpu_count(), python=sys.version.split()[0],
    )  # fmt: skip
    if plain_seconds is not None:
        say(
            benchmark="import-baseline", peer="csv.reader + sqlite3.executemany", rows=rows, seconds=round(plain_seconds, 3),
            rows_per_second=round(rows / plain_seconds), ratio=round(seconds / plain_seconds, 2), cores=os.cpu_count(),
        )  # fmt: skip
    connection.close()


class UploadedAs:
    """A file as a request brings it."""

    def __init__(self, file) -> None:
        self.file, self.name, self.size = file.file, file.name, file.size
        self.chunks, self.seek, self.read = file.chunks, file.seek, file.read

    def __iter__(self):
        return iter(self.file)


def write_file(path: Path, rows: int, format: str) -> Path:
    chance = random.Random(rows)
    made = [
        {"id": f"{path.stem}-{number:07d}", "text": " ".join(chance.choices(WORDS, k=chance.randint(8, 40))), "lab": chance.choice("abcd"), "year": str(chance.randint(1960, 2025))}
        for number in range(rows)
    ]
    if format == "csv":
        with path.open("w", newline="") as out:
            writer = csv.DictWriter(out, list(made[0]))
            writer.writeheader()
            writer.writerows(made)
    elif format == "jsonl":
        with path.open("w") as out:
            out.writelines(json.dumps(row) + "\n" for row in made)
    else:
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.Table.from_pylist(made), path)
    return path


def baseline(folder: Path, source: Path) -> float:
    base = sqlite3.connect(folder / "baseline.sqlite3")
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("PRAGMA synchronous=NORMAL")
    started = time.perf_counter()
    base.execute("CREATE TABLE rows (key TEXT, text TEXT, lab TEXT, year TEXT)")
    with source.open(newline="") as plain, base:
        rows = csv.reader(plain)
        next(rows)
        base.executemany("INSERT INTO rows VALUES (?, ?, ?, ?)", rows)
    seconds = time.perf_counter() - started
    base.close()
    return seconds


class Memory:
    """The peak of this process's resident memory above where it stood, in MiB, looked at every 5 ms."""

    def __enter__(self) -> "Memory":
        self.start = self.peak = resident()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()
        return self

    def _watch(self) -> None:
        while not self.over.wait(0.005):
            self.peak = max(self.peak, resident())

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()
        self.idle, self.above = round(self.start / 2**20, 1), round((self.peak - self.start) / 2**20, 1)


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def say(**figures: object) -> None:
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
