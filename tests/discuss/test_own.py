"""A labeller's own page: what they did and what was settled otherwise, and nothing that blindness hides."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labelling.assign.models import Assignment
from labelling.discuss import selectors, services
from labelling.errors import NotAllowed, NotFound
from labelling.label.models import LabellerDay
from labelling.projects.models import Membership
from tests.checks import label_on, make_gold, switch_on
from tests.discuss.cast import LATER, case_of, labelled, seen
from tests.factories import NOW, SENTIMENT, STRENGTH, lease, make_examples, make_project, submit, viewer

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def settle(key: str, value: Any = "neg", *, now: Any = LATER, **fields: Any) -> None:
    whole = {"sentiment": value} if isinstance(value, str) else value
    said = {"outcome": "answer", "value": whole, "cause": "guideline_gap", "note": "Irony counts as meant.", "seen": seen(key), "now": now, **fields}
    services.resolve(actor=viewer("lea"), case_id=case_of(key).pk, **said)


def own(name: str = "ada", *, now: Any = LATER) -> selectors.Own:
    return selectors.get_own(viewer(name), "reviews", now=now)


def otherwise(name: str = "ada") -> list[selectors.SettledOtherwise]:
    rows, described = selectors.list_settled_otherwise(viewer(name), "reviews")
    return described(list(rows))


def keys(name: str = "ada") -> list[str]:
    return [row.example.key for row in otherwise(name)]


def test_counts_and_pace_are_ones_own():
    make_examples(make_project(), 8)
    for days, who, count in ((0, "ada", 3), (7, "ada", 2), (7, "ben", 1)):
        for held in lease(who, count=count, now=NOW + timedelta(days=days)):
            submit(who, held.id, now=NOW + timedelta(days=days), seconds=4.0 if days else 2.0)
    found = own(now=NOW + timedelta(days=7, hours=2))
    assert (found.total, found.today, found.seconds, found.median_seconds, found.paced) == (5, 2, 14.0, 2.0, 5)
    assert [(week.monday, week.labels, week.seconds) for week in found.weeks] == [(date(2026, 3, 2), 3, 6.0), (date(2026, 3, 9), 2, 8.0)]


def test_weeks_without_labels_stand_between_those_with_and_old_ones_go():
    make_project()
    member = Membership.objects.get(user__username="ada")
    for day, labels in ((date(2025, 11, 3), 9), (date(2026, 2, 9), 1), (date(2026, 2, 27), 2)):
        LabellerDay.objects.create(membership=member, day=day, labels=labels, seconds=1)
    assert [(week.monday.isoformat(), week.labels) for week in own(now=NOW).weeks] == [
        ("2026-02-09", 1), ("2026-02-16", 0), ("2026-02-23", 2), ("2026-03-02", 0),
    ]  # fmt: skip


def test_somebody_who_did_nothing_yet_reads_nothing_and_no_error():
    make_project()
    found = own()
    assert (found.total, found.today, found.weeks, found.median_seconds, found.asked, found.cases, otherwise()) == (0, 0, [], None, [], [], [])
    [(prompt, figure)] = found.agreement
    assert prompt == SENTIMENT["prompt"] and figure.undefined


def test_what_was_settled_with_another_answer_stands_there_with_the_reason():
    labelled(("pos", "neg", "neg"), ("neg", "pos", "neg"), ("mix", "pos", "neg"))
    settle("e0"), settle("e1")
    settle("e2", outcome="several_answers", value=None, values=[{"sentiment": "pos"}, {"sentiment": "neg"}], cause="ambiguous_example", note="", now=LATER + timedelta(hours=1))
    last, first = otherwise()
    assert (first.example.key, first.mine, first.right) == ("e0", [("sentiment", "Positive")], [[("sentiment", "Negative")]])
    assert (first.cause, first.note, first.settled_at, first.case_id) == ("The guidelines do not say", "Irony counts as meant.", LATER, None)
    assert (last.example.key, last.cause, last.note) == ("e2", "The example is ambiguous", "")
    assert last.right == [[("sentiment", "Positive")], [("sentiment", "Negative")]]
    assert keys("ben") == ["e1"]


def test_only_what_is_settled_now_stands_there():
    labelled(("pos", "neg", "neg"), ("pos", "neg", "neg"), ("pos", "neg", "neg"))
    settle("e0"), settle("e1")
    services.reopen(actor=viewer("lea"), case_id=case_of("e0").pk, now=LATER)
    services.resolve(actor=viewer("lea"), case_id=case_of("e2").pk, outcome="relabel", cause="slip", note="Again.", seen=seen("e2"), now=LATER)
    assert keys() == ["e1"]


def test_gold_never_stands_there_however_it_came_to_be():
    labelled(("pos", "neg", "neg"), ("pos", "neg", "neg"))
    settle("e0", gold=True), settle("e1")
    assert keys() == ["e1"]
    assert own().agreement[0][1].n_examples == 1


def test_labelling_gold_as_a_check_moves_no_figure_but_the_counts_of_ones_labels():
    project = make_project()
    make_gold(project, 3)
    make_examples(project, 6)
    switch_on(project, gold={"share": 0.5})
    before = own(now=NOW)
    label_on("ada", 6)
    after = own(now=NOW)
    assert Assignment.objects.filter(labeller__username="ada", repeat__gt=0).exists()
    assert (after.total, after.today) == (6, 6) and sum(week.labels for week in after.weeks) == 6
    assert after.agreement[0][1].as_dict() == before.agreement[0][1].as_dict()
    assert otherwise() == []


def test_an_example_that_may_come_back_as_a_check_is_kept_back():
    labelled(("pos", "neg", "neg"), ("pos", "neg", "neg"))
    settle("e0"), settle("e1")
    Assignment.objects.filter(example__key="e0", labeller__username="ada").update(comes_back_at=LATER)
    assert keys() == ["e1"]
    assert own().agreement[0][1].n_examples == 1


def test_a_label_that_came_after_the_resolution_is_measured_against_nothing():
    labelled(("pos", "neg", "neg"))
    settle("e0", now=NOW - timedelta(hours=1))
    assert keys() == [] and own().agreement[0][1].n_examples == 0


def test_who_took_part_is_not_measured_on_it():
    labelled(("pos", "neg", "neg"))
    services.invite(actor=viewer("lea"), case_id=case_of().pk, username="ada", now=NOW)
    services.add_remark(actor=viewer("ada"), case_id=case_of().pk, text="Glad, I thought.", now=NOW)
    settle("e0")
    assert keys() == [] and own().agreement[0][1].n_examples == 0
    assert own("ben").agreement[0][1].n_examples == 1


def test_agreement_is_by_question_and_by_the_kinds_own_score():
    answer = {"sentiment": "pos", "strength": 2}
    rows = [({"sentiment": "pos", "strength": 2}, {"sentiment": "neg", "strength": 4}, answer)] * 12
    labelled(*rows, questions=[SENTIMENT, STRENGTH])
    for number in range(12):
        settle(f"e{number}", {"sentiment": "pos" if number < 9 else "neg", "strength": 4})
    (_, sentiment), (_, strength) = own().agreement
    assert (sentiment.value, sentiment.n_examples, sentiment.n_labels) == (0.75, 12, 12)
    assert sentiment.low < 0.75 < sentiment.high
    assert 0 < strength.value < 1
    assert own("ben").agreement[1][1].value == 1


def test_questions_that_nobody_answered_come_first_and_only_from_cases_that_one_may_see():
    labelled(*[("pos", "neg", "mix")] * 4)
    lea, ada = viewer("lea"), viewer("ada")
    for key in ("e0", "e1", "e2"):
        services.invite(actor=lea, case_id=case_of(key).pk, username="ada", now=NOW)
    said = {key: services.add_remark(actor=lea, case_id=case_of(key).pk, text=f"Why, @ada? ({key})", now=NOW).remark.pk for key in ("e0", "e1", "e2", "e3")}
    services.add_remark(actor=lea, case_id=case_of("e0").pk, text="And you, @ben?", now=NOW)
    services.add_remark(actor=ada, case_id=case_of("e2").pk, text="It sounded glad to me, @ada said.", now=NOW)
    assert [(one.remark.pk, one.answered, one.settled) for one in own().asked] == [(said["e1"], False, False), (said["e0"], False, False), (said["e2"], True, False)]
    settle("e1")
    assert [(one.remark.pk, one.settled) for one in own().asked] == [(said["e0"], False), (said["e2"], False), (said["e1"], True)]
    assert own("ben").asked == []


def test_a_name_in_other_letters_is_somebody_else():
    labelled(("pos", "neg", "mix"), labellers=("ada", "ben", "ADA"))
    lea = viewer("lea")
    for name in ("ada", "ADA"):
        services.invite(actor=lea, case_id=case_of().pk, username=name, now=NOW)
    services.add_remark(actor=lea, case_id=case_of().pk, text="@ADA, why?", now=NOW)
    assert own("ada").asked == [] and len(own("ADA").asked) == 1


def test_cases_are_those_of_an_invitation_once_the_example_is_labelled():
    labelled(("pos", "neg", "mix"), ("pos", "neg"))
    services.report(actor=viewer("lea"), slug="reviews", example="e1", now=NOW)
    for key in ("e0", "e1"):
        services.invite(actor=viewer("lea"), case_id=case_of(key).pk, username="ben", now=NOW)
    assert {case.example.key for case in own("ben").cases} == {"e0", "e1"}
    assert own("cleo").cases == []


def test_what_it_costs_does_not_grow_with_what_there_is():
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            own(), otherwise()
        return len(queries)

    labelled(*[("pos", "neg", "neg")] * 12, questions=[SENTIMENT])
    settle("e0")
    few = cost()
    for number in range(1, 12):
        settle(f"e{number}")
    assert len(keys()) == 12 and cost() == few


def test_strangers_find_nothing_and_who_is_no_member_is_told_how_to_become_one():
    make_project()
    for read in (own, otherwise):
        with pytest.raises(NotFound):
            read("mallory")
        with pytest.raises(NotAllowed, match="Add yourself to its members"):
            viewer("admin", is_staff=True)
            read("admin")
