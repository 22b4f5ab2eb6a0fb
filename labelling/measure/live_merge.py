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


@dataclass(frozen=True, slots=True, eq=False)
class _Edit:
    """Some entries of an array taken out and others put in, as stretches that are copied whole: a handful of changes costs what moving
    the memory costs. `put` are the places of the new entries, `stretches` (from, to, where) those of the old ones."""

    size: int
    put: Longs
    stretches: list[list[int]]

    @classmethod
    def of(cls, size: int, drop: Longs, into: Longs) -> Self:
        """`drop` (ascending) are the places to take out, `into` (ascending) those before which something is put in."""
        cuts = np.unique(np.concatenate((np.array([0, size]), drop, drop + 1, into)))
        start, stop = cuts[:-1], cuts[1:]
        kept = ~np.isin(start, drop)
        where = start - np.searchsorted(drop, start) + np.searchsorted(into, start, side="right")
        put = into - np.searchsorted(drop, into) + np.arange(into.size)
        return cls(size - drop.size + into.size, put, np.column_stack((start, stop, where))[kept].tolist())

    def apply(self, old: NDArray[np.integer], new: NDArray[np.integer]) -> NDArray[np.integer]:
        made = np.empty(self.size, dtype=np.result_type(old, new))
        for start, stop, where in self.stretches:
            made[where : where + stop - start] = old[start:stop]
        made[self.put] = new
        return made


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
    edit = _Edit.of(len(columns), drop, np.searchsorted(keys.values, new))
    parts = {name: edit.apply(getattr(columns, name), narrow(came[:, place])) for place, name in enumerate(COLUMNS)}
    day = COLUMNS.index("day")
    touched = np.unique(np.concatenate((old[:, day], came[:, day]))).tolist()
    return Columns(**parts), Keys(edit.apply(keys.values, new), keys.bits), touched


assert {field.name for field in fields(Columns)} == set(COLUMNS)
