"""Several people's figures drawn towards their mean, the less sure the more: who seems best is so partly by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from labelling.stats.columns import Floats


@dataclass(frozen=True, eq=False)
class Shrunk:
    """`value` and `error` (n,): what to expect of each on new examples, and its standard error; `mean` of all, `spread` the
    standard deviation between them that chance does not explain."""

    value: Floats
    error: Floats
    mean: float
    spread: float


def shrink(values: ArrayLike, errors: ArrayLike) -> Shrunk:
    """Draw figures (n,) with standard errors (n,) towards their mean by how much of their differences is chance.

    The spread between them is DerSimonian and Laird's (1986); each figure keeps the share spread^2 / (spread^2 + error^2) of its
    distance from the mean (empirical Bayes; Efron and Morris 1975), and its error includes that of the mean.
    """
    figures, variance = np.asarray(values, dtype=np.float64), np.asarray(errors, dtype=np.float64) ** 2
    if figures.shape != variance.shape or figures.ndim != 1:
        raise ValueError("Figures and their errors are two flat arrays of one length.")
    if figures.size < 2:
        return Shrunk(figures.copy(), np.sqrt(variance), float(figures.mean()) if figures.size else 0.0, 0.0)
    variance = np.maximum(variance, 1e-12)
    weight = 1.0 / variance
    common = float((weight * figures).sum() / weight.sum())
    chance = float((weight * (figures - common) ** 2).sum()) - (figures.size - 1)
    spread = max(0.0, chance / float(weight.sum() - (weight**2).sum() / weight.sum()))
    weight = 1.0 / (variance + spread)
    mean = float((weight * figures).sum() / weight.sum())
    kept = spread / (spread + variance)
    error = np.sqrt(kept * variance + (1.0 - kept) ** 2 / weight.sum())
    return Shrunk(mean + kept * (figures - mean), error, mean, float(np.sqrt(spread)))


__all__ = ["Shrunk", "shrink"]
