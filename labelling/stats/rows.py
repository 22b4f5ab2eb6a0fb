"""Labels from what a notebook holds: names and numbers instead of codes, one row a label or a table of labellers by examples.

    from labelling.stats import agreement, rows
    found = rows.of_rows(frame["text_id"], frame["person"], frame["answer"])        # columns of any table, or lists
    agreement.alpha(found.labels), found.classes                                    # code 0 is classes[0], and so on
    agreement.alpha(rows.of_matrix([[1, 2, None], [1, 3, 3]]).labels, "ordinal")    # a row a labeller, None or NaN for no label
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from labelling.stats.columns import Labels, Longs


class Coded(NamedTuple):
    """`labels` with the names behind their numbers: code c is the answer classes[c], example i is examples[i], labeller j is
    labellers[j]. `values` (n_codes,) are the classes as floats where they are numbers, else None."""

    labels: Labels
    classes: list[Any]
    examples: list[Any]
    labellers: list[Any]

    @property
    def values(self) -> list[float] | None:
        numbers = all(isinstance(name, int | float | np.integer | np.floating) for name in self.classes)
        return [float(name) for name in self.classes] if numbers else None


def of_rows(
    examples: Iterable[Hashable], labellers: Iterable[Hashable], answers: Iterable[Hashable], classes: Sequence[Hashable] | None = None
) -> Coded:
    """One entry a label in each of three columns. Answers of None or NaN are left out.

    `classes` gives the order of the codes (for ordinal levels the order of the answers); without it answers are sorted, numbers
    by size. Raises ValueError for columns of different length and for an answer that is not among the classes.
    """
    columns = [list(column) for column in (examples, labellers, answers)]
    if len({len(column) for column in columns}) > 1:
        raise ValueError(f"The three columns need one entry a label, but have {', '.join(str(len(column)) for column in columns)}.")
    kept = [row for row in zip(*columns, strict=True) if not _missing(row[2])]
    names = [list(dict.fromkeys(row[place] for row in kept)) for place in range(3)]
    known = _in_order(names[2]) if classes is None else list(classes)
    place_of = {name: place for place, name in enumerate(known)}
    unknown = [name for name in names[2] if name not in place_of]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not among the classes.")
    example, labeller = (_places([row[part] for row in kept], names[part]) for part in (0, 1))
    codes = np.array([place_of[row[2]] for row in kept], dtype=np.int64)
    return Coded(Labels.of(example, labeller, codes, len(known)), known, names[0], names[1])


def of_matrix(matrix: Iterable[Iterable[Hashable]], classes: Sequence[Hashable] | None = None) -> Coded:
    """A row a labeller, a column an example, None or NaN where there is no label: the shape of Krippendorff's examples and of the
    krippendorff package. Labellers and examples are numbered from 0. Raises ValueError for rows of different length."""
    table = [list(row) for row in matrix]
    if len({len(row) for row in table}) > 1:
        raise ValueError("Every row needs one entry an example.")
    cells = [(place, who, answer) for who, row in enumerate(table) for place, answer in enumerate(row)]
    example, who, answer = ([cell[part] for cell in cells] for part in range(3))
    return of_rows(example, who, answer, classes)


def _missing(answer: Any) -> bool:
    return answer is None or (isinstance(answer, float | np.floating) and math.isnan(answer))


def _in_order(names: list[Any]) -> list[Any]:
    try:
        return sorted(names)
    except TypeError:  # names and numbers together have no order of their own
        return sorted(names, key=lambda name: (type(name).__name__, str(name)))


def _places(column: list[Any], names: list[Any]) -> Longs:
    place = {name: number for number, name in enumerate(names)}
    return np.array([place[name] for name in column], dtype=np.int64)
