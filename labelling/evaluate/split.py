"""What predictions are scored against. No Django."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Split:
    """One question of one split: arrays over its examples, and its labels.

    `reference[i]` is a list of right answers (the first is the version's own), empty where there is none; `settled[i]` says
    that people settled it. `labels` are (example place, labeller number, answer) and `helped` marks those whose labeller
    helped to settle the example. `slices[name][i]` is a value or None. `most_frequent` is that of the training split.
    `left_out`: of the examples that the version left out, how many agree in which way (stats.selection.ways), in proportion
    to this split. `assisted` labels were made with a model's suggestion in view.
    """

    described: Mapping[str, Any]
    reference: Sequence[Sequence[Any]]
    settled: NDArray[np.bool_]
    labels: tuple[NDArray[np.int64], NDArray[np.int64], Sequence[Any]]
    helped: NDArray[np.bool_]
    slices: Mapping[str, Sequence[Any]]
    most_frequent: Any = None
    left_out: Mapping[int, float] = field(default_factory=dict)
    assisted: int = 0
