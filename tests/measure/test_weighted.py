"""Consensus by reliability over the tables: whom the references count for, and sets class by class."""

import pytest

from labelling.accounts.models import User
from labelling.intake.models import Example
from labelling.measure.answers import read_answers
from labelling.measure.columns import TookPart as Part
from labelling.measure.columns import read_resolved
from labelling.measure.consensus import METHODS, settle
from labelling.measure.models import TookPart
from labelling.measure.weighted import reliabilities, took_part
from tests import factories
from tests.measure.rows import put_labels, put_truth

pytestmark = pytest.mark.django_db
TOPICS = {"key": "topics", "kind": "choices", "prompt": "Which?", "classes": ["art", "food", "war"], "max": 2}
AGREED = {f"e{number}": {"ada": "pos", "ben": "pos", "cleo": "neg"} for number in range(6)}


def by_key(project, method="weighted"):
    answers = read_answers(project)
    found = settle(answers, method)
    keys = dict(Example.objects.filter(project=project).values_list("id", "key"))
    values = [*answers.values, *found.made]
    return {
        keys[pk]: (values[code] if code >= 0 else None, str(by), round(sure, 6))
        for pk, code, by, sure in zip(found.example.tolist(), found.answer.tolist(), found.decided_by, found.confidence.tolist(), strict=True)
    }


def test_who_is_right_elsewhere_tells_equal_votes_apart_and_the_model_is_named():
    project = factories.make_project()
    put_labels(project, AGREED | {"t": {"ada": "pos", "cleo": "neg"}, "x": {"cleo": "mix"}})
    found = by_key(project)
    assert found["t"][:2] == ("pos", "model")
    assert found["e0"][:2] == ("pos", "majority")
    assert found["x"][:2] == ("mix", "unanimous")
    assert by_key(project, "majority")["t"][:2] == (None, "tie")


def test_who_was_right_as_often_elsewhere_ties():
    project = factories.make_project()
    put_labels(project, AGREED | {"u": {"ada": "pos", "ben": "neg"}})
    assert by_key(project)["u"][:2] == (None, "tie")


def test_settled_answers_are_what_people_are_compared_with_but_never_by_those_who_settled_them():
    project = factories.make_project()
    put_labels(project, AGREED | {"t": {"ada": "pos", "cleo": "neg"}})
    put_truth(project, {f"e{number}": "neg" for number in range(6)})
    assert by_key(project)["t"][:2] == ("neg", "model")  # Cleo was right all along
    TookPart.objects.bulk_create(
        [TookPart(example=example, user=User.objects.get(username="cleo")) for example in Example.objects.filter(key__startswith="e")]
    )
    answers = read_answers(project)
    cleo = User.objects.get(username="cleo").pk
    hers = answers.columns.labeller == cleo
    part, resolved = Part(answers.columns.example[hers], answers.columns.labeller[hers]), read_resolved(answers.question.pk)
    skill = reliabilities(answers.labels, resolved.example, resolved.code, took_part(answers, part))
    of_t = answers.columns.example == Example.objects.get(key="t").pk
    assert skill[hers & of_t] == pytest.approx(0.5)  # nothing is left that she could be judged by
    assert skill[~hers & of_t] == pytest.approx(5 / 16)


def test_sets_are_settled_class_by_class_and_one_that_is_not_allowed_is_a_tie():
    project = factories.make_project(questions=[TOPICS])
    same: dict = {f"e{number}": {"ada": ["art"], "ben": ["art"], "cleo": ["war"]} for number in range(6)}
    same |= {f"f{number}": {"ada": ["art"], "ben": ["art"]} for number in range(4)}
    put_labels(
        project,
        same
        | {"t": {"ada": ["art"], "cleo": ["war"]}, "u": {"ada": ["art", "food"], "ben": ["food"]}, "n": {"ada": [], "ben": []}},
    )  # fmt: skip
    found = by_key(project)
    assert found["e0"][:2] == (["art"], "majority")
    assert found["t"][:2] == (["art"], "model")
    assert found["n"] == ([], "unanimous", 1.0)
    assert found["u"][0] in (["food"], ["art", "food"], None)


def test_a_set_that_the_question_does_not_allow_is_a_tie():
    project = factories.make_project(questions=[TOPICS | {"min": 1, "max": 1}])
    put_labels(project, {"e": {"ada": ["art"], "ben": ["food"], "cleo": ["war"]}})
    assert by_key(project)["e"][:2] == (None, "tie")


def test_the_api_takes_the_method_and_refuses_it_where_it_does_not_fit():
    project = factories.make_project(questions=[factories.SENTIMENT, {"key": "cost", "kind": "number", "prompt": "What?"}])
    put_labels(project, AGREED, "sentiment")
    client = factories.api("lea")
    [first, *_] = client.get("/api/v1/projects/reviews/consensus/", {"method": "weighted"}).json()["results"]
    assert first["votes"] == {"pos": 2, "neg": 1}
    assert (first["answer"], first["decided_by"]) == ("pos", "majority")
    refused = client.get("/api/v1/projects/reviews/consensus/", {"question": "cost", "method": "weighted"})
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["method"])


def test_every_kind_has_the_methods_that_are_listed_for_it():
    assert METHODS["choice"] == ("majority", "weighted", "dawid_skene")
    assert METHODS["rating"][0] == "median"
    assert METHODS["number"] == ("median", "mean")
    assert {"majority", "medoid"} <= set(METHODS["choices"])
    assert "medoid" in METHODS["text"]
