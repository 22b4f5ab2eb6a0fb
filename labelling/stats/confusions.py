"""Which two classes people mix up, and what merging them would do to agreement and to human level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelling.stats.columns import Labels
from labelling.stats.noise import leave_one_out_of_patterns
from labelling.stats.pairs import coincidences, pair_counts
from labelling.stats.patterns import Histograms, Patterns, histograms_of


@dataclass(frozen=True)
class Confusion:
    """Two classes that met on the same examples. `count` is the number of pairs of labels that say one and the other, `share`
    their part of all disagreeing pairs. `alpha_*` are nominal alpha, `hlp_*` the leave-one-out human level, as they are and
    as they would be if the two were one class; None where undefined or, for `hlp_if_merged`, beyond the first `with_hlp` rows."""

    a: int
    b: int
    count: int
    share: float
    alpha_now: float | None
    alpha_if_merged: float | None
    hlp_now: float | None
    hlp_if_merged: float | None


def confusions(labels: Labels, *, limit: int | None = None, with_hlp: int = 50) -> list[Confusion]:
    """Pairs of classes, worst (most often confused) first."""
    patterns = Patterns.of(labels)
    table = coincidences(labels)
    counts = pair_counts(patterns)
    k = labels.n_codes
    first, second = np.triu_indices(k, 1)
    met = counts[first, second]
    order = np.argsort(-met, kind="stable")[: int((met > 0).sum())]
    if limit is not None:
        order = order[:limit]
    disagreeing = int(met.sum())
    marginal = table.sum(1)
    n = float(marginal.sum())
    apart = n - float(np.trace(table))
    chance = n * n - float((marginal * marginal).sum())
    now = 1.0 - (n - 1.0) * apart / chance if chance > 1e-12 * n * n and n else None
    hlp_now = leave_one_out_of_patterns(patterns.histograms, patterns.counts)
    rows: list[Confusion] = []
    for rank, at in enumerate(order.tolist()):
        a, b = int(first[at]), int(second[at])
        left = chance - 2.0 * float(marginal[a] * marginal[b])
        merged = 1.0 - (n - 1.0) * (apart - 2.0 * float(table[a, b])) / left if left > 1e-9 * n * n else None
        hlp = leave_one_out_of_patterns(_merge(patterns.histograms, a, b), patterns.counts) if rank < with_hlp else None
        rows.append(Confusion(a, b, int(met[at]), int(met[at]) / disagreeing, now, merged, hlp_now, hlp))
    return rows


def _merge(rows: Histograms, a: int, b: int) -> Histograms:
    codes = np.where(rows.codes == b, a, rows.codes).astype(np.int32)
    each = rows.counts.astype(np.int64)
    return histograms_of(np.repeat(rows.row, each), np.repeat(codes, each), rows.n_rows, rows.n_codes)
