"""Agreement over time and what a change of the guidelines did: only what may be compared is compared."""

import numpy as np
import pytest

from labelling.errors import Invalid
from labelling.measure.guideline_effect import guideline_effect
from labelling.measure.trends import marks_of, trends
from labelling.projects.models import Project
from labelling.stats import agreement, effect
from labelling.stats.columns import Labels
from tests import every_kind, factories
from tests.measure.over_time import MONDAY, new_guidelines, put_rows, relabelled

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LEA = "lea"


def lea():
    return factories.viewer(LEA)


def alpha_of(rows):
    """Nominal alpha of (example, person, answer) rows."""
    columns = [np.unique(list(column), return_inverse=True)[1] for column in zip(*rows, strict=True)]
    return agreement.alpha_value(Labels.of(*columns, n_codes=int(columns[2].max()) + 1))


def test_labels_of_one_week_are_compared_with_each_other_and_with_no_others():
    project = factories.make_project()
    factories.make_examples(project, 4)
    first = [("e0", "ada", "pos"), ("e0", "ben", "neg"), ("e1", "ada", "neg"), ("e1", "ben", "neg"), ("e2", "ada", "pos")]
    put_rows(project, first)
    put_rows(project, [("e2", "ben", "neg"), ("e2", "cleo", "neg"), ("e3", "ada", "pos"), ("e3", "ben", "pos")], day=MONDAY + 7)
    found = trends(lea(), "reviews")
    assert [(row["key"], row["n_labels"], row["alpha"]["n_examples"]) for row in found["periods"]] == [("2026-03-02", 5, 2), ("2026-03-09", 4, 2)]
    assert found["periods"][0]["alpha"]["value"] == pytest.approx(alpha_of(first[:4]))
    assert [row["percent"]["value"] for row in found["periods"]] == [0.5, 1.0]  # ada's label of e2 is of another week


def test_a_sunday_belongs_to_the_week_before_and_days_stand_by_themselves():
    project = factories.make_project()
    factories.make_examples(project, 1)
    for day, name in ((MONDAY - 1, "ada"), (MONDAY, "ben"), (MONDAY + 6, "cleo")):
        put_rows(project, [("e0", name, "pos")], day=day)
    assert [row["key"] for row in trends(lea(), "reviews")["periods"]] == ["2026-02-23", "2026-03-02"]
    by_day = trends(lea(), "reviews", per="day")
    assert [row["key"] for row in by_day["periods"]] == ["2026-03-01", "2026-03-02", "2026-03-08"]


def test_a_second_round_in_the_same_week_is_not_mixed_with_the_first():
    project = factories.make_project()
    factories.make_examples(project, 2)
    put_rows(project, [("e0", "ada", "pos"), ("e0", "ben", "pos"), ("e1", "ada", "neg"), ("e1", "ben", "neg")])
    put_rows(project, [("e0", "ada", "neg"), ("e0", "ben", "neg")], round=2)
    [week] = trends(lea(), "reviews")["periods"]
    assert (week["percent"]["value"], week["percent"]["n_examples"], week["n_labels"]) == (1.0, 3, 6)


def test_the_newest_periods_are_shown_and_the_others_counted(monkeypatch):
    from labelling.measure import trends as module

    monkeypatch.setattr(module, "MOST_PERIODS", {"week": 2, "day": 2})
    project = factories.make_project()
    factories.make_examples(project, 1)
    for week in range(4):
        put_rows(project, [("e0", "ada", "pos"), ("e0", "ben", "pos")], day=MONDAY + 7 * week, round=week + 1)
    found = trends(lea(), "reviews")
    assert [row["key"] for row in found["periods"]] == ["2026-03-16", "2026-03-23"]
    assert found["left_out"] == {"periods": 2}


@pytest.mark.parametrize("question", [question["key"] for question in every_kind.QUESTIONS])
def test_every_kind_has_its_line_and_its_effect(question):
    project = every_kind.every_kind(12)
    put_kinds(project, question)
    found = trends(lea(), "reviews", question=question)
    assert len(found["periods"]) == 2
    assert all(row["percent"]["value"] is not None for row in found["periods"])
    changed = guideline_effect(lea(), "reviews", question=question)
    assert (changed["n_examples"], changed["enough"]) == (12, True)
    difference = changed["percent"]["difference"]
    assert difference["value"] == pytest.approx(changed["percent"]["after"]["value"] - changed["percent"]["before"]["value"])
    assert difference["value"] > 0
    assert {row["key"] for row in changed["by_class"]} <= {item["key"] for item in _described(project, question).get("classes", ())} | {2, 4}


def put_kinds(project: Project, question: str) -> None:
    """First half of the answers are like each other, after the change all but one example's."""
    good, other = every_kind.GOOD[question], every_kind.OTHER[question]
    first = [(f"e{n}", name, good if (n + place) % 2 else other) for n in range(12) for place, name in enumerate(("ada", "ben", "cleo"))]
    again = [(f"e{n}", name, other if n == 3 and name == "ada" else good if n % 3 else other) for n in range(12) for name in ("ada", "ben", "cleo")]
    put_rows(project, first, question=question)
    put_rows(project, again, question=question, round=2, guideline=new_guidelines(project), day=MONDAY + 8)


def _described(project, key):
    from labelling.projects.selectors import questions_of

    return next(question for question in questions_of(project) if question["key"] == key)


def test_the_effect_is_that_of_the_core_on_the_examples_in_common():
    project = relabelled(30)
    factories.make_examples(project, 3)
    put_rows(project, [("e30", "ada", "pos"), ("e30", "ben", "neg"), ("e31", "ada", "pos")])  # under the first version alone
    put_rows(project, [("e32", "ada", "pos"), ("e32", "ben", "neg")], guideline=2)
    found = guideline_effect(lea(), "reviews")
    assert (found["from"], found["to"], found["n_examples"], found["enough"]) == (1, 2, 30, True)
    assert found["examples"] == {"from": 32, "to": 31, "both": 30}
    assert found["labellers"] == {"from": 3, "to": 3, "both": 3}
    assert found["versions"] == [{"version": 1, "n_examples": 32, "in_common": 0}, {"version": 2, "n_examples": 31, "in_common": 30}]
    from labelling.measure.answers import read_answers

    answers = read_answers(project, rounds="all")
    columns = answers.columns
    sides = [
        Labels.of(columns.example[mask], columns.labeller[mask], columns.code[mask], len(answers.values))
        for version in (1, 2)
        for mask in [(columns.guideline_version == version) & np.isin(columns.example, np.unique(columns.example)[:30])]
    ]
    wanted = effect.of_labels(*sides, seed=project.seed)
    assert found["alpha"]["difference"] == wanted.alpha.difference.as_dict()
    assert {row["key"] for row in found["by_class"]} == {"pos", "neg", "mix"}
    assert found["alpha"]["difference"]["low"] < found["alpha"]["difference"]["value"] < found["alpha"]["difference"]["high"]


def test_of_a_person_s_labels_under_one_version_the_newest_counts():
    project = factories.make_project()
    factories.make_examples(project, 1)
    put_rows(project, [("e0", "ada", "pos"), ("e0", "ben", "neg")])
    put_rows(project, [("e0", "ada", "neg")], round=2)
    put_rows(project, [("e0", "ada", "pos"), ("e0", "ben", "pos")], round=3, guideline=new_guidelines(project))
    found = guideline_effect(lea(), "reviews")
    assert (found["n_examples"], found["percent"]["before"]["value"], found["percent"]["after"]["value"]) == (1, 1.0, 1.0)
    assert found["enough"] is False


def test_others_may_have_labelled_after_the_change_and_it_is_said():
    project = factories.make_project(labellers=("ada", "ben", "cleo", "dan"))
    factories.make_examples(project, 12)
    put_rows(project, [(f"e{n}", name, "pos" if n % 2 else "neg") for n in range(12) for name in ("ada", "ben")])
    put_rows(project, [(f"e{n}", name, "pos" if n % 2 else "neg") for n in range(12) for name in ("cleo", "dan")], guideline=new_guidelines(project))
    found = guideline_effect(lea(), "reviews")
    assert found["labellers"] == {"from": 2, "to": 2, "both": 0}
    assert found["n_examples"] == 12  # in one round


def test_with_one_version_or_no_labels_there_is_nothing_to_compare():
    project = factories.make_project()
    found = guideline_effect(lea(), "reviews")
    assert (found["from"], found["to"], found["n_examples"], found["versions"]) == (None, 1, 0, [])
    assert found["alpha"]["difference"]["undefined"] == effect.NOT_BOTH
    new_guidelines(project)
    assert guideline_effect(lea(), "reviews")["from"] == 1


@pytest.mark.parametrize(("given", "field"), [({"to": "3"}, "to"), ({"to": "0"}, "to"), ({"from_": "x"}, "from"), ({"from_": "2"}, "from"), ({"from_": "2", "to": "1"}, "from"), ({"from_": "²"}, "from")])
def test_versions_that_do_not_fit_are_refused(given, field):
    new_guidelines(factories.make_project())
    with pytest.raises(Invalid) as refused:
        guideline_effect(lea(), "reviews", **given)
    assert list(refused.value.fields) == [field]


def test_marks_are_versions_and_notes_in_the_order_of_their_days():
    from labelling.measure import services

    project = factories.make_project()
    new_guidelines(project, weeks=2, reason="Irony counts")
    for day, text in (("2026-03-04", "Ben joined"), ("2026-03-30", "A talk")):
        services.add_note(actor=lea(), slug="reviews", fields={"date": day, "text": text}, now=factories.NOW)
    assert [(mark["at"], mark["kind"], mark["name"], mark["text"]) for mark in marks_of(project)] == [
        ("2026-03-04", "note", "note 1", "Ben joined"), ("2026-03-16", "guideline", "v2", "Irony counts"), ("2026-03-30", "note", "note 2", "A talk"),
    ]  # fmt: skip
