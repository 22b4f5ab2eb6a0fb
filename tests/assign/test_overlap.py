"""Adaptive overlap: one label more where the answer is not sure enough, up to a number and a budget."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from labelling import flow, tasks
from labelling.assign import services as assign
from labelling.assign.models import ReturnedExample
from labelling.assign.overlap import how_sure, questions_that_count
from labelling.assign.overlap_models import AskedMore, LabellerSkill, OverlapState
from labelling.discuss.models import Case
from labelling.intake.models import Example
from labelling.label.drift import find_drift
from labelling.label.services import recount, start_label_import
from labelling.measure.services import skills
from labelling.projects.models import Project
from labelling.stats.overlap import posterior
from labelling.tasks import run_queued
from tests.factories import (
    NOW,
    SENTIMENT,
    STRENGTH,
    api,
    label_next,
    lease,
    make_examples,
    make_project,
    submit,
    viewer,
)

pytestmark = pytest.mark.django_db
FIVE = ("ada", "ben", "cleo", "dora", "emil")


def adaptive(*, examples: int = 1, n: int = 2, labellers: tuple[str, ...] = FIVE, fields: dict | None = None, **overlap) -> Project:
    """A project whose examples begin with n labels."""
    project = make_project(labels_per_example=n, labellers=labellers, **(fields or {}))
    make_examples(project, examples)
    change(adaptive=True, **overlap)
    return Project.objects.get(pk=project.pk)


def change(**overlap) -> None:
    flow.update_project(actor=viewer("lea"), slug="reviews", fields={"labelling": {"overlap": overlap}}, now=NOW)


def skilled(**people: tuple[float, float]) -> None:
    """What the table says of these people, for every question: (right, compared)."""
    for name, (right, total) in people.items():
        for question in Project.objects.get().questions.all():
            LabellerSkill.objects.update_or_create(
                question=question, labeller_id=viewer(name).user_id, defaults={"matched": right, "compared": total}
            )


def one() -> Example:
    return Example.objects.order_by("id").first()


@pytest.mark.both_databases
def test_a_doubtful_example_gets_one_label_at_a_time_until_it_is_sure_enough():
    project = adaptive(confidence=0.9)
    skilled(**dict.fromkeys(FIVE, (90, 100)))
    label_next("ada", "pos")
    label_next("ben", "neg")
    example = one()
    assert (example.state, example.labels_wanted, example.labels_counted, example.has_room) == ("open", 3, 2, 1)
    assert not Case.objects.exists()
    label_next("cleo", "pos")
    example = one()
    assert (example.state, example.labels_wanted, example.labels_counted) == ("in_review", 3, 3)
    assert Case.objects.get().reasons == ["disagreement"]  # it opens when the last label is in, not before
    [asked] = AskedMore.objects.all()
    assert (asked.example_id, asked.round, asked.wanted) == (example.pk, 1, 3)
    weight = (95 / 110) * 2 / (15 / 110)  # of one label against each of two other classes
    assert asked.confidence == pytest.approx(weight / (2 * weight + 1))
    assert OverlapState.objects.get().asked == 1
    assert not find_drift(project.pk)


@pytest.mark.both_databases
def test_agreement_of_people_who_are_right_asks_for_nothing():
    adaptive(confidence=0.9)
    skilled(ada=(90, 100), ben=(90, 100))
    label_next("ada", "pos")
    label_next("ben", "pos")
    assert (one().state, one().labels_wanted) == ("complete", 2)
    assert not AskedMore.objects.exists()


def test_agreement_of_people_of_whom_little_is_known_asks_for_more():
    adaptive(confidence=0.9, most=4)
    for name in ("ada", "ben", "cleo"):
        label_next(name, "pos")
    # Three classes, right as often as not: each label doubles the odds against each other class.
    assert [row.confidence for row in AskedMore.objects.order_by("id")] == pytest.approx([4 / 6, 8 / 10])
    assert one().labels_wanted == 4
    label_next("dora", "pos")
    assert (one().state, one().labels_counted) == ("complete", 4)


def test_it_stops_at_the_most():
    adaptive(confidence=0.999, most=3)
    for name, answer in (("ada", "pos"), ("ben", "neg"), ("cleo", "mix")):
        label_next(name, answer)
    assert (one().state, one().labels_wanted) == ("in_review", 3)
    assert lease("dora") == []


@pytest.mark.both_databases
def test_a_budget_ends_it_and_is_never_overspent():
    project = adaptive(examples=3, confidence=0.9, budget=1)
    for name, answer in (("ada", "pos"), ("ben", "neg")):
        for _ in range(3):
            label_next(name, answer)
    assert OverlapState.objects.get().asked == AskedMore.objects.count() == 1
    assert sorted(Example.objects.values_list("state", "labels_wanted")) == [("in_review", 2), ("in_review", 2), ("open", 3)]
    assert not find_drift(project.pk)


def test_switched_off_nothing_more_is_asked_for_and_what_has_room_stays():
    adaptive(examples=2, confidence=0.9)
    label_next("ada", "pos")
    label_next("ben", "neg")
    change(adaptive=False)
    label_next("ada", "pos")
    label_next("ben", "neg")
    assert list(Example.objects.order_by("id").values_list("state", "labels_wanted")) == [("open", 3), ("in_review", 2)]
    label_next("cleo", "pos")
    assert list(Example.objects.order_by("id").values_list("state", "labels_wanted")) == [("in_review", 3), ("in_review", 2)]


def test_nobody_is_asked_when_nobody_is_left_who_could_answer():
    adaptive(labellers=("ada", "ben"), confidence=0.9)
    label_next("ada", "pos")
    label_next("ben", "neg")
    assert (one().state, AskedMore.objects.count()) == ("in_review", 0)


def test_whoever_skipped_it_is_not_left():
    adaptive(labellers=("ada", "ben", "cleo"), confidence=0.9)
    [held] = lease("cleo")
    assign.skip_assignment(actor=viewer("cleo"), assignment_id=held.id, reason="", now=NOW)
    label_next("ada", "pos")
    label_next("ben", "neg")
    assert (one().state, AskedMore.objects.count()) == ("in_review", 0)


def test_a_lead_who_labels_here_is_left():
    project = adaptive(labellers=("ada", "ben"), confidence=0.9, examples=2)
    label_next("lea", "pos")
    ids = list(Example.objects.filter(project=project).order_by("id").values_list("id", flat=True))
    for name, answer in (("ada", "pos"), ("ben", "neg")):
        for held in lease(name, count=2):
            submit(name, held.id, answer)
    second = Example.objects.get(pk=ids[1])
    assert (second.state, second.labels_wanted) == ("open", 3)


def test_it_is_shown_once_more_to_those_who_passed_it_as_what_was_given_back_is():
    adaptive(examples=4, confidence=0.9)
    for name in ("ada", "ben", "cleo", "dora"):
        for held in lease(name, count=4):
            submit(name, held.id, "pos" if name == "ada" else "neg")
    assert ReturnedExample.objects.exists()
    state = {row.pk: (row.labels_counted, row.labels_wanted) for row in Example.objects.all()}
    assert all(counted <= wanted for counted, wanted in state.values())
    leased = lease("emil", count=4)
    assert [row.key for row in leased] == sorted(row.key for row in leased)


def test_a_label_that_comes_late_takes_the_room_and_is_weighed_too():
    adaptive(confidence=0.9)
    [late] = lease("cleo")
    assign.expire_leases(now=NOW + timedelta(hours=1))
    label_next("ada", "pos", now=NOW + timedelta(hours=1))
    label_next("ben", "neg", now=NOW + timedelta(hours=1))
    assert one().labels_wanted == 3
    done = submit("cleo", late.id, "pos", now=NOW + timedelta(hours=2))
    assert done.counted
    assert one().labels_counted == 3


def test_a_revision_asks_for_nothing_and_opens_the_case_of_a_complete_example():
    adaptive(confidence=0.6)
    [held] = lease("ada")
    submit("ada", held.id, "pos")
    label_next("ben", "pos")
    assert one().state == "complete"
    submit("ada", held.id, "neg")
    assert (one().state, one().labels_wanted) == ("in_review", 2)
    assert not AskedMore.objects.exists()


def test_another_round_begins_with_the_ordinary_number_and_may_ask_again():
    project = adaptive(confidence=0.9)
    label_next("ada", "pos")
    label_next("ben", "neg")
    with transaction.atomic():
        assign.start_round(project=project, example_ids=[one().pk], now=NOW)
    assert (one().round, one().labels_wanted) == (2, 2)
    label_next("ada", "pos")
    label_next("ben", "neg")
    assert list(AskedMore.objects.order_by("id").values_list("round", "wanted")) == [(1, 3), (2, 3)]
    assert not find_drift(project.pk)


def test_a_tag_opens_a_case_at_once_and_the_example_stays_open_for_its_label():
    adaptive(confidence=0.6)
    label_next("ada", "pos")
    label_next("ben", "neg", tags=["borderline"])
    assert Case.objects.get().reasons == ["borderline"]
    assert one().state == "open"
    label_next("cleo", "pos")
    label_next("dora", "pos")
    assert Case.objects.get().reasons == ["borderline", "disagreement"]


def test_an_example_that_nobody_could_answer_gets_no_more():
    adaptive(confidence=0.9)
    label_next("ada", None, tags=["unintelligible"])
    label_next("ben", None, tags=["unintelligible"])
    assert (one().state, AskedMore.objects.count()) == ("in_review", 0)


def test_of_several_questions_with_classes_the_least_sure_decides_and_ratings_only_where_there_are_none():
    second = SENTIMENT | {"key": "tone"}
    assert [question["key"] for question in questions_that_count([STRENGTH, SENTIMENT, second])] == ["sentiment", "tone"]
    assert questions_that_count([STRENGTH]) == [STRENGTH]
    assert questions_that_count([{"key": "cost", "kind": "number"}]) == []
    adaptive(confidence=0.9, fields={"questions": [SENTIMENT, second, STRENGTH]})
    skilled(ada=(95, 100), ben=(95, 100))
    label_next("ada", {"sentiment": "pos", "tone": "pos", "strength": 1})
    label_next("ben", {"sentiment": "pos", "tone": "neg", "strength": 1})
    assert one().labels_wanted == 3


def test_without_classes_nothing_is_adaptive():
    adaptive(confidence=0.9, fields={"questions": [{"key": "cost", "kind": "number", "prompt": "How much?"}]})
    label_next("ada", {"cost": 1})
    label_next("ben", {"cost": 7})
    assert (one().state, AskedMore.objects.count()) == ("in_review", 0)


@pytest.mark.both_databases
def test_recount_puts_the_number_right_that_was_asked_for():
    project = adaptive(confidence=0.9)
    label_next("ada", "pos")
    label_next("ben", "neg")
    OverlapState.objects.update(asked=7)
    assert find_drift(project.pk).counts()["asked"] == 1
    recount(actor=None, slug="reviews", now=NOW)
    assert OverlapState.objects.get().asked == 1
    assert not find_drift(project.pk)
    OverlapState.objects.all().delete()
    recount(actor=None, slug="reviews", now=NOW)
    assert OverlapState.objects.get().asked == 1


def test_the_database_refuses_what_cannot_be():
    project = adaptive()
    for change_ in (
        lambda: OverlapState.objects.filter(project=project).update(asked=-1),
        lambda: AskedMore.objects.create(project=project, example=one(), round=1, wanted=3, confidence=1.5, asked_at=NOW),
        lambda: LabellerSkill.objects.create(question=project.questions.get(), labeller_id=viewer("ada").user_id, matched=2, compared=1),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change_()


@given(st.lists(st.tuples(st.integers(0, 4), st.floats(0, 50), st.just(50.0)), min_size=1, max_size=6), st.randoms(use_true_random=False))
@pytest.mark.django_db(False)
def test_how_sure_an_answer_is_hangs_on_neither_order_nor_names(answers, chance):
    before = how_sure({1: answers, 2: []}, {1: 5, 2: 3})
    moved, names = list(answers), list(range(5))
    chance.shuffle(moved), chance.shuffle(names)
    assert how_sure({1: [(names[code], right, total) for code, right, total in moved]}, {1: 5}) == pytest.approx(before, abs=1e-9)
    assert 0 < before < 1


def test_it_is_the_published_posterior():
    skill = {0.7: (30.0, 40.0), 0.9: (85.0, 90.0)}  # (5 + 30) / (10 + 40) and (5 + 85) / (10 + 90)
    sure = how_sure({1: [(0, *skill[0.7]), (0, *skill[0.9])]}, {1: 3})
    assert sure == pytest.approx(posterior([0, 0], [0.7, 0.9], 3).max())
    assert sure == pytest.approx(0.977, abs=6e-4)
    assert how_sure({1: []}, {1: 3}) is None


def test_skills_are_measured_when_enough_labels_are_new_and_by_the_worker():
    project = adaptive(examples=30, n=3, most=5, confidence=0.6)
    assert OverlapState.objects.get().measured_at == NOW
    for name in ("ada", "ben", "cleo"):
        for held in lease(name, count=30):
            submit(name, held.id, "neg" if name == "cleo" else "pos")
    assert not LabellerSkill.objects.exists()
    tasks.measure_skills()
    found = {row.labeller.username: (row.matched, row.compared) for row in LabellerSkill.objects.select_related("labeller")}
    assert found == {"ada": (15.0, 30.0), "ben": (15.0, 30.0), "cleo": (0.0, 30.0)}
    assert not skills.measure(project=project, now=NOW)  # nothing is new
    change(adaptive=False)
    assert skills.measure_all(now=NOW) == 0


def queries_of_label(answer: str, name: str) -> int:
    [held] = lease(name)
    with CaptureQueriesContext(connection) as found:
        submit(name, held.id, answer)
    return len(found)


def test_a_label_costs_the_same_whatever_the_project_holds_and_little_more_than_without():
    make_project(labels_per_example=2, labellers=FIVE)
    make_examples(Project.objects.get(), 60)
    label_next("ada", "pos"), label_next("ben", "pos")
    off = [queries_of_label("pos", "ada"), queries_of_label("pos", "ben")]
    change(adaptive=True, confidence=0.6)
    small = [queries_of_label("pos", "ada"), queries_of_label("pos", "ben")]
    for name in ("ada", "ben"):
        for held in lease(name, count=40):
            submit(name, held.id, "pos")
    skills.measure(project=Project.objects.get(), now=NOW)
    large = [queries_of_label("pos", "ada"), queries_of_label("pos", "ben")]
    assert small == large
    assert small[0] == off[0]  # the first label of two asks nothing
    # Three look-ups, one journey to PostgreSQL, when the last ordinary label comes in.
    assert small[1] <= off[1] + 3


def test_leasing_costs_what_it_did():
    make_project(labels_per_example=2, labellers=FIVE)
    make_examples(Project.objects.get(), 20)
    lease("ada"), lease("ben")
    [held] = lease("cleo")
    submit("cleo", held.id)
    with CaptureQueriesContext(connection) as off:
        lease("cleo")
    change(adaptive=True)
    [held] = lease("cleo")
    submit("cleo", held.id)
    with CaptureQueriesContext(connection) as on:
        lease("cleo")
    assert len(on) == len(off)


@pytest.mark.both_databases
@pytest.mark.usefixtures("media_folder")
def test_imported_labels_ask_for_more_too_the_least_sure_first():
    project = adaptive(examples=4, n=2, confidence=0.9, budget=2)
    rows = {"e0": ("pos", "pos"), "e1": ("pos", "neg"), "e2": ("neg", "neg"), "e3": ("mix", "neg")}
    text = "example,labeller,value\n" + "".join(f"{key},hand-{who},{answer}\n" for key, given in rows.items() for who, answer in enumerate(given))
    start_label_import(actor=viewer("lea"), slug="reviews", file=SimpleUploadedFile("labels.csv", text.encode()), now=NOW)
    run_queued()
    assert dict(Example.objects.values_list("key", "state")) == {"e0": "complete", "e1": "open", "e2": "complete", "e3": "open"}
    assert sorted(one.key for one in lease("ada", count=4)) == ["e1", "e3"]
    assert list(Case.objects.all()) == []
    assert not find_drift(project.pk)


@pytest.mark.usefixtures("media_folder")
def test_those_whose_labels_came_in_a_file_are_not_asked():
    make_project(labels_per_example=2, labellers=())
    make_examples(Project.objects.get(), 1)
    change(adaptive=True)
    text = "example,labeller,value\ne0,hand-1,pos\ne0,hand-2,neg\n"
    start_label_import(actor=viewer("lea"), slug="reviews", file=SimpleUploadedFile("labels.csv", text.encode()), now=NOW)
    run_queued()
    assert (one().state, AskedMore.objects.count()) == ("in_review", 0)


def test_a_labeller_is_told_nothing_that_tells_a_doubtful_example_from_another():
    adaptive(examples=2, confidence=0.9)
    skilled(ada=(95, 100), ben=(95, 100), cleo=(95, 100))
    clients = {name: api(name) for name in ("ada", "ben", "cleo")}

    def leased(name: str) -> list[dict]:
        return clients[name].post("/api/v1/projects/reviews/assignments/", {"count": 2}, format="json").json()["assignments"]

    def label(name: str, held: dict, answer: str) -> dict:
        sent = {"value": {"sentiment": answer}, "client_id": str(uuid4()), "schema_version": 1}
        return clients[name].post(f"/api/v1/assignments/{held['id']}/label/", sent, format="json").json()

    first, second = leased("ada")
    label("ada", first, "pos"), label("ada", second, "pos")
    agreed, differed = leased("ben")
    told = [label("ben", agreed, "pos"), label("ben", differed, "neg")]
    assert [row["state"] for row in Example.objects.order_by("id").values("state")] == ["complete", "open"]
    assert told[0].keys() == told[1].keys()
    assert [row["counted"] for row in told] == [True, True]
    [more] = leased("cleo")
    assert more.keys() == differed.keys()
    assert more["example"].keys() == differed["example"].keys()
    history = clients["ben"].get("/api/v1/projects/reviews/history/").json()
    assert not any(word in str(history) for word in ("wanted", "complete", "review"))
    assert clients["ben"].get("/api/v1/projects/reviews/examples/").status_code == 403
