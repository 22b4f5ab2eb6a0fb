"""Lease and label over HTTP: the real server on a real PostgreSQL, eight labellers at once.

    python -m tests.benchmarks.bench_labelling [--cycles 2400] [--labellers 8] [--big 100000] [--small 1000] [--done 50000] [--gold 0.1]

With `--gold` this share of all that is handed out are checks, and a share of what is labelled is to come back.

A cycle is one request that leases one example and one that labels it. Prints one JSON line a measurement, with the cores
of the machine (clients, server and database share them), and the ratios that must stay below 1.3. `cpu_ms` is processor
time a cycle, which a busy machine does not change much; the figures beside it are by the clock.
"""

import argparse
import http.client
import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

WORDS = "the film was a slow and quiet wonder that nobody in the cinema wanted to end so we stayed until the lights came on".split()
ANSWERS = ["pos", "neg", "mix"]
TICK = os.sysconf("SC_CLK_TCK")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=2400)
    parser.add_argument("--labellers", type=int, default=8)
    parser.add_argument("--big", type=int, default=100_000)
    parser.add_argument("--small", type=int, default=1_000)
    parser.add_argument("--done", type=int, default=50_000)
    parser.add_argument("--agree", type=float, default=0.8, help="share of labels that give the first class")
    parser.add_argument("--gold", type=float, default=0.0, help="share of checks among what is handed out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-labelling-") as folder:
        os.chmod(folder, 0o755)
        run(Path(folder), options)
    return 0


def run(folder: Path, options: argparse.Namespace) -> None:
    from tests import servers
    from tests.stack import Stack

    database = servers.postgres(folder)
    os.environ |= {
        "WORKBENCH_DATA": str(folder / "data"),
        "DATABASE_URL": database.url("bench"),
        "DJANGO_SETTINGS_MODULE": "workbench.settings",
        "WORKBENCH_LOG_LEVEL": "WARNING",
    }
    stack = Stack(folder / "data", database_url=os.environ["DATABASE_URL"])
    stack.environment["WORKBENCH_LOG_LEVEL"] = "WARNING"
    try:
        stack.start(worker=False)
        bench = Bench(stack.port, database.pid, stack._children["web"].process.pid, options)
        bench.fill()
        bench.measure()
    finally:
        stack.stop()
        servers.end_all(folder)


class Bench:
    def __init__(self, port: int, postgres: int, web: int, options: argparse.Namespace) -> None:
        self.port, self.postgres, self.web, self.options = port, postgres, web, options
        self.figures: dict[str, dict[str, float]] = {}

    def fill(self) -> None:
        """Three projects: a small one, a big one, and a big one where one labeller has done very much."""
        import django

        django.setup()
        from django.db import connection

        from tests import factories
        from tests.checks import make_gold, switch_on

        self.names = tuple(f"labeller-{number}" for number in range(self.options.labellers))
        sizes = {"small": self.options.small, "big": self.options.big, "done": self.options.big, "warm": 500}
        chance = random.Random(1)
        for slug, size in sizes.items():
            project = factories.make_project(slug, labellers=(*self.names, "veteran", "novice"))
            for first in range(0, size, 5000):
                made = factories.make_examples(project, min(5000, size - first))
                del made
            with connection.cursor() as cursor:
                text = " ".join(chance.choice(WORDS) for _ in range(60))
                cursor.execute(
                    "UPDATE labelling_example SET data = jsonb_build_object('text', %s::text || key) WHERE project_id = %s",
                    [text, project.pk],
                )
            if self.options.gold:
                make_gold(project, 500)
                switch_on(project, gold={"share": self.options.gold}, second_round={"share": 0.1})
        self.tokens = {name: factories.make_token(name) for name in (*self.names, "veteran", "novice")}
        self._have_done("veteran", self.options.done)
        self._have_done("novice", 50)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        connection.close()

    def _have_done(self, name: str, count: int) -> None:
        from django.db import transaction
        from django.utils import timezone

        from labelling.label.services.import_members import Members
        from labelling.label.services.import_rows import Answered, Row
        from labelling.label.services.import_writing import write_rows
        from labelling.projects.models import Project, Question

        project = Project.objects.get(slug="done")
        question = Question.objects.get(project=project)
        answered = Answered({"sentiment": "pos"}, ((question.pk, '"pos"', "pos"),))
        members = Members(project.pk)
        for first in range(0, count, 5000):
            rows = [
                Row(number, f"e{number}", name, answered, (), "", 1.0, None, None)
                for number in range(first, min(first + 5000, count))
            ]
            with transaction.atomic():
                write_rows(project=project, members=members, chunk=rows, now=timezone.now())
            members.keep()

    def measure(self) -> None:
        cycles, people = self.options.cycles, self.names
        self._run("warm", "warm", people, 400, quiet=True)
        small = self._run("small", "small", people, min(cycles, self.options.small * 2))
        big = self._run("big", "big", people, cycles)
        self._run("first_after_done", "done", ("veteran",), 1)
        one = max(200, cycles // 6)
        self._run("warm", "done", ("novice", "veteran"), 100, quiet=True)
        novice = self._run("novice", "done", ("novice",), one)
        veteran = self._run("veteran", "done", ("veteran",), one)
        for name, slow, fast in (("big_to_small", big, small), ("veteran_to_novice", veteran, novice)):
            say(
                {
                    "measure": f"ratio_{name}",
                    "lease_p50": round(slow["lease_p50_ms"] / fast["lease_p50_ms"], 2),
                    "label_p50": round(slow["label_p50_ms"] / fast["label_p50_ms"], 2),
                    "cpu": round(slow["cpu_ms"] / fast["cpu_ms"], 2),
                    "labels_per_second": round(fast["labels_per_second"] / slow["labels_per_second"], 2),
                    "must_be_below": 1.3,
                }
            )

    def _run(self, measure: str, slug: str, people: tuple[str, ...], cycles: int, *, quiet: bool = False) -> dict[str, float]:
        before = self._cpu()
        started = time.perf_counter()
        with multiprocessing.get_context("fork").Pool(len(people)) as pool:
            jobs = [(self.port, slug, self.tokens[name], cycles // len(people), number, self.options.agree) for number, name in enumerate(people)]
            done = pool.map(label_on, jobs, chunksize=1)
        seconds = time.perf_counter() - started
        leases = sorted(time for found in done for time in found["leases"])
        labels = sorted(time for found in done for time in found["labels"])
        spent = {name: self._cpu()[name] - before[name] for name in before} | {"client": sum(found["cpu"] for found in done)}
        figures: dict[str, Any] = {
            "measure": measure,
            "cores": os.cpu_count(),
            "load": round(os.getloadavg()[0], 1),
            "labellers": len(people),
            "labels": len(labels),
            "labels_per_second": round(len(labels) / max(found["seconds"] for found in done), 1),
            "lease_p50_ms": at(leases, 0.5),
            "lease_p95_ms": at(leases, 0.95),
            "label_p50_ms": at(labels, 0.5),
            "label_p95_ms": at(labels, 0.95),
            "cpu_ms": round(1000 * sum(spent.values()) / max(1, len(labels)), 2),
            **{f"cpu_ms_{name}": round(1000 * part / max(1, len(labels)), 2) for name, part in spent.items()},
            "seconds": round(seconds, 1),
        }
        if not quiet:
            say(figures)
        return figures

    def _cpu(self) -> dict[str, float]:
        return {"server": cpu_of(self.web), "database": cpu_of(self.postgres)}


def label_on(job: tuple[int, str, str, int, int, float]) -> dict[str, Any]:
    """One labeller's work, in a process of its own: lease one, label it, again and again."""
    port, slug, token, cycles, seed, agree = job
    chance = random.Random(seed)
    found: dict[str, Any] = {"leases": [], "labels": []}
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with connected(port) as server:
        started, worked = time.perf_counter(), time.process_time()
        for _ in range(cycles):
            begun = time.perf_counter()
            answer = post(server, f"/api/v1/projects/{slug}/assignments/", b'{"count":1}', headers)
            found["leases"].append(time.perf_counter() - begun)
            if not answer["assignments"]:
                break
            [one] = answer["assignments"]
            value = "pos" if chance.random() < agree else chance.choice(ANSWERS)
            sent = {"value": {"sentiment": value}, "tags": [], "comment": "", "seconds": 2.5, "client_id": str(uuid4()), "schema_version": 1}
            body = json.dumps(sent).encode()
            begun = time.perf_counter()
            stored = post(server, f"/api/v1/assignments/{one['id']}/label/", body, headers)
            found["labels"].append(time.perf_counter() - begun)
            assert stored["counted"]
        found["seconds"] = time.perf_counter() - started
        found["cpu"] = time.process_time() - worked
    return found


@contextmanager
def connected(port: int) -> Iterator[http.client.HTTPConnection]:
    server = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        yield server
    finally:
        server.close()


def post(server: http.client.HTTPConnection, path: str, body: bytes, headers: dict[str, str]) -> Any:
    server.request("POST", path, body, headers)
    answer = server.getresponse()
    text = answer.read()
    assert answer.status in (200, 201), (answer.status, text[:500])
    return json.loads(text)


def cpu_of(pid: int) -> float:
    """Processor seconds of a process and all its descendants, those that ended included."""
    children: dict[int, list[int]] = {}
    spent: dict[int, float] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        number = int(path.parent.name)
        children.setdefault(int(fields[1]), []).append(number)
        spent[number] = sum(map(int, fields[11:15])) / TICK
    found, todo = 0.0, [pid]
    while todo:
        number = todo.pop()
        found += spent.get(number, 0.0)
        todo += children.get(number, [])
    return found


def at(times: list[float], share: float) -> float:
    return round(1000 * times[min(len(times) - 1, int(len(times) * share))], 2) if times else 0.0


def say(figures: dict[str, Any]) -> None:
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    sys.exit(main())
