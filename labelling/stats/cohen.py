"""Two labellers: Cohen's kappa (plain and weighted) and Scott's pi, from their table of joint answers.

Sources: Cohen (1960, 1968), Scott (1955); standard error by Fleiss, Cohen and Everitt (1969).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from labelling.stats.columns import Floats, Labels
from labelling.stats.intervals import multinomial, percentiles
from labelling.stats.results import Counts, Interval, Result, Undefined, figure, undefined

WEIGHTS = ("none", "linear", "quadratic")
MOST_CODES = 500


def disagreement_weights(n_codes: int, weights: str | ArrayLike = "none", values: ArrayLike | None = None) -> Floats:
    """The table (n_codes, n_codes) of what each disagreement costs: 0 or 1, linear or quadratic in the codes' numbers, or given."""
    if not isinstance(weights, str):
        table = np.asarray(weights, dtype=np.float64)
        if table.shape != (n_codes, n_codes) or bool(np.any(table < 0)) or bool(np.any(np.diagonal(table) != 0)):
            raise ValueError(f"Disagreement weights are a table ({n_codes}, {n_codes}), not negative, with 0 on the diagonal.")
        return table
    if weights not in WEIGHTS:
        raise ValueError(f"'{weights}' is not a weighting; use {', '.join(WEIGHTS)} or a table.")
    numbers = np.arange(n_codes, dtype=np.float64) if values is None else np.asarray(values, dtype=np.float64)
    apart = np.abs(numbers[:, None] - numbers[None, :])
    if weights == "none":
        return (~np.eye(n_codes, dtype=np.bool_)).astype(np.float64)
    return apart if weights == "linear" else apart * apart


def kappas(tables: Floats, costs: Floats) -> Floats:
    """Cohen's kappa of many tables (n, n_codes, n_codes) at once: 1 - observed cost / cost by chance; NaN where undefined."""
    n = tables.sum((1, 2))
    rows, columns = tables.sum(2), tables.sum(1)
    observed = (tables * costs).sum((1, 2)) * n
    expected = ((rows @ costs) * columns).sum(1)
    known = expected > 1e-12 * n * n * max(float(costs.max(initial=0.0)), 1e-300)
    return np.where(known, 1.0 - observed / np.where(known, expected, 1.0), np.nan)


def scott(tables: Floats, costs: Floats) -> Floats:
    """Scott's pi of many tables at once: chance from the two labellers' pooled class shares."""
    n = tables.sum((1, 2))
    pooled = (tables.sum(2) + tables.sum(1)) / 2.0
    observed = (tables * costs).sum((1, 2)) * n
    expected = ((pooled @ costs) * pooled).sum(1)
    known = expected > 1e-12 * n * n * max(float(costs.max(initial=0.0)), 1e-300)
    return np.where(known, 1.0 - observed / np.where(known, expected, 1.0), np.nan)


def standard_errors(tables: Floats, costs: Floats) -> Floats:
    """Large-sample standard error of each table's kappa (Fleiss, Cohen and Everitt 1969), not assuming kappa = 0."""
    n = tables.sum((1, 2))
    p = tables / np.maximum(n, 1.0)[:, None, None]
    rows, columns = p.sum(2), p.sum(1)
    worth = 1.0 - costs / max(float(costs.max(initial=0.0)), 1e-300)
    observed = (p * worth).sum((1, 2))
    expected = ((rows @ worth) * columns).sum(1)
    left = columns @ worth.T  # mean worth of each row answer against the column labeller
    right = rows @ worth
    inner = worth * (1.0 - expected)[:, None, None] - (left[:, :, None] + right[:, None, :]) * (1.0 - observed)[:, None, None]
    spread = (p * inner**2).sum((1, 2)) - (observed * expected - 2.0 * expected + observed) ** 2
    below = np.where(expected < 1.0 - 1e-12, (1.0 - expected) ** 4, np.nan)
    return np.asarray(np.sqrt(np.maximum(spread, 0.0) / below / np.maximum(n, 1.0)))


def largest_kappa(table: ArrayLike) -> float | None:
    """The largest plain kappa that the two labellers' class shares allow (Cohen 1960); None where undefined."""
    p = np.asarray(table, dtype=np.float64)
    p = p / p.sum()
    rows, columns = p.sum(1), p.sum(0)
    expected = float(rows @ columns)
    return None if expected > 1.0 - 1e-12 else (float(np.minimum(rows, columns).sum()) - expected) / (1.0 - expected)


def kappa_of_table(table: ArrayLike, weights: str | ArrayLike = "none", *, confidence: float = 0.95) -> Result:
    """Cohen's kappa of one table of counts (n_codes, n_codes), first labeller in rows, second in columns:
    1 - sum_ck p_ck w_ck / sum_ck p_c. p_.k w_ck with the costs w of `weights` (see `disagreement_weights`; codes count from 0).

    The interval is value +- z times the large-sample standard error of Fleiss, Cohen and Everitt (1969), not assuming kappa = 0.
    Sources: Cohen (1960), A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20; Cohen (1968),
    Weighted kappa, Psychological Bulletin 70.
    """
    counts = np.asarray(table, dtype=np.float64)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or bool(np.any(counts < 0)):
        raise ValueError("A table of joint answers is square and holds counts.")
    costs = disagreement_weights(counts.shape[0], weights)
    n = int(counts.sum())
    size = Counts(n, 2 * n, 2)
    if not n:
        return undefined("The two labellers have no example in common.", size)
    value = float(kappas(counts[None], costs)[0])
    if not np.isfinite(value):
        return undefined("Both labellers gave one and the same answer throughout, so agreement beyond chance cannot be told.", size)
    reach = float(norm.ppf((1 + confidence) / 2)) * float(standard_errors(counts[None], costs)[0])
    examples = Interval(max(-1.0, value - reach), min(1.0, value + reach), "large-sample standard error")
    labellers = Interval(None, None, "it takes at least 3 labellers, and there are 2")
    return figure(value, {"examples": examples, "labellers": labellers}, kappa_name(weights), size, confidence)


def table_of_two(labels: Labels) -> Floats:
    """Joint answers of exactly two labellers on the examples that both labelled once."""
    once = labels.keep(~labels.repeated)
    both = once.keep(np.repeat(once.sizes == 2, once.sizes))
    first = both.labeller == (both.labeller.min() if both.n_labels else 0)
    a, b = both.code[first].astype(np.int64), both.code[~first]
    return np.bincount(a * labels.n_codes + b, minlength=labels.n_codes**2).reshape(labels.n_codes, -1).astype(np.float64)


def of_two(
    labels: Labels, level: str, values: ArrayLike | None, confidence: float, resamples: int, seed: int
) -> dict[str, Result]:
    """Scott's pi and Cohen's kappa if there are exactly two labellers; quadratic weights above the nominal level."""
    weights = "none" if level in ("nominal", "custom") else "quadratic"
    return {
        "scott_pi": pi_of_two(labels, confidence, resamples, seed),
        "cohen_kappa": kappa_of_two(labels, weights, values, confidence, resamples, seed),
    }


def kappa_of_two(
    labels: Labels, weights: str | ArrayLike, values: ArrayLike | None, confidence: float, resamples: int, seed: int
) -> Result:
    """Cohen's kappa of the only two labellers; Undefined if there are fewer or more."""
    costs = disagreement_weights(labels.n_codes, weights, values) if labels.n_codes <= MOST_CODES else np.zeros((0, 0))
    return _not_two(labels, "Cohen's kappa") or _resampled(table_of_two(labels), kappas, costs, kappa_name(weights), confidence, resamples, seed)


def pi_of_two(labels: Labels, confidence: float, resamples: int, seed: int) -> Result:
    """Scott's pi of the only two labellers; Undefined if there are fewer or more."""
    costs = disagreement_weights(labels.n_codes) if labels.n_codes <= MOST_CODES else np.zeros((0, 0))
    return _not_two(labels, "Scott's pi") or _resampled(table_of_two(labels), scott, costs, "Scott's pi", confidence, resamples, seed)


def _not_two(labels: Labels, name: str) -> Undefined | None:
    n = labels.n_labellers
    size = Counts(labels.n_examples, labels.n_labels, n)
    if n != 2:
        why = f"{name} compares exactly two labellers, and there " + (f"are {n}" if n != 1 else "is 1")
        return undefined(why + ("; see Conger's and Fleiss' kappa, or the pairs." if n > 2 else "."), size)
    if labels.n_codes > MOST_CODES:
        return undefined("Class-based coefficients are not computed above 500 different answers.", size)
    return None


def _resampled(
    table: Floats, statistic: Callable[[Floats, Floats], Floats], costs: Floats, name: str, confidence: float, resamples: int, seed: int
) -> Result:
    n = int(table.sum())
    size = Counts(n, 2 * n, 2)
    if not n:
        return undefined("The two labellers have no example in common.", size)
    value = float(statistic(table[None], costs)[0])
    if not np.isfinite(value):
        return undefined("Both labellers gave one and the same answer throughout, so agreement beyond chance cannot be told.", size)
    cells = np.flatnonzero(table)
    counts = table.ravel()[cells].astype(np.int64)
    random = np.random.default_rng(seed)
    draws = []
    step = max(1, (1 << 21) // table.size)
    for first in range(0, max(resamples, 1), step):
        drawn = np.zeros((min(step, max(resamples, 1) - first), table.size))
        drawn[:, cells] = multinomial(random, counts, len(drawn))
        draws.append(statistic(drawn.reshape(-1, *table.shape), costs))
    examples = percentiles(np.concatenate(draws), confidence, f"{resamples:,} resamples of the examples")
    labellers = Interval(None, None, "it takes at least 3 labellers, and there are 2")
    return figure(value, {"examples": examples, "labellers": labellers}, name, size, confidence)


def kappa_name(weights: str | ArrayLike) -> str:
    if not isinstance(weights, str):
        return "Cohen's kappa with the weights given"
    return "Cohen's kappa" if weights == "none" else f"Cohen's kappa, {weights} weights"
