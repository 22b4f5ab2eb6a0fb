"""Cases open by themselves."""

import time

import numpy as np
import pytest

from labelling.discuss import services
from labelling.discuss.models import Case, CaseReason
from labelling.discuss.selectors.differences import differences
from labelling.intake.models import Example
from labelling.intake.states import change_state
from labelling.kinds import KINDS
from labelling.label.models import CountedAnswer
from labelling.label.services.interning import codes_of
from labelling.projects.models import ProjectCounts, Question
from tests.discuss.cast import case_of, example, labelled, seen
from tests.factories import NOW, STRENGTH, lease, make_examples, make_project, make_user, submit, viewer

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_a_complete_example_whose_labels_differ_opens_a_case_and_is_in_review():
    project = labelled(("pos", "neg", "pos"))
    case = case_of()
    assert (case.state, case.reasons, case.project_id) == ("open", ["disagreement"], project.pk)
    assert case.score == pytest.approx(2 / 3)
    assert list(CaseReason.objects.values_list("reason", flat=True)) == ["disagreement"]
    assert example().state == "in_review"
    counts = ProjectCounts.objects.get(project=project)
    assert (counts.open, counts.complete, counts.in_review) == (0, 0, 1)


def test_a_unanimous_answer_stays_complete_and_opens_nothing():
    labelled(("pos", "pos", "pos"))
    assert example().state == "complete"
    assert not Case.objects.exists()


def test_labels_that_differ_open_nothing_before_the_example_is_complete():
    labelled(("pos", "neg"))
    assert example().state == "open"
    assert not Case.objects.exists()


@pytest.mark.parametrize("tag", ["borderline", "unintelligible", "not_enough_information"])
def test_a_built_in_tag_opens_a_case_at_once_and_the_example_stays_open(tag):
    make_examples(make_project(), 1)
    [one] = lease("ada")
    submit("ada", one.id, "pos", tags=[tag])
    assert case_of().reasons == [tag]
    assert example().state == "open"


def test_a_tag_of_the_projects_own_opens_nothing_but_can_be_filtered_by():
    make_examples(make_project(tags=[{"key": "sarcasm", "name": "Sarcasm"}]), 1)
    [one] = lease("ada")
    submit("ada", one.id, "pos", tags=["sarcasm"])
    assert not Case.objects.exists()
    [two] = lease("ben")
    submit("ben", two.id, "pos", tags=["borderline", "sarcasm"])
    assert case_of().reasons == ["borderline"]
    assert set(CaseReason.objects.values_list("reason", flat=True)) == {"borderline", "sarcasm"}


def test_an_early_case_takes_up_the_disagreement_once_the_example_is_complete():
    make_examples(make_project(), 1)
    for name, answer, tags in (("ada", "pos", ["borderline"]), ("ben", "neg", []), ("cleo", "pos", [])):
        [one] = lease(name)
        submit(name, one.id, answer, tags=tags)
    case = case_of()
    assert case.reasons == ["borderline", "disagreement"]
    assert case.score == pytest.approx(2 / 3 + 0.05)
    assert example().state == "in_review"


def test_an_early_case_puts_even_a_unanimous_example_in_review():
    make_examples(make_project(), 1)
    for name, tags in (("ada", ["borderline"]), ("ben", []), ("cleo", [])):
        [one] = lease(name)
        submit(name, one.id, "pos", tags=tags)
    assert (case_of().reasons, example().state) == (["borderline"], "in_review")


def test_a_revision_changes_the_score_of_the_case():
    labelled(("pos", "neg", "mix"))
    assert case_of().score == pytest.approx(1.0)
    assignment = example().assignments.get(labeller__username="cleo")
    submit("cleo", assignment.pk, "pos")
    assert case_of().score == pytest.approx(2 / 3)
    submit("cleo", assignment.pk, "neg")
    submit("ada", example().assignments.get(labeller__username="ada").pk, "neg")
    assert case_of().score == 0.0


def test_ratings_far_apart_are_worse_than_ratings_side_by_side():
    labelled(({"strength": 1}, {"strength": 5}, {"strength": 1}), ({"strength": 1}, {"strength": 2}, {"strength": 1}), questions=[STRENGTH])
    assert case_of("e0").score == pytest.approx(2 / 3)
    assert case_of("e1").score == pytest.approx(2 / 3 / 4)


def test_a_label_that_misses_gold_opens_a_case_for_leads():
    labelled(("pos", "neg", "pos"), ("pos", "pos", "pos"))
    services.resolve(
        actor=viewer("lea"), case_id=case_of().pk, outcome="answer", value={"sentiment": "neg"}, cause="slip", seen=seen(), gold=True, now=NOW
    )
    services.open_cases(project_id=example().project_id, example_ids=[example().pk], now=NOW)
    case = case_of()
    assert case.reasons == ["disagreement", "gold_missed"]
    assert (case.state, example().state) == ("resolved", "resolved")


def test_more_labels_add_reasons_to_a_settled_case_and_its_resolution_stands():
    labelled(("pos", "neg", "pos"))
    done = services.resolve(actor=viewer("lea"), case_id=case_of().pk, outcome="drop", cause="poor_data", seen=seen(), now=NOW)
    services.open_cases(project_id=example().project_id, example_ids=[example().pk], tags={example().pk: ["borderline"]}, now=NOW)
    case = case_of()
    assert (case.reasons, case.state, case.resolution_id) == (["borderline", "disagreement"], "resolved", done.pk)


def test_opening_twice_changes_nothing():
    project = labelled(("pos", "neg", "pos"), ("pos", "pos", "pos"))
    before = list(Case.objects.values())
    ids = list(Example.objects.values_list("id", flat=True))
    assert services.open_cases(project_id=project.pk, example_ids=ids, now=NOW) == []
    assert list(Case.objects.values()) == before
    assert CaseReason.objects.count() == 1


def fill(count: int) -> tuple[int, np.ndarray]:
    """Complete examples with three answers each, as an import leaves them; every tenth differs."""
    project = make_project()
    examples = make_examples(project, count)
    question = Question.objects.get(project=project)
    answers = [(question.pk, KINDS["choice"].text(value), value) for value in ("pos", "neg", "mix")]
    assert sorted(codes_of(born=project.created_at, answers=answers).values()) == [0, 1, 2]
    people = [make_user(name).pk for name in ("ada", "ben", "cleo")]
    CountedAnswer.objects.bulk_create(
        [
            CountedAnswer(
                question=question, example=one, labeller_id=person, round=1, code=int(place == 2 and number % 10 == 0),
                schema_version=1, guideline_version=1, day=0,
            )
            for number, one in enumerate(examples)
            for place, person in enumerate(people)
        ],
        batch_size=20_000,
    )  # fmt: skip
    for start in range(0, count, 5000):
        part = [one.pk for one in examples[start : start + 5000]]
        Example.objects.filter(pk__in=part).update(labels_counted=3)
        change_state(project_id=project.pk, example_ids=part, to="complete")
    return project.pk, np.array([one.pk for one in examples])


def test_many_examples_are_looked_at_in_bulk():
    project_id, ids = fill(6000)
    started = time.perf_counter()
    found, apart = differences(project_id, ids)
    seconds = time.perf_counter() - started
    assert found.size == 600
    assert np.allclose(apart, 2 / 3)
    assert ids.size / seconds > 20_000, f"{ids.size / seconds:,.0f} examples a second"
    touched = services.open_cases(project_id=project_id, example_ids=ids.tolist(), now=NOW)
    assert len(touched) == Case.objects.count() == 600
    counts = ProjectCounts.objects.get(project_id=project_id)
    assert (counts.open, counts.complete, counts.in_review) == (0, 5400, 600)


def test_what_is_looked_at_costs_the_same_number_of_queries_for_ten_examples_and_for_a_thousand(django_assert_max_num_queries):
    project_id, ids = fill(1000)
    with django_assert_max_num_queries(25):
        services.open_cases(project_id=project_id, example_ids=ids.tolist(), tags={}, now=NOW)
