import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

from labelling.stats.scoring import score_choice, score_choice_slices, score_rating, score_rating_slices


def made_up(seed=0, n=300, k=4):
    random = np.random.default_rng(seed)
    truth = random.choice(k, n, p=[0.5, 0.3, 0.15, 0.05])
    return np.where(random.random(n) < 0.8, truth, random.integers(0, k, n)), truth


def test_accuracy_and_f1_are_those_of_scikit_learn():
    guess, truth = made_up()
    score = score_choice(guess, truth, 4)
    precision, recall, f1, support = precision_recall_fscore_support(truth, guess, labels=range(4))
    assert score.accuracy.value == pytest.approx(accuracy_score(truth, guess))
    assert score.macro_f1.value == pytest.approx(f1_score(truth, guess, average="macro"))
    assert [c.precision.value for c in score.per_class] == pytest.approx(precision)
    assert [c.recall.value for c in score.per_class] == pytest.approx(recall)
    assert [c.f1.value for c in score.per_class] == pytest.approx(f1)
    assert [c.support for c in score.per_class] == support.tolist()
    assert score.confusion.sum() == 300


def test_every_interval_holds_its_figure():
    score = score_choice(*made_up(), 4)
    figures = [score.accuracy, score.macro_f1, score.baseline]
    figures += [figure for c in score.per_class for figure in (c.precision, c.recall, c.f1)]
    assert all(0 <= figure.low < figure.value < figure.high <= 1 for figure in figures)


def test_a_missing_prediction_counts_as_wrong_and_is_counted():
    score = score_choice([0, -1, 1, 1], [0, 0, 1, 1], 2)
    assert score.accuracy.value == 0.75
    assert score.missing == 1
    assert score.per_class[0].recall.value == 0.5
    assert score.per_class[0].precision.value == 1.0


def test_any_of_several_right_answers_counts():
    score = score_choice([1, 2, 0], [0, 0, 0], 3, allowed=[[0, 1], [0, 1], [0]])
    assert score.accuracy.value == pytest.approx(2 / 3)
    assert score.confusion[1, 1] == 1
    with pytest.raises(ValueError, match="'allowed' needs the right codes of each example"):
        score_choice([1], [0], 3, allowed=[])


def test_the_baseline_is_the_most_frequent_class_or_the_one_given():
    guess, truth = [0, 1, 1, 0], [0, 1, 1, 1]
    found = score_choice(guess, truth, 2)
    assert (found.baseline_code, found.baseline.value) == (1, 0.75)
    given = score_choice(guess, truth, 2, baseline_code=0)
    assert (given.baseline_code, given.baseline.value) == (0, 0.25)


def test_a_class_never_predicted_and_one_never_wanted_say_so():
    score = score_choice([0, 0, 2], [0, 1, 0], 3)
    by_code = {c.code: c for c in score.per_class}
    assert by_code[1].precision.undefined == "The model never gave this class."
    assert by_code[1].f1.value == 0.0
    assert by_code[2].recall.undefined == "No reference has this class."


def test_nothing_to_score_is_undefined():
    assert score_choice([], [], 3).accuracy.undefined == "There is no prediction with a reference to compare it with."
    assert score_rating([], []).mean_absolute_error.value is None


@pytest.mark.parametrize(
    ("guess", "truth", "message"),
    [([0], [5], "Reference codes lie between 0 and 1"), ([9], [0], "Predicted codes lie between"), ([0, 1], [0], "two flat arrays")],
)
def test_codes_outside_the_classes_are_refused(guess, truth, message):
    with pytest.raises(ValueError, match=message):
        score_choice(guess, truth, 2)


def test_slices_are_scored_as_if_alone():
    guess, truth = made_up()
    keys = np.array(["north", "south"])[np.arange(300) % 2]
    found = score_choice_slices(guess, truth, 4, keys)
    assert [(s.key, s.n_examples) for s in found] == [("north", 150), ("south", 150)]
    for place, part in enumerate(found):
        alone = score_choice(guess[place::2], truth[place::2], 4)
        assert part.figures["accuracy"].value == alone.accuracy.value
        assert part.figures["macro_f1"].value == alone.macro_f1.value
        assert part.figures["macro_f1"].intervals == alone.macro_f1.intervals


def test_ratings_are_scored_by_mean_distance_beside_the_constant_median():
    score = score_rating([1, 2, 5, np.nan], [1, 3, 3, 2])
    assert score.mean_absolute_error.value == 1.0
    assert score.accuracy.value == 0.25
    assert score.missing == 1
    assert (score.baseline_value, score.baseline.value) == (2.5, 0.75)
    assert score.mean_absolute_error.low == 0.0


def test_rating_slices():
    found = score_rating_slices([1, 2, 3], [1, 1, 1], ["a", "b", "a"])
    assert [(s.key, s.figures["mean_absolute_error"].value) for s in found] == [("a", 1.0), ("b", 1.0)]
    assert found[1].figures["mean_absolute_error"].low is None
