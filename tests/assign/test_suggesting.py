"""A model's suggestion goes along with an example, or not: decided by example, written down, and never by what a client says."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from labelling.assign.blind_arm import is_blind
from labelling.assign.suggestion_models import Suggested, Suggestion, SuggestionRemoval
from labelling.discuss import services as discuss
from labelling.intake.models import Example
from labelling.label.models import Label
from labelling.label.services import remove_suggestions
from labelling.projects import services as projects
from labelling.projects.models import Project
from tests.checks import label_on, make_gold, switch_on
from tests.factories import NOW, SENTIMENT, api, label_next, lease, make_examples, make_project, submit, viewer

in_databases = [pytest.mark.django_db, pytest.mark.both_databases]


def show(blind_share: float = 0.0, *, on: bool = True) -> None:
    fields = {"labelling": {"suggestions": {"show": on, "blind_share": blind_share}}}
    projects.update_project(actor=viewer("lea"), slug="reviews", fields=fields, now=NOW)


def suggest(key: str, answer: str = "neg", *, model: str = "nightly-3", confidence: float | None = 0.8) -> Suggestion:
    project = Project.objects.get(slug="reviews")
    return Suggestion.objects.create(
        project=project, example=Example.objects.get(project=project, key=key), model=model, value={"sentiment": answer},
        confidence=confidence, schema_version=1, created_at=NOW,
    )  # fmt: skip


def test_about_the_asked_share_of_examples_goes_without():
    for share in (0.1, 0.2, 0.5):
        blind = sum(is_blind(seed=7, example_id=pk, share=share) for pk in range(10_000))
        assert abs(blind / 10_000 - share) < 0.015


def test_the_same_examples_go_without_each_time_and_others_under_another_seed():
    arms = [{pk for pk in range(1000) if is_blind(seed=seed, example_id=pk, share=0.2)} for seed in (7, 7, 8)]
    assert arms[0] == arms[1] != arms[2]
    assert len(arms[0] & arms[2]) < 80  # 40 by chance


def test_a_larger_share_takes_nobody_out_of_the_arm_and_the_ends_are_nobody_and_everybody():
    arms = [{pk for pk in range(1000) if is_blind(seed=7, example_id=pk, share=share)} for share in (0, 0.2, 0.5, 1)]
    assert arms[0] == set() and arms[1] < arms[2] < arms[3] == set(range(1000))


class TestLeasing:
    pytestmark = in_databases

    def test_who_shows_what_they_can_do_before_they_start_is_not_helped(self):
        project = make_project()
        make_examples(project, 2)
        gold = make_gold(project, 3)
        show()
        switch_on(project, qualification={"examples": 3, "required": 0.5})
        for key in (*(example.key for example in gold), "e0"):
            suggest(key)
        assert [one.suggestion for one in lease("ada", count=10)] == [None] * 3
        label_on("ada", 3, "neg")
        assert [one.key for one in lease("ada") if one.suggestion] == ["e0"]

    def test_an_example_comes_with_the_newest_suggestion(self):
        make_examples(make_project(), 2)
        show()
        suggest("e0", "pos", model="nightly-2"), suggest("e0", "neg")
        first, second = lease("ada", count=2)
        assert (first.key, first.suggestion.as_dict()) == ("e0", {"value": {"sentiment": "neg"}, "model": "nightly-3", "confidence": 0.8})
        assert second.suggestion is None

    def test_what_was_handed_out_with_a_suggestion_keeps_it_when_a_newer_one_comes(self):
        make_examples(make_project(), 1)
        show()
        suggest("e0", "pos", confidence=None)
        lease("ada")
        suggest("e0", "neg")
        assert lease("ada")[0].suggestion.as_dict() == {"value": {"sentiment": "pos"}, "model": "nightly-3"}
        assert lease("ben")[0].suggestion.value == {"sentiment": "neg"}

    def test_what_was_handed_out_without_one_stays_without(self):
        make_examples(make_project(), 1)
        suggest("e0")
        lease("ada")
        show()
        assert lease("ada")[0].suggestion is None
        submit("ada", lease("ada")[0].id)
        assert not Label.objects.get().suggestion_shown

    def test_nothing_is_shown_written_down_or_looked_up_where_showing_is_off(self):
        make_examples(make_project(), 30)
        for number in range(30):
            suggest(f"e{number}")
        lease("ada"), lease("ben")
        with CaptureQueriesContext(connection) as off:
            assert [one.suggestion for one in lease("ada", count=10)] == [None] * 10
        show()
        with CaptureQueriesContext(connection) as few:
            assert all(one.suggestion for one in lease("ben", count=3)[1:])
        with CaptureQueriesContext(connection) as many:
            assert all(one.suggestion for one in lease("ben", count=12)[1:])
        assert not any("labelling_suggest" in query["sql"] for query in off)
        assert sum("labelling_suggest" in query["sql"] for query in few) == sum("labelling_suggest" in query["sql"] for query in many) == 2

    def test_the_control_arm_is_the_same_for_everybody_and_shows_only_by_absence(self):
        project = make_project()
        examples = make_examples(project, 40)
        show(0.5)
        for example in examples:
            suggest(example.key)
        blind = {example.key for example in examples if is_blind(seed=project.seed, example_id=example.pk, share=0.5)}
        assert 8 < len(blind) < 32
        for who in ("ada", "ben"):
            answer = api(who).post("/api/v1/projects/reviews/assignments/", {"count": 40}, format="json").json()["assignments"]
            assert {one["example"]["key"] for one in answer if "suggestion" not in one} == blind
            with_, without = ({name for one in answer if ("suggestion" in one) is shown for name in one} for shown in (True, False))
            assert with_ - without == {"suggestion"}
        assert Suggested.objects.count() == 80 and Suggested.objects.filter(shown=False).count() == 2 * len(blind)

    def test_a_label_says_that_a_suggestion_was_shown_where_it_was_whatever_the_client_says(self):
        project = make_project()
        examples = make_examples(project, 20)
        show(0.5)
        for example in examples[:19]:
            suggest(example.key)
        for one in lease("ada", count=20):
            submit("ada", one.id, suggestion_shown=one.suggestion is None)
        for label in Label.objects.select_related("example"):
            blind = is_blind(seed=project.seed, example_id=label.example_id, share=0.5)
            assert label.suggestion_shown is (not blind and label.example.key != "e19")

    def test_a_revision_says_the_same(self):
        make_examples(make_project(), 1)
        show()
        suggest("e0")
        [held] = lease("ada")
        submit("ada", held.id, "neg")
        show(on=False)
        submit("ada", held.id, "pos")
        assert list(Label.objects.order_by("revision").values_list("suggestion_shown", flat=True)) == [True, True]

    def test_removed_suggestions_are_shown_no_more_and_labels_beside_them_say_so_still(self):
        make_examples(make_project(), 2)
        show()
        suggest("e0"), suggest("e1")
        [held] = lease("ada")
        assert remove_suggestions(actor=viewer("lea"), slug="reviews", now=NOW)
        assert [one.suggestion for one in lease("ada", count=2)] == [None, None]
        submit("ada", held.id)
        assert Label.objects.get().suggestion_shown
        assert not remove_suggestions(actor=viewer("lea"), slug="reviews", now=NOW)
        assert SuggestionRemoval.objects.count() == 1 and Suggestion.objects.count() == 2
        suggest("e1", "mix")
        assert lease("ben", count=2)[1].suggestion.value == {"sentiment": "mix"}

    def test_a_suggestion_follows_a_change_of_classes_or_goes_with_its_class(self):
        make_examples(make_project(), 3)
        show()
        suggest("e0", "pos"), suggest("e1", "mix"), suggest("e2", "neg")
        questions = [{**SENTIMENT, "classes": [{"key": "good", "name": "Good"}, SENTIMENT["classes"][1]]}]
        changes = [
            {"question": "sentiment", "op": "rename", "from": ["pos"], "to": ["good"]},
            {"question": "sentiment", "op": "retire", "from": ["mix"], "to": []},
        ]
        discuss.change_schema(actor=viewer("lea"), slug="reviews", questions=questions, changes=changes, reason="fewer", now=NOW)
        shown = {one.key: one.suggestion and one.suggestion.value for one in lease("ada", count=3)}
        assert shown == {"e0": {"sentiment": "good"}, "e1": None, "e2": {"sentiment": "neg"}}
        assert Suggested.objects.count() == 2  # nothing of the retired class was shown, and none is said to be

    def test_an_example_given_back_and_taken_again_remembers_that_its_suggestion_was_seen(self):
        make_examples(make_project(), 1)
        show()
        suggest("e0")
        [held] = lease("ada")
        api("ada").post(f"/api/v1/assignments/{held.id}/release/")
        show(1.0)
        [again] = lease("ada")
        submit("ada", again.id)
        assert again.id == held.id and Label.objects.get().suggestion_shown

    @pytest.mark.parametrize("wrong", [{"model": ""}, {"confidence": 1.5}, {"confidence": -0.1}])
    def test_the_database_refuses_what_no_suggestion_is(self, wrong):
        make_examples(make_project(), 1)
        with pytest.raises(IntegrityError), transaction.atomic():
            suggest("e0", **wrong)
        assert Suggestion.objects.count() == 0

    def test_other_projects_labels_are_not_touched(self):
        make_examples(make_project(), 1)
        make_examples(make_project("second"), 1)
        show()
        suggest("e0")
        assert lease("ada", "second")[0].suggestion is None
        label_next("ada", slug="second")
        assert not Label.objects.get().suggestion_shown
