"""Raw agreement and the chance-corrected coefficients, one function each; `agreement.measure` gives all of them at once for less.

Notation: h_c labels of code c among the m labels of an example; p_o the mean over the N examples with m >= 2 of
sum_c h_c (h_c - 1) / (m (m - 1)), which is the share of pairs of labels that agree; pi_c the mean of h_c / m over all examples. Every
coefficient but raw agreement is (p_o - p_e) / (1 - p_e) and they differ in p_e alone. None has a unit; 1 is full agreement, 0 what
chance gives. All take `Labels`, a confidence, and the number of bootstrap resamples over examples (0: infinitesimal jackknife), and
give a `Figure` with both intervals, or `Undefined` with the reason. ValueError means wrong arguments.
"""

from __future__ import annotations

from typing import TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike

from labelling.stats import cohen, conger
from labelling.stats.chance import check, class_coefficients, estimate, occurring
from labelling.stats.coefficients import Coefficient, RawAgreement
from labelling.stats.columns import Labels
from labelling.stats.intervals import Groundwork
from labelling.stats.results import Result


class How(TypedDict, total=False):
    """How intervals are made: `confidence` (0.95), `resamples` (1000), `seed` (0)."""

    confidence: float
    resamples: int
    seed: int


def percent_agreement(labels: Labels, **how: Unpack[How]) -> Result:
    """Raw agreement p_o: the mean over examples with two labels or more of the share of pairs of labels that agree; 0 to 1.

    Source: Fleiss (1971), equation 2, for any numbers of labels.
    """
    return _one(labels, "percent", RawAgreement(), how)


def fleiss_kappa(labels: Labels, **how: Unpack[How]) -> Result:
    """Fleiss' kappa: p_e = sum_c pi_c^2. Any labellers, any numbers of labels; with two labels an example it is Scott's pi.

    Source: Fleiss (1971), Measuring nominal scale agreement among many raters, Psychological Bulletin 76; for unequal numbers of
    labels Gwet (2014), Handbook of Inter-Rater Reliability, 4th edition, chapter 2.
    """
    labels, _, _ = occurring(labels, None, None)
    return _one(labels, "fleiss_kappa", class_coefficients(labels, None, "")["fleiss_kappa"], how)


def gwet_ac1(labels: Labels, **how: Unpack[How]) -> Result:
    """Gwet's AC1: p_e = sum_c pi_c (1 - pi_c) / (q - 1) with q the number of classes that occur. It stays near the raw agreement where
    one class is far more frequent than the others.

    Source: Gwet (2008), Computing inter-rater reliability and its variance in the presence of high agreement, British Journal of
    Mathematical and Statistical Psychology 61.
    """
    labels, _, _ = occurring(labels, None, None)
    return _one(labels, "gwet_ac1", class_coefficients(labels, None, "")["gwet_ac1"], how)


def gwet_ac2(labels: Labels, weights: ArrayLike, **how: Unpack[How]) -> Result:
    """Gwet's AC2 with a table of agreement weights w (n_codes, n_codes): symmetric, 1 on the diagonal, 0 to 1 elsewhere.

    p_o is the mean of sum_c h_c (h*_c - 1) / (m (m - 1)) with h* = w h; p_e = sum_ck w_ck / (q (q - 1)) * sum_c pi_c (1 - pi_c).
    Source: Gwet (2014), Handbook of Inter-Rater Reliability, 4th edition, chapter 5.
    """
    table = np.asarray(weights, dtype=np.float64)
    if table.shape != (labels.n_codes, labels.n_codes) or not np.allclose(table, table.T) or bool(np.any(np.diagonal(table) != 1)):
        raise ValueError(f"Agreement weights are a symmetric table ({labels.n_codes}, {labels.n_codes}) with 1 on the diagonal.")
    return _one(labels, "gwet_ac2", class_coefficients(labels, table, "the weights given")["gwet_ac2"], how)


def brennan_prediger(labels: Labels, **how: Unpack[How]) -> Result:
    """Brennan and Prediger's coefficient: p_e = 1 / q with q the number of classes that occur.

    Source: Brennan and Prediger (1981), Coefficient kappa: some uses, misuses, and alternatives, Educational and Psychological
    Measurement 41; for several labellers Gwet (2014).
    """
    labels, _, _ = occurring(labels, None, None)
    return _one(labels, "brennan_prediger", class_coefficients(labels, None, "")["brennan_prediger"], how)


def conger_kappa(labels: Labels, *, confidence: float = 0.95) -> Result:
    """Conger's kappa: p_e = mean over pairs of labellers of sum_c p_ac p_bc with p_ac the share of class c among all labels of labeller
    a. With two labellers who labelled the same examples it is Cohen's kappa. Over examples by the infinitesimal jackknife.

    Source: Conger (1980), Integration and generalization of kappas for multiple raters, Psychological Bulletin 88; with labels
    missing Gwet (2014), chapter 2.
    """
    check(confidence, 0)
    labels, _, _ = occurring(labels, None, None)
    return conger.kappa(Groundwork.of(labels), confidence)


def cohen_kappa(labels: Labels, weights: str | ArrayLike = "none", values: ArrayLike | None = None, **how: Unpack[How]) -> Result:
    """Cohen's kappa of exactly two labellers, on the examples that both labelled once: 1 - sum_ck p_ck w_ck / sum_ck p_c. p_.k w_ck with
    the table p of joint answers and the costs w of disagreement.

    `weights`: "none" (1 for any disagreement), "linear" |v_c - v_k|, "quadratic" (v_c - v_k)^2 in the codes' numbers `values`
    (n_codes,) (default: the codes), or a table of costs (n_codes, n_codes). Undefined for any other number of labellers: see
    `conger_kappa`, and `pairs.pairwise_kappas` for every two.
    Sources: Cohen (1960), A coefficient of agreement for nominal scales; Cohen (1968), Weighted kappa, Psychological Bulletin 70.
    """
    table = None if isinstance(weights, str) else cohen.disagreement_weights(labels.n_codes, weights)
    labels, values, costs = occurring(labels, values, table)
    return cohen.kappa_of_two(labels, weights if costs is None else costs, values, *_settings(how))


def scott_pi(labels: Labels, **how: Unpack[How]) -> Result:
    """Scott's pi of exactly two labellers, on the examples that both labelled once: p_e = sum_c ((p_c. + p_.c) / 2)^2.

    Source: Scott (1955), Reliability of content analysis: the case of nominal scale coding, Public Opinion Quarterly 19.
    """
    labels, _, _ = occurring(labels, None, None)
    return cohen.pi_of_two(labels, *_settings(how))


def _one(labels: Labels, name: str, coefficient: Coefficient, how: How) -> Result:
    return estimate(Groundwork.of(labels), {name: coefficient}, *_settings(how))[name]


def _settings(how: How) -> tuple[float, int, int]:
    confidence, resamples, seed = how.get("confidence", 0.95), how.get("resamples", 1000), how.get("seed", 0)
    check(confidence, resamples)
    return confidence, resamples, seed
