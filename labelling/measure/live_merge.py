"""Sorted columns with some rows taken out and others put in, without sorting all of them again."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from labelling.measure.counted import Columns, narrow
from labelling.measure.live_rows import COLUMNS

Longs = NDArray[np.int64]
ROUND_BITS = 15
LEAST_BITS = 20  # for labellers, so that the next one still fits


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """(example, labeller, round) of each row as one number, ascending; `bits` are those of the labeller."""

    values: Longs
    bits: int

    @classmethod
    def of(cls, columns: Columns) -> Self | None:
        """None where the ids are too large for one number."""
        bits = max(LEAST_BITS, int(columns.labeller.max(initial=0)).bit_length())
        values = _pack(columns.example, columns.labeller, columns.round, bits)
        return None if values is None else cls(values, bits)


def _pack(example: NDArray[np.integer], labeller: NDArray[np.integer], round_: NDArray[np.integer], bits: int) -> Longs | None:
    if int(example.max(initial=0)).bit_length() + bits + ROUND_BITS > 63 or int(labeller.max(initial=0)).bit_length() > bits:
        return None
    if int(round_.max(initial=0)).bit_length() > ROUND_BITS:
        return None
    return (example.astype(np.int64) << (bits + ROUND_BITS)) | (labeller.astype(np.int64) << ROUND_BITS) | round_


def merge(columns: Columns, keys: Keys, came: Longs, went: Longs) -> tuple[Columns, Keys, list[int]] | None:
    """The columns with the rows `came` (n, 8) in the order of COLUMNS, in place of those at the same (example, labeller, round), and
    without those that `went` (m, 3) and did not come again; their keys, and the days of all that differs. The same objects where
    nothing differs; None where a number does not fit the keys."""
    if not len(came) and not len(went):
        return columns, keys, []
    new = _pack(came[:, 0], came[:, 1], came[:, 2], keys.bits)
    gone = _pack(went[:, 0], went[:, 1], went[:, 2], keys.bits)
    if new is None or gone is None:
        return None
    order = np.argsort(new)
    came, new = came[order], new[order]
    places = np.unique(np.concatenate((new, gone)))
    at = np.searchsorted(keys.values, places)
    there = at < keys.values.size
    there[there] = keys.values[at[there]] == places[there]
    drop = at[there]
    old = np.column_stack([getattr(columns, name)[drop] for name in COLUMNS]).astype(np.int64)
    if old.shape == came.shape and bool((old == came).all()):
        return columns, keys, []  # rows that a transaction wrote which still ran, seen already
    rest = np.delete(keys.values, drop)
    into = np.searchsorted(rest, new)
    parts = {}
    for place, name in enumerate(COLUMNS):
        kept, put = np.delete(getattr(columns, name), drop), narrow(came[:, place])
        parts[name] = np.insert(kept.astype(np.result_type(kept, put), copy=False), into, put)
    day = COLUMNS.index("day")
    touched = np.unique(np.concatenate((old[:, day], came[:, day]))).tolist()
    return Columns(**parts), Keys(np.insert(rest, into, new), keys.bits), touched


assert {field.name for field in fields(Columns)} == set(COLUMNS)
