"""Texts and numbers: alpha of any distance against its table, estimates within their error, many distinct numbers at speed."""

import itertools
import time

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelling.stats import agreement, distances
from labelling.stats.columns import Labels
from labelling.stats.compare_numbers import NumberComparison
from labelling.stats.compare_texts import TextComparison
from labelling.stats.texts import edit_distance, middle_text
from labelling.stats.words import Words, word_error_rate
from tests.stats.samples import simulate

TEXTS = ["", "a", "ab", "abc", "b a", "ciao", "Ciao!", "the cat sat", "The cat, sat.", "a cat sat down", "東京", "東"]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, len(TEXTS) - 1)), unique_by=lambda row: row[:2], max_size=18))
@settings(deadline=None)
def test_alpha_of_texts_is_alpha_of_the_table_of_their_edit_distances(rows):
    labels = Labels.of(*np.array(rows, dtype=np.int64).reshape(-1, 3).T, len(TEXTS))
    found = TextComparison.of(labels, TEXTS).alpha()
    table = [[edit_distance(one, other) for other in TEXTS] for one in TEXTS]
    wanted = agreement.alpha(labels, "custom", distance=table, resamples=0)
    assert found.value == pytest.approx(wanted.value, abs=1e-9)
    assert "drawn at random" not in getattr(found, "method", "")


def test_the_disagreement_by_chance_of_many_texts_is_estimated_and_the_figure_says_so():
    random = np.random.default_rng(1)
    letters = np.array(list("abcdefgh"))
    truth = ["".join(random.choice(letters, 12)) for _ in range(300)]
    texts = [t[:k] + "x" + t[k + 1 :] if random.random() < 0.5 else t + str(k) for t in truth for k in random.integers(0, 12, 3)]
    labels = Labels.of(np.repeat(np.arange(300), 3), np.tile([0, 1, 2], 300), np.arange(900))
    compared = TextComparison.of(labels, texts)
    exact = agreement.alpha_value(labels, "custom", distance=[[edit_distance(a, b) for b in texts] for a in texts])
    found = compared.alpha()
    assert found.value == pytest.approx(exact, abs=0.005)
    assert f"{900 * distances.DRAWN_EACH:,} pairs of labels drawn at random (seed 0)" in found.method
    assert TextComparison.of(labels, texts).alpha().as_dict() == found.as_dict()


def test_words_are_compared_without_case_and_punctuation():
    words = Words(["The cat, sat.", "the cat sat", "a cat sat down", ""])
    assert words.alike(np.array([0, 0, 3, 3]), np.array([1, 2, 3, 0])).tolist() == pytest.approx([1.0, 0.5, 1.0, 0.0])
    assert word_error_rate(["the cat sat", "a dog"], ["a cat sat", "a dog"]) == pytest.approx(1 / 5)


def test_likeness_of_texts_is_the_mean_over_pairs_of_labels():
    labels = Labels.of([0, 0, 0], [0, 1, 2], [0, 1, 2], 3)
    compared = TextComparison.of(labels, ["one two", "one two", "one three"])
    assert compared.likeness().value == pytest.approx((1 + 0.5 + 0.5) / 3)
    assert compared.measures()["percent"].value == 0.0


@given(st.lists(st.sampled_from(TEXTS), min_size=2, max_size=6))
def test_the_middle_text_has_the_least_sum_of_distances(texts):
    found, _, tie = middle_text(texts)
    sums = {text: sum(edit_distance(text, other) for other in texts) for text in texts}
    assert tie == (sum(total <= min(sums.values()) + 1e-12 for total in sums.values()) > 1) or len(set(texts)) == 1
    if not tie:
        assert sums[found] == pytest.approx(min(sums.values()))


def test_so_much_text_that_it_would_take_long_is_measured_on_a_part_that_is_named():
    texts = [letter * 9_000 for letter in "abcdef"]
    labels = Labels.of(np.repeat(np.arange(400), 3), np.tile([0, 1, 2], 400), np.arange(1200) % 6)
    compared = TextComparison.of(labels, texts)
    assert compared.labels.n_examples < 400
    assert "of 400 examples drawn at random" in compared.likeness().method


@pytest.mark.parametrize("level", ["interval", "ratio"])
@pytest.mark.parametrize("n_codes", [40, 600])
def test_alpha_of_numbers_is_the_packages(level, n_codes):
    labels, _ = simulate(2, 250, 3, 5, n_codes, accuracy=0.7)
    values = np.random.default_rng(0).gamma(2.0, 10.0, n_codes)
    table = np.full((labels.n_labellers, labels.n_examples), np.nan)
    table[labels.labeller, labels.example] = values[labels.code]
    wanted = krippendorff.alpha(reliability_data=table, level_of_measurement=level)
    compared = NumberComparison(labels, values, level)
    assert compared.alpha().value == pytest.approx(wanted, abs=1e-9)
    with_others = compared.by_labeller()
    assert np.mean([one.alpha.value for one in with_others]) == pytest.approx(wanted, abs=0.05)


def test_concordance_of_two_people_is_their_kappa_with_quadratic_weights():
    from labelling.stats import cohen

    labels, _ = simulate(3, 120, 2, 2, 6, accuracy=0.6)
    table = np.zeros((6, 6))
    for rows in labels.offsets[:-1]:
        pair = sorted(zip(labels.labeller[rows : rows + 2], labels.code[rows : rows + 2], strict=True))
        table[pair[0][1], pair[1][1]] += 1
    found, left_out = NumberComparison(labels, np.arange(6.0)).by_two(10)
    assert found[0].figure.value == pytest.approx(cohen.kappa_of_table(table, "quadratic").value) and left_out == 0


def test_many_distinct_numbers_need_no_table():
    random = np.random.default_rng(0)
    truth = random.gamma(2, 10, 8000)
    numbers = np.abs(np.repeat(truth, 3) + random.normal(0, 3, 24_000))
    values, codes = np.unique(np.round(numbers, 3), return_inverse=True)
    labels = Labels.of(np.repeat(np.arange(8000), 3), np.tile([0, 1, 2], 8000), codes)
    assert values.size > 15_000
    for level in ("interval", "ratio"):
        started = time.process_time()
        compared = NumberComparison(labels, values, level)
        assert 0 < compared.alpha().value < 1
        compared.measures(), compared.by_labeller(), compared.by_two(10)
        assert time.process_time() - started < 6, level


def test_ratios_of_many_numbers_are_estimated_near_their_exact_alpha():
    labels, _ = simulate(4, 3000, 3, 5, 20_000, accuracy=0.6)
    values = np.random.default_rng(0).gamma(3.0, 5.0, 20_000)
    found = NumberComparison(labels, values, "ratio").alpha()
    exact = _exact_ratio(labels, values)
    assert found.value == pytest.approx(exact, abs=0.01)
    assert "drawn at random" in found.method


def _exact_ratio(labels, values):
    numbers = values[labels.code]
    apart = sum(
        ((numbers[a] - numbers[b]) / (numbers[a] + numbers[b])) ** 2
        for start in range(0, labels.n_labels, 3)
        for a, b in itertools.combinations(range(start, start + 3), 2)
    )
    total = sum(float((((n - numbers) / (n + numbers)) ** 2).sum()) for n in numbers)
    return 1 - (numbers.size - 1) * apart / total
