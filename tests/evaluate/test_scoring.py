"""Model and people by identical references."""

import numpy as np
import pytest

from labelling.evaluate.scoring import score
from labelling.evaluate.split import Split
from labelling.kinds import KINDS
from tests.factories import SENTIMENT, STRENGTH

CHOICE = {**SENTIMENT, **KINDS["choice"].check_question(SENTIMENT, "q")}
AMOUNT = {"key": "amount", "kind": "number", "prompt": "How much?", "low": 0, "high": 100}
NUMBER = {**AMOUNT, **KINDS["number"].check_question(AMOUNT, "q")}
RATING = {**STRENGTH, **KINDS["rating"].check_question(STRENGTH, "q")}


def split(votes, reference, *, described=CHOICE, settled=None, helped=None, slices=None, most_frequent=None):
    rows = [(place, who, answer) for place, given in enumerate(votes) for who, answer in enumerate(given) if answer is not None]
    place, who, answers = (list(part) for part in zip(*rows, strict=True)) if rows else ([], [], [])
    return Split(
        described=described,
        reference=reference,
        settled=np.array(settled or [False] * len(reference)),
        labels=(np.array(place, dtype=np.int64), np.array(who, dtype=np.int64), answers),
        helped=np.array(helped or [False] * len(rows), dtype=np.bool_),
        slices=slices or {},
        most_frequent=most_frequent,
    )


def test_accuracy_is_that_against_the_versions_answers():
    found = score(split([["pos"] * 3, ["neg"] * 3, ["pos"] * 3], [["pos"], ["neg"], ["neg"]]), ["pos", "neg", "pos"])
    assert found["metrics"]["accuracy"]["value"] == pytest.approx(2 / 3)
    assert [row["support"] for row in found["by_class"] if row["key"] in ("pos", "neg")] == [1, 2]


def test_a_model_that_answers_like_one_person_is_as_good_as_that_person():
    random = np.random.default_rng(0)
    votes = [[random.choice(["pos", "neg", "mix"], p=[0.7, 0.2, 0.1]) for _ in range(4)] for _ in range(400)]
    guess = [random.choice(["pos", "neg", "mix"], p=[0.7, 0.2, 0.1]) for _ in votes]
    found = score(split(votes, [["pos"]] * len(votes)), guess)["baselines"]["human"]
    assert found["gap"]["low"] < 0 < found["gap"]["high"]
    assert found["gap"]["value"] == pytest.approx(
        found["model_on_the_same_references"]["value"] - found["accuracy"]["value"], abs=1e-12
    )


def test_people_and_model_are_scored_by_the_others_where_nothing_was_settled():
    found = score(split([["pos", "pos", "neg"]], [["pos"]]), ["pos"])["baselines"]["human"]
    # pos against (pos, neg): half each; neg against (pos, pos): wrong. The model: half, half, right.
    assert found["accuracy"]["value"] == pytest.approx((0.5 + 0.5 + 0) / 3)
    assert found["model_on_the_same_references"]["value"] == pytest.approx((0.5 + 0.5 + 1) / 3)


def test_what_was_settled_is_the_reference_and_its_settlers_are_not_scored():
    one = split([["pos", "neg", "neg"], ["pos", "pos", "neg"]], [["pos"], ["neg", "mix"]], settled=[True, True], helped=[True, False, False, False, False, False])
    human = score(one, ["pos", "mix"])["baselines"]["human"]
    assert human["chosen"] == "leave_one_out"  # two resolved examples are too few to go by
    found = human["references"]["resolved"]["each_label"]
    assert (found["person"]["value"], found["person"]["n_labels"]) == (pytest.approx(1 / 5), 5)
    assert found["model"]["value"] == 1.0
    assert human["references"]["resolved"]["left_out"]["took_part"] == 1


def test_answers_that_are_partly_right_are_scored_by_what_the_others_come_to_or_what_was_settled():
    votes = [[0.0, 0.0, 50.0], [50.0]]
    one = split(votes, [[50.0, 80.0], [50.0]], described=NUMBER)
    alone = score(one, [50.0, 1.0])["baselines"]["human"]["references"]["leave_one_out"]["each_label"]
    # Against 0 and 50 their median, 25; the third person against 0. Nobody else labelled the second example.
    assert alone["person"]["value"] == pytest.approx((0.75 + 0.75 + 0.5) / 3)
    assert alone["model"]["value"] == pytest.approx((0.75 + 0.75 + 0.5) / 3)
    settled = split(votes, [[50.0, 80.0], [50.0]], described=NUMBER, settled=[True, True], helped=[True, False, False, False])
    found = score(settled, [80.0, None])["baselines"]["human"]["references"]["resolved"]["each_label"]
    assert (found["person"]["value"], found["person"]["n_labels"]) == (pytest.approx((0.5 + 1 + 1) / 3), 3)
    assert found["model"]["value"] == pytest.approx((1 + 1 + 0) / 3)  # the nearest of several right answers; none is wrong


def test_several_right_answers_are_all_right():
    assert score(split([["pos"]], [["pos", "mix"]]), ["mix"])["metrics"]["accuracy"]["value"] == 1.0


def test_the_baseline_always_answers_the_most_frequent_of_the_training_split():
    found = score(split([["pos"]] * 4, [["pos"], ["pos"], ["pos"], ["neg"]], most_frequent="neg"), ["pos"] * 4)
    assert found["baselines"]["most_frequent"]["answer"] == "neg"
    assert found["baselines"]["most_frequent"]["accuracy"]["value"] == 0.25


def test_a_prediction_that_is_missing_is_wrong_and_counted():
    found = score(split([["pos"], ["neg"]], [["pos"], ["neg"]]), ["pos", None])
    assert (found["metrics"]["accuracy"]["value"], found["missing"]) == (0.5, 1)


def test_examples_without_a_reference_are_left_out_and_counted():
    found = score(split([["pos"], ["neg"]], [["pos"], []]), ["pos", "pos"])
    assert (found["metrics"]["accuracy"]["value"], found["without_reference"]) == (1.0, 1)


def test_slices_where_the_model_loses_to_people_come_first_by_their_weight():
    votes = [["pos"] * 3] * 40
    guess = ["neg"] * 20 + ["pos"] * 20
    lab = ["a"] * 20 + ["b"] * 20
    rows = score(split(votes, [["pos"]] * 40, slices={"meta.lab": lab}), guess)["by_slice"]
    assert [row["slice"] for row in rows] == ["meta.lab=a", "meta.lab=b"]
    assert (rows[0]["metric"]["value"], rows[0]["human"]["value"], rows[0]["gap"]["value"]) == (0.0, 1.0, -1.0)
    assert (rows[0]["share"], rows[0]["priority"]) == (0.5, 0.5)
    assert rows[1]["priority"] == 0.0


def test_ratings_have_their_mean_error_too():
    found = score(split([[3, 4], [1, 1]], [[3], [1]], described=RATING), [5, 1])
    assert found["metrics"]["mean_absolute_error"]["value"] == 1.0
    assert found["metrics"]["accuracy"]["value"] == 0.5


def test_nothing_to_score_says_why():
    found = score(split([], []), [])
    assert found["metrics"]["accuracy"]["value"] is None
    assert found["baselines"]["human"]["gap"]["undefined"]
