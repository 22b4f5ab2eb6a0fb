"""Scores against two kinds of reference, cut down to the labels that have both: only those can be compared."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.measure import person
from labelling.stats import human


def on_the_same(one: human.Scores, other: human.Scores) -> tuple[human.Scores, human.Scores]:
    """Both, each counting only labels that the other counts as well. They may have been made of different parts of the labels."""
    first, second = _names(one), _names(other)
    return only(one, np.isin(first, second[other.counted])), only(other, np.isin(second, first[one.counted]))


def only(scores: human.Scores, mask: NDArray[np.bool_]) -> human.Scores:
    """The scores with these labels alone counted (mask in their order of labels)."""
    counted = scores.counted & mask
    more: dict[str, Any] = {}
    if isinstance(scores, person.KindScores):
        more["wanted_of"] = {row: wanted for row, wanted in scores.wanted_of.items() if counted[row]}

    def wanted() -> Any:
        row, code, share = scores.wanted
        keep = counted[row]
        return row[keep], code[keep], share[keep]

    return replace(scores, counted=counted, credit=np.where(counted, scores.credit, 0.0), find_wanted=wanted, **more)


def _names(scores: human.Scores) -> NDArray[np.int64]:
    """Each label by its example and labeller."""
    labels = scores.labels
    return labels.example_ids[labels.example].astype(np.int64) << 32 | labels.labeller_ids[labels.labeller].astype(np.int64)
