"""Gold and one's own examples among what labellers are handed: where, how often, at what cost, and that nothing counts."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from labelling import tasks
from labelling.assign import services as assign
from labelling.assign.models import Assignment, GoldExample
from labelling.assign.selectors import get_queue_state, left_for
from labelling.assign.services.gold import set_gold
from labelling.intake.models import Example
from labelling.intake.states import change_state
from labelling.label.drift import find_drift
from labelling.label.models import CountedAnswer, Label
from labelling.measure.services import Standing, set_resolved_answers
from labelling.projects.models import Membership, Project, ProjectCounts
from tests.checks import label_on, make_gold, purposes, switch_on
from tests.factories import NOW, api, lease, make_examples, make_project, submit, viewer

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def no_drift():
    """Whatever a test did, the counters are right afterwards."""
    yield
    for project in Project.objects.all():
        assert not find_drift(project.pk)


def mixed(examples: int = 60, gold: int = 30, share: float = 0.3, **fields) -> Project:
    project = make_project(seed=5, **fields)
    make_examples(project, examples)
    make_gold(project, gold)
    return switch_on(project, gold={"share": share})


def places(username: str, count: int = 60) -> list[int]:
    return [number for number, purpose in enumerate(purposes(label_on(username, count, at_once=7))) if purpose == "gold"]


def test_gold_comes_in_among_the_others_about_as_often_as_the_lead_asked_for_and_in_no_pattern():
    mixed()
    found = places("ada")
    assert 10 <= len(found) <= 26
    assert len({later - earlier for earlier, later in zip(found, found[1:], strict=False)}) > 1
    assert found != places("ben")


def test_where_gold_comes_hangs_on_the_seed_alone_and_not_on_how_many_are_asked_for_at_once():
    mixed()
    one = purposes(label_on("ada", 40))
    project = make_project("twin", seed=5)
    make_examples(project, 60)
    make_gold(project, 30)
    switch_on(project, gold={"share": 0.3})
    many = purposes(label_on("ada", 40, slug="twin", at_once=9))
    assert one == many


def test_a_check_never_counts_and_takes_no_room():
    project = mixed(6, 30, 0.5, labels_per_example=1)
    done = label_on("ada", 100)
    checks = [one for one, purpose in zip(done, purposes(done), strict=True) if purpose == "gold"]
    assert checks
    assert len(done) - len(checks) == 6
    assert Assignment.objects.filter(counted=True).count() == 6
    assert CountedAnswer.objects.count() == 6
    assert not Label.objects.filter(example__key__startswith="g", counted=True).exists()
    assert set(Example.objects.filter(key__startswith="g").values_list("labels_counted", "labels_here", "leases_live", "state")) == {(0, 0, 0, "resolved")}
    member = Membership.objects.get(user__username="ada")
    assert (member.labels, member.checks) == (6, len(checks))
    counts = ProjectCounts.objects.get(project=project)
    assert (counts.open, counts.complete) == (0, 6)


def test_the_database_itself_refuses_a_check_that_counts():
    mixed(10, 10, 0.5)
    handed = lease("ada", count=10)
    check = next(one for one, purpose in zip(handed, purposes(handed), strict=True) if purpose == "gold")
    label = next(one for one, purpose in zip(handed, purposes(handed), strict=True) if purpose == "label")
    submit("ada", check.id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.filter(pk=check.id).update(counted=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.filter(pk=label.id).update(purpose="gold")
    assert Assignment.objects.filter(pk=check.id, counted=False, purpose="gold").exists()


def test_nobody_gets_the_same_gold_twice_or_what_they_labelled_themselves():
    project = mixed(40, 5, 0.5)
    done = label_on("ada", 100)
    gold = [one.key for one, purpose in zip(done, purposes(done), strict=True) if purpose == "gold"]
    assert sorted(gold) == sorted(set(gold))
    assert len(gold) == 5
    assert len(done) == 45  # no gold is left, so nothing more is mixed in
    own = make_examples(project, 1, prefix="own")[0]
    label_on("ada", 1)
    set_gold(example_ids=[own.pk], gold=[own.pk])
    change_state(project_id=project.pk, example_ids=[own.pk], to="in_review")
    assert label_on("ada", 5) == []


def test_a_skipped_check_comes_back_later_as_another_assignment():
    mixed(60, 2, 0.4)
    seen, skipped = [], None
    for _ in range(40):
        [one] = lease("ada")
        if purposes([one]) == ["gold"]:
            seen.append((one.key, one.id))
            if skipped is None:
                skipped = one
                answer = assign.skip_assignment(actor=viewer("ada"), assignment_id=one.id, reason="I cannot judge it", now=NOW)
                assert answer == {"id": one.id, "state": "skipped", "example": {"id": one.example_id}}
                continue
        submit("ada", one.id)
    again = [pk for key, pk in seen if key == skipped.key]
    assert len(again) == 2
    assert len(set(again)) == 2
    assert len(seen) == 3


def test_checks_that_ran_out_or_were_given_back_go_on_as_the_same_assignment():
    project = mixed(20, 1, 0.5)
    handed = lease("ada", count=8)
    [check] = [one for one, purpose in zip(handed, purposes(handed), strict=True) if purpose == "gold"]
    assign.expire_leases(now=NOW + timedelta(seconds=project.lease_seconds + 1))
    assert Assignment.objects.get(pk=check.id).state == "expired"
    again = lease("ada", count=20, now=NOW + timedelta(hours=1))
    assert check.id in {one.id for one in again}
    assert Assignment.objects.filter(purpose="gold").count() == 1


def test_what_is_in_hand_stays_in_its_order_over_a_reload_checks_included():
    mixed(30, 10, 0.4)
    first = [one.id for one in lease("ada", count=10)]
    assert "gold" in purposes(lease("ada", count=10))
    assert [one.id for one in lease("ada", count=10)] == first
    assert first == sorted(first)


def test_leads_are_handed_no_checks():
    mixed(20, 20, 0.5)
    assert set(purposes(label_on("lea", 15))) == {"label"}


def test_an_example_whose_gold_answer_was_withdrawn_is_no_gold_any_more():
    project = mixed(5, 3, 0.5)
    assert GoldExample.objects.filter(project=project).count() == 3
    set_resolved_answers(standing=[Standing(pk, None, [], False, []) for pk in Example.objects.filter(key__startswith="g").values_list("id", flat=True)])
    assert not GoldExample.objects.exists()


def test_gold_that_is_still_open_is_set_aside_when_checks_are_switched_on():
    project = make_project(labels_per_example=2)
    make_examples(project, 4)
    make_gold(project, 3, settled=False)
    held = lease("ben", count=7)
    assert ProjectCounts.objects.get().open == 7
    switch_on(project, gold={"share": 0.5})
    assert ProjectCounts.objects.get().open == 4
    assert set(Example.objects.filter(key__startswith="g").values_list("state", "leases_live")) == {("resolved", 0)}
    late = submit("ben", next(one.id for one in held if one.key.startswith("g")))
    assert not late.counted
    assert {one.key for one in label_on("cleo", 30)} >= {"e0", "e1", "e2", "e3"}


def test_truth_that_comes_in_later_is_set_aside_at_once(media_folder):
    project = make_project()
    make_examples(project, 6)
    switch_on(project, qualification={"examples": 2})
    file = SimpleUploadedFile("truth.csv", b"example,value,gold,note\ne0,pos,true,Clear\ne1,neg,true,\ne2,pos,false,\n")
    job = api("lea").post("/api/v1/projects/reviews/resolution-imports/", {"file": file}, format="multipart").json()["job"]
    tasks.run_queued()
    assert api("lea").get(f"/api/v1/jobs/{job['id']}/").json()["result"]["added"] == 3
    assert set(Example.objects.filter(state="resolved").values_list("key", flat=True)) == {"e0", "e1"}
    assert {one.key for one in lease("ada", count=10)} == {"e0", "e1"}


def test_nothing_that_falls_with_each_label_is_told_while_there_is_something_to_do():
    mixed(20, 10, 0.5)
    body = api("ada").post("/api/v1/projects/reviews/assignments/", {"count": 2}, format="json").json()
    assert body["waiting"] == 0
    before = api("ada").get("/api/v1/projects/reviews/").json()["counts"]["labels"]
    label_on("ada", 10)
    assert api("ada").get("/api/v1/projects/reviews/").json()["counts"]["labels"] == before + 10
    assert api("lea").get("/api/v1/projects/reviews/").json()["counts"]["labels"] < before + 10


def test_open_gold_is_labelled_like_any_other_example_while_no_check_is_switched_on():
    project = make_project(labels_per_example=1)
    make_gold(project, 2, settled=False)
    switch_on(project, confidence=True, second_round={"share": 0.2})
    assert set(purposes(label_on("ada", 5))) == {"label"}
    assert Assignment.objects.filter(counted=True).count() == 2


# A second round


def again(username: str, share: float = 0.5, *, examples: int = 30) -> list[str]:
    project = make_project(seed=3, labels_per_example=2)
    make_examples(project, examples)
    switch_on(project, second_round={"share": share, "after_days": 7})
    return [one.key for one in label_on(username, examples)]


def test_a_share_of_ones_own_examples_comes_back_after_the_days_that_the_lead_chose():
    again("ada")
    chosen = set(Assignment.objects.filter(comes_back_at__isnull=False).values_list("example__key", flat=True))
    assert 8 <= len(chosen) <= 22
    assert lease("ada", now=NOW + WEEK - timedelta(hours=1)) == []
    back = label_on("ada", 40, now=NOW + WEEK, at_once=6)
    assert {one.key for one in back} == chosen
    assert set(purposes(back)) == {"repeat"}
    assert lease("ada", count=10, now=NOW + WEEK + WEEK + WEEK) == []
    assert CountedAnswer.objects.count() == 30


def test_the_same_examples_are_chosen_for_the_same_seed_and_others_for_others():
    again("ada")
    again_for_ben = label_on("ben", 30)
    assert len(again_for_ben) == 30
    chosen = {
        name: set(Assignment.objects.filter(labeller__username=name, comes_back_at__isnull=False).values_list("example__key", flat=True))
        for name in ("ada", "ben")
    }
    assert chosen["ada"] != chosen["ben"]


def test_what_is_due_comes_among_new_examples_and_not_in_one_row():
    again("ada", examples=40)
    make_examples(Project.objects.get(), 60, prefix="new")
    stream = purposes(label_on("ada", 60, now=NOW + WEEK, at_once=9))
    assert 12 <= Counter(stream)["repeat"] <= 45
    assert "label" in stream[:6]
    runs = "".join("r" if purpose == "repeat" else "l" for purpose in stream)
    assert "rrrrrrrrrrr" not in runs


def test_a_skipped_repeat_comes_back_and_one_that_was_settled_meanwhile_does_not():
    again("ada", 0.5)
    [one] = lease("ada", now=NOW + WEEK)
    assign.skip_assignment(actor=viewer("ada"), assignment_id=one.id, reason="", now=NOW + WEEK)
    rest = label_on("ada", 40, now=NOW + WEEK)
    assert one.key not in {other.key for other in rest}
    later = label_on("ada", 40, now=NOW + WEEK + timedelta(days=1, seconds=1))
    assert [other.key for other in later] == [one.key]
    assert Assignment.objects.filter(example__key=one.key).count() == 3


def test_what_was_settled_or_sent_back_meanwhile_does_not_come_a_second_time():
    again("ada", 0.5)
    ids = list(Example.objects.values_list("id", flat=True))
    change_state(project_id=Project.objects.get().pk, example_ids=ids, to="resolved")
    assert lease("ada", count=5, now=NOW + WEEK) == []
    assert not Assignment.objects.filter(comes_back_at__isnull=False).exists()


# Progress and cost


def left(name: str, now=NOW) -> int:
    return left_for(Project.objects.get(), Membership.objects.get(user__username=name), name, now=now).left


def test_what_is_left_falls_by_one_with_each_example_whatever_it_was():
    mixed(30, 40, 0.4, labels_per_example=1)
    before = left("ada")
    assert before > 30
    for number in range(1, before + 1):
        label_on("ada", 1, at_once=3)
        assert left("ada") == before - number
    assert lease("ada") == []


def test_leads_count_promised_labels_without_checks():
    project = mixed(30, 20, 0.5)
    handed = lease("ada", count=10)
    ordinary = purposes(handed).count("label")
    assert 0 < ordinary < 10
    assert get_queue_state(project, now=NOW).leases == ordinary


def statements(username: str) -> int:
    """Of a lease that finds what it wants."""
    with CaptureQueriesContext(connection) as found:
        [one] = lease(username)
    submit(username, one.id)
    return len(found)


def test_a_check_costs_the_same_few_statements_whatever_was_done_and_however_much_gold_there_is():
    mixed(200, 150, 0.3)
    viewer("ada"), viewer("ben")
    early = [statements("ada") for _ in range(40)]
    label_on("ada", 150, at_once=20)
    late = [statements("ada") for _ in range(40)]
    assert max(late) <= max(early)
    plain = make_project("plain")
    make_examples(plain, 10)
    lease("ada", "plain")
    with CaptureQueriesContext(connection) as found:
        lease("ada", "plain", count=2)
    assert max(late) <= len(found) + 5
