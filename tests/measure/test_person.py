"""One person scored by the kind: what the reference is, ties, several right answers, bounded work."""

from types import SimpleNamespace

import numpy as np
import pytest

from labelling.measure import person, person_parts
from labelling.stats.columns import Labels

CLASSES = [{"key": key, "name": key.upper()} for key in "abc"]
CHOICES = {"kind": "choices", "classes": CLASSES}
NUMBER = {"kind": "number", "low": 0, "high": 10}


def answers(described, votes):
    """`votes` is one list of answers an example, by person 0, 1, ..."""
    values, rows = [], []
    for example, given in enumerate(votes):
        for labeller, answer in enumerate(given):
            if answer not in values:
                values.append(answer)
            rows.append((example, labeller, values.index(answer)))
    return SimpleNamespace(described=described, values=values, labels=Labels.of(*np.array(rows).T, len(values)))


def test_each_label_is_held_against_what_the_others_come_to():
    found = person.leave_one_out(answers(CHOICES, [[["a"], ["a", "b"], ["a", "b"]]]))
    # ["a"] against ["a", "b"]; each of the others against a tie of ["a"] and ["a", "b"], where the mean stands.
    assert found.credit.tolist() == pytest.approx([0.5, 0.75, 0.75])
    assert found.overall().value == pytest.approx(2 / 3)
    assert "how right: classes common" in found.overall().method


def test_a_label_without_another_is_not_scored():
    found = person.leave_one_out(answers(NUMBER, [[5], [4, 6]]))
    assert found.counted.tolist() == [False, True, True]
    assert found.overall().value == pytest.approx(0.8)


def test_of_several_right_answers_the_nearest_counts_and_helpers_are_left_out():
    given = answers(NUMBER, [[2, 5, 9]])
    given.values.extend([3, 10])
    helped = np.array([False, True, False])
    found = person.against_reference(given, np.array([0, 0]), np.array([3, 4]), never_counted=helped)
    assert found.counted.tolist() == [True, False, True]
    assert found.overall().value == pytest.approx((0.9 + 0.9) / 2)
    assert found.reference == "resolved"


def test_without_any_reference_there_is_a_reason():
    nothing = np.zeros(0, dtype=np.int64)
    given = answers(NUMBER, [[2, 5, 9]])
    assert person.against_reference(given, nothing, nothing).overall().undefined
    assert person_parts.measures(given, nothing, nothing, np.zeros(3, dtype=bool), person.against_reference(given, nothing, nothing)) == {}


def test_the_popular_answer_may_be_one_that_nobody_gave():
    scorer = person.Scorer({"kind": "choices", "classes": CLASSES}, [["a", "b"], ["a", "c"], ["b", "c"]])
    code = scorer.consensus([0, 1, 2])
    assert code == 3 and scorer.values[code] == ["a", "b", "c"]
    assert scorer.consensus([2, 1, 0]) == code  # whatever the order, and once


def test_more_work_than_is_allowed_is_done_on_examples_drawn_at_random(monkeypatch):
    monkeypatch.setitem(person.MOST_LABELS, "number", 60)
    random = np.random.default_rng(0)
    given = answers(NUMBER, random.integers(0, 10, (200, 3)).tolist())
    found = person.leave_one_out(given, seed=3)
    assert found.labels.n_labels == 60
    assert "measured on 20 of 200 examples drawn at random (seed 3)" in found.overall().method
    assert found.overall().as_dict() == person.leave_one_out(given, seed=3).overall().as_dict()
    resolved = person.against_reference(given, np.arange(200), given.labels.code[::3], seed=3)
    assert resolved.labels.n_labels == 60 and resolved.overall().value is not None
    assert "drawn at random" in person.two_people(given, found.scorer, seed=3).method


def test_by_class_a_set_is_right_where_it_holds_what_the_reference_holds():
    given = answers(CHOICES, [[["a"], ["a", "b"]], [["c"], ["c"]]])
    code = {tuple(value): place for place, value in enumerate(given.values)}
    found = person.against_reference(given, np.array([0, 1]), np.array([code["a", "b"], code["c",]])).by_key()
    assert {key: figure.value for key, figure in found.items()} == {"a": 1.0, "b": 0.5, "c": 1.0}


def test_the_error_that_nobody_avoids_is_a_range():
    alone = person.leave_one_out(answers(NUMBER, [[2, 4, 6], [5, 5, 5]]))
    found = person.error_range(alone)
    assert 0 <= found.low <= found.high == pytest.approx(1 - alone.overall().value)
