"""Alpha once more, by the krippendorff package: an independent implementation that our own is held against.

Its traps are avoided here: the level is always named, codes go in as value counts (so no class can be taken for missing), and
what is undefined is never passed on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

import krippendorff
import numpy as np
from numpy.typing import ArrayLike

from labelling.stats.agreement import alpha_value
from labelling.stats.columns import Labels

Level = Literal["nominal", "ordinal", "interval", "ratio"]
LARGEST_DIFFERENCE = 1e-9
# The package builds (examples, codes, codes) tables: this many cells are a quarter of a gigabyte.
MOST_CELLS = 32_000_000


@dataclass(frozen=True)
class SecondOpinion:
    """`checked` says whether there was anything to compare, `agrees` whether both came to the same within 1e-9. When only a part of
    the examples was compared, `n_examples` says how many, and `ours` is our alpha of that part. `message` is a sentence."""

    checked: bool
    agrees: bool
    ours: float | None
    theirs: float | None
    difference: float | None
    n_examples: int
    message: str


def check_alpha(
    labels: Labels,
    ours: float | None,
    *,
    level: str = "nominal",
    values: ArrayLike | None = None,
    most_examples: int = 100_000,
) -> SecondOpinion:
    """Compare our alpha with the krippendorff package's on up to `most_examples` examples, spread evenly over all of them."""
    if level not in ("nominal", "ordinal", "interval", "ratio"):
        return SecondOpinion(False, True, ours, None, None, 0, f"The second implementation does not know the level '{level}'.")
    if ours is None:
        return SecondOpinion(False, True, None, None, None, 0, "Alpha is undefined here, so there is nothing to check.")
    used = labels.used_codes
    numbers = np.arange(labels.n_codes, dtype=np.float64) if values is None else np.asarray(values, dtype=np.float64)
    fitting = min(most_examples, MOST_CELLS // max(1, used.size**2))
    if fitting < 2:
        return SecondOpinion(False, True, ours, None, None, 0, f"{used.size:,} different answers are too many for the second implementation.")
    part = labels
    if labels.n_examples > fitting:
        chosen = np.zeros(labels.n_examples, dtype=np.bool_)
        chosen[np.linspace(0, labels.n_examples - 1, fitting).astype(np.int64)] = True
        part = labels.keep(np.repeat(chosen, labels.sizes))
        mine = alpha_value(part, level, values)
        if mine is None:
            return SecondOpinion(False, True, None, None, None, part.n_examples, "Alpha is undefined on the part that can be checked.")
        ours = mine
    order = used[np.argsort(numbers[used], kind="stable")]
    place = np.zeros(labels.n_codes, dtype=np.int64)
    place[order] = np.arange(order.size)
    keys = part.example.astype(np.int64) * order.size + place[part.code]
    counts = np.bincount(keys, minlength=part.n_examples * order.size).reshape(-1, order.size)
    theirs = float(krippendorff.alpha(value_counts=counts, value_domain=numbers[order], level_of_measurement=cast(Level, level)))
    difference = abs(theirs - ours)
    agrees = difference <= LARGEST_DIFFERENCE
    where = "all" if part is labels else f"{part.n_examples:,} of {labels.n_examples:,}"
    message = f"Checked against a second implementation on {where} examples: " + ("both agree." if agrees else f"they differ by {difference:.3g}.")
    return SecondOpinion(True, agrees, ours, theirs, difference, part.n_examples, message)
