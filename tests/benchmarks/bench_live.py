"""A project's first page with 300,000 labels while labels come in over the API, and what a label costs that figures are kept live.

    .venv/bin/python -m tests.benchmarks.bench_live [--database sqlite|postgres] [--kind choice|rating] [--pace 30] [--seconds 30]

One JSON line a measurement, with the cores and the load of the machine, which clients, server and database share. The page is
asked for by a lead twice a second: with what each process keeps (`live`), with nothing kept (`from scratch`, the baseline in the
same run), and when nobody labels (`nothing changes`). The cost of a label is that of the service in this process, first labels
and revisions in turn, with the traces and their index and without them (blocks in turn, medians), at 1,000 and at 300,000 labels;
`read_ms` is what it takes to bring the labels that are known up to date with one more.
"""

import argparse
import http.client
import json
import multiprocessing
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.benchmarks.bench_labelling import connected, cpu_of, post

CLASSES = [{"key": f"c{number}", "name": f"Class {number}", "definition": "One of ten."} for number in range(10)]
QUESTIONS = {
    "choice": {"key": "answer", "kind": "choice", "prompt": "Which one?", "classes": CLASSES},
    "rating": {"key": "answer", "kind": "rating", "prompt": "How much?", "low": 1, "high": 10},
}
WEEKS = 20
BLOCK = 40  # labels between two changes of what is there
Answer = Callable[[random.Random, int], Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--kind", choices=list(QUESTIONS), default="choice")
    parser.add_argument("--examples", type=int, default=100_000)
    parser.add_argument("--labellers", type=int, default=50)
    parser.add_argument("--pace", type=float, default=30, help="labels a second that come in meanwhile")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--labels", type=int, default=400, help="labels of which the cost is measured")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-live-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        os.environ["WORKBENCH_TEST_FOLDER"] = name
        from tests import servers

        try:
            url = servers.postgres(folder).url("bench") if options.database == "postgres" else ""
            run(folder, url, options)
        finally:
            servers.end_all(folder)


def run(folder: Path, url: str, options: argparse.Namespace) -> None:
    from tests import servers
    from tests.stack import Stack

    stack = Stack(folder / "data", database_url=url)
    stack.environment["WORKBENCH_LOG_LEVEL"] = "WARNING"
    os.environ |= {"WORKBENCH_DATA": str(folder / "data"), "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "workbench.settings", "WORKBENCH_LOG_LEVEL": "WARNING"}
    try:
        stack.start(worker=False)
        import django

        django.setup()
        cookie, tokens = fill(options)
        tell = {"database": options.database, "kind": options.kind, "labels": options.examples * 3, "cores": os.cpu_count()}
        for way, kept in (("from scratch", "0"), ("live", "256")):
            stack.kill_server()
            stack.environment["WORKBENCH_FIGURES_MB"] = kept
            stack.start_server()
            say(benchmark="first page while labels come in", way=way, **tell, **pages(stack.port, cookie, tokens, options, options.pace))
        say(benchmark="first page", way="nothing changes", **tell, **pages(stack.port, cookie, tokens, options, 0))
        stack.kill_server()
        for way in ("from scratch", "live"):
            say(benchmark="first page after each label, processor time of the page alone", way=way, **tell, **page_cpu(way, tokens, options))
        server = servers.postgres(folder).pid if url else 0
        for slug in ("small", "big"):
            say(benchmark="cost of a label", project=slug, **tell | costs(slug, tokens, options, server))
    finally:
        stack.stop()


def answer_of(kind: str) -> Answer:
    """Eight of ten labels say what is right."""

    def answer(chance: random.Random, number: int) -> Any:
        place = (number * 7919 if chance.random() < 0.8 else chance.randrange(10)) % 10
        return f"c{place}" if kind == "choice" else place + 1

    return answer


def fill(options: argparse.Namespace) -> tuple[str, dict[str, str]]:
    """A project of three labels an example from many people over twenty weeks, one of 1,000 labels, and examples to label."""
    from django.db import connection
    from django.test import Client

    from tests import factories

    names = tuple(f"labeller-{number}" for number in range(options.labellers))
    for slug, size in (("big", options.examples), ("small", 334)):
        project = factories.make_project(slug, labellers=names, questions=[QUESTIONS[options.kind]])
        for first in range(0, size, 5000):
            factories.make_examples(project, min(5000, size - first))
        have_labelled(project, names, answer_of(options.kind))
        factories.make_examples(project, 5000, prefix="open")
    lea = factories.make_user("lea")
    client = Client()
    client.force_login(lea)
    tokens = {name: factories.make_token(name) for name in names[:4]}
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    connection.close()
    return client.cookies["sessionid"].value, tokens


def have_labelled(project: Any, names: tuple[str, ...], answer: Answer) -> None:
    """Three counted answers to each example, pass by pass over twenty weeks, and the cases that they open. The labels behind the
    answers are left out: nothing that is measured here reads them."""
    from django.db import transaction
    from django.db.models import F

    from labelling.accounts.models import User
    from labelling.discuss.services import open_cases
    from labelling.intake.models import Example
    from labelling.kinds import KINDS
    from labelling.label.rules import day_number
    from labelling.label.services.bulk import insert
    from labelling.label.services.interning import codes_of
    from labelling.projects.models import Membership, ProjectCounts, Question
    from tests.factories import NOW

    question, chance = Question.objects.get(project=project), random.Random(1)
    text = KINDS[question.kind].text
    ids = list(Example.objects.filter(project=project).order_by("id").values_list("pk", flat=True))
    people = list(User.objects.filter(username__in=names).order_by("id").values_list("pk", flat=True))
    known: dict[str, int] = {}
    rows, last = [], day_number(NOW)
    for number in range(len(ids) * 3):
        part, place = divmod(number, len(ids))
        value = answer(chance, place)
        if text(value) not in known:
            known[text(value)] = codes_of(born=project.created_at, answers=[(question.pk, text(value), value)])[question.pk, text(value)]
        day = last - 7 * WEEKS + 7 * WEEKS * number // (len(ids) * 3)
        rows.append((question.pk, ids[place], people[(place * 7 + part * 17) % len(people)], 1, known[text(value)], 1, 1, day, False))
    columns = ("question_id", "example_id", "labeller_id", "round", "code", "schema_version", "guideline_version", "day", "imported")
    with transaction.atomic():
        insert("labelling_countedanswer", columns, rows)
    Example.objects.filter(project=project).update(state="complete", labels_counted=3, labels_here=3)
    ProjectCounts.objects.filter(project=project).update(open=F("open") - len(ids), complete=F("complete") + len(ids))
    Membership.objects.filter(project=project, user__in=people).update(labels=len(rows) // len(people))
    for first in range(0, len(ids), 10_000):
        open_cases(project_id=project.pk, example_ids=ids[first : first + 10_000], tags={}, now=NOW)


def pages(port: int, cookie: str, tokens: dict[str, str], options: argparse.Namespace, pace: float) -> dict[str, Any]:
    fork = multiprocessing.get_context("fork")
    done, count = fork.Event(), fork.Value("i", 0)
    people = [
        fork.Process(target=label_on, args=(port, token, options.kind, pace / len(tokens), number, done, count)) for number, token in enumerate(tokens.values())
    ]
    with connected(port) as server:
        for _ in range(8):  # both processes of the server have seen it
            page(server, cookie)
        for person in people if pace else ():
            person.start()
        took, until, before, started = [], time.monotonic() + options.seconds, count.value, time.monotonic()
        while time.monotonic() < until:
            begun = time.perf_counter()
            page(server, cookie)
            took.append(1000 * (time.perf_counter() - begun))
            time.sleep(max(0.0, 0.5 - took[-1] / 1000))
        came, seconds = count.value - before, time.monotonic() - started
        done.set()
        for person in people if pace else ():
            person.join()
    at = statistics.quantiles(took, n=100, method="inclusive")
    return {
        "pages": len(took), "labels_a_second": round(came / seconds, 1), "p50_ms": round(at[49], 1), "p95_ms": round(at[94], 1), "max_ms": round(max(took), 1),
        "load": round(os.getloadavg()[0], 1),
    }  # fmt: skip


def page(server: http.client.HTTPConnection, cookie: str) -> None:
    server.request("GET", "/projects/big/", headers={"Cookie": f"sessionid={cookie}"})
    answer = server.getresponse()
    text = answer.read()
    assert answer.status == 200 and b"Which one?" in text or b"How much?" in text, (answer.status, text[:300])


def label_on(port: int, token: str, kind: str, pace: float, seed: int, done: Any, count: Any) -> None:
    chance, answer = random.Random(seed), answer_of(kind)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    due = time.monotonic() + chance.random() / pace
    with connected(port) as server:
        while not done.wait(max(0.0, due - time.monotonic())):
            due = max(due + 1 / pace, time.monotonic() - 1)
            found = post(server, "/api/v1/projects/big/assignments/", b'{"count":1}', headers)
            [one] = found["assignments"]
            sent = {"value": {"answer": answer(chance, one["id"])}, "tags": [], "comment": "", "seconds": 2.5, "client_id": str(uuid4()), "schema_version": 1}
            assert post(server, f"/api/v1/assignments/{one['id']}/label/", json.dumps(sent).encode(), headers)["counted"]
            with count.get_lock():
                count.value += 1


def page_cpu(way: str, tokens: dict[str, str], options: argparse.Namespace) -> dict[str, Any]:
    """In this process, so that it says the same on a busy machine; the database's own work is in it on SQLite alone."""
    from contextlib import nullcontext

    from django.test import Client

    from labelling.measure import live
    from tests.factories import make_user

    client, chance, answer = Client(), random.Random(6), answer_of(options.kind)
    client.force_login(make_user("lea"))
    took = []
    with live.from_scratch() if way == "from scratch" else nullcontext():
        for _ in range(5 + options.labels // 8):
            submit_twice("big", next(iter(tokens)), answer, chance)
            begun = time.process_time()
            assert client.get("/projects/big/", headers={"host": "127.0.0.1"}).status_code == 200
            took.append(1000 * (time.process_time() - begun))
    at = statistics.quantiles(took[5:], n=100, method="inclusive")
    return {"pages": len(took) - 5, "cpu_p50_ms": round(at[49], 1), "cpu_p95_ms": round(at[94], 1), "load": round(os.getloadavg()[0], 1)}


def costs(slug: str, tokens: dict[str, str], options: argparse.Namespace, server: int) -> dict[str, Any]:
    """Milliseconds a label, first ones and revisions: medians by the clock, and means of processor time, the database's included."""
    from labelling.measure import live
    from labelling.projects.models import Question

    question = Question.objects.get(project__slug=slug)
    rows = len(live.known(question.pk).columns)
    took: dict[str, list[float]] = {"with": [], "without": []}
    spent, read, read_cpu = {"with": 0.0, "without": 0.0}, [], []
    chance, answer, people = random.Random(5), answer_of(options.kind), list(tokens)

    def processor() -> float:
        return time.process_time() + (cpu_of(server) if server else 0.0)

    for block in range(2 * options.labels // BLOCK):
        way = ("with", "without")[block % 2]
        if way == "without":
            take_away()
        before = processor()
        for number in range(BLOCK // 2):
            took[way] += submit_twice(slug, people[number % len(people)], answer, chance)
        spent[way] += processor() - before
        if way == "without":
            put_back()
    live.forget()
    live.known(question.pk)
    for number in range(BLOCK):
        submit_twice(slug, people[number % len(people)], answer, chance)
        begun, before = time.perf_counter(), time.process_time()
        live.known(question.pk)
        read.append(1000 * (time.perf_counter() - begun))
        read_cpu.append(1000 * (time.process_time() - before))
    median = {way: statistics.median(times) for way, times in took.items()}
    cpu = {way: 1000 * spent[way] / len(took[way]) for way in took}
    return {
        "labels": rows, "with_ms": round(median["with"], 3), "without_ms": round(median["without"], 3),
        "with_cpu_ms": round(cpu["with"], 3), "without_cpu_ms": round(cpu["without"], 3), "more_cpu_ms": round(cpu["with"] - cpu["without"], 3),
        "read_ms": round(statistics.median(read), 3), "read_cpu_ms": round(statistics.median(read_cpu), 3), "load": round(os.getloadavg()[0], 1),
    }  # fmt: skip


def submit_twice(slug: str, name: str, answer: Answer, chance: random.Random) -> list[float]:
    from tests.factories import NOW, lease, submit, viewer

    [one] = lease(name, slug)
    viewer(name)
    took = []
    for _ in range(2):
        value = {"answer": answer(chance, one.id)}
        begun = time.perf_counter()
        submit(name, one.id, value, now=NOW)
        took.append(1000 * (time.perf_counter() - begun))
    return took


def take_away() -> None:
    """As if figures were not kept live: no traces, no number of the transaction, and the index on the question alone."""
    from django.apps import apps
    from django.db import connection

    with connection.schema_editor() as editor:
        migration().remove(apps, editor)
        editor.execute("DROP INDEX countedanswer_written")
        editor.execute("CREATE INDEX countedanswer_plain ON labelling_countedanswer (question_id)")
        if connection.vendor == "postgresql":
            editor.execute("ALTER TABLE labelling_countedanswer ALTER COLUMN written_in SET DEFAULT 0")


def put_back() -> None:
    from django.apps import apps
    from django.db import connection

    with connection.schema_editor() as editor:
        migration().install(apps, editor)
        editor.execute("DROP INDEX countedanswer_plain")
        editor.execute("CREATE INDEX countedanswer_written ON labelling_countedanswer (question_id, written_in)")
        if connection.vendor == "postgresql":
            editor.execute("ALTER TABLE labelling_countedanswer ALTER COLUMN written_in SET DEFAULT pg_current_xact_id()::text::bigint")


def migration() -> Any:
    from importlib import import_module

    return import_module("labelling.migrations.0010_answer_changes")


def say(**figures: Any) -> None:
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
