"""People with several labels on one example: what the example looks like without them.

Taking away one label is the same for everybody who gave it; taking away a person who labelled twice is not, so those few
pairs of example and person get histograms of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelling.stats.columns import Labels, Longs
from labelling.stats.patterns import Histograms, histograms_of


@dataclass(frozen=True, eq=False)
class Doubles:
    """`rows` are the labels concerned and `pair` the pair each belongs to; of each pair `example`, `labeller`, and in `rest` the
    histogram of the other people's labels (possibly empty)."""

    rows: Longs
    pair: Longs
    example: Longs
    labeller: Longs
    rest: Histograms


def find_doubles(labels: Labels) -> Doubles | None:
    """None when nobody labelled an example twice."""
    rows = np.flatnonzero(labels.repeated)
    if not rows.size:
        return None
    key = labels.example[rows].astype(np.int64) * labels.n_labellers + labels.labeller[rows]
    pairs, pair = np.unique(key, return_inverse=True)
    example, labeller = pairs // labels.n_labellers, pairs % labels.n_labellers
    sizes = labels.sizes[example]
    row = np.repeat(np.arange(pairs.size), sizes)
    at = labels.offsets[example][row] + np.arange(row.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    others = labels.labeller[at] != labeller[row]
    rest = histograms_of(row[others], labels.code[at[others]], pairs.size, labels.n_codes)
    return Doubles(rows, pair, example, labeller, rest)
