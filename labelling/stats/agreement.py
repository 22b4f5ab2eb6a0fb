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
from labelling.stats.chance import NO_PAIRS, ONE_CLASS, check, class_coefficients, counts_of, estimate, occurring
from labelling.stats.coefficients import Coefficient, RawAgreement, alpha_coefficient
from labelling.stats.columns import Floats, Ints, Labels
from labelling.stats.intervals import Groundwork
from labelling.stats.kappas import (
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    gwet_ac1,
    gwet_ac2,
    percent_agreement,
    scott_pi,
)
from labelling.stats.perclass import per_class_alphas
from labelling.stats.results import Result, undefined

MOST_CLASSES = 500
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
    check(confidence, resamples)
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
    figures |= {name: undefined(why, counts_of(work)) for name, why in reasons.items()}
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
        conger_kappa=conger.kappa(work, confidence) if used <= MOST_CLASSES else undefined(reasons["fleiss_kappa"], counts_of(work)),
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
    """Krippendorff's alpha with both intervals: 1 - D_o / D_e, what people disagree over what chance would make them disagree.

    With h_c labels of code c among the m >= 2 labels of an example, n_c and n their sums over examples and d the squared difference:

        alpha = 1 - (n - 1) A / sum_ck n_c n_k d_ck,   A = sum over examples of sum_ck h_c h_k d_ck / (m - 1)

    `level` chooses d: nominal 0 or 1; ordinal the squared difference of mid-ranks (labels below, and half of those on the code);
    interval (v_c - v_k)^2; ratio ((v_c - v_k) / (v_c + v_k))^2; custom the table `distance` (n_codes, n_codes), symmetric, 0 on the
    diagonal, already squared where it should be. `values` (n_codes,) are the codes' numbers v (default: the codes; for ordinal they
    give the order). Without unit, 1 for full agreement, 0 for chance, down to -1. An example with one label counts for nothing; a
    second label of one person on an example counts like anybody's.

    Undefined where no example has two labels, or all comparable labels have one answer. Raises ValueError for wrong arguments.
    Source: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; Krippendorff (2004), Content Analysis, chapter 11.
    Sets of classes, texts, spans and boxes: see the comparisons in this package's docstring.
    """
    check(confidence, resamples)
    labels, values, distance = occurring(labels, values, distance)
    coefficient = _alpha_of(labels, level, values, distance)
    return estimate(Groundwork.of(labels), {"alpha": coefficient}, confidence, resamples, seed)["alpha"]


def per_class(labels: Labels, *, confidence: float = 0.95, resamples: int = 1000, seed: int = 0) -> dict[int, Result]:
    """Code → nominal alpha of "this class" against "any other", for each code that occurs: alpha = 1 - (n - 1) A_c / (n_c (n - n_c)),
    A_c = sum over examples of h_c (m - h_c) / (m - 1); notation as in `alpha`. With both intervals.

    Source: Krippendorff (2004), Content Analysis, 2nd edition, p. 230 (binary data); for equal numbers of labels it is Fleiss' (1971)
    kappa of a class, corrected for the size of the sample: 1 - (1 - kappa) (n - 1) / n.
    """
    check(confidence, resamples)
    return per_class_alphas(Groundwork.of(labels), confidence, resamples, seed)


def _name(names: Ints, labels: Labels, code: int) -> int:
    return int(names[code]) if labels.n_codes == names.size else code


def _alpha_of(labels: Labels, level: str, values: ArrayLike | None, distance: ArrayLike | None) -> Coefficient:
    counts = labels.code_counts.astype(np.float64) if level == "interval" else None
    return alpha_coefficient(level, labels.n_codes, values, distance, counts)


def alpha_value(
    labels: Labels, level: str = "nominal", values: ArrayLike | None = None, distance: ArrayLike | None = None
) -> float | None:
    """Krippendorff's alpha without intervals; None where it is undefined."""
    labels, values, distance = occurring(labels, values, distance)
    work = Groundwork.of(labels)
    coefficient = _alpha_of(labels, level, values, distance)
    value = float(coefficient.value(work.total(coefficient)[None, :])[0]) if work.n_pairable else np.nan
    return value if np.isfinite(value) else None


def _agreement_weights(n_codes: int, level: str, values: ArrayLike | None, distance: ArrayLike | None) -> Floats | None:
    if level == "nominal" or n_codes < 2:
        return None
    if level == "custom":
        table = np.asarray(distance, dtype=np.float64)
        return 1.0 - table / table.max() if table.max() > 0 else None
    numbers = np.arange(n_codes, dtype=np.float64) if values is None else np.asarray(values, dtype=np.float64)
    span = float(numbers.max() - numbers.min())
    return 1.0 - ((numbers[:, None] - numbers[None, :]) / span) ** 2 if span > 0 else None


__all__ = [
    "NO_PAIRS", "ONE_CLASS", "Agreement", "alpha", "alpha_value", "brennan_prediger", "class_coefficients", "cohen_kappa", "conger_kappa",
    "estimate", "fleiss_kappa", "gwet_ac1", "gwet_ac2", "measure", "occurring", "per_class", "percent_agreement", "scott_pi",
]  # fmt: skip
