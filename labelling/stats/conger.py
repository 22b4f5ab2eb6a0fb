"""Conger's kappa: chance agreement from each labeller's own class shares.

p_e is the mean over pairs of labellers of the product of their class shares; source: Conger (1980), as generalised to
missing labels in Gwet's Handbook of Inter-Rater Reliability.
"""

from __future__ import annotations

import numpy as np

from labelling.stats.chance import counts_of
from labelling.stats.coefficients import RawAgreement
from labelling.stats.columns import Floats
from labelling.stats.intervals import Groundwork, from_influence, jackknife
from labelling.stats.results import Interval, Result, figure, undefined

LIMITS = (-1.0, 1.0)


def kappa(work: Groundwork, confidence: float) -> Result:
    """Conger's kappa with an infinitesimal jackknife over examples and a delete-one jackknife over labellers."""
    labels = work.labels
    counts = counts_of(work)
    if not work.n_pairable:
        return undefined("No example has labels of two people yet, so there is nothing to compare.", counts)
    given = np.bincount(
        labels.labeller.astype(np.int64) * labels.n_codes + labels.code, minlength=labels.n_labellers * labels.n_codes
    ).reshape(labels.n_labellers, labels.n_codes).astype(np.float64)
    loads = given.sum(1)
    shares = given / loads[:, None]
    n = labels.n_labellers
    if n < 2:
        return undefined("Conger's kappa compares labellers, and there is only one.", counts)
    pooled = shares.sum(0)
    chance = float((pooled * pooled - (shares * shares).sum(0)).sum() / (n * (n - 1)))
    raw = RawAgreement()
    observed = float(raw.value(work.total(raw)[None, :])[0])
    if 1.0 - chance < 1e-12:
        return undefined("Every comparable label has the same answer, so agreement beyond chance cannot be told.", counts)
    value = (observed - chance) / (1.0 - chance)
    named = {"examples": _over_examples(work, shares, loads, observed, chance, value, confidence)}
    who = work.pairable_labellers
    if who.size < 3:
        named["labellers"] = Interval(None, None, f"it takes at least 3 labellers with examples in common, and there are {who.size}")
    else:
        rest = pooled - shares
        squares = (shares * shares).sum() - (shares * shares).sum(1)
        chances = ((rest * rest).sum(1) - squares) / ((n - 1) * (n - 2))
        kept = work.without_each_labeller(raw)
        with np.errstate(invalid="ignore", divide="ignore"):
            named["labellers"] = jackknife((kept - chances[who]) / (1.0 - chances[who]), value, confidence, LIMITS)
    return figure(value, named, "Conger's kappa (chance from each labeller's own class shares)", counts, confidence)


def _over_examples(
    work: Groundwork, shares: Floats, loads: Floats, observed: float, chance: float, value: float, confidence: float
) -> Interval:
    if work.n_pairable < 2:
        return Interval(None, None, "it takes at least 2 examples with two labels or more")
    labels, n = work.labels, work.labels.n_labellers
    by_share = 2.0 * (shares.sum(0) - shares) / (n * (n - 1))
    by_label = (by_share - (by_share * shares).sum(1)[:, None]) / loads[:, None]
    moved = np.add.reduceat(by_label[labels.labeller, labels.code], labels.offsets[:-1])
    h = work.patterns.histograms
    m = h.totals
    agreed = h.sum_rows(h.counts * (h.counts - 1.0)) / np.maximum(m * (m - 1.0), 1.0)
    raised = np.where(work.patterns.pairable, (agreed - observed) / work.n_pairable, 0.0)[work.patterns.of_example]
    influence = raised / (1.0 - chance) - (1.0 - observed) / (1.0 - chance) ** 2 * moved
    return from_influence(influence, np.ones(influence.size, dtype=np.int64), value, confidence, LIMITS)
