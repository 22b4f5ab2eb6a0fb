"""Near-duplicates: what is the same thing twice is found, what is not is left alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelling.stats.likeness import (
    MOST_RUNS,
    Groups,
    difference_hash,
    groups_of_hashes,
    groups_of_texts,
    likeness,
    min_hashes,
    normalised,
    picture_likeness,
    same_text,
    shingles,
)

STORY = "the quick brown fox jumps over the lazy dog while seven wizards watch from the old stone bridge near the river bank"


def test_case_punctuation_and_white_space_do_not_make_another_text():
    assert groups_of_texts({1: "Good film!", 2: "  good   FILM ", 3: "bad film"}) == [[1, 2]]
    assert normalised("Ｆｕｌｌ wíde — text.") == normalised("full wíde text")


def test_emoji_and_emoticons_are_part_of_what_a_text_says():
    assert groups_of_texts({1: "\U0001f600", 2: "\U0001f622", 3: " \U0001f600 "}) == [[1, 3]]
    assert groups_of_texts({1: "Great \U0001f44d", 2: "great, \U0001f44e", 3: "great \U0001f44d!"}) == [[1, 3]]
    assert groups_of_texts({1: "nice :)", 2: "nice :(", 3: "Nice. :)"}) == [[1, 3]]
    assert normalised("\u2764\ufe0f") == normalised("\u2764")  # the same heart, with and without the mark that it be drawn in colour
    assert groups_of_texts({1: "costs 5 €", 2: "costs 5 $"}) == []


def test_vowel_signs_tell_words_apart_in_scripts_that_write_them_beside_letters():
    assert groups_of_texts({1: "कि", 2: "की", 3: "कि।"}) == [[1, 3]]
    assert groups_of_texts({1: "ที่", 2: "ทา"}) == []


def test_a_character_changed_in_a_text_without_spaces_leaves_it_near():
    one = "我昨天晚上在城里的电影院看了一部非常好看的新电影，大家都很喜欢它"
    assert groups_of_texts({1: one, 2: one.replace("非常", "十分"), 3: "今天的天气不错我们一起去公园散步吧然后回家做饭"}, least=0.7) == [[1, 2]]
    assert groups_of_texts({1: one, 2: one.replace("，", "。")}, least=1) == [[1, 2]]


def test_a_typing_error_leaves_a_short_text_near():
    one = "The film was a slow and quiet wonder that nobody wanted to end"
    assert groups_of_texts({1: one, 2: one.replace("wonder", "wondr"), 3: "The plot was loud, and everybody was glad that it ended"}) == [[1, 2]]


def test_texts_that_are_longer_than_what_is_kept_of_them_are_compared_by_a_sample():
    random = np.random.default_rng(5)
    story = [f"{number:x}" for number in random.integers(0, 1 << 40, 1500)]
    other = story[:1350] + [f"{number:x}" for number in random.integers(0, 1 << 40, 150)]
    a, b = shingles(" ".join(story)), shingles(" ".join(other))
    assert a.size == b.size == MOST_RUNS
    whole = five_letters(" ".join(story)), five_letters(" ".join(other))
    assert likeness(a, b) == pytest.approx(len(whole[0] & whole[1]) / len(whole[0] | whole[1]), abs=0.05)
    assert likeness(a, a) == 1.0


def test_several_fields_are_the_same_only_part_by_part():
    assert same_text(["Good film", "yes"]) == same_text(["good  film!", "Yes"])
    assert same_text(["good film", "yes"]) != same_text(["good", "film yes"])
    assert same_text([b"-3"]) != same_text([b"3"])
    assert 0 <= same_text(["\ud800 lone"]) < 1 << 63


def test_the_same_texts_have_the_same_numbers_in_any_company():
    random = np.random.default_rng(6)
    texts = [" ".join(random.choice(STORY.split(), 20)) for _ in range(50)]
    whole = min_hashes(texts)
    assert whole.tolist() == np.concatenate([min_hashes(texts[:7]), min_hashes(texts[7:])]).tolist()
    assert whole.tolist() != min_hashes(texts, seed=1).tolist()


def test_brightness_and_contrast_do_not_make_another_picture():
    random = np.random.default_rng(7)
    picture = random.integers(60, 180, (16, 16)).astype(np.uint8)
    paler = (picture * 0.5 + 90).astype(np.uint8)
    other = random.integers(60, 180, (16, 16)).astype(np.uint8)
    assert picture_likeness(picture, paler) > 0.99
    assert picture_likeness(picture, other) < 0.5
    flat, dark = np.full((16, 16), 200, dtype=np.uint8), np.full((16, 16), 20, dtype=np.uint8)
    assert (picture_likeness(flat, flat + 1), picture_likeness(flat, dark), picture_likeness(flat, picture)) == (1.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="same size"):
        picture_likeness(flat, picture[:8])


def test_groups_are_known_by_their_first():
    groups = Groups(5)
    groups.join(4, 2)
    groups.join(2, 3)
    assert groups.together(3, 4)
    assert groups.members() == [[0], [1], [2, 3, 4]]


def test_texts_without_a_word_are_alike_only_where_they_are_the_same():
    assert groups_of_texts({1: ":-)", 2: ":-(", 3: ":-)"}) == [[1, 3]]


def test_a_text_with_a_word_changed_is_near_and_another_story_is_not():
    texts = {"a": STORY, "b": STORY + " today", "c": " ".join(reversed(STORY.split()))}
    assert groups_of_texts(texts) == [["a", "b"]]
    assert groups_of_texts(texts, least=1.0) == []


def five_letters(text):
    return {text[at : at + 5] for at in range(len(text) - 4)}


def test_every_pair_at_or_above_the_mark_is_found_and_none_below():
    random = np.random.default_rng(3)
    words = [f"w{number}" for number in range(300)]
    base = [list(random.choice(words, 60)) for _ in range(40)]
    texts = {}
    for number, story in enumerate(base):
        texts[number, 0] = " ".join(story)
        changed = list(story)
        for place in random.choice(60, int(random.integers(0, 12)), replace=False):
            changed[place] = "new"
        texts[number, 1] = " ".join(changed)
    found = {tuple(group) for group in groups_of_texts(texts)}
    for number in range(40):
        a, b = (five_letters(texts[number, side]) for side in (0, 1))
        near = len(a & b) >= 0.8 * len(a | b)
        assert likeness(*(shingles(texts[number, side]) for side in (0, 1))) == pytest.approx(len(a & b) / len(a | b))
        assert (((number, 0), (number, 1)) in found) == near


@given(st.lists(st.text("ab ", max_size=12), max_size=12))
def test_groups_do_not_share_members_and_hold_all_equal_texts(texts):
    groups = groups_of_texts(dict(enumerate(texts)))
    flat = [key for group in groups for key in group]
    assert len(flat) == len(set(flat))
    for one in range(len(texts)):
        for other in range(one):
            if normalised(texts[one]) == normalised(texts[other]):
                assert any(one in group and other in group for group in groups)


def test_a_picture_made_brighter_or_saved_again_keeps_its_hash_and_another_one_has_another():
    random = np.random.default_rng(1)
    picture = random.integers(20, 200, (8, 9)).astype(np.uint8)
    brighter, other = picture + 30, random.integers(0, 255, (8, 9)).astype(np.uint8)
    noisy = picture.copy()
    noisy[0, 0] = 255 - noisy[0, 0]
    hashes = {name: difference_hash(grey) for name, grey in {"a": picture, "b": brighter, "c": noisy, "d": other}.items()}
    assert hashes["a"] == hashes["b"]
    assert groups_of_hashes(hashes) == [["a", "b", "c"]]
    assert groups_of_hashes(hashes, most_bits=0) == [["a", "b"]]


def test_hashes_within_the_bits_are_found_wherever_the_bits_lie():
    random = np.random.default_rng(2)
    for _ in range(200):
        one = int(random.integers(0, 1 << 62))
        flips = random.choice(64, 4, replace=False)
        other = one
        for bit in flips.tolist():
            other ^= 1 << bit
        assert groups_of_hashes({"one": one, "other": other}) == [["one", "other"]]


def test_thousands_of_things_that_share_nothing_cost_no_pairs():
    texts = {number: " ".join(f"{number * 7919 + word * 104729:x}" for word in range(20)) for number in range(3000)}
    assert groups_of_texts(texts) == []


def test_marks_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="least"):
        groups_of_texts({}, least=0)
    with pytest.raises(ValueError, match="most_bits"):
        groups_of_hashes({}, most_bits=9)
    with pytest.raises(ValueError, match="8 rows"):
        difference_hash(np.zeros((9, 9), dtype=np.uint8))
