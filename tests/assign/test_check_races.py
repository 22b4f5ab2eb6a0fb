"""Checks among what many labellers lease at once: nobody gets one too many, and exactly what was asked for counts."""

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import close_old_connections
from django.utils import timezone

from labelling.access import Viewer
from labelling.assign import services as assign
from labelling.assign.models import Assignment
from labelling.intake.models import Example
from labelling.label.drift import find_drift
from labelling.label.models import CountedAnswer
from labelling.projects.models import Membership
from tests.assign.test_races import at_once, people, send
from tests.checks import make_gold, switch_on
from tests.factories import make_examples, viewer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def test_six_labellers_drain_a_project_with_every_check_switched_on_to_exactly_three_labels_each():
    project, everybody = people(6, seed=7)
    make_examples(project, 90)
    make_gold(project, 25)
    switch_on(project, gold={"share": 0.2, "feedback": True}, second_round={"share": 0.3, "after_days": 0}, qualification={"examples": 3, "required": 0})

    def drain(who: Viewer, seed: int) -> Callable[[], None]:
        chance = random.Random(seed)

        def work() -> None:
            while True:
                close_old_connections()
                handed = assign.lease_examples(actor=who, slug="reviews", count=chance.randint(1, 8), now=timezone.now())
                if not handed.assignments:
                    if not handed.waiting:
                        return
                    time.sleep(0.01)
                    continue
                for one in handed.assignments:
                    what = chance.random()
                    if what < 0.05:
                        assign.release_assignment(actor=who, assignment_id=one.id, now=timezone.now())
                    else:
                        assert send(who, one.id, chance.choice(["pos", "neg", "mix"])).answer["counted"]

        return work

    at_once(*(drain(who, number) for number, who in enumerate(everybody)))
    counted = Counter(Assignment.objects.filter(counted=True).values_list("example__key", flat=True))
    assert set(counted.values()) == {3}
    assert len(counted) == 90
    assert CountedAnswer.objects.count() == 270
    assert not Example.objects.exclude(leases_live=0).exists()
    kinds = Counter(Assignment.objects.filter(state="done").values_list("purpose", flat=True))
    assert kinds["qualification"] == 18
    assert kinds["gold"] > 10
    assert kinds["repeat"] > 10
    assert Membership.objects.filter(role="labeller", qualified_at=None).count() == 0
    twice = Counter(Assignment.objects.filter(purpose__in=["gold", "qualification"], state="done").values_list("labeller_id", "example_id"))
    assert set(twice.values()) == {1}
    assert not find_drift(project.pk)


def test_one_labeller_in_many_windows_holds_no_check_twice():
    project, [ada] = people(1, seed=3)
    make_examples(project, 60)
    make_gold(project, 20)
    switch_on(project, gold={"share": 0.5})
    at_once(*[lambda: assign.lease_examples(actor=ada, slug="reviews", count=8, now=timezone.now())] * 5)
    held = list(Assignment.objects.filter(state="leased").values_list("example_id", "purpose"))
    assert len(held) == len({example for example, _ in held}) == 8
    assert {purpose for _, purpose in held} == {"label", "gold"}
    assert not find_drift(project.pk)


def test_the_last_answers_of_a_qualification_sent_at_once_end_it_once():
    project, [ada] = people(1, seed=3)
    make_examples(project, 5)
    make_gold(project, 6)
    switch_on(project, qualification={"examples": 6, "required": 0.5})
    handed = assign.lease_examples(actor=ada, slug="reviews", count=6, now=timezone.now()).assignments
    at_once(*(lambda one=one: send(ada, one.id, "neg") for one in handed))
    member = Membership.objects.get(user_id=ada.user_id)
    assert (member.tries, member.qualification_score, member.checks) == (1, 1.0, 6)
    assert Assignment.objects.filter(told_at=None).count() == 0
    assert not find_drift(project.pk)


def test_checks_that_run_out_are_given_back_and_skipped_while_everybody_works_hang_nowhere():
    project, everybody = people(3, seed=5)
    make_examples(project, 40)
    make_gold(project, 10)
    switch_on(project, gold={"share": 0.3}, second_round={"share": 0.5, "after_days": 0})

    def work_of(who: Viewer, seed: int) -> Callable[[], None]:
        chance = random.Random(seed)

        def work() -> None:
            for _ in range(15):
                for one in assign.lease_examples(actor=who, slug="reviews", count=5, now=timezone.now()).assignments:
                    what = chance.random()
                    if what < 0.2:
                        assign.skip_assignment(actor=who, assignment_id=one.id, reason="", now=timezone.now())
                    elif what < 0.8:
                        send(who, one.id, "pos")

        return work

    def expire() -> None:
        for _ in range(30):
            assign.expire_leases(now=timezone.now() + timedelta(seconds=project.lease_seconds))
            time.sleep(0.02)

    def settle() -> None:
        for number in range(4):
            switch_on(project, gold={"share": 0.3})
            make_gold(project, 1, settled=False, prefix=f"late-{number}-")
            switch_on(project, gold={"share": 0.3})

    viewer("lea")
    at_once(*(work_of(who, number) for number, who in enumerate(everybody)), expire, settle)
    assert not find_drift(project.pk)
    assert not Example.objects.filter(labels_here__gt=3).exists()
