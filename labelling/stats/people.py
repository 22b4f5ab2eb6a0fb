"""Each labeller's agreement with the others, from how far each of their labels lies from the others' labels of its example."""

from __future__ import annotations

import numpy as np

from labelling.stats.columns import Floats, Labels
from labelling.stats.groups import LabellerAgreement
from labelling.stats.intervals import from_influence
from labelling.stats.results import Counts, Interval, Result, figure, undefined

ALONE = "Nobody else has labelled this person's examples yet."
NO_CHANCE = "Chance alone would give no disagreement here, so agreement beyond it cannot be told; look at the likeness of the answers."


def each_labeller(
    labels: Labels,
    *,
    apart: Floats,
    number: Floats,
    chance: float,
    like: Floats,
    out_of: Floats,
    method: str,
    like_method: str,
    without: dict[int, float],
    confidence: float = 0.95,
) -> list[LabellerAgreement]:
    """alpha = 1 - (sum of `apart` / sum of `number`) / `chance` and likeness = sum of `like` / sum of `out_of` over each person's
    labels; all four (n_labels,) in the order of `labels`. `chance` is the distance of two answers drawn from all, `without` each
    labeller's place → alpha of the others."""
    loads = np.bincount(labels.labeller, minlength=labels.n_labellers)
    order = np.argsort(labels.labeller, kind="stable")
    edges = np.searchsorted(labels.labeller[order], np.arange(labels.n_labellers + 1))
    found: list[LabellerAgreement] = []
    for who, name in enumerate(labels.labeller_ids.tolist()):
        rows = order[edges[who] : edges[who + 1]]
        rows = rows[number[rows] > 0]
        counts = Counts(int(rows.size), int(rows.size), 1)
        mine: Result = undefined(ALONE, counts)
        likeness: Result = mine
        if rows.size:
            mine = undefined(NO_CHANCE, counts)
            if chance > 0:
                words = f"{method}, this person's pairs with the others; the disagreement by chance is that of all labels"
                mine = _part(apart[rows], number[rows], -1.0 / chance, 1.0, words, counts, confidence, -1.0)
            if float(out_of[rows].sum()) > 0:
                likeness = _part(like[rows], out_of[rows], 1.0, 0.0, f"{like_method}, with the others", counts, confidence, 0.0)
        rest = without.get(who, np.nan)
        found.append(LabellerAgreement(name, mine, likeness, float(rest) if np.isfinite(rest) else None, int(loads[who])))
    return found


def _part(
    above: Floats, below: Floats, slope: float, start: float, method: str, counts: Counts, confidence: float, lowest: float
) -> Result:
    """start + slope * (sum above / sum below), with the infinitesimal jackknife over the person's examples."""
    mean = float(above.sum() / below.sum())
    value = start + slope * mean
    interval = Interval(None, None, "it takes at least 2 examples")
    if above.size > 1:
        influence = slope * (above - mean * below) / float(below.sum())
        interval = from_influence(influence, np.ones(above.size, dtype=np.int64), value, confidence, (lowest, 1.0))
    return figure(value, {"examples": interval}, method, counts, confidence)
