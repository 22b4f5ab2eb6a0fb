"""What a setting of overlap would have cost and lost: over the API, against the core, and where it cannot be told."""

import numpy as np
import pytest

from labelling.assign.overlap_models import OverlapState
from labelling.intake.models import Example
from labelling.label.models import AnswerCode, CountedAnswer
from labelling.measure.models import TookPart
from labelling.projects.models import Project, Question
from labelling.stats.columns import Labels
from labelling.stats.overlap import reference_of, replay_adaptive
from tests import factories
from tests.measure.rows import put_truth
from tests.stats.samples import simulate

pytestmark = pytest.mark.django_db
NAMES = ("ada", "ben", "cleo", "dora", "emil", "fred")
ANSWERS = ("pos", "neg", "mix")
URL = "/api/v1/projects/reviews/overlap/simulation/"


def labelled(count: int = 120, each: int = 5, accuracy: float = 0.8, **fields) -> tuple[Project, Labels, np.ndarray]:
    """A project with simulated labels, the same as Labels, and the truth."""
    project = factories.make_project(labellers=NAMES, labels_per_example=2, **fields)
    question = Question.objects.get(project=project)
    AnswerCode.objects.bulk_create(
        [AnswerCode(question=question, code=code, value=answer, digest=answer) for code, answer in enumerate(ANSWERS)]
    )
    examples = factories.make_examples(project, count)
    labels, truth = simulate(7, count, each, len(NAMES), 3, accuracy=accuracy)
    people = [factories.viewer(name).user_id for name in NAMES]
    CountedAnswer.objects.bulk_create(
        [
            CountedAnswer(
                question=question, example=examples[example], labeller_id=people[who], round=1, code=code, schema_version=1,
                guideline_version=1, day=20_514,
            )
            for example, who, code in zip(labels.example.tolist(), labels.labeller.tolist(), labels.code.tolist(), strict=True)
        ]
    )  # fmt: skip
    Example.objects.filter(project=project).update(labels_counted=each, labels_wanted=each, state="complete")
    order = np.lexsort((labels.labeller, labels.example))  # as they come out of the database
    return project, Labels.of(labels.example[order], labels.labeller[order], labels.code[order], 3), truth


def get(who: str = "lea", **query):
    return factories.api(who).get(URL, query)


def ask(**query) -> dict:
    answer = get(**query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_figures_are_those_of_the_core():
    project, labels, _ = labelled()
    found = ask(most=5, confidence=0.9)
    reference = reference_of(labels)
    plan = {"orders": 8, "seed": project.seed}
    wanted = replay_adaptive(labels, reference, start=2, most=5, confidence=0.9, **plan)
    assert found["adaptive"]["labels_per_example"]["value"] == pytest.approx(wanted.cost.mean())
    assert found["adaptive"]["agreement"]["value"] == pytest.approx(wanted.alike.mean())
    assert found["adaptive"]["reached"] == pytest.approx(wanted.reached)
    three = next(row for row in found["fixed"] if row["labels"] == 3)
    assert three["agreement"]["value"] == pytest.approx(replay_adaptive(labels, reference, start=3, most=3, confidence=1, **plan).alike.mean())
    assert found["adaptive"]["saved"]["value"] == pytest.approx(1 - wanted.cost.mean() / 5)
    assert (found["question"], found["start"], found["most"], found["confidence"], found["budget"], found["reference"]) == (
        "sentiment", 2, 5, 0.9, None, "all_labels",
    )  # fmt: skip
    assert [row["labels"] for row in found["fixed"]] == [1, 2, 3, 4, 5]
    costs = [row["labels_per_example"]["value"] for row in found["curve"]]
    assert costs == sorted(costs)
    assert sum(row["chosen"] for row in found["curve"]) == 1
    for row in [*found["curve"], *found["fixed"]]:
        figure = row["agreement"]
        assert figure["low"] <= figure["value"] <= figure["high"]
    assert found["sentence"].startswith("Asking for up to 5 until .9 would have cost ")
    assert found["in_use"] is False
    assert ask(most=5, confidence=0.9) == found


def test_it_says_which_setting_is_in_use():
    project, *_ = labelled()
    Project.objects.update(settings={"overlap": {"adaptive": True, "most": 4, "confidence": 0.8}})
    found = ask()
    assert (found["start"], found["most"], found["confidence"], found["in_use"]) == (2, 4, 0.8, True)
    assert ask(most=5)["in_use"] is False


def test_resolved_answers_are_the_reference_where_there_are_enough_without_labels_of_those_who_settled_them():
    project, labels, truth = labelled()
    put_truth(project, {f"e{number}": ANSWERS[truth[number]] for number in range(60)})
    found = ask(most=5)
    assert (found["reference"], found["n_examples"]) == ("resolved", 60)
    assert any("because people disagreed" in caution for caution in found["cautions"])
    for example in Example.objects.filter(key__in=[f"e{number}" for number in range(60)]):
        who = CountedAnswer.objects.filter(example=example).values_list("labeller_id", flat=True).first()
        TookPart.objects.create(example=example, user_id=who)
    # Four labels are left of each, so that nothing is left for five; then it is the consensus of all labels again.
    assert ask(most=5, start=1)["reference"] == "all_labels"
    again = ask(most=4)
    assert (again["reference"], again["n_examples"]) == ("resolved", 60)


def test_a_budget_is_scaled_to_the_examples_at_hand_and_never_overspent():
    project, *_ = labelled()
    found = ask(most=5, confidence=0.98, budget=24)
    assert found["adaptive"]["labels_per_example"]["value"] == pytest.approx(2.2)
    assert "with 24 more labels at most" in found["sentence"]
    factories.make_examples(project, 120, prefix="f")
    assert ask(most=5, confidence=0.98, budget=24)["adaptive"]["labels_per_example"]["value"] == pytest.approx(2.1)
    Project.objects.update(settings={"overlap": {"adaptive": True, "budget": 10}})
    assert ask(most=5, budget="none")["budget"] is None


@pytest.mark.parametrize(
    ("fields", "query", "words"),
    [
        ({"count": 29}, {}, "takes 30 examples with 5 labels or more, and only 29 examples have that many"),
        ({"count": 40, "each": 3}, {}, "and no example has that many"),
    ],
)
def test_where_the_labels_do_not_suffice_it_says_what_is_missing(fields, query, words):
    labelled(**fields)
    found = ask(**query)
    assert found["adaptive"] is None
    assert words in found["undefined"]
    assert found["curve"] == found["fixed"] == []


def test_answers_that_are_no_classes_cannot_be_told():
    factories.make_project(questions=[{"key": "cost", "kind": "number", "prompt": "How much?"}])
    assert "answers that are classes" in ask()["undefined"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [("start", "0"), ("start", "six"), ("start", "6"), ("most", "1"), ("most", "101"), ("confidence", "0.4"), ("confidence", "nan"),
     ("confidence", "inf"), ("budget", "-1"), ("budget", "1.5"), ("most", "٣٣٣٣")],
)  # fmt: skip
def test_nonsense_is_refused_with_its_field(field, typed):
    labelled(count=3)
    answer = get(**{field: typed})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not OverlapState.objects.exists()


def test_labellers_are_blind_to_it_and_strangers_see_nothing():
    labelled(count=3)
    factories.make_project("other", owner="mallory", labellers=())
    assert [get(who).status_code for who in ("ada", "mallory", "lea")] == [403, 404, 200]
    assert get(question="nonsense").status_code == 404


def test_it_is_had_as_a_file():
    labelled()
    answer = get(format="csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert "labels_per_example" in answer.content.decode()
