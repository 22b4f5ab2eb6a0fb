"""Pairs within groups: counted as by hand, and their interval covers where groups differ."""

from itertools import combinations

import numpy as np
import pytest

from labelling.stats.consistency import PairsInGroups, pairs_of_codes
from labelling.stats.results import Counts, Undefined


def by_hand(things):
    """things: (group, copy, {code: share}). group → (pairs, chance that one answer of each is the same)."""
    found = {}
    for (g, c, one), (h, d, other) in combinations(things, 2):
        if g == h:
            pairs, same = found.get(g, (0, 0.0))
            if c != d:
                pairs, same = pairs + 1, same + sum(share * other.get(code, 0) for code, share in one.items())
            found[g] = (pairs, same)
    return found


def test_pairs_are_those_of_a_count_by_hand():
    random = np.random.default_rng(2)
    for _ in range(30):
        things = []
        for _ in range(int(random.integers(2, 25))):
            shares = random.dirichlet([1, 1, 1])
            things.append((int(random.integers(0, 4)), int(random.integers(0, 5)), dict(enumerate(shares.tolist()))))
        rows = [(g, c, code, share, place) for place, (g, c, shares) in enumerate(things) for code, share in shares.items()]
        group, copy, code, weight, thing = (np.array(part) for part in zip(*rows, strict=True))
        found = pairs_of_codes(group, copy, code, weight, thing)
        wanted = by_hand(things)
        for place, g in enumerate(found.group.tolist()):
            pairs, same = wanted.get(g, (0, 0.0))
            assert found.pairs[place] == pytest.approx(pairs)
            assert found.agreeing[place] == pytest.approx(same)


def test_nothing_to_compare_has_no_figure():
    found = pairs_of_codes([1, 1], [0, 0], [0, 1], [1, 1], [5, 6])  # exact copies of each other
    assert found.pairs.tolist() == [0]
    assert isinstance(found.share(Counts(2, 2, 1)), Undefined)
    assert isinstance(pairs_of_codes([], [], [], [], []).share(Counts()), Undefined)


def test_all_alike_is_not_certain():
    found = PairsInGroups(np.arange(20), np.ones(20), np.ones(20)).share(Counts(40, 80, 3))
    assert (found.value, found.high) == (1.0, 1.0)
    assert 0.8 < found.low < 0.9


def test_the_interval_covers_the_share_though_pairs_of_a_group_hang_together():
    random = np.random.default_rng(4)
    hits = 0
    for _ in range(600):
        size = random.integers(2, 6, 60)
        odds = random.beta(8, 2, 60)  # each group has its own
        groups, codes = np.repeat(np.arange(60), size), (random.random(int(size.sum())) < np.repeat(odds, size)).astype(int)
        things = np.arange(codes.size)
        found = pairs_of_codes(groups, things, codes, np.ones(codes.size), things).share(Counts(codes.size))
        truth = 8 * 9 / (10 * 11) + 2 * 3 / (10 * 11)  # E[p² + (1-p)²]
        hits += found.low <= truth <= found.high
    assert hits / 600 > 0.9
