"""Release of 100,000 examples with three labels each, in Parquet, JSONL and CSV.

    .venv/bin/python -m tests.benchmarks.bench_release [--examples 100000] [--database sqlite|postgres]

JSON lines: seconds, memory above idle and cores; and, as the peer in the same run, the plain way over a tenth of the
examples, times ten: a model instance a row, its labels from the ORM, rows by csv and json. At least as much as a script
that somebody would write against the tables, and without labels.parquet, hashes, consensus by model or figures.
"""

import argparse
import csv
import json
import os
import resource
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

MOST_SECONDS, MOST_MIB = 15, 300


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--examples", type=int, default=100_000)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-release-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        from tests import servers

        try:
            os.environ |= {"WORKBENCH_DATA": str(folder / "data"), "DJANGO_SETTINGS_MODULE": "workbench.settings", "WORKBENCH_LOG_LEVEL": "WARNING"}
            if options.database == "postgres":
                os.environ["DATABASE_URL"] = servers.postgres(folder).url("bench")
            run(options.examples, options.database, folder)
        finally:
            servers.end_all(folder)


def run(examples: int, database: str, folder: Path) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    fill(examples)
    from django.db import connection
    from django.utils import timezone

    from labelling.release import selectors, services
    from labelling.release.models import DatasetVersion
    from labelling.tasks import run_queued
    from tests.factories import viewer

    connection.close()
    policy = {"consensus": {"method": "majority"}, "formats": ["parquet", "jsonl", "csv"], "group_by": "meta.patient"}
    lea = viewer("lea")
    start = time.perf_counter()
    counts = selectors.preview_version(lea, "reviews", policy)["counts"]
    report("preview", database, examples, time.perf_counter() - start, in_it=counts["examples"])
    with Peak() as peak:
        start, cpu = time.perf_counter(), time.process_time()
        job = services.release_version(actor=lea, slug="reviews", policy=policy, now=timezone.now())
        run_queued()
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    job.refresh_from_db()
    assert job.state == "done", job.error
    version = DatasetVersion.objects.get(number=job.result["version"])
    start = time.perf_counter()
    naive(examples // 10, folder)
    plain = (time.perf_counter() - start) * 10
    report(
        "release", database, examples, seconds, cpu_seconds=round(cpu, 2), labels=3 * examples, mib_above_idle=round(peak.above_idle),
        bytes=sum(file["bytes"] for file in version.manifest["files"]), digest=version.digest[:12], plain_seconds=round(plain, 2),
        times_faster=round(plain / seconds, 1), within=seconds < MOST_SECONDS and peak.above_idle < MOST_MIB,
    )  # fmt: skip


def naive(examples: int, folder: Path) -> None:
    """The plain way: a model instance a row, majority by Counter, CSV and JSON lines."""
    from labelling.intake.models import Example
    from labelling.label.models import Answer

    with (folder / "naive.csv").open("w", newline="") as table, (folder / "naive.jsonl").open("w") as lines:
        writer = csv.writer(table)
        for example in Example.objects.order_by("key")[:examples].iterator():
            answers = Answer.objects.filter(label__example=example).select_related("label")
            votes = Counter(answer.code for answer in answers)
            row = {"key": example.key, **example.data, **example.meta, "answer": votes.most_common(1)[0][0], "votes": dict(votes)}
            writer.writerow(row.values())
            lines.write(json.dumps(row) + "\n")


def fill(examples: int) -> None:
    """A project whose examples are complete with three labels each, by set-based SQL."""
    from django.db import connection

    from labelling.label.models import AnswerCode
    from labelling.projects.models import Membership, Question
    from tests.factories import make_project, make_user

    project = make_project()
    question = Question.objects.get(project=project)
    people = [make_user(f"labeller-{number}").pk for number in range(50)]
    last = Membership.objects.filter(project=project).count()
    now = "2026-03-02 09:00:00"
    Membership.objects.bulk_create(
        Membership(project=project, user_id=user, role="labeller", number=last + place, joined_at=f"{now}+00:00")
        for place, user in enumerate(people, start=1)
    )
    AnswerCode.objects.bulk_create(AnswerCode(question=question, code=code, value=name, digest=name) for code, name in enumerate(["pos", "neg", "mix"]))
    postgres = connection.vendor == "postgresql"
    numbers = (
        f"generate_series(1, {examples}) AS n(i)" if postgres else
        f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {examples}) SELECT i FROM n) AS n"
    )  # fmt: skip
    json_, no, yes = ("::jsonb", "false", "true") if postgres else ("", "0", "1")
    data = f"('{{\"text\": \"example number ' || i || ' with a sentence of a usual length behind it\"}}'){json_}"
    meta = f"('{{\"lab\": \"' || (i % 7) || '\", \"patient\": ' || (i / 4) || '}}'){json_}"
    uuid = "gen_random_uuid()" if postgres else "lower(hex(randomblob(16)))"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO labelling_example (id, project_id, key, data, meta, content_hash, state, priority, position, place, round, "
            f"labels_wanted, labels_counted, labels_here, leases_live, created_at) SELECT i, {project.pk}, 'k' || i, {data}, {meta}, 'h' || i, "
            f"'complete', 0, i, i, 1, 3, 3, 3, 0, '{now}' FROM {numbers}"
        )
        for part in range(3):
            who = f"{people[0]} + (i * 7 + {part} * 17) % 50"
            code = f"CASE WHEN (i * 13 + {part}) % 5 = 0 THEN (i + {part}) % 3 ELSE i % 3 END"
            place = f"i + {part * examples}"
            cursor.execute(
                "INSERT INTO labelling_assignment (id, project_id, example_id, labeller_id, round, state, leased_at, expires_at, ended_at, "
                f"skip_reason, revisions, counted, imported) SELECT {place}, {project.pk}, i, {who}, 1, 'done', '{now}', '{now}', '{now}', '', 1, {no}, {no} FROM {numbers}"
            )
            cursor.execute(
                "INSERT INTO labelling_label (id, project_id, example_id, assignment_id, labeller_id, round, revision, withdrawn, client_id, value, "
                "tags, comment, seconds, schema_version, guideline_version, suggestion_shown, imported, late, counted, labelled_at, created_at) "
                f"SELECT {place}, {project.pk}, i, {place}, {who}, 1, 1, {no}, {uuid}, '{{}}'{json_}, "
                f"(CASE WHEN i % 50 = 0 THEN '[\"borderline\"]' ELSE '[]' END){json_}, '', 2.5 + (i % 10), 1, 1, {no}, {no}, {no}, {yes}, '{now}', '{now}' FROM {numbers}"
            )
            cursor.execute(f"INSERT INTO labelling_answer (label_id, question_id, code) SELECT {place}, {question.pk}, {code} FROM {numbers}")
            cursor.execute(
                "INSERT INTO labelling_countedanswer (question_id, example_id, labeller_id, round, code, schema_version, guideline_version, day, imported) "
                f"SELECT {question.pk}, i, {who}, 1, {code}, 1, 1, 20514, {no} FROM {numbers}"
            )
        cursor.execute(f"UPDATE labelling_assignment SET label_id = id, counted = {yes}")
        cursor.execute("ANALYZE")


class Peak:
    """The most memory that this process held meanwhile, above what it held before, in MiB."""

    def __enter__(self) -> "Peak":
        self.idle = self.most = resident()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()
        return self

    def _watch(self) -> None:
        while not self.over.wait(0.02):
            self.most = max(self.most, resident())

    def __exit__(self, *error: object) -> None:
        self.over.set()
        self.thread.join()

    @property
    def above_idle(self) -> float:
        return self.most - self.idle


def resident() -> float:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20
    except FileNotFoundError:  # no /proc: the most ever, which never falls
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(name: str, database: str, examples: int, seconds: float, **more: object) -> None:
    print(json.dumps({"benchmark": name, "database": database, "examples": examples, "seconds": round(seconds, 2), "cores": os.cpu_count(), **more}))


if __name__ == "__main__":
    main()
