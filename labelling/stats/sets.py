"""Distances between sets of classes."""

from collections.abc import Collection, Hashable


def jaccard_distance(one: Collection[Hashable], other: Collection[Hashable]) -> float:
    """1 minus the share of common elements among all (Jaccard 1901); two empty sets agree fully: 0."""
    a, b = set(one), set(other)
    return 1.0 - len(a & b) / len(a | b) if a or b else 0.0


def masi_distance(one: Collection[Hashable], other: Collection[Hashable]) -> float:
    """MASI (Passonneau 2006): 1 minus Jaccard times 1 for equal sets, 2/3 for a subset, 1/3 for an overlap, 0 for none in common."""
    a, b = set(one), set(other)
    if a == b:
        return 0.0
    likeness = 2 / 3 if a <= b or b <= a else 1 / 3 if a & b else 0.0
    return 1.0 - (1.0 - jaccard_distance(a, b)) * likeness
