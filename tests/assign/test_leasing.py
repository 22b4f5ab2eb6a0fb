"""Who gets which example, when."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from labelling import flow, tasks
from labelling.assign import services as assign
from labelling.assign.models import Assignment, Cursor, ReturnedExample
from labelling.assign.selectors import left_for
from labelling.errors import Conflict, Invalid, NotAllowed, NotFound
from labelling.intake.models import AssignQueue, Example
from labelling.intake.states import change_state
from labelling.label.drift import find_drift
from labelling.label.models import Label
from labelling.projects.models import Membership, Project, ProjectCounts
from tests.factories import (
    NOW,
    label_next,
    lease,
    make_examples,
    make_project,
    make_user,
    submit,
    viewer,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
HALF_AN_HOUR = timedelta(seconds=1800)
LATER = NOW + HALF_AN_HOUR + timedelta(seconds=1)


@pytest.fixture(autouse=True)
def no_drift():
    """Whatever a test did, the counters are right afterwards."""
    yield
    for project in Project.objects.all():
        assert not find_drift(project.pk)


def keys(username: str, count: int = 1, *, now=NOW) -> list[str]:
    return [one.key for one in lease(username, count=count, now=now)]


def release(username: str, assignment_id: int, *, now=NOW):
    return assign.release_assignment(actor=viewer(username), assignment_id=assignment_id, now=now)


def skip(username: str, assignment_id: int, reason: str = "", *, now=NOW):
    return assign.skip_assignment(actor=viewer(username), assignment_id=assignment_id, reason=reason, now=now)


def set_wanted(number: int):
    flow.update_project(actor=viewer("lea"), slug="reviews", fields={"labels_per_example": number}, now=NOW)


def test_examples_come_by_priority_then_in_order_of_arrival():
    project = make_project()
    make_examples(project, 2)
    make_examples(project, 2, priority=5, prefix="urgent")
    assert keys("ada", 4) == ["urgent2", "urgent3", "e0", "e1"]


def test_a_higher_priority_that_arrives_later_comes_next():
    project = make_project()
    make_examples(project, 3)
    label_next("ada")
    make_examples(project, 1, priority=1, prefix="urgent")
    assert keys("ada") == ["urgent3"]


def test_what_is_in_hand_comes_first_and_nothing_is_leased_twice():
    make_examples(make_project(), 3)
    first = lease("ada", count=2)
    again = lease("ada", count=3)
    assert [one.id for one in again[:2]] == [one.id for one in first]
    assert len(again) == 3
    assert Assignment.objects.count() == 3
    assert [one.id for one in lease("ada", count=1)] == [first[0].id]


def test_an_example_goes_to_as_many_as_labels_are_wanted_and_no_more():
    make_examples(make_project(labels_per_example=2), 1)
    assert keys("ada") == keys("ben") == ["e0"]
    assert keys("cleo") == []
    assert Example.objects.get().leases_live == 2


def test_an_example_that_one_labelled_is_not_handed_to_them_again():
    make_examples(make_project(), 1)
    label_next("ada")
    handed = assign.lease_examples(actor=viewer("ada"), slug="reviews", count=1, now=NOW)
    assert (handed.assignments, handed.waiting) == ([], 1)  # it waits for two others


def test_an_example_that_is_given_back_comes_to_those_who_had_passed_it():
    make_examples(make_project(labels_per_example=1), 3)
    [held] = lease("ada")
    assert keys("ben", 2) == ["e1", "e2"]
    assert release("ada", held.id) == {"id": held.id, "state": "released", "example": {"id": held.example_id}}
    assert keys("ben", 3) == ["e1", "e2", "e0"]


def test_giving_back_twice_changes_nothing():
    make_examples(make_project(), 1)
    [held] = lease("ada")
    release("ada", held.id)
    assert release("ada", held.id)["state"] == "released"
    assert Example.objects.get().leases_live == 0


def test_whoever_gave_an_example_back_may_get_it_again_under_the_same_assignment():
    make_examples(make_project(), 1)
    [held] = lease("ada")
    release("ada", held.id)
    assert [one.id for one in lease("ada")] == [held.id]


def test_a_skipped_example_does_not_come_back_to_its_labeller_but_goes_to_others():
    make_examples(make_project(labels_per_example=1), 1)
    [held] = lease("ada")
    assert skip("ada", held.id, "blurred")["state"] == "skipped"
    assert keys("ada") == []
    assert keys("ben") == ["e0"]
    assert Assignment.objects.get(labeller__username="ada").skip_reason == "blurred"


def test_what_was_labelled_can_be_neither_skipped_nor_given_back():
    make_examples(make_project(), 1)
    done = label_next("ada")
    for act in (release, skip):
        with pytest.raises(Conflict, match="You labelled this example already"):
            act("ada", done.answer["assignment"])
    assert Assignment.objects.get().state == "done"


@pytest.mark.parametrize("act", [release, skip])
def test_the_assignment_of_somebody_else_is_not_found(act):
    make_examples(make_project(), 1)
    [held] = lease("ada")
    for name in ("ben", "lea", "mallory"):
        with pytest.raises(NotFound):
            act(name, held.id)
    assert Assignment.objects.get().state == "leased"


@pytest.mark.parametrize("number", ["0", "-1", "abc", str(2**64), None, "1.5"])
def test_what_is_no_id_is_not_found(number):
    make_project()
    with pytest.raises(NotFound):
        release("ada", number)


def test_a_lease_that_ran_out_goes_to_others():
    make_examples(make_project(labels_per_example=1), 1)
    lease("ada")
    assert keys("ben") == []
    assert assign.expire_leases(now=LATER) == 1
    assert keys("ben", now=LATER) == ["e0"]
    assert Assignment.objects.get(labeller__username="ada").state == "expired"


def test_the_timetable_takes_back_leases_that_ran_out():
    make_examples(make_project(labels_per_example=1), 1)
    lease("ada", now=timezone.now() - 2 * HALF_AN_HOUR)
    tasks.expire_leases()
    assert Assignment.objects.get().state == "expired"


def test_leases_that_ran_out_are_taken_back_when_somebody_finds_nothing():
    make_examples(make_project(labels_per_example=1), 1)
    lease("ada")
    assert keys("ben", now=LATER) == ["e0"]  # no worker was needed


def test_ones_own_lease_that_ran_out_goes_on_when_nobody_took_it_back():
    make_examples(make_project(labels_per_example=1), 1)
    [held] = lease("ada")
    [again] = lease("ada", now=LATER)
    assert (again.id, again.expires_at) == (held.id, LATER + HALF_AN_HOUR)
    assert assign.expire_leases(now=LATER) == 0


def test_a_late_label_counts_while_there_is_room():
    make_examples(make_project(), 1)
    [held] = lease("ada")
    assign.expire_leases(now=LATER)
    done = submit("ada", held.id, now=LATER)
    assert done.counted
    label = Label.objects.get()
    assert (label.late, label.counted) == (True, True)


def test_a_late_label_is_kept_but_does_not_count_when_others_were_faster():
    make_examples(make_project(labels_per_example=1), 1)
    [held] = lease("ada")
    assert keys("ben", now=LATER) == ["e0"]
    submit("ben", Assignment.objects.get(labeller__username="ben").pk, "neg", now=LATER)
    done = submit("ada", held.id, "pos", now=LATER)
    assert (done.created, done.counted, done.answer["counted"]) == (True, False, False)
    assert Label.objects.count() == 2
    example = Example.objects.get()
    assert (example.labels_counted, example.labels_here, example.state) == (1, 1, "complete")


def test_a_late_label_does_not_take_the_place_that_was_promised_to_another():
    make_examples(make_project(labels_per_example=1), 1)
    [held] = lease("ada")
    [promised] = lease("ben", now=LATER)
    assert submit("ada", held.id, now=LATER).counted is False
    assert submit("ben", promised.id, now=LATER).counted is True


def test_a_label_for_an_example_that_was_given_back_or_skipped_is_kept_and_counts_if_there_is_room():
    make_examples(make_project(), 2)
    first, second = lease("ada", count=2)
    release("ada", first.id)
    skip("ada", second.id)
    assert submit("ada", first.id).counted
    assert submit("ada", second.id).counted


def test_raising_the_number_of_labels_opens_complete_examples_for_those_who_passed_them():
    make_examples(make_project(labels_per_example=1), 2)
    label_next("ada")
    label_next("ada")
    assert keys("ben") == []
    set_wanted(2)
    assert sorted(keys("ben", 2)) == ["e0", "e1"]
    assert keys("ada") == []
    counts = ProjectCounts.objects.get()
    assert (counts.open, counts.complete) == (2, 0)


def test_lowering_the_number_of_labels_takes_no_promise_back():
    make_examples(make_project(labels_per_example=3), 2)
    first = label_next("ada")
    held = lease("ben", count=2)
    set_wanted(1)
    wanted = dict(Example.objects.values_list("key", "labels_wanted"))
    assert wanted == {"e0": 2, "e1": 1}  # one was made and one is promised
    assert Example.objects.get(pk=first.example_id).state == "open"
    assert all(submit("ben", one.id).counted for one in held)
    assert set(Example.objects.values_list("state", flat=True)) == {"complete"}


def test_lowering_the_number_of_labels_completes_what_has_enough_and_opens_its_cases():
    make_examples(make_project(labels_per_example=3), 1)
    label_next("ada", "pos")
    label_next("ben", "neg")
    set_wanted(2)
    assert Example.objects.get().state == "in_review"
    counts = ProjectCounts.objects.get()
    assert (counts.open, counts.in_review) == (0, 1)


def test_a_setting_that_stays_the_same_starts_nobody_anew():
    project = make_project()
    make_examples(project, 1)
    before = AssignQueue.objects.get().epoch
    flow.update_project(actor=viewer("lea"), slug="reviews", fields={"labels_per_example": 3, "name": "Other"}, now=NOW)
    assert AssignQueue.objects.get().epoch == before


def test_a_new_round_asks_everybody_again_and_keeps_the_old_labels():
    project = make_project(labels_per_example=2)
    make_examples(project, 1)
    for name in ("ada", "ben"):
        label_next(name)
    example = Example.objects.get()
    assign.start_round(project=project, example_ids=[example.pk], now=NOW)
    example.refresh_from_db()
    assert (example.round, example.state, example.labels_counted, example.labels_here) == (2, "open", 0, 0)
    [again] = lease("ada")
    assert again.round == 2
    assert submit("ada", again.id, "neg").counted
    assert Label.objects.filter(counted=True).count() == 3
    assert Membership.objects.get(user__username="ada").labels == 2


def test_a_lease_of_an_old_round_ends_and_its_label_does_not_count():
    project = make_project()
    make_examples(project, 1)
    [held] = lease("ada")
    assign.start_round(project=project, example_ids=[held.example_id], now=NOW)
    assert Assignment.objects.get().state == "expired"
    done = submit("ada", held.id)
    assert (done.created, done.counted) == (True, False)
    assert [one.round for one in lease("ada")] == [2]


def test_leases_on_a_dropped_example_end_and_a_label_is_kept_without_counting():
    project = make_project()
    make_examples(project, 2)
    [held] = lease("ada")
    assert assign.end_leases_on(project=project, example_ids=[held.example_id], now=NOW) == 1
    change_state(project_id=project.pk, example_ids=[held.example_id], to="dropped")
    assert keys("ada", 2) == ["e1"]
    assert submit("ada", held.id).counted is False


def test_what_is_in_hand_and_was_settled_meanwhile_is_not_handed_out_again():
    project = make_project()
    make_examples(project, 2)
    [held] = lease("ada")
    change_state(project_id=project.pk, example_ids=[held.example_id], to="resolved")
    assert keys("ada", 2) == ["e1"]
    assert submit("ada", held.id).counted is False


def test_a_member_who_leaves_gives_back_what_they_hold():
    make_examples(make_project(labels_per_example=1), 1)
    [held] = lease("ada")
    flow.remove_member(actor=viewer("lea"), slug="reviews", username="ada", now=NOW)
    assert keys("ben") == ["e0"]
    with pytest.raises(NotFound):
        submit("ada", held.id)
    with pytest.raises(NotFound):
        lease("ada")


def test_a_lead_takes_back_what_somebody_holds():
    make_examples(make_project(labels_per_example=1), 2)
    lease("ada", count=2)
    assert assign.release_leases_of(actor=viewer("lea"), slug="reviews", username="ada", now=NOW) == 2
    assert sorted(keys("ben", 2)) == ["e0", "e1"]
    with pytest.raises(NotAllowed):
        assign.release_leases_of(actor=viewer("ada"), slug="reviews", username="ben", now=NOW)


def test_a_shuffled_project_gives_each_labeller_an_order_of_their_own_which_stays():
    project = make_project(order="shuffled", seed=3)
    make_examples(project, 40)
    ada, ben = keys("ada", 40), keys("ben", 40)
    assert sorted(ada) == sorted(ben) == sorted(f"e{number}" for number in range(40))
    assert ada != ben
    turn = ada.index(ben[0])
    assert ada[turn:] + ada[:turn] == ben  # one circle, another start
    assert ada != sorted(ada, key=lambda key: int(key[1:]))


def test_what_arrives_behind_a_shuffled_cursor_is_not_passed_by():
    project = make_project(order="shuffled", seed=3)
    make_examples(project, 20)
    assert len(keys("ada", 15)) == 15
    make_examples(project, 20)
    assert len(keys("ada", 50)) == 40


def test_a_changed_order_places_everything_anew():
    project = make_project()
    make_examples(project, 30)
    first = keys("ada", 5)
    assert first == ["e0", "e1", "e2", "e3", "e4"]
    flow.update_project(actor=viewer("lea"), slug="reviews", fields={"order": "shuffled"}, now=NOW)
    assert len(set(keys("ada", 30))) == 30
    other = make_project("other", order="shuffled", seed=project.seed)
    make_examples(other, 30)
    assert dict(Example.objects.filter(project=project).values_list("key", "place")) == dict(
        Example.objects.filter(project=other).values_list("key", "place")
    )
    flow.update_project(actor=viewer("lea"), slug="reviews", fields={"order": "sequence"}, now=NOW)
    assert keys("ben", 3) == ["e0", "e1", "e2"]


def test_left_counts_what_is_in_hand_and_what_is_ahead():
    project = make_project(labels_per_example=2)
    make_examples(project, 5)

    def left(name: str):
        found = left_for(project, Membership.objects.get(user__username=name), name, now=NOW)
        return found.left, found.in_hand, found.waiting

    assert left("ada") == (5, 0, 0)
    lease("ada", count=2)
    assert left("ada") == (5, 2, 0)
    label_next("ada")
    assert left("ada") == (4, 1, 0)
    [held] = lease("ada")
    release("ada", held.id)
    assert left("ada") == (4, 0, 0)
    for _ in range(4):
        label_next("ada")
    assert left("ada") == (0, 0, 5)
    assert left("ben") == (5, 0, 0)


def test_returned_examples_without_room_are_forgotten():
    make_examples(make_project(labels_per_example=1), 1)
    [held] = lease("ada")
    release("ada", held.id)
    assert ReturnedExample.objects.count() == 1
    label_next("ben")
    assign.expire_leases(now=NOW)
    assert not ReturnedExample.objects.exists()


@pytest.mark.parametrize("count", [0, 51, -1, True, "2", None, 1.5])
def test_a_count_that_is_none_is_refused(count):
    make_examples(make_project(), 1)
    with pytest.raises(Invalid):
        assign.lease_examples(actor=viewer("ada"), slug="reviews", count=count, now=NOW)
    assert not Assignment.objects.exists()


def test_strangers_and_admins_who_are_no_members_get_nothing():
    make_examples(make_project(), 1)
    with pytest.raises(NotFound):
        lease("mallory")
    with pytest.raises(NotFound):
        lease("ada", "nothing\x00here")
    make_user("root", is_staff=True)
    with pytest.raises(NotAllowed, match="Only members"):
        lease("root")
    assert not Cursor.objects.exists()


def test_labellers_in_turn_share_the_work_evenly():
    make_examples(make_project(labels_per_example=2), 30)
    for _ in range(20):
        for name in ("ada", "ben", "cleo"):
            label_next(name)
    assert set(Counter(Label.objects.values_list("example_id", flat=True)).values()) == {2}
    assert set(Counter(Label.objects.values_list("labeller__username", flat=True)).values()) == {20}
