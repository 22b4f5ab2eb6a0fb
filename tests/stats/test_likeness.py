"""Near-duplicates: what is the same thing twice is found, what is not is left alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelling.stats.likeness import difference_hash, groups_of_hashes, groups_of_texts, normalised, shingles

STORY = "the quick brown fox jumps over the lazy dog while seven wizards watch from the old stone bridge near the river bank"


def test_case_punctuation_and_white_space_do_not_make_another_text():
    assert groups_of_texts({1: "Good film!", 2: "  good   FILM ", 3: "bad film"}) == [[1, 2]]
    assert normalised("Ｆｕｌｌ wíde — text.") == normalised("full wíde text")


def test_texts_without_a_word_are_alike_only_where_they_are_the_same():
    assert groups_of_texts({1: ":-)", 2: ":-(", 3: ":-)"}) == [[1, 3]]


def test_a_text_with_a_word_changed_is_near_and_another_story_is_not():
    texts = {"a": STORY, "b": STORY + " today", "c": " ".join(reversed(STORY.split()))}
    assert groups_of_texts(texts) == [["a", "b"]]
    assert groups_of_texts(texts, least=1.0) == []


def test_every_pair_at_or_above_the_mark_is_found_and_none_below():
    random = np.random.default_rng(3)
    words = [f"w{number}" for number in range(300)]
    base = [list(random.choice(words, 60)) for _ in range(40)]
    texts = {}
    for number, story in enumerate(base):
        texts[number, 0] = " ".join(story)
        changed = list(story)
        for place in random.choice(60, int(random.integers(0, 8)), replace=False):
            changed[place] = "new"
        texts[number, 1] = " ".join(changed)
    found = {tuple(group) for group in groups_of_texts(texts)}
    for number in range(40):
        a, b = (shingles(texts[number, side]) for side in (0, 1))
        near = len(a & b) >= 0.8 * len(a | b)
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
    texts = {number: " ".join(f"{number}x{word}" for word in range(20)) for number in range(3000)}
    assert groups_of_texts(texts) == []


def test_marks_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="least"):
        groups_of_texts({}, least=0)
    with pytest.raises(ValueError, match="most_bits"):
        groups_of_hashes({}, most_bits=9)
    with pytest.raises(ValueError, match="8 rows"):
        difference_hash(np.zeros((9, 9), dtype=np.uint8))
