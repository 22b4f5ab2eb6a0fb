"""What the noise of the labels allows: the ceiling, the range of the error that nobody can avoid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from labelling.stats.agreement import percent_agreement
from labelling.stats.columns import Labels, Longs
from labelling.stats.patterns import Histograms, Patterns
from labelling.stats.results import Figure, Result, Undefined


def ceiling(labels: Labels, *, confidence: float = 0.95, resamples: int = 1000, seed: int = 0) -> Result:
    """The square root of the raw agreement of two people: what someone who always knew what is meant could reach against one
    person's labels, if people err independently."""
    return root(percent_agreement(labels, confidence=confidence, resamples=resamples, seed=seed))


def root(percent: Result) -> Result:
    """The ceiling from a raw agreement that is at hand."""
    if isinstance(percent, Undefined):
        return percent
    intervals = {name: (float(np.sqrt(low)), float(np.sqrt(high))) for name, (low, high) in percent.intervals.items()}
    low = None if percent.low is None else float(np.sqrt(percent.low))
    high = None if percent.high is None else float(np.sqrt(percent.high))
    method = "Square root of the raw agreement of two people: the ceiling that the noise of the labels allows. " + percent.method
    return Figure(
        float(np.sqrt(percent.value)), low, high, percent.confidence,
        percent.n_examples, percent.n_labels, percent.n_labellers, method, intervals,
    )


@dataclass(frozen=True)
class ErrorRange:
    """Irreducible error against these people's labels, as a range: `low` is the mean share of labels outside the most popular
    answer (too low with few labels), `high` the error of the others' majority (an upper bound)."""

    low: float
    high: float
    n_examples: int
    method: str


def irreducible_error(labels: Labels) -> ErrorRange | Undefined:
    """The range within which the error lies that nobody can avoid against these people's labels."""
    patterns = Patterns.of(labels)
    some = patterns.pairable
    n = int(patterns.counts[some].sum())
    if not n:
        return Undefined("No example has labels of two people yet.")
    h = patterns.histograms
    first, number = h.leaders()
    outside = 1.0 - h.sum_rows(h.counts * first) / np.maximum(number * h.totals, 1.0)
    low = float((outside * patterns.counts)[some].sum()) / n
    level = leave_one_out_of_patterns(h, patterns.counts)
    high = 1.0 - (level if level is not None else 0.0)
    method = "From the mean share of labels outside the most popular answer to the error of the others' majority"
    return ErrorRange(min(low, high), high, n, method + "; it is the error against these people's labels, not against the truth")


def leave_one_out_of_patterns(rows: Histograms, counts: Longs) -> float | None:
    """The leave-one-out human level of patterns with their counts, without intervals."""
    less = rows.one_less()
    best, winners = less.leaders()
    own = less.codes == rows.codes[less.row]
    credit = less.sum_rows((best & own).astype(np.float64)) / np.maximum(winners, 1.0)
    weight = rows.counts * counts[rows.row] * (rows.totals >= 2)[rows.row]
    return float((credit * weight).sum() / weight.sum()) if weight.sum() else None


def one_against_another_and_popular(shares: Iterable[float]) -> tuple[float, float]:
    """For one example whose answers have these shares in a large crowd: how often two people agree, and how often a person
    agrees with someone who always gives the most popular answer."""
    p = np.asarray(list(shares), dtype=np.float64)
    return float((p * p).sum()), float(p.max())
