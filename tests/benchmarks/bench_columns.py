"""From the database's rows to sorted arrays: 3,000,000 counted answers, on SQLite and on PostgreSQL.

    .venv/bin/python -m tests.benchmarks.bench_columns [--rows 3000000] [--database sqlite|postgres]

One JSON line a way: the columns as figures read them, and, as the peer in the same run, Django's `values_list` over a
tenth of the rows, times ten.
"""

import argparse
import json
import os
import resource
import tempfile
import time
from pathlib import Path

NARROW = "question_id, example_id, labeller_id, round, code, schema_version, guideline_version, day, imported"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-columns-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        from tests import servers

        try:
            os.environ |= {"WORKBENCH_DATA": str(folder / "data"), "DJANGO_SETTINGS_MODULE": "workbench.settings", "WORKBENCH_LOG_LEVEL": "WARNING", "WORKBENCH_FIGURES_MB": "0"}
            if options.database == "postgres":
                os.environ["DATABASE_URL"] = servers.postgres(folder).url("bench")
            run(options.rows, options.database)
        finally:
            servers.end_all(folder)


def run(rows: int, database: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    question_id, project_id = fill(rows // 3)
    from labelling.label.models import CountedAnswer
    from labelling.measure.columns import example_columns, read_counted

    def timed(work) -> tuple[float, object]:
        start = time.perf_counter()
        found = work()
        return time.perf_counter() - start, found

    idle = peak()
    first, columns = timed(lambda: read_counted(question_id))
    again = min(timed(lambda: read_counted(question_id))[0] for _ in range(3))
    assert len(columns) == rows // 3 * 3
    report("columns, first read", database, rows, first)
    tenth, _ = timed(lambda: list(CountedAnswer.objects.filter(question_id=question_id).order_by("example_id").values_list(
        "example_id", "labeller_id", "code", "round", "guideline_version", "day", "imported")[: rows // 10]))
    report("columns", database, rows, again, mib_above_idle=round(peak() - idle), times_faster_than_values_list=round(tenth * 10 / again, 1))
    figures, _ = timed(lambda: alpha_from_rows(question_id, read_counted(question_id)))
    report("from rows to alpha with both intervals", database, rows, figures, at_most_seconds=3)
    seconds, found = timed(lambda: example_columns(project_id, ["source", "batch", "state", "meta.lab"]))
    report("example columns", database, len(found.id), seconds)


def alpha_from_rows(question_id: int, columns) -> None:
    from labelling.measure.columns import code_values
    from labelling.stats import agreement
    from labelling.stats.columns import Labels

    # The benchmark's codes have no answers in the table of answers; what is read of it costs the same.
    n_codes = max(len(code_values(question_id)), 3)
    labels = Labels.of(columns.example, columns.labeller, columns.code, n_codes=n_codes)
    found = agreement.alpha(labels)
    assert found.low is not None and found.low < found.value < found.high


def fill(examples: int) -> tuple[int, int]:
    """A project with this many examples of three labels each, by set-based SQL."""
    from django.db import connection
    from django.utils import timezone

    from labelling.accounts.models import User
    from labelling.projects.models import Question
    from tests.factories import make_project

    project = make_project()
    users = [User.objects.create(username=f"labeller-{number}").pk for number in range(50)]
    question = Question.objects.get(project=project)
    numbers = (
        f"generate_series(1, {examples}) AS n(i)" if connection.vendor == "postgresql" else
        f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {examples}) SELECT i FROM n) AS n"
    )
    data = "'{\"text\": \"example number ' || i || ' with a sentence of a usual length behind it\"}'"
    meta = "'{\"lab\": \"' || (i % 7) || '\"}'"
    if connection.vendor == "postgresql":
        data, meta = f"({data})::jsonb", f"({meta})::jsonb"
    no = "false" if connection.vendor == "postgresql" else "0"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO labelling_example (id, project_id, key, data, meta, content_hash, state, priority, position, place, round, "
            "labels_wanted, labels_counted, labels_here, leases_live, created_at) "
            f"SELECT i, {project.pk}, 'k' || i, {data}, {meta}, 'h' || i, 'complete', 0, i, i, 1, 3, 3, 3, 0, '{timezone.now():%Y-%m-%d %H:%M:%S}' FROM {numbers}"
        )
        for part in range(3):  # labels come in the order of time: pass by pass, not example by example
            cursor.execute(
                f"INSERT INTO labelling_countedanswer ({NARROW}) SELECT {question.pk}, i, {users[0]} + (i * 7 + {part} * 17) % 50, 1, "
                f"(i + {part} * (i % 5)) % 3, 1, 1, 20000 + {part}, {no} FROM {numbers}"
            )
    return question.pk, project.pk


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(name: str, database: str, rows: int, seconds: float, **more: object) -> None:
    print(json.dumps({"benchmark": name, "database": database, "rows": rows, "seconds": round(seconds, 3), "cores": os.cpu_count(), **more}))


if __name__ == "__main__":
    main()
