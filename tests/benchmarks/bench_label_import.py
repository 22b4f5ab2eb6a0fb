"""Import of labels that were made elsewhere: rows a second, from the file to counted labels and open cases.

    python -m tests.benchmarks.bench_label_import [--examples 20000] [--labels 3] [--database sqlite|postgres] [--agree 1.0]

Prints one JSON line. `cpu_rows_per_second` goes by the processor time of this process, which a busy machine changes less.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=20_000)
    parser.add_argument("--labels", type=int, default=3)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--agree", type=float, default=1.0, help="share of labels that give the first class; the rest is drawn")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-labels-") as folder:
        os.chmod(folder, 0o755)
        path = Path(folder)
        os.environ |= {"WORKBENCH_DATA": str(path / "data"), "DJANGO_SETTINGS_MODULE": "workbench.settings", "WORKBENCH_LOG_LEVEL": "WARNING"}
        servers = None
        if options.database == "postgres":
            from tests import servers

            os.environ["DATABASE_URL"] = servers.postgres(path).url("bench")
        try:
            measure(path, options)
        finally:
            if servers is not None:
                servers.end_all(path)
    return 0


def measure(folder: Path, options: argparse.Namespace) -> None:
    import django

    django.setup()
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from labelling import tasks
    from labelling.label.drift import find_drift
    from labelling.label.services import start_label_import
    from tests import factories

    call_command("migrate", verbosity=0)
    project = factories.make_project("bench", labellers=(), labels_per_example=options.labels)
    for first in range(0, options.examples, 5000):
        factories.make_examples(project, min(5000, options.examples - first))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    chance = random.Random(3)
    lines = ["example,labeller,value,seconds,labelled_at"]
    for number in range(options.examples):
        for labeller in range(options.labels):
            answer = "pos" if chance.random() < options.agree else chance.choice(["pos", "neg", "mix"])
            lines.append(f"e{number},slot-{labeller},{answer},{chance.randint(1, 90) / 10},2026-01-{1 + number % 28:02}T10:00:00Z")
    file = SimpleUploadedFile("labels.csv", "\n".join(lines).encode())
    job = start_label_import(actor=factories.viewer("lea"), slug="bench", file=file, now=timezone.now())
    started, worked = time.perf_counter(), time.process_time()
    tasks.run_queued()
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    job.refresh_from_db()
    rows = options.examples * options.labels
    assert job.state == "done", job.error
    assert job.result["added"] == rows, job.result
    assert not find_drift(project.pk)
    figures = {
        "measure": "label_import", "database": options.database, "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1),
        "rows": rows, "agree": options.agree, "seconds": round(seconds, 2), "rows_per_second": round(rows / seconds),
        "cpu_rows_per_second": round(rows / cpu),
    }  # fmt: skip
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    sys.exit(main())
