"""How like two texts are, and which one of several is in their middle."""

from collections.abc import Sequence

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein


def edit_distance(one: str, other: str) -> float:
    """Levenshtein's distance in code points over the length of the longer text: 0 for equals, 1 for nothing in common."""
    return float(Levenshtein.normalized_distance(one, other))


def middle_text(texts: Sequence[str]) -> tuple[str | None, float, bool]:
    """(the text with the least summed edit distance to the others, its mean likeness to them, tie). Different texts that are
    equally near are a tie, and then there is none."""
    if len(set(texts)) == 1:
        return texts[0], 1.0, False
    different = list(dict.fromkeys(texts))
    table = process.cdist(different, texts, scorer=Levenshtein.normalized_distance, dtype=np.float64)
    sums = {text: sum(row) for text, row in zip(different, table.tolist(), strict=True)}
    least = min(sums.values())
    nearest = [text for text, total in sums.items() if total <= least + 1e-12]
    confidence = 1.0 - least / (len(texts) - 1)
    return (nearest[0] if len(nearest) == 1 else None), confidence, len(nearest) > 1
