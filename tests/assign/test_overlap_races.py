"""Adaptive overlap with many at once, on a real database, each thread with a connection of its own."""

import random
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import close_old_connections, connection
from django.utils import timezone

from labelling import flow
from labelling.access import Viewer
from labelling.assign import services as assign
from labelling.assign.models import Assignment
from labelling.assign.overlap_models import AskedMore, OverlapState
from labelling.intake.models import Example
from labelling.jobs.models import Job
from labelling.label.drift import find_drift
from labelling.label.services import start_label_import
from labelling.measure.services import skills
from labelling.projects.models import Project
from labelling.tasks import run_queued
from tests.assign.test_races import at_once, people, send
from tests.factories import lease, make_examples, viewer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases, pytest.mark.usefixtures("media_folder")]


def switch_on(**overlap: object) -> None:
    flow.update_project(actor=viewer("lea"), slug="reviews", fields={"labelling": {"overlap": {"adaptive": True, **overlap}}}, now=timezone.now())


def test_two_who_finish_an_example_at_once_have_one_label_more_asked_for():
    project, everybody = people(4, labels_per_example=2)
    make_examples(project, 12)
    switch_on(confidence=0.9)
    held = {who: [one.id for one in lease(who.username, count=12)] for who in everybody[:2]}
    for place in range(12):
        at_once(
            *(
                lambda who=who, answer=answer, place=place: send(who, held[who][place], answer)
                for who, answer in zip(everybody, ("pos", "neg"), strict=False)
            )
        )
    assert set(Example.objects.values_list("state", "labels_wanted", "labels_counted")) == {("open", 3, 2)}
    assert AskedMore.objects.count() == OverlapState.objects.get().asked == 12
    assert not find_drift(project.pk)


def test_a_budget_is_never_overspent_by_many_at_once():
    project, everybody = people(9, labels_per_example=2)  # the ninth has yet to begin
    make_examples(project, 8)
    switch_on(confidence=0.9, budget=3)
    # Two labellers an example: the second labels of all eight come in at once.
    second: list[Callable[[], object]] = []
    for place, example in enumerate(Example.objects.order_by("id")):
        first, other = everybody[place], everybody[(place + 1) % 8]
        rows = [
            Assignment.objects.create(project=project, example=example, labeller_id=who.user_id, leased_at=timezone.now(), expires_at=timezone.now() + timedelta(hours=1))
            for who in (first, other)
        ]
        Example.objects.filter(pk=example.pk).update(leases_live=2)
        send(first, rows[0].pk, "pos")
        second.append(lambda who=other, pk=rows[1].pk: send(who, pk, "neg"))
    at_once(*second)
    assert AskedMore.objects.count() == OverlapState.objects.get().asked == 3
    assert Example.objects.filter(state="open", labels_wanted=3).count() == 3
    assert Example.objects.filter(state="in_review", labels_wanted=2).count() == 5
    assert not find_drift(project.pk)


def test_labelling_importing_and_measuring_at_once_leave_every_counter_right_and_no_example_with_too_many():
    project, everybody = people(6, labels_per_example=2)
    make_examples(project, 60)
    switch_on(confidence=0.85, most=4, budget=50)
    stop = threading.Event()
    rows = "".join(f"e{number},hand-{number % 2},{'pos' if number % 3 else 'neg'}\n" for number in range(40))
    start_label_import(actor=viewer("lea"), slug="reviews", file=SimpleUploadedFile("labels.csv", ("example,labeller,value\n" + rows).encode()), now=timezone.now())

    def drain(who: Viewer, seed: int) -> Callable[[], None]:
        chance = random.Random(seed)

        def work() -> None:
            for _ in range(60):
                close_old_connections()
                handed = assign.lease_examples(actor=who, slug="reviews", count=chance.randint(1, 4), now=timezone.now()).assignments
                if not handed:
                    return
                for one in handed:
                    if chance.random() < 0.1:
                        assign.release_assignment(actor=who, assignment_id=one.id, now=timezone.now())
                    else:
                        send(who, one.id, chance.choice(["pos", "pos", "neg"]))

        return work

    def measuring() -> None:
        while not stop.wait(0.05):
            close_old_connections()
            skills.measure(project=Project.objects.get(), now=timezone.now(), anyway=True)

    watching = threading.Thread(target=lambda: (measuring(), connection.close()))
    watching.start()
    try:
        at_once(lambda: run_queued(), *(drain(who, seed) for seed, who in enumerate(everybody)))
    finally:
        stop.set()
        watching.join(60)
    assert Job.objects.get().state == "done", Job.objects.get().error
    assert not find_drift(project.pk)
    assert 0 < AskedMore.objects.count() <= 50
    for example in Example.objects.all():
        assert example.labels_here <= example.labels_wanted <= 4
        if example.state != "open":
            assert example.leases_live == 0
            assert example.labels_counted >= 2
