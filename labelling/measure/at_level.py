"""Alpha of one question's labels at its kind's own level: for previews and manifests, where one figure is enough."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.kinds import KINDS
from labelling.measure.compare import OF_CLASSES, compare
from labelling.stats import agreement
from labelling.stats.columns import Labels


def alpha_at_level(
    question: Mapping[str, Any], labels: Labels, values: Sequence[Any], *, lengths: NDArray[np.int64] | None = None, seed: int
) -> dict[str, Any]:
    """Krippendorff's alpha as the page of agreement has it by default. `values[code]` is an answer, None where no label has the
    code; `lengths` (n_examples,) are those of the texts that spans are in."""
    kind = KINDS[question["kind"]]
    if kind.name not in OF_CLASSES:
        return compare(question, labels, values, lengths=lengths, seed=seed).alpha().as_dict()
    level = kind.levels[0]
    if level == "nominal":
        return agreement.alpha(labels, level, seed=seed).as_dict()
    numbers = np.zeros(labels.n_codes)
    for code in labels.used_codes.tolist():
        numbers[code] = kind.number(question, values[code]) or 0.0
    return agreement.alpha(labels, level, numbers, seed=seed).as_dict()
