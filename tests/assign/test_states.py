"""Whatever labellers, leads and clocks do, in any order: what must always be true is true after every step."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from labelling import flow
from labelling.assign import services as assign
from labelling.assign.models import Assignment
from labelling.errors import Conflict
from labelling.intake.models import Example
from labelling.label.drift import find_drift
from labelling.label.models import CountedAnswer, Label
from labelling.label.services import start_label_import
from labelling.tasks import run_queued
from tests.factories import NOW, lease, make_examples, make_project, submit, viewer

PEOPLE = ("ada", "ben", "cleo", "dora")
who = st.sampled_from(PEOPLE)
answers = st.sampled_from(["pos", "neg", "mix", None])


class Labelling(RuleBasedStateMachine):
    """One project with few examples, so that labellers get in each other's way."""

    @initialize(wanted=st.integers(1, 3), order=st.sampled_from(["sequence", "shuffled"]), seed=st.integers(0, 9))
    def begin(self, wanted: int, order: str, seed: int) -> None:
        self.now = NOW
        self.project = make_project(labels_per_example=wanted, order=order, seed=seed, labellers=PEOPLE)
        make_examples(self.project, 3)
        self.ever: dict[str, list[int]] = {name: [] for name in PEOPLE}  # assignments that each was ever handed
        self.sent: list[tuple[str, int, dict[str, Any], dict[str, Any]]] = []

    @rule(name=who, count=st.integers(1, 4))
    def lease(self, name: str, count: int) -> None:
        held = lease(name, count=count, now=self.now)
        assert len({one.example_id for one in held}) == len(held) <= count
        for one in held:
            row = Assignment.objects.get(pk=one.id)
            assert (row.labeller.username, row.state, row.label_id) == (name, "leased", None)
            if one.id not in self.ever[name]:
                self.ever[name].append(one.id)

    @rule(name=who, which=st.integers(0, 20), answer=answers, seconds=st.floats(0, 100), tagged=st.booleans())
    def label(self, name: str, which: int, answer: Any, seconds: float, tagged: bool) -> None:
        if not self.ever[name]:
            return
        number = self.ever[name][which % len(self.ever[name])]
        tags = (["unintelligible"] if answer is None else []) + (["borderline"] if tagged else [])
        before = Label.objects.count()
        example_before = Example.objects.get(assignments=number)
        row = Assignment.objects.get(pk=number)
        try:
            done = submit(name, number, answer, now=self.now, seconds=seconds, tags=tags)
        except Conflict:  # imported over, or the others' answers were seen
            assert Label.objects.count() == before
            return
        assert done.created
        if row.state == "leased" and example_before.state in ("open", "complete", "in_review"):
            assert done.counted
        label = Label.objects.get(pk=done.answer["id"])
        self.sent.append((name, number, {"client_id": str(label.client_id), "value": label.value, "tags": tags}, done.answer))

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 50))
    def send_again(self, which: int) -> None:
        name, number, fields, answer = self.sent[which % len(self.sent)]
        before = Label.objects.count()
        again = submit(name, number, fields["value"], now=self.now, client_id=fields["client_id"], tags=fields["tags"])
        assert (again.created, again.answer) == (False, answer)
        assert Label.objects.count() == before

    @rule(name=who, which=st.integers(0, 20), skip=st.booleans())
    def give_back(self, name: str, which: int, skip: bool) -> None:
        if not self.ever[name]:
            return
        number = self.ever[name][which % len(self.ever[name])]
        act = assign.skip_assignment if skip else assign.release_assignment
        more = {"reason": "dull"} if skip else {}
        try:
            act(actor=viewer(name), assignment_id=number, now=self.now, **more)
        except Conflict:
            assert Assignment.objects.get(pk=number).state == "done"

    @rule(minutes=st.integers(1, 40))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def expire(self) -> None:
        assign.expire_leases(now=self.now)
        assert not Assignment.objects.filter(state="leased", expires_at__lte=self.now).exists()

    @rule(wanted=st.integers(1, 4))
    def change_wanted(self, wanted: int) -> None:
        flow.update_project(actor=viewer("lea"), slug="reviews", fields={"labels_per_example": wanted}, now=self.now)
        self.project.refresh_from_db()

    @rule(order=st.sampled_from(["sequence", "shuffled"]))
    def change_order(self, order: str) -> None:
        flow.update_project(actor=viewer("lea"), slug="reviews", fields={"order": order}, now=self.now)
        self.project.refresh_from_db()

    @rule(which=st.integers(0, 5))
    def begin_a_round(self, which: int) -> None:
        examples = list(Example.objects.filter(state__in=["open", "complete"]).order_by("id"))
        if examples:
            with transaction.atomic():
                assign.start_round(project=self.project, example_ids=[examples[which % len(examples)].pk], now=self.now)

    @rule(priority=st.integers(-1, 1))
    def import_examples(self, priority: int) -> None:
        if Example.objects.count() < 8:
            make_examples(self.project, 1, priority=priority)

    @rule(rows=st.lists(st.tuples(st.integers(0, 4), st.sampled_from([*PEOPLE, "slot"]), st.sampled_from(["pos", "neg"])), min_size=1, max_size=5))
    def import_labels(self, rows: list[tuple[int, str, str]]) -> None:
        text = "example,labeller,value\n" + "".join(f"e{number},{name},{answer}\n" for number, name, answer in rows)
        before = Label.objects.count()
        job = start_label_import(actor=viewer("lea"), slug="reviews", file=SimpleUploadedFile("l.csv", text.encode()), now=self.now)
        run_queued()
        job.refresh_from_db()
        assert job.state == "done", job.error
        assert job.result["rows"] == len(rows) == job.result["added"] + job.result["duplicates"] + job.result["rejected"]
        assert Label.objects.count() == before + job.result["added"]

    @invariant()
    def counters_are_right(self) -> None:
        if hasattr(self, "project"):
            drift = find_drift(self.project.pk)
            assert not drift, drift

    @invariant()
    def never_one_too_many(self) -> None:
        for example in Example.objects.all():
            mine = Assignment.objects.filter(example=example, round=example.round)
            here = mine.filter(counted=True, imported=False).count()
            assert here + mine.filter(state="leased").count() <= example.labels_wanted
            if example.state == "open":
                assert example.labels_counted < example.labels_wanted
            if example.state == "complete":
                assert example.labels_counted >= example.labels_wanted

    @invariant()
    def what_counts_is_the_newest_of_its_assignment(self) -> None:
        for row in Assignment.objects.exclude(label=None).select_related("label"):
            newest = Label.objects.filter(assignment=row).order_by("-revision").first()
            assert (row.label_id, row.revisions, row.state) == (newest.pk, newest.revision, "done")
        assert not Assignment.objects.exclude(state="leased").filter(ended_at=None).exists()
        counted = Assignment.objects.filter(counted=True, label__value__isnull=False).count()
        assert CountedAnswer.objects.count() == counted

    @invariant()
    def whoever_can_be_served_is_served(self) -> None:
        """Nobody's cursor has passed an example that has room for them."""
        if not hasattr(self, "project"):
            return
        for name in PEOPLE:
            own = Assignment.objects.filter(labeller__username=name).exclude(state__in=["released", "expired"])
            had = {(row.example_id, row.round) for row in own}
            live = own.filter(state="leased").count()
            open_to = {
                example.pk for example in Example.objects.filter(has_room=1) if (example.pk, example.round) not in had
            }
            with transaction.atomic():
                held = lease(name, count=50, now=self.now)
                transaction.set_rollback(True)
            assert len(held) >= live + len(open_to), (name, open_to)


@pytest.mark.django_db
@pytest.mark.both_databases
@pytest.mark.usefixtures("media_folder")
def test_labelling_keeps_its_word_in_any_order():
    class InItsOwnTransaction(Labelling):
        def __init__(self) -> None:
            super().__init__()
            self.block = transaction.atomic()
            self.block.__enter__()

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    run_state_machine_as_test(
        InItsOwnTransaction,
        settings=settings(
            max_examples=25 if connection.vendor == "sqlite" else 8, stateful_step_count=30, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck), database=None,
        ),
    )  # fmt: skip
