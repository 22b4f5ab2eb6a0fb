"""Cases are settled, settled anew, and taken up again; labels stay what they are."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from labelling.audit import AuditEvent
from labelling.discuss import services
from labelling.discuss.models import Case, Resolution
from labelling.errors import Conflict, Invalid
from labelling.label.models import AnswerCode, Label
from labelling.measure.models import ResolvedAnswer, TookPart
from labelling.projects import services as projects
from labelling.projects.models import ProjectCounts
from tests.discuss.cast import LATER, case_of, example, labelled, seen
from tests.factories import NOW, lease, make_examples, make_project, make_user, submit, viewer

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def settle(**changes: Any) -> Resolution:
    fields = {"outcome": "answer", "value": {"sentiment": "pos"}, "cause": "slip", "note": "Clear.", "seen": seen(), "now": LATER}
    return services.resolve(actor=viewer("lea"), case_id=case_of().pk, **(fields | changes))


def standing() -> list[tuple[Any, bool]]:
    codes = dict(AnswerCode.objects.values_list("code", "value"))
    return sorted((codes[row.code], row.gold) for row in ResolvedAnswer.objects.all())


def everything() -> dict[str, Any]:
    return {
        "case": list(Case.objects.values()),
        "resolutions": Resolution.objects.count(),
        "standing": standing(),
        "took_part": list(TookPart.objects.values_list("user_id", flat=True)),
        "state": example().state,
        "events": AuditEvent.objects.count(),
    }


def test_an_answer_settles_the_case_and_stands_for_the_example():
    labelled(("pos", "neg", "pos"))
    labels = list(Label.objects.order_by("id").values())
    done = settle()
    case = case_of()
    assert (case.state, case.resolution_id, example().state) == ("resolved", done.pk, "resolved")
    assert standing() == [("pos", False)]
    assert list(TookPart.objects.values_list("user__username", flat=True)) == ["lea"]
    assert list(Label.objects.order_by("id").values()) == labels
    assert ProjectCounts.objects.get().resolved == 1
    event = AuditEvent.objects.get(verb="resolved case")
    assert (event.actor_name, event.details) == ("lea", {"resolution": done.pk, "outcome": "answer", "cause": "slip"})


def test_several_answers_can_be_right():
    labelled(("pos", "neg", "pos"))
    settle(outcome="several_answers", value=None, values=[{"sentiment": "pos"}, {"sentiment": "neg"}], gold=True)
    assert standing() == [("neg", True), ("pos", True)]
    assert example().state == "resolved"


def test_an_answer_that_nobody_gave_can_be_right():
    labelled(("pos", "neg", "pos"))
    settle(value={"sentiment": "mix"})
    assert standing() == [("mix", False)]


@pytest.mark.parametrize(("outcome", "state"), [("regather", "regather"), ("drop", "dropped")])
def test_an_example_can_be_gathered_again_or_dropped(outcome, state):
    labelled(("pos", "neg", "pos"))
    settle()
    settle(outcome=outcome, value=None, cause="poor_data")
    assert (example().state, case_of().state, standing(), TookPart.objects.count()) == (state, "resolved", [], 0)


def test_relabelling_starts_a_round_and_the_case_waits_for_its_labels():
    labelled(("pos", "neg", "pos"))
    done = settle(outcome="relabel", value=None, cause="guideline_gap")
    one, case = example(), case_of()
    assert (one.round, one.state, one.labels_counted) == (2, "open", 0)
    assert (case.state, case.resolution_id, case.score) == ("open", done.pk, 0.0)
    for name, answer in (("ada", "neg"), ("ben", "neg"), ("cleo", "mix")):
        [lent] = lease(name)
        submit(name, lent.id, answer)
    case = case_of()
    assert (example().state, case.state) == ("in_review", "open")
    assert case.score == pytest.approx(2 / 3)
    settle(value={"sentiment": "neg"}, seen=seen())
    assert standing() == [("neg", False)]


def test_whoever_made_remarks_took_part():
    labelled(("pos", "neg", "pos"))
    services.invite(actor=viewer("lea"), case_id=case_of().pk, username="ada", now=NOW)
    services.invite(actor=viewer("lea"), case_id=case_of().pk, username="ben", now=NOW)
    services.add_remark(actor=viewer("ada"), case_id=case_of().pk, text="Ironic, I think.", now=NOW)
    settle()
    assert set(TookPart.objects.values_list("user__username", flat=True)) == {"lea", "ada"}


def test_a_later_resolution_supersedes_the_one_before():
    labelled(("pos", "neg", "pos"))
    first = settle()
    second = settle(value={"sentiment": "neg"})
    third = settle(outcome="several_answers", value=None, values=[{"sentiment": "pos"}, {"sentiment": "mix"}])
    assert [second.previous_id, third.previous_id] == [first.pk, second.pk]
    assert case_of().resolution_id == third.pk
    assert standing() == [("mix", False), ("pos", False)]
    assert set(ResolvedAnswer.objects.values_list("resolution_id", flat=True)) == {third.pk}


def test_a_case_that_is_reopened_has_no_answer_until_it_is_settled_again():
    labelled(("pos", "neg", "pos"))
    first = settle()
    services.reopen(actor=viewer("lea"), case_id=case_of().pk, now=LATER)
    case = case_of()
    assert (case.state, case.resolution_id, example().state, standing()) == ("open", None, "in_review", [])
    assert settle(value={"sentiment": "neg"}).previous_id == first.pk
    assert standing() == [("neg", False)]


def test_an_open_case_cannot_be_reopened():
    labelled(("pos", "neg", "pos"))
    before = everything()
    with pytest.raises(Conflict, match="open already"):
        services.reopen(actor=viewer("lea"), case_id=case_of().pk, now=LATER)
    assert everything() == before


def test_an_early_case_that_is_reopened_hands_its_example_out_again():
    make_examples(make_project(), 1)
    [one] = lease("ada")
    submit("ada", one.id, None, tags=["unintelligible"])
    [held] = lease("ben")
    settle(outcome="drop", value=None, cause="poor_data")
    assert (example().state, example().leases_live, lease("cleo")) == ("dropped", 0, [])
    assert submit("ben", held.id, "pos").counted is False
    services.reopen(actor=viewer("lea"), case_id=case_of().pk, now=LATER)
    assert example().state == "open"
    assert len(lease("cleo")) == 1


# What changed since somebody looked


def changed_since(looked_at: list[int]) -> list[dict[str, Any]]:
    before = everything()
    with pytest.raises(services.LabelsChanged) as refused:
        settle(seen=looked_at)
    assert everything() == before
    return [{key: change[key] for key in change if key in ("labeller", "what", "instead_of")} for change in refused.value.details["changed"]]


def test_a_revised_label_is_told_before_anything_is_settled():
    labelled(("pos", "neg", "pos"))
    looked_at = seen()
    mine = example().assignments.get(labeller__username="ben")
    old = mine.label_id
    submit("ben", mine.pk, "mix")
    submit("ben", mine.pk, "pos")
    assert changed_since(looked_at) == [{"labeller": "ben", "what": "revised", "instead_of": old}]


def test_a_new_label_is_told_before_anything_is_settled():
    make_examples(make_project(), 1)
    [one] = lease("ada")
    submit("ada", one.id, "pos", tags=["borderline"])
    looked_at = seen()
    [two] = lease("ben")
    submit("ben", two.id, "neg")
    assert changed_since(looked_at) == [{"labeller": "ben", "what": "new"}]


def test_labels_that_were_given_up_for_a_new_round_are_told():
    labelled(("pos", "neg", "pos"))
    looked_at = seen()
    settle(outcome="relabel", value=None)
    assert [change["what"] for change in changed_since(looked_at)] == ["withdrawn"] * 3


def test_labels_of_earlier_rounds_may_have_been_looked_at_too():
    labelled(("pos", "neg", "pos"))
    earlier = seen()
    settle(outcome="relabel", value=None)
    [one] = lease("ada")
    submit("ada", one.id, "pos")
    settle(seen=earlier + seen())
    assert case_of().state == "resolved"


def test_whoever_looked_at_a_case_that_was_settled_meanwhile_is_told():
    labelled(("pos", "neg", "pos"))
    first = settle()
    before = everything()
    with pytest.raises(services.SettledMeanwhile, match="lea settled this case meanwhile") as refused:
        settle(standing=None)
    assert refused.value.details == {"resolution": first.pk}
    assert everything() == before
    assert settle(standing=first.pk, value={"sentiment": "neg"}).previous_id == first.pk


# What is refused


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"outcome": "undecided"}, "outcome"),
        ({"outcome": None}, "outcome"),
        ({"cause": ""}, "cause"),
        ({"cause": ["slip"]}, "cause"),
        ({"value": {"sentiment": "glad"}}, "value.sentiment"),
        ({"value": None}, "value"),
        ({"value": {}}, "value.sentiment"),
        ({"values": [{"sentiment": "pos"}]}, "values"),
        ({"outcome": "several_answers", "value": None, "values": [{"sentiment": "pos"}]}, "values"),
        ({"outcome": "several_answers", "value": None, "values": [{"sentiment": "pos"}, {"sentiment": "pos"}]}, "values[1]"),
        ({"outcome": "several_answers", "value": None, "values": [{"sentiment": "pos"}, {"sentiment": 1}]}, "values[1].sentiment"),
        ({"outcome": "drop"}, "value"),
        ({"outcome": "drop", "value": None, "gold": True}, "gold"),
        ({"gold": "yes"}, "gold"),
        ({"seen": None}, "seen"),
        ({"seen": ["1"]}, "seen"),
        ({"seen": [True]}, "seen"),
        ({"seen": [10**9]}, "seen"),
        ({"note": 5}, "note"),
        ({"note": "a\x00b"}, "note"),
        ({"note": "\ud800"}, "note"),
        ({"note": "x" * 10_001}, "note"),
    ],
)
def test_what_is_not_asked_for_is_refused_and_nothing_changes(changes, field):
    labelled(("pos", "neg", "pos"))
    before = everything()
    with pytest.raises(Invalid) as refused:
        settle(**changes)
    assert list(refused.value.fields) == [field]
    assert everything() == before


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_leads_who_settle_at_the_same_moment_one_is_told():
    labelled(("pos", "neg", "pos"))
    make_user("lou")
    projects.add_member(actor=viewer("lea"), slug="reviews", username="lou", role="lead", now=NOW)
    case_id, labels, one = case_of().pk, seen(), example().pk
    found: dict[str, str] = {}
    start = threading.Barrier(3)

    def work(name: str, answer: str) -> None:
        try:
            start.wait()
            services.resolve(
                actor=viewer(name), case_id=case_id, outcome="answer", value={"sentiment": answer}, cause="slip", seen=labels, now=LATER
            )
            found[name] = "settled"
        except services.SettledMeanwhile:
            found[name] = "told"
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=pair) for pair in (("lea", "pos"), ("lou", "neg"))]
    for thread in threads:
        thread.start()
    with transaction.atomic():  # both have read the case and wait for its example
        type(example()).objects.select_for_update().get(pk=one)
        start.wait()
        wait_for_locks(2)
    for thread in threads:
        thread.join()
    assert sorted(found.values()) == ["settled", "told"]
    assert Resolution.objects.count() == ResolvedAnswer.objects.count() == 1


def wait_for_locks(count: int) -> None:
    with connection.cursor() as cursor:
        for _ in range(2000):
            cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0] >= count:
                return
            cursor.execute("SELECT pg_sleep(0.005)")
    raise AssertionError("nobody waits")
