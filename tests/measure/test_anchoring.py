"""Agreement with a model where its suggestion was shown, and where it was held back."""

from typing import Any

import pytest

from labelling.assign.blind_arm import is_blind
from labelling.assign.suggestion_models import Suggestion
from labelling.errors import NotAllowed, NotFound
from labelling.measure.anchoring import effect, has_effect
from tests.assign.test_suggesting import show
from tests.factories import NOW, SENTIMENT, STRENGTH, api, lease, make_examples, make_project, submit, viewer
from tests.web.people import browse, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def project() -> Any:
    """Forty examples with two questions, the model says pos and 4 of each; half of the examples go without. Ada and Ben say
    what the model says wherever they see it, and neg elsewhere; both give 2 for 4."""
    made = make_project(questions=[SENTIMENT, STRENGTH], labels_per_example=2)
    examples = make_examples(made, 40)
    Suggestion.objects.bulk_create(
        Suggestion(project=made, example=one, model="nightly-3", value={"sentiment": "pos", "strength": 4}, schema_version=1, created_at=NOW)
        for one in examples
    )
    show(0.5)
    for who in ("ada", "ben"):
        for held in lease(who, count=40):
            submit(who, held.id, {"sentiment": "pos" if held.suggestion else "neg", "strength": 2})
    made.refresh_from_db()
    made.blind = sum(is_blind(seed=made.seed, example_id=one.pk, share=0.5) for one in examples)
    return made


def test_the_effect_is_the_difference_between_the_arms(project):
    found = effect(viewer("lea"), "reviews", question="sentiment")
    assert (found["shown"]["value"], found["blind"]["value"], found["difference"]["value"]) == (1, 0, 1)
    assert (found["shown"]["n_examples"], found["blind"]["n_examples"]) == (40 - project.blind, project.blind)
    assert found["difference"]["n_labels"] == 80 and found["difference"]["low"] > 0.7
    assert found["models"] == [{"model": "nightly-3", "labels": 80}]
    assert "anchoring" in found["caution"]


def test_answers_on_a_scale_agree_in_part_and_exactly_or_not(project):
    found = effect(viewer("lea"), "reviews", question="strength")
    assert 0 < found["shown"]["value"] == found["blind"]["value"] < 1
    assert found["exact"]["shown"]["value"] == 0


def test_labels_that_nothing_was_suggested_for_count_in_neither_arm(project):
    make_examples(project, 3, prefix="more")
    for held in lease("ada", count=3):
        submit("ada", held.id, {"sentiment": "neg", "strength": 1})
    assert effect(viewer("lea"), "reviews")["difference"]["n_labels"] == 80


def test_a_suggestion_that_does_not_answer_a_question_is_left_out_of_it(project):
    make_examples(project, 1, prefix="one")
    example = project.examples.get(key__startswith="one")
    Suggestion.objects.create(project=project, example=example, model="m", value={"strength": 2}, schema_version=1, created_at=NOW)
    show(0.0)
    [held] = lease("ada")
    submit("ada", held.id, {"sentiment": "pos", "strength": 2})
    assert effect(viewer("lea"), "reviews", question="sentiment")["difference"]["n_labels"] == 80
    assert effect(viewer("lea"), "reviews", question="strength")["difference"]["n_labels"] == 81


def test_without_suggestions_it_is_undefined_and_says_why():
    made = make_project()
    found = effect(viewer("lea"), "reviews")
    assert all(found[name]["value"] is None and found[name]["undefined"] for name in ("shown", "blind", "difference"))
    assert not has_effect(made)


def test_only_those_who_see_labels_read_it(project):
    with pytest.raises(NotAllowed):
        effect(viewer("ada"), "reviews")
    with pytest.raises(NotFound):
        effect(viewer("mallory"), "reviews")
    with pytest.raises(NotFound):
        effect(viewer("lea"), "reviews", question="other")
    assert api("ada").get("/api/v1/projects/reviews/suggestions/effect/").status_code == 403


def test_the_page_of_human_level_says_it_in_words(project):
    page = text_of(browse("lea").get("/projects/reviews/measure/human/?question=sentiment"))
    assert "Agreement with the model" in page and "Difference, in percentage points" in page
    assert "It says nothing of how good the model is" in page
