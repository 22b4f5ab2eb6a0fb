"""Many labellers at once, on a real database, each thread with a connection of its own."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from labelling import flow
from labelling.access import Viewer
from labelling.assign import services as assign
from labelling.assign.models import Assignment
from labelling.errors import Conflict
from labelling.intake.models import Example
from labelling.label.drift import find_drift
from labelling.label.models import AnswerCode, Label
from labelling.projects.models import Project, ProjectCounts
from tests.factories import lease, make_examples, make_project, viewer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
PATIENCE = 120


def at_once(*works: Callable[[], None]) -> None:
    """Run all of these in threads that start together; what one raises is raised here."""
    barrier, wrong = threading.Barrier(len(works)), []

    def run(work: Callable[[], None]) -> None:
        try:
            barrier.wait(PATIENCE)
            work()
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "a thread hangs"
    if wrong:
        raise wrong[0]


def people(count: int, **fields: object) -> tuple[Project, list[Viewer]]:
    """A project and this many labellers of it."""
    names = tuple(f"labeller-{number}" for number in range(count))
    project = make_project(labellers=names, **fields)
    return project, [viewer(name) for name in names]


def send(who: Viewer, assignment_id: int, answer: str, **fields: object):
    sent = {"value": {"sentiment": answer}, "client_id": str(uuid4()), "schema_version": 1, **fields}
    return flow.submit_label(actor=who, assignment_id=assignment_id, fields=sent, now=timezone.now())


@pytest.mark.parametrize("order", ["sequence", "shuffled"])
def test_eight_labellers_drain_500_examples_to_exactly_three_labels_each(order: str):
    project, everybody = people(8, order=order, seed=7)
    make_examples(project, 500)

    def drain(who: Viewer, seed: int) -> Callable[[], None]:
        chance = random.Random(seed)

        def work() -> None:
            while True:
                close_old_connections()
                handed = assign.lease_examples(
                    actor=who, slug="reviews", count=chance.randint(1, 10), now=timezone.now()
                )
                if not handed.assignments:
                    if not handed.waiting:
                        return
                    time.sleep(0.01)  # others hold what is left; some of it may come back
                    continue
                for one in handed.assignments:
                    what = chance.random()
                    if what < 0.05:
                        assign.release_assignment(actor=who, assignment_id=one.id, now=timezone.now())
                    else:
                        done = send(who, one.id, chance.choice(["pos", "neg", "mix"]))
                        assert done.counted

        return work

    at_once(*(drain(who, number) for number, who in enumerate(everybody)))
    assert Label.objects.count() == 1500
    assert Assignment.objects.filter(counted=True).count() == 1500
    per_example = Counter(Assignment.objects.filter(counted=True).values_list("example_id", flat=True))
    assert set(per_example.values()) == {3}
    assert len(per_example) == 500
    pairs = Counter(Label.objects.values_list("example_id", "labeller_id"))
    assert set(pairs.values()) == {1}
    counts = ProjectCounts.objects.get()
    assert (counts.open, counts.complete + counts.in_review) == (0, 500)
    assert not find_drift(project.pk)


def test_the_last_place_goes_to_one_of_many():
    project, everybody = people(8, labels_per_example=1)
    make_examples(project, 1)
    got: list[int] = []

    def work(who: Viewer) -> Callable[[], None]:
        return lambda: got.extend(
            one.example_id for one in assign.lease_examples(actor=who, slug="reviews", count=1, now=timezone.now()).assignments
        )

    at_once(*(work(who) for who in everybody))
    assert len(got) == 1
    assert Example.objects.get().leases_live == 1
    assert not find_drift(project.pk)


def test_whoever_comes_while_all_examples_are_held_waits_instead_of_hearing_that_nothing_is_left():
    project, [ada] = people(1)
    examples = make_examples(project, 5)
    held, got = threading.Event(), []

    def hold() -> None:
        with transaction.atomic():
            assign.lock_examples([example.pk for example in examples])
            held.set()
            time.sleep(0.3)

    def ask() -> None:
        assert held.wait(PATIENCE)
        got.extend(assign.lease_examples(actor=ada, slug="reviews", count=1, now=timezone.now()).assignments)

    at_once(hold, ask)
    assert [one.key for one in got] == ["e0"]
    assert not find_drift(project.pk)


def test_one_labeller_in_two_windows_never_holds_an_example_twice():
    project, [ada] = people(1)
    make_examples(project, 20)
    for _ in range(5):
        at_once(*[lambda: assign.lease_examples(actor=ada, slug="reviews", count=3, now=timezone.now())] * 4)
        held = Assignment.objects.filter(state="leased")
        assert held.count() == len(set(held.values_list("example_id", flat=True)))
        for pk in list(held.values_list("id", flat=True))[:2]:
            assign.release_assignment(actor=ada, assignment_id=pk, now=timezone.now())
    assert not find_drift(project.pk)


def test_the_same_label_sent_many_times_at_once_is_stored_once_and_answered_alike():
    project, [ada] = people(1)
    make_examples(project, 1)
    [one] = assign.lease_examples(actor=ada, slug="reviews", count=1, now=timezone.now()).assignments
    client_id, answers = str(uuid4()), []
    at_once(*[lambda: answers.append(send(ada, one.id, "pos", client_id=client_id))] * 6)
    assert len({str(sorted(done.answer.items())) for done in answers}) == 1
    assert sum(done.created for done in answers) == 1
    assert Label.objects.count() == 1


def test_revisions_sent_at_once_are_all_kept_one_after_the_other():
    project, [ada] = people(1)
    make_examples(project, 1)
    [one] = assign.lease_examples(actor=ada, slug="reviews", count=1, now=timezone.now()).assignments
    at_once(*[lambda answer=answer: send(ada, one.id, answer) for answer in ["pos", "neg", "mix"] * 2])
    labels = list(Label.objects.order_by("revision"))
    assert [label.revision for label in labels] == [1, 2, 3, 4, 5, 6]
    assert [label.previous_id for label in labels] == [None, *[label.pk for label in labels[:-1]]]
    assert Assignment.objects.get().label_id == labels[-1].pk
    assert Example.objects.get().labels_counted == 1
    assert not find_drift(project.pk)


def test_one_client_id_for_two_labels_at_once_is_refused_for_one():
    project, (ada, ben) = people(2)
    make_examples(project, 1)
    assignments = [lease(who.username, now=timezone.now())[0] for who in (ada, ben)]
    client_id, refused = str(uuid4()), []

    def work(who: Viewer, number: int) -> Callable[[], None]:
        def send_or_note() -> None:
            try:
                send(who, number, "pos", client_id=client_id)
            except Conflict as error:
                refused.append(error.message)

        return send_or_note

    at_once(*(work(who, one.id) for who, one in zip((ada, ben), assignments, strict=True)))
    assert len(refused) == 1
    assert Label.objects.count() == 1


def test_a_new_answer_gets_one_code_whoever_comes_first():
    project, everybody = people(3)
    make_examples(project, 3)
    held = [lease(who.username, count=3, now=timezone.now()) for who in everybody]
    at_once(
        *(
            lambda who=who, mine=mine: [send(who, one.id, answer) for one, answer in zip(mine, ["pos", "neg", "mix"], strict=True)]
            for who, mine in zip(everybody, held, strict=True)
        )
    )
    codes = list(AnswerCode.objects.order_by("code").values_list("code", "value"))
    assert [code for code, _ in codes] == [0, 1, 2]
    assert {value for _, value in codes} == {"pos", "neg", "mix"}
    assert not find_drift(project.pk)


def test_everything_at_once_hangs_nowhere_and_keeps_every_counter():
    """Leases, labels, skips, expiry, changes of labels_per_example, all against each other: no deadlock, no drift."""
    project, everybody = people(4)
    make_examples(project, 60)
    lea = viewer("lea")
    over = threading.Event()

    def label(who: Viewer, seed: int) -> Callable[[], None]:
        chance = random.Random(seed)

        def work() -> None:
            for _ in range(40):
                for one in assign.lease_examples(actor=who, slug="reviews", count=4, now=timezone.now()).assignments:
                    what = chance.random()
                    if what < 0.1:
                        assign.skip_assignment(actor=who, assignment_id=one.id, reason="", now=timezone.now())
                    elif what < 0.2:
                        assign.release_assignment(actor=who, assignment_id=one.id, now=timezone.now())
                    elif what < 0.9:
                        send(who, one.id, chance.choice(["pos", "neg"]))

        return work

    def change() -> None:
        for wanted in [1, 3, 2, 4, 3] * 3:
            flow.update_project(actor=lea, slug="reviews", fields={"labels_per_example": wanted}, now=timezone.now())

    def expire() -> None:
        while not over.is_set():
            assign.expire_leases(now=timezone.now() + timedelta(seconds=project.lease_seconds))
            over.wait(0.01)

    def all_labelling() -> None:
        try:
            at_once(*(label(who, number) for number, who in enumerate(everybody)), change)
        finally:
            over.set()

    at_once(all_labelling, expire)
    assert not find_drift(project.pk)
    assert not Example.objects.filter(state="open", labels_counted__gt=4).exists()
