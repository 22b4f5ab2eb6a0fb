"""The few figures that a project's first page shows, from one pass over the labels: those that the rooms for each would give, to
the last digit that rounding leaves, in a third of the time.

    from labelling.stats.headline import headline
    found = headline(labels, level="nominal")
    found.alpha, found.percent, found.person, found.popular
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from labelling.stats import human
from labelling.stats.agreement import estimate, occurring
from labelling.stats.coefficients import Coefficient, RawAgreement, alpha_coefficient
from labelling.stats.columns import Floats, Labels
from labelling.stats.intervals import Groundwork
from labelling.stats.results import Counts, Result, figure, undefined
from labelling.stats.shares import over_examples, over_labellers

# In the words of labelling.stats.human, whose figures these are.
PERSON = "One label against the majority of the others' labels of the same example (ties share the credit)"
POPULAR = (
    "The answer that most labels chose (ties share the credit), against the same references as each person; "
    "it is made of these people's labels, so it beats each of them without knowing more"
)


@dataclass(frozen=True)
class Headline:
    """`alpha` and `percent` as `agreement.measure` gives them, `person` and `popular` as `human.leave_one_out` does."""

    alpha: Result
    percent: Result
    person: Result
    popular: Result


def headline(
    labels: Labels, *, level: str = "nominal", values: ArrayLike | None = None, confidence: float = 0.95, resamples: int = 1000, seed: int = 0
) -> Headline:
    """Agreement with both intervals and leave-one-out human level of one question's labels. The patterns of the labels, and who gave
    which answer on which of them, are found once for all four."""
    some, numbers, _ = occurring(labels, values, None)
    work = Groundwork.of(some)
    counts = some.code_counts.astype(np.float64) if level == "interval" else None
    coefficients: dict[str, Coefficient] = {"alpha": alpha_coefficient(level, some.n_codes, numbers, None, counts), "percent": RawAgreement()}
    found = estimate(work, coefficients, confidence, resamples, seed)
    person, popular = _human_level(work, confidence)
    return Headline(found["alpha"], found["percent"], person, popular)


def _human_level(work: Groundwork, confidence: float) -> tuple[Result, Result]:
    """One label against the majority of the others' labels of its example, and the most popular answer against the same: the credit
    of a label is that of its pattern and code, so both are sums over the cells of the patterns."""
    if bool(work.labels.repeated.any()):
        scores = human.leave_one_out(work.labels)  # of somebody who labelled an example twice both labels are left out
        return scores.overall(confidence), scores.popular_answer(confidence)
    h = work.patterns.histograms
    less = h.one_less()
    best, winners = less.leaders()
    leads, number = h.leaders()
    own = less.codes == h.codes[less.row]
    shared = np.maximum(winners, 1.0)
    alone = less.sum_rows((best & own).astype(np.float64)) / shared
    meets = less.sum_rows((best & leads[h.pairs()[1]]).astype(np.float64)) / shared / number[h.row]
    return _mean(work, alone, PERSON, confidence), _mean(work, meets, POPULAR, confidence)


def _mean(work: Groundwork, credit: Floats, method: str, confidence: float) -> Result:
    """The mean credit of all labels that somebody else's can be held against; `credit` has one entry a cell of the patterns."""
    if not work.n_pairable:
        return undefined("No label has a reference that was made without its author.", Counts())
    patterns = work.patterns
    h, scored = patterns.histograms, patterns.pairable
    sizes = np.where(scored, h.totals, 0.0)
    right = np.where(scored, h.sum_rows(credit * h.counts), 0.0)
    given = patterns.counts.astype(np.float64)
    value = float((right @ given) / (sizes @ given))
    counted = scored[h.row].astype(np.float64)
    by_whom, loads = work._cells @ (credit * counted), work._cells @ counted
    named = {
        "examples": over_examples(right, sizes, value, confidence, patterns.counts),
        "labellers": over_labellers(by_whom, loads, value, confidence),
    }
    counts = Counts(work.n_pairable, int(sizes @ given), int((loads > 0).sum()))
    return figure(value, named, method, counts, confidence)
