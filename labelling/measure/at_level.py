"""Alpha of one question's labels at its kind's own level: for previews and manifests, where one figure is enough."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from labelling.kinds import KINDS
from labelling.stats import agreement
from labelling.stats.columns import Labels

LARGEST_TABLE = 300  # different answers whose pairs are all compared
NUMERIC = ("ordinal", "interval", "ratio")


def alpha_at_level(question: Mapping[str, Any], labels: Labels, values: Mapping[int, Any] | Sequence[Any], *, seed: int) -> dict[str, Any]:
    """Krippendorff's alpha: by numbers where answers have them, else by the kind's distances. `values[code]` is an answer."""
    kind = KINDS[question["kind"]]
    level, used = kind.levels[0], labels.used_codes.tolist()
    if level == "nominal":
        return agreement.alpha(labels, level, seed=seed).as_dict()
    if level in NUMERIC:
        numbers = np.zeros(labels.n_codes)
        for code in used:
            numbers[code] = kind.number(question, values[code]) or 0.0
        return agreement.alpha(labels, level, numbers, seed=seed).as_dict()
    if len(used) > LARGEST_TABLE:
        return {"value": None, "undefined": f"More than {LARGEST_TABLE} different answers are compared on the page of agreement alone."}
    place = np.zeros(max(labels.n_codes, 1), dtype=np.int32)
    place[used] = np.arange(len(used), dtype=np.int32)
    table = np.zeros((len(used), len(used)))
    for row, one in enumerate(used):
        for column, other in enumerate(used[:row]):
            table[row, column] = table[column, row] = kind.distance(question, values[one], values[other], level)
    return agreement.alpha(labels.recode(place, len(used)), "custom", None, table, seed=seed).as_dict()
