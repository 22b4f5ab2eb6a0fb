"""Near-duplicates among many texts: the whole job, seconds and memory above idle, and how many planted copies it finds.

    python -m tests.benchmarks.bench_near_duplicates [--examples 100000] [--database sqlite|postgres]

One in twenty texts is a near copy of the one before (one word of it is changed), one in twenty an exact copy but for its case.
Prints one JSON line.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from itertools import accumulate
from pathlib import Path

from tests.benchmarks.bench_import import Memory

SYLLABLES = "ba ce di fo gu ha ke li mo nu pa re si to vu wa xe yi zo bru cla dre fli gro".split()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--examples", type=int, default=100_000)
    options.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-near-") as folder:
        os.chmod(folder, 0o755)
        path = Path(folder)
        os.environ |= {"WORKBENCH_DATA": str(path / "data"), "DJANGO_SETTINGS_MODULE": "workbench.settings", "WORKBENCH_LOG_LEVEL": "WARNING"}
        servers = None
        if chosen.database == "postgres":
            from tests import servers

            os.environ["DATABASE_URL"] = servers.postgres(path).url("bench")
        try:
            measure(chosen.examples, chosen.database)
        finally:
            if servers is not None:
                servers.end_all(path)
    return 0


def measure(count: int, database: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from labelling import tasks
    from labelling.measure import services
    from tests import factories

    call_command("migrate", verbosity=0)
    project = factories.make_project(labellers=())
    planted = fill(project, count)
    lea = factories.viewer("lea")
    job = services.start_near_duplicates(actor=lea, slug=project.slug, now=timezone.now())
    with Memory() as memory:
        began, worked = time.perf_counter(), time.process_time()
        tasks.run_queued()
        seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    job.refresh_from_db()
    assert job.state == "done", job.error
    print(json.dumps({
        "what": "near-duplicates among texts, the whole job", "database": database, "examples": count, "seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2),
        "memory_mib": memory.above, "planted_near": planted, "near_groups": job.result["near_groups"],
        "exact_groups": job.result["exact_groups"], "load": round(os.getloadavg()[0], 1), "cores": os.cpu_count(), "python": sys.version.split()[0],
    }))  # fmt: skip


def fill(project, count: int) -> int:
    """Texts of 8 to 60 words out of 20,000; how many near copies were planted."""
    from django.db import connection, transaction

    from labelling.intake.services.writing import insert
    from tests.factories import NOW

    chance = random.Random(7)
    words = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(20_000)]
    odds = list(accumulate(1 / (rank + 5) for rank in range(len(words))))
    planted, text, rows = 0, ["start"], []
    moment = connection.ops.adapt_datetimefield_value(NOW)
    for number in range(count):
        if number % 20 == 10 and len(text) >= 30:
            text = [*text[:-1], "changed"]
            planted += 1
        elif number % 20 == 15:
            text = [word.upper() for word in text]
        else:
            text = chance.choices(words, cum_weights=odds, k=chance.randint(8, 60))
        data = json.dumps({"text": " ".join(text)})
        rows.append((project.pk, f"e{number}", data, "{}", str(number), None, None, "open", 0, number, number, 1, 3, 0, 0, 0, moment))
    with transaction.atomic():
        insert(rows)
    return planted


if __name__ == "__main__":
    raise SystemExit(main())
