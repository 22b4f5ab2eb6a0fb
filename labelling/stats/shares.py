"""Intervals of a share of right labels, where several labels share an example or an author."""

from __future__ import annotations

import numpy as np

from labelling.stats.columns import Floats, Longs
from labelling.stats.intervals import jackknife, wilson
from labelling.stats.results import Interval


def over_examples(right: Floats, total: Floats, value: float, confidence: float, times: Longs | None = None) -> Interval:
    """Wilson's interval with the effective number of labels: labels of one example stand or fall together. `times` says how many
    examples each row stands for, if not one."""
    some = total > 0
    often = np.ones(1) if times is None else times[some].astype(np.float64)
    n = int(some.sum()) if times is None else int(often.sum())
    if n < 2:
        return Interval(None, None, "it takes at least 2 examples")
    spread = float((((right - value * total)[some]) ** 2 * often).sum()) / float((total[some] * often).sum()) ** 2 * n / (n - 1)
    effective = value * (1.0 - value) / spread if spread > 1e-15 and 0.0 < value < 1.0 else float(n)
    low, high = wilson(value * effective, effective, confidence)
    return Interval(low, high, "Wilson's score interval, the labels of one example taken together")


def over_labellers(right: Floats, loads: Floats, value: float, confidence: float) -> Interval:
    who = loads > 0
    n = int(who.sum())
    if n < 3:
        return Interval(None, None, f"it takes at least 3 labellers, and there are {n}")
    rest = loads.sum() - loads[who]
    without = np.where(rest > 0, (right.sum() - right[who]) / np.where(rest > 0, rest, 1.0), np.nan)
    return jackknife(without, value, confidence, (0.0, 1.0))
