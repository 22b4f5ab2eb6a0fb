"""Labels of one question as three example-sorted integer arrays.

Everything in `labelling.stats` starts from a `Labels`: it is made once, checked once, and passed around.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LARGEST = np.iinfo(np.int32).max
# A table of this many entries is cheaper than sorting; above it ids are sorted instead.
TABLE_LIMIT = 1 << 24


@dataclass(frozen=True, eq=False)
class Labels:
    """One row a label, sorted by example; ids are compact, the callers' own ids are kept beside them.

    `example`, `labeller` and `code` are int32 arrays of shape (n_labels,). Examples count from 0 to
    n_examples - 1 in ascending order of the original id, labellers from 0 to n_labellers - 1 likewise, answer
    codes from 0 to n_codes - 1. `order` is None when the input was already sorted, else the input row of each
    label: use `align` to bring a label-level array of the caller into this order.
    """

    example: Ints
    labeller: Ints
    code: Ints
    n_codes: int
    example_ids: NDArray[Any]
    labeller_ids: NDArray[Any]
    order: Longs | None = None

    @classmethod
    def of(cls, example: ArrayLike, labeller: ArrayLike, code: ArrayLike, n_codes: int | None = None) -> Self:
        """Check and sort three integer arrays of one length; rows may come in any order.

        `code` is each label's answer as a number from 0. Raises ValueError with a sentence that says what is wrong.
        """
        rows = _whole_numbers(example, "example")
        people = _whole_numbers(labeller, "labeller")
        codes = _whole_numbers(code, "code")
        if not rows.size == people.size == codes.size:
            raise ValueError(
                f"Each label needs an example, a labeller and a code, but there are {rows.size}, {people.size} and {codes.size}."
            )
        if codes.size and int(codes.min()) < 0:
            raise ValueError("Answer codes count from 0; leave a missing label out instead of giving it a negative code.")
        top = int(codes.max()) + 1 if codes.size else 0
        known = top if n_codes is None else int(n_codes)
        if top > known:
            raise ValueError(f"There is an answer code {top - 1}, but only {known} codes were announced (0 to {known - 1}).")
        if known > LARGEST or rows.size > LARGEST:
            raise ValueError("There are more labels or codes than this library holds (2,147,483,647).")
        order: Longs | None = None
        if rows.size > 1 and not bool(np.all(rows[1:] >= rows[:-1])):
            order = np.argsort(rows, kind="stable")
            rows, people, codes = rows[order], people[order], codes[order]
        begins = _begins(rows)
        labellers, labeller_ids = _compact(people)
        compact = np.repeat(np.arange(begins.size, dtype=np.int32), np.diff(begins, append=rows.size))
        labels = cls(compact, labellers, codes.astype(np.int32, copy=False), known, rows[begins], labeller_ids, order)
        labels.__dict__["offsets"] = np.append(begins, rows.size)  # known already: spare the cached property its pass
        return labels

    @property
    def n_labels(self) -> int:
        return int(self.example.size)

    @property
    def n_examples(self) -> int:
        return int(self.example_ids.size)

    @property
    def n_labellers(self) -> int:
        return int(self.labeller_ids.size)

    @cached_property
    def offsets(self) -> Longs:
        """Where each example's labels begin, shape (n_examples + 1,): example i has rows offsets[i] to offsets[i+1]."""
        if not self.n_labels:
            return np.zeros(1, dtype=np.int64)
        begins = np.flatnonzero(np.diff(self.example)) + 1
        return np.concatenate(([0], begins, [self.n_labels])).astype(np.int64, copy=False)

    @cached_property
    def sizes(self) -> Longs:
        """How many labels each example has, shape (n_examples,)."""
        return np.diff(self.offsets)

    @cached_property
    def equal_size(self) -> int:
        """The number of labels of every example if that is one number, else 0."""
        if not self.n_examples:
            return 0
        first = int(self.sizes[0])
        return first if bool(np.all(self.sizes == first)) else 0

    @cached_property
    def used_codes(self) -> Ints:
        """The codes that occur, ascending."""
        return np.flatnonzero(self.code_counts).astype(np.int32)

    @cached_property
    def code_counts(self) -> Longs:
        """How many labels each code has, shape (n_codes,)."""
        return np.bincount(self.code, minlength=self.n_codes)

    @cached_property
    def repeated(self) -> Bools:
        """Per label: does the same labeller have another label on the same example? Shape (n_labels,)."""
        found = np.zeros(self.n_labels, dtype=np.bool_)
        if self.n_labels < 2:
            return found
        same = self.example[1:] == self.example[:-1]
        if not bool(np.any(same & (self.labeller[1:] <= self.labeller[:-1]))):
            return found  # labellers ascend within each example: nobody appears twice
        if int(self.sizes.max()) <= 8:
            for step in range(1, int(self.sizes.max())):
                twice = (self.example[step:] == self.example[:-step]) & (self.labeller[step:] == self.labeller[:-step])
                found[step:] |= twice
                found[:-step] |= twice
            return found
        key = self.example.astype(np.int64) * self.n_labellers + self.labeller
        by_key = np.argsort(key, kind="stable")
        twice = np.diff(key[by_key]) == 0
        found[by_key[1:][twice]] = True
        found[by_key[:-1][twice]] = True
        return found

    def align(self, values: ArrayLike) -> NDArray[Any]:
        """A label-level array given in the caller's row order, in the order of this object's rows."""
        array = np.asarray(values)
        if array.shape[:1] != (self.n_labels,):
            raise ValueError(f"A label-level array needs one entry a label ({self.n_labels}), but has shape {array.shape}.")
        return array if self.order is None else array[self.order]

    def keep(self, mask: Bools) -> Labels:
        """The labels whose entry in `mask` (this object's row order) is true; ids are compacted anew, codes stay."""
        rows = np.flatnonzero(mask)
        example, position = _compact_sorted(self.example[rows])
        labeller, people = _compact(self.labeller[rows])
        order = rows if self.order is None else self.order[rows]
        return Labels(
            example, labeller, self.code[rows], self.n_codes, self.example_ids[position], self.labeller_ids[people], order
        )

    def recode(self, codes: ArrayLike, n_codes: int) -> Labels:
        """The same labels with each code c replaced by codes[c], for instance to merge two classes."""
        table = np.asarray(codes, dtype=np.int32)
        return Labels(self.example, self.labeller, table[self.code], n_codes, self.example_ids, self.labeller_ids, self.order)


def _whole_numbers(values: ArrayLike, name: str) -> NDArray[Any]:
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"'{name}' must be a flat array with one entry a label, but has {array.ndim} dimensions.")
    if array.size == 0:
        return array.astype(np.int64)
    if array.dtype.kind not in "iu":
        raise ValueError(f"'{name}' must hold whole numbers, but holds {array.dtype}; encode names as numbers first.")
    if array.dtype.kind == "u":
        # Unsigned numbers wrap around below zero, which has falsified agreement figures in other libraries.
        if array.dtype.itemsize == 8 and int(array.max()) > np.iinfo(np.int64).max:
            raise ValueError(f"'{name}' holds numbers that are too large.")
        return array.astype(np.int64)
    return array


def _compact_sorted(ids: NDArray[Any]) -> tuple[Ints, NDArray[Any]]:
    if not ids.size:
        return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64)
    begins = _begins(ids)
    return np.repeat(np.arange(begins.size, dtype=np.int32), np.diff(begins, append=ids.size)), ids[begins]


def _begins(ids: NDArray[Any]) -> Longs:
    """Where each run of equal ids begins."""
    if not ids.size:
        return np.zeros(0, dtype=np.int64)
    new = np.empty(ids.size, dtype=np.bool_)
    new[0] = True
    np.not_equal(ids[1:], ids[:-1], out=new[1:])
    return np.flatnonzero(new)


def _compact(ids: NDArray[Any]) -> tuple[Ints, NDArray[Any]]:
    if not ids.size:
        return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64)
    low, high = int(ids.min()), int(ids.max())
    if high - low < TABLE_LIMIT:
        shifted = ids if low == 0 else ids - low
        present = np.zeros(high - low + 1, dtype=np.bool_)
        present[shifted] = True
        names = np.flatnonzero(present)
        if names.size == present.size:
            return shifted.astype(np.int32, copy=False), names + low
        place = np.cumsum(present, dtype=np.int32)
        place -= 1
        return place[shifted], names + low
    names, inverse = np.unique(ids, return_inverse=True)
    return inverse.astype(np.int32), names
