"""Value and both intervals of coefficients that are functions of sums over examples, and the chance-corrected ones of classes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from labelling.stats.coefficients import Chance, Coefficient
from labelling.stats.columns import Floats, Labels
from labelling.stats.intervals import Groundwork
from labelling.stats.results import Counts, Result, figure, undefined

NO_PAIRS = "No example has labels of two people yet, so there is nothing to compare."
ONE_CLASS = "Every comparable label has the same answer, so agreement beyond chance cannot be told; look at the raw agreement."
MANY_CODES = 64
FLEISS = {
    True: "Fleiss' kappa (Fleiss 1971)",
    False: "Fleiss' kappa generalised to unequal numbers of labels (Gwet: class shares are means over examples)",
}


def class_coefficients(labels: Labels, weights: Floats | None, weights_name: str) -> dict[str, Coefficient]:
    """Fleiss, Gwet and Brennan-Prediger over the classes that occur; AC2 too where `weights` (n_codes, n_codes) are given."""
    n_codes, used = labels.n_codes, labels.used_codes
    q = int(used.size)

    def gwet(shares: Floats) -> Floats:
        return (shares * (1.0 - shares)).sum(-1) / (q - 1) if q > 1 else np.ones(len(shares))

    def uniform(shares: Floats) -> Floats:
        return np.full(len(shares), 1.0 / max(q, 1))

    found: dict[str, Coefficient] = {
        "fleiss_kappa": Chance(FLEISS[labels.equal_size > 0], n_codes, lambda shares: (shares * shares).sum(-1)),
        "gwet_ac1": Chance(f"Gwet's AC1 over the {q} classes that occur", n_codes, gwet),
        "brennan_prediger": Chance(f"Brennan-Prediger's coefficient over the {q} classes that occur", n_codes, uniform),
    }
    if weights is not None:
        total = float(weights[np.ix_(used, used)].sum())

        def weighted(shares: Floats) -> Floats:
            return total * (shares * (1.0 - shares)).sum(-1) / (q * (q - 1)) if q > 1 else np.ones(len(shares))

        found["gwet_ac2"] = Chance(f"Gwet's AC2 with {weights_name} over the {q} classes that occur", n_codes, weighted, weights)
    return found


def estimate(
    work: Groundwork, coefficients: Mapping[str, Coefficient], confidence: float, resamples: int, seed: int
) -> dict[str, Result]:
    """Value and both intervals of additive coefficients."""
    counts = counts_of(work)
    if not work.n_pairable:
        return {name: undefined(NO_PAIRS, counts) for name in coefficients}
    values = {name: float(c.value(work.total(c)[None, :])[0]) for name, c in coefficients.items()}
    known = [name for name, value in values.items() if np.isfinite(value)]
    limits = [(0.0, 1.0) if name == "percent" else (-1.0, 1.0) for name in known]
    chosen = [coefficients[name] for name in known]
    over_examples = work.over_examples(chosen, [values[n] for n in known], confidence, resamples, seed, limits)
    found: dict[str, Result] = {name: undefined(ONE_CLASS, counts) for name in values if name not in known}
    for name, coefficient, interval, limit in zip(known, chosen, over_examples, limits, strict=True):
        named = {"examples": interval, "labellers": work.over_labellers(coefficient, values[name], confidence, limit)}
        found[name] = figure(values[name], named, coefficient.name, counts, confidence)
    return found


def counts_of(work: Groundwork) -> Counts:
    """Comparable examples, their labels and who gave them."""
    patterns = work.patterns
    n_labels = int((patterns.counts * patterns.sizes)[patterns.pairable].sum())
    return Counts(work.n_pairable, n_labels, int(work.pairable_labellers.size))


def check(confidence: float, resamples: int) -> None:
    if not 0.0 < confidence < 1.0:
        raise ValueError("The confidence lies between 0 and 1, for instance 0.95.")
    if resamples < 0:
        raise ValueError("The number of resamples cannot be negative; 0 asks for the infinitesimal jackknife.")


def occurring(
    labels: Labels, values: ArrayLike | None, distance: ArrayLike | None
) -> tuple[Labels, ArrayLike | None, ArrayLike | None]:
    """The same labels over the codes that occur alone, where there are many codes: unused ones cost time and change nothing."""
    if labels.n_codes <= MANY_CODES or labels.used_codes.size == labels.n_codes:
        return labels, values, distance
    used = labels.used_codes
    place = np.zeros(labels.n_codes, dtype=np.int32)
    place[used] = np.arange(used.size, dtype=np.int32)
    numbers = used.astype(np.float64) if values is None else np.asarray(values, dtype=np.float64)[used]
    table = None if distance is None else np.asarray(distance, dtype=np.float64)[np.ix_(used, used)]
    return labels.recode(place, int(used.size)), numbers, table
