"""How far labellers agree: every coefficient with both intervals, from one pass over the labels.

    from labelling.stats import agreement
    found = agreement.measure(Labels.of(example, labeller, code), level="nominal")
    found.alpha.value, found.alpha.low, found.alpha.high
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from labelling.stats import cohen, conger
from labelling.stats.coefficients import Chance, Coefficient, RawAgreement, alpha_coefficient
from labelling.stats.columns import Floats, Ints, Labels
from labelling.stats.intervals import Groundwork
from labelling.stats.perclass import per_class_alphas
from labelling.stats.results import Counts, Result, figure, undefined

NO_PAIRS = "No example has labels of two people yet, so there is nothing to compare."
ONE_CLASS = "Every comparable label has the same answer, so agreement beyond chance cannot be told; look at the raw agreement."

MANY_CODES = 64
MOST_CLASSES = 500
_FLEISS = {
    True: "Fleiss' kappa (Fleiss 1971)",
    False: "Fleiss' kappa generalised to unequal numbers of labels (Gwet: class shares are means over examples)",
}


@dataclass(frozen=True)
class Agreement:
    """All coefficients of one question. `measures` holds the same figures by name, `shares` the share of each code among the
    labels, `per_class` the one-against-the-rest alpha of each code that occurs."""

    level: str
    alpha: Result
    percent: Result
    fleiss_kappa: Result
    gwet_ac1: Result
    gwet_ac2: Result
    brennan_prediger: Result
    scott_pi: Result
    conger_kappa: Result
    cohen_kappa: Result
    shares: Floats
    left_out: Mapping[str, int]
    per_class: Mapping[int, Result] = field(default_factory=dict)

    @property
    def measures(self) -> dict[str, Result]:
        names = ("percent", "fleiss_kappa", "gwet_ac1", "gwet_ac2", "brennan_prediger", "scott_pi", "conger_kappa", "cohen_kappa")
        return {name: getattr(self, name) for name in names}


def measure(
    labels: Labels,
    *,
    level: str = "nominal",
    values: ArrayLike | None = None,
    distance: ArrayLike | None = None,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
    per_class: bool = False,
) -> Agreement:
    """Every agreement figure of one question's labels.

    `level`: nominal, ordinal, interval, ratio, or custom with a `distance` table of squared differences (n_codes, n_codes).
    `values` (n_codes,) are the codes' numbers. Class-based coefficients (all but alpha and percent) are left Undefined above
    500 codes. What cannot be computed is `Undefined`; nothing here raises for lack of data.
    """
    _check(confidence, resamples)
    shares = labels.code_counts / max(labels.n_labels, 1)
    names = labels.used_codes
    labels, values, distance = occurring(labels, values, distance)
    work = Groundwork.of(labels)
    used = labels.used_codes.size
    coefficients: dict[str, Coefficient] = {"alpha": _alpha_of(labels, level, values, distance), "percent": RawAgreement()}
    reasons: dict[str, str] = {}
    if used > MOST_CLASSES:
        why = f"The labels hold {used:,} different answers; class-based coefficients are not computed above 500."
        reasons |= dict.fromkeys(("fleiss_kappa", "gwet_ac1", "gwet_ac2", "brennan_prediger"), why)
    else:
        kind = "the distance table" if level == "custom" else "quadratic weights"
        coefficients |= class_coefficients(labels, _agreement_weights(labels.n_codes, level, values, distance), kind)
        if "gwet_ac2" not in coefficients:
            reasons["gwet_ac2"] = "AC2 needs an order or a distance between the classes; for classes without one it is AC1."
    figures = estimate(work, coefficients, confidence, resamples, seed)
    figures |= {name: undefined(why, _counts(work)) for name, why in reasons.items()}
    each = per_class_alphas(work, confidence, resamples, seed) if per_class else {}
    two = cohen.of_two(labels, level, values, confidence, resamples, seed)
    return Agreement(
        level=level,
        alpha=figures["alpha"],
        percent=figures["percent"],
        fleiss_kappa=figures["fleiss_kappa"],
        gwet_ac1=figures["gwet_ac1"],
        gwet_ac2=figures["gwet_ac2"],
        brennan_prediger=figures["brennan_prediger"],
        scott_pi=two["scott_pi"],
        cohen_kappa=two["cohen_kappa"],
        conger_kappa=conger.kappa(work, confidence) if used <= MOST_CLASSES else undefined(reasons["fleiss_kappa"], _counts(work)),
        shares=shares,
        left_out={"single_label": labels.n_examples - work.n_pairable},
        per_class={_name(names, labels, code): found for code, found in each.items()},
    )


def alpha(
    labels: Labels,
    level: str = "nominal",
    values: ArrayLike | None = None,
    distance: ArrayLike | None = None,
    *,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
) -> Result:
    """Krippendorff's alpha alone, with both intervals."""
    _check(confidence, resamples)
    labels, values, distance = occurring(labels, values, distance)
    coefficient = _alpha_of(labels, level, values, distance)
    return estimate(Groundwork.of(labels), {"alpha": coefficient}, confidence, resamples, seed)["alpha"]


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


def _name(names: Ints, labels: Labels, code: int) -> int:
    return int(names[code]) if labels.n_codes == names.size else code


def _alpha_of(labels: Labels, level: str, values: ArrayLike | None, distance: ArrayLike | None) -> Coefficient:
    counts = labels.code_counts.astype(np.float64) if level == "interval" else None
    return alpha_coefficient(level, labels.n_codes, values, distance, counts)


def percent_agreement(labels: Labels, *, confidence: float = 0.95, resamples: int = 1000, seed: int = 0) -> Result:
    """Raw agreement alone, with both intervals."""
    _check(confidence, resamples)
    return estimate(Groundwork.of(labels), {"percent": RawAgreement()}, confidence, resamples, seed)["percent"]


def alpha_value(
    labels: Labels, level: str = "nominal", values: ArrayLike | None = None, distance: ArrayLike | None = None
) -> float | None:
    """Krippendorff's alpha without intervals; None where it is undefined."""
    labels, values, distance = occurring(labels, values, distance)
    work = Groundwork.of(labels)
    coefficient = _alpha_of(labels, level, values, distance)
    value = float(coefficient.value(work.total(coefficient)[None, :])[0]) if work.n_pairable else np.nan
    return value if np.isfinite(value) else None


def class_coefficients(labels: Labels, weights: Floats | None, weights_name: str) -> dict[str, Coefficient]:
    """Fleiss, Gwet and Brennan-Prediger over the classes that occur; AC2 too where `weights` (n_codes, n_codes) are given."""
    n_codes, used = labels.n_codes, labels.used_codes
    q = int(used.size)

    def gwet(shares: Floats) -> Floats:
        return (shares * (1.0 - shares)).sum(-1) / (q - 1) if q > 1 else np.ones(len(shares))

    def uniform(shares: Floats) -> Floats:
        return np.full(len(shares), 1.0 / max(q, 1))

    found: dict[str, Coefficient] = {
        "fleiss_kappa": Chance(_FLEISS[labels.equal_size > 0], n_codes, lambda shares: (shares * shares).sum(-1)),
        "gwet_ac1": Chance(f"Gwet's AC1 over the {q} classes that occur", n_codes, gwet),
        "brennan_prediger": Chance(f"Brennan-Prediger's coefficient over the {q} classes that occur", n_codes, uniform),
    }
    if weights is not None:
        total = float(weights[np.ix_(used, used)].sum())

        def weighted(shares: Floats) -> Floats:
            return total * (shares * (1.0 - shares)).sum(-1) / (q * (q - 1)) if q > 1 else np.ones(len(shares))

        found["gwet_ac2"] = Chance(f"Gwet's AC2 with {weights_name} over the {q} classes that occur", n_codes, weighted, weights)
    return found


def gwet_ac2(
    labels: Labels, weights: ArrayLike, *, confidence: float = 0.95, resamples: int = 1000, seed: int = 0
) -> Result:
    """Gwet's AC2 with a table of agreement weights (n_codes, n_codes): 1 on the diagonal, 0 to 1 elsewhere, symmetric."""
    table = np.asarray(weights, dtype=np.float64)
    if table.shape != (labels.n_codes, labels.n_codes) or not np.allclose(table, table.T) or bool(np.any(np.diagonal(table) != 1)):
        raise ValueError(f"Agreement weights are a symmetric table ({labels.n_codes}, {labels.n_codes}) with 1 on the diagonal.")
    work = Groundwork.of(labels)
    chosen = {"gwet_ac2": class_coefficients(labels, table, "the weights given")["gwet_ac2"]}
    return estimate(work, chosen, confidence, resamples, seed)["gwet_ac2"]


def estimate(
    work: Groundwork, coefficients: Mapping[str, Coefficient], confidence: float, resamples: int, seed: int
) -> dict[str, Result]:
    """Value and both intervals of additive coefficients."""
    counts = _counts(work)
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


def _counts(work: Groundwork) -> Counts:
    sizes = work.labels.sizes
    return Counts(work.n_pairable, int(sizes[sizes >= 2].sum()), int(work.pairable_labellers.size))


def _check(confidence: float, resamples: int) -> None:
    if not 0.0 < confidence < 1.0:
        raise ValueError("The confidence lies between 0 and 1, for instance 0.95.")
    if resamples < 0:
        raise ValueError("The number of resamples cannot be negative; 0 asks for the infinitesimal jackknife.")


def _agreement_weights(n_codes: int, level: str, values: ArrayLike | None, distance: ArrayLike | None) -> Floats | None:
    if level == "nominal" or n_codes < 2:
        return None
    if level == "custom":
        table = np.asarray(distance, dtype=np.float64)
        return 1.0 - table / table.max() if table.max() > 0 else None
    numbers = np.arange(n_codes, dtype=np.float64) if values is None else np.asarray(values, dtype=np.float64)
    span = float(numbers.max() - numbers.min())
    return 1.0 - ((numbers[:, None] - numbers[None, :]) / span) ** 2 if span > 0 else None


__all__ = ["Agreement", "alpha", "alpha_value", "estimate", "gwet_ac2", "measure", "percent_agreement"]
