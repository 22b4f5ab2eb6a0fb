"""Many people at work on one project at once, and the labels that a process knows held against the database."""

import random
import threading
import time
from collections.abc import Callable
from functools import partial
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from labelling.access import Viewer
from labelling.assign import services as assign
from labelling.assign.services.rounds import start_round
from labelling.discuss.services import change_schema
from labelling.errors import WorkbenchError
from labelling.intake.models import Example
from labelling.label.models import CountedAnswer
from labelling.label.services import recount, submit_label
from labelling.measure import live
from labelling.measure.live_check import differences
from labelling.projects.models import Project, Question
from tests.factories import SENTIMENT, STRENGTH, make_examples, make_project, viewer

PEOPLE = ("ada", "ben", "cleo", "dora")
POS, NEG, MIX = SENTIMENT["classes"]


def hammer(turns: int = 8, seed: int = 1) -> int:
    """Label, revise, hide, send back, change the classes and recount from several threads while others read; after each turn what is
    known must be what is there. Returns how often it was brought up to date without reading everything."""
    shown = {**STRENGTH, "show_if": {"question": "sentiment", "is": ["pos", "neg"]}}
    project = make_project(labellers=PEOPLE, labels_per_example=3, questions=[SENTIMENT, shown])
    make_examples(project, 60 + 10 * turns)
    people = [viewer(name) for name in PEOPLE]
    questions = list(Question.objects.filter(project=project).values_list("pk", flat=True))
    chance = random.Random(seed)
    versions: set[int] = set()
    for turn in range(turns):
        done = threading.Event()
        readers = [threading.Thread(target=_guarded(partial(_read, questions, done, versions))) for _ in range(2)]
        workers = [threading.Thread(target=_guarded(_labelling(who, chance.random()))) for who in people]
        workers.append(threading.Thread(target=_guarded(_lead(turn, chance.random()))))
        failed.clear()
        for thread in (*readers, *workers):
            thread.start()
        for thread in workers:
            thread.join()
        done.set()
        for thread in readers:
            thread.join()
        assert not failed, failed
        assert differences(Project.objects.get(pk=project.pk)) == [], f"turn {turn}"
    assert CountedAnswer.objects.filter(round=2).exists()
    assert Project.objects.get(pk=project.pk).schema_version > 1
    return len(versions)


failed: list[BaseException] = []


def _guarded(work: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)
            raise
        finally:
            connection.close()

    return run


def _read(questions: list[int], done: threading.Event, versions: set[int]) -> None:
    while not done.is_set():
        for question in questions:
            known = live.known(question)
            assert known is not None
            versions.add(known.version)
            order = np.lexsort((known.columns.round, known.columns.labeller, known.columns.example))
            assert bool((order == np.arange(order.size)).all())
            assert len(known.columns) == len(known.keys.values)


def _labelling(who: Viewer, seed: float) -> Callable[[], None]:
    chance = random.Random(seed)

    def answer() -> dict[str, object]:
        feeling = chance.choice(["pos", "neg", "mix"])
        return {"sentiment": feeling} if feeling == "mix" else {"sentiment": feeling, "strength": chance.randint(1, 5)}

    def work() -> None:
        for _ in range(6):
            handed = assign.lease_examples(actor=who, slug="reviews", count=2, now=timezone.now()).assignments
            for one in handed:
                for _ in range(chance.choice([1, 1, 2, 3])):  # the first label, and revisions that may hide an answer
                    _submit(who, one.id, answer(), chance)

    return work


def _submit(who: Viewer, assignment: int, value: dict[str, object], chance: random.Random) -> None:
    version = chance.choice([1, Project.objects.get(slug="reviews").schema_version])
    if version > 1 and value["sentiment"] == "mix":
        value = {"sentiment": "neg", "strength": 3}
    sent = {"value": value, "client_id": str(UUID(int=chance.getrandbits(128), version=4)), "schema_version": version}

    def linger(_: object) -> None:
        time.sleep(chance.random() * 0.01)  # transactions end in another order than they began

    try:
        with transaction.atomic():
            submit_label(actor=who, assignment_id=assignment, fields=sent, now=timezone.now(), then=linger)
            if chance.random() < 0.1:
                raise _GivenUp
    except (_GivenUp, WorkbenchError):
        pass  # rolled back, or the classes have changed meanwhile


class _GivenUp(Exception):
    pass


def _lead(turn: int, seed: float) -> Callable[[], None]:
    chance = random.Random(seed)
    lea = viewer("lea")

    def work() -> None:
        project = Project.objects.get(slug="reviews")
        complete = list(Example.objects.filter(project=project, state="complete").values_list("pk", flat=True))
        if complete and turn % 2:
            with transaction.atomic():
                start_round(project=project, example_ids=chance.sample(complete, min(3, len(complete))), now=timezone.now())
        if turn == 3:
            shown = {**STRENGTH, "show_if": {"question": "sentiment", "is": ["pos", "neg"]}}
            merge = [{"question": "sentiment", "op": "merge", "from": ["neg", "mix"], "to": ["neg"]}]
            change_schema(
                actor=lea, slug="reviews", questions=[{**SENTIMENT, "classes": [POS, NEG]}, shown], changes=merge, reason="The same.", now=timezone.now()
            )
        if turn == 5:
            CountedAnswer.objects.filter(question__project=project).order_by("?").first().delete()
            recount(actor=None, slug="reviews", now=timezone.now())

    return work
