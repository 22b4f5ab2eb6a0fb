"""Distinct answer multisets ("label patterns") with their counts.

Agreement does not care who gave which answer, so examples with the same multiset of answers are one case that
occurs several times. A million examples with three labels in ten classes have at most 220 patterns: after one pass
over the labels every measure, and every resample of it, works on those.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from labelling.stats.columns import Floats, Ints, Labels, Longs

TABLE_SPACE = 1 << 22  # keys up to here are counted in a table instead of sorted
KEY_LIMIT = 1 << 62
EQUAL = 1e-9  # weighted votes closer than this share of each other are equal


@dataclass(frozen=True, eq=False)
class Histograms:
    """How often each code occurs in each of n rows, as compressed sparse rows: `codes` and `counts` of row r lie at
    `indptr[r]:indptr[r + 1]`. Counts are floats so that they multiply without conversion; zero counts may occur."""

    indptr: Longs
    codes: Ints
    counts: Floats
    n_codes: int

    @property
    def n_rows(self) -> int:
        return int(self.indptr.size - 1)

    @cached_property
    def row(self) -> Longs:
        """The row of each entry."""
        return np.repeat(np.arange(self.n_rows), np.diff(self.indptr))

    @cached_property
    def totals(self) -> Floats:
        """Labels per row."""
        return self.sum_rows(self.counts)

    def sum_rows(self, entries: Floats) -> Floats:
        """Sum per-entry values within each row; shape (n_rows,)."""
        return np.bincount(self.row, weights=entries, minlength=self.n_rows).astype(np.float64, copy=False)

    def leaders(self) -> tuple[NDArray[np.bool_], Floats]:
        """Which entries share the first place of their row, and how many do; shapes (n_entries,) and (n_rows,)."""
        top = np.zeros(self.n_rows)
        np.maximum.at(top, self.row, self.counts)
        first = (self.counts >= top[self.row] * (1.0 - EQUAL)) & (self.counts > 0)
        return first, self.sum_rows(first.astype(np.float64))

    def matrix(self, entries: Floats | None = None) -> Any:
        """A scipy CSR array (n_rows, n_codes) of the counts, or of other per-entry values."""
        data = self.counts if entries is None else entries
        return sparse.csr_array((data, self.codes, self.indptr), shape=(self.n_rows, self.n_codes))

    def rows(self, start: int, stop: int) -> Histograms:
        """The rows from start to stop."""
        first, last = int(self.indptr[start]), int(self.indptr[stop])
        return Histograms(self.indptr[start : stop + 1] - first, self.codes[first:last], self.counts[first:last], self.n_codes)

    def and_rows(self, other: Histograms) -> Histograms:
        """These rows and then the other ones."""
        indptr = np.concatenate((self.indptr, other.indptr[1:] + self.indptr[-1]))
        codes, counts = np.concatenate((self.codes, other.codes)), np.concatenate((self.counts, other.counts))
        return Histograms(indptr, codes, counts, self.n_codes)

    def blocks(self, cells: int) -> Iterator[tuple[int, int]]:
        """Ranges of rows such that the pairs of entries within rows stay near `cells` in each range."""
        width = np.diff(self.indptr)
        work = np.cumsum(width * width)
        start = 0
        while start < self.n_rows:
            done = int(work[start - 1]) if start else 0
            stop = max(start + 1, int(np.searchsorted(work, done + cells, side="right")))
            yield start, stop
            start = stop

    def pairs(self) -> tuple[Longs, Longs]:
        """Every ordered pair of entries of one row, an entry with itself included, as two arrays of entry positions."""
        width = np.diff(self.indptr)
        per_entry = np.repeat(width, width)
        left = np.repeat(np.arange(self.codes.size), per_entry)
        begins = np.cumsum(per_entry) - per_entry
        right = np.arange(left.size) - np.repeat(begins - np.repeat(self.indptr[:-1], width), per_entry)
        return left, right

    def one_less(self) -> Histograms:
        """For each entry (row, code) the row's histogram with one label of that code taken away, in entry order."""
        left, right = self.pairs()
        width = np.repeat(np.diff(self.indptr), np.diff(self.indptr))
        counts = self.counts[right] - (left == right)
        return Histograms(np.concatenate(([0], np.cumsum(width))), self.codes[right], counts, self.n_codes)


@dataclass(frozen=True, eq=False)
class Patterns:
    """`histograms` has one row a pattern, `counts` says how many examples show it (n_patterns,), and `of_example` which
    pattern each example shows (n_examples,)."""

    histograms: Histograms
    counts: Longs
    of_example: Ints

    @property
    def n_patterns(self) -> int:
        return int(self.counts.size)

    @cached_property
    def sizes(self) -> Longs:
        """Labels per example of each pattern."""
        return self.histograms.totals.astype(np.int64)

    @cached_property
    def pairable(self) -> NDArray[np.bool_]:
        """Which patterns have two or more labels; only those say anything about agreement."""
        return self.sizes >= 2

    @classmethod
    def of(cls, labels: Labels) -> Patterns:
        """One pass over the labels: 20 ms for three million of them in ten classes."""
        kept: Patterns | None = labels.__dict__.get("patterns")
        if kept is not None:
            return kept
        if not labels.n_labels:
            empty = Histograms(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0), labels.n_codes)
            return cls(empty, np.zeros(0, np.int64), np.zeros(0, np.int32))
        largest = int(labels.sizes.max())
        # Where all examples have as many labels, the last code's count follows from the others.
        digits = labels.n_codes - (labels.equal_size > 0)
        space = (largest + 1) ** digits if digits < 64 else KEY_LIMIT
        if space <= min(TABLE_SPACE, 64 * labels.n_examples):
            of_example, counts, first = _count_by_key(labels, largest + 1, space)
        else:
            of_example, counts, first = _count_by_sorting(labels)
        return cls(_histograms(labels, first), counts, of_example)

    @classmethod
    def keep(cls, labels: Labels) -> None:
        """Find the patterns of labels that several figures are computed from only once."""
        labels.__dict__["patterns"] = cls.of(labels)

    def cell_of_label(self, labels: Labels) -> Longs:
        """For each label the entry of `histograms` that holds its example's pattern and its own code."""
        h = self.histograms
        wanted_row = self.of_example[labels.example]
        if self.n_patterns * h.n_codes <= TABLE_SPACE * 4:
            table = np.zeros(self.n_patterns * h.n_codes, dtype=np.int32)
            table[h.row * h.n_codes + h.codes] = np.arange(h.codes.size, dtype=np.int32)
            return np.asarray(table[wanted_row.astype(np.int64) * h.n_codes + labels.code], dtype=np.int64)
        keys = h.row * h.n_codes + h.codes  # ascending: rows ascend, and codes ascend within a row
        return np.searchsorted(keys, wanted_row.astype(np.int64) * h.n_codes + labels.code)


def _count_by_key(labels: Labels, base: int, space: int) -> tuple[Ints, Longs, Longs]:
    """Each multiset is one number: the sum over its labels of base ** code, with base above any count (and 0 for the last code
    where all examples have as many labels)."""
    number = np.int32 if space < 1 << 31 else np.int64
    size = labels.equal_size
    weights = (base ** np.arange(labels.n_codes, dtype=np.int64)).astype(number)
    if size:
        weights[-1] = 0
    keys: NDArray[Any] = np.empty(labels.n_examples, dtype=number)
    step = 1 << 16  # examples a block: what is in hand stays in the processor's cache
    for start in range(0, labels.n_examples, step):
        stop = min(start + step, labels.n_examples)
        first, last = int(labels.offsets[start]), int(labels.offsets[stop])
        part = weights[labels.code[first:last]]
        if 0 < size <= 8:
            keys[start:stop] = part[0::size]
            for place in range(1, size):
                keys[start:stop] += part[place::size]
        else:
            keys[start:stop] = np.add.reduceat(part, labels.offsets[start:stop] - first)
    found = np.bincount(keys, minlength=space)
    present = np.flatnonzero(found)
    place_of = np.zeros(space, dtype=np.int32)
    place_of[present] = np.arange(present.size, dtype=np.int32)
    of_example = place_of[keys]
    any_one = np.zeros(present.size, dtype=np.int64)
    any_one[of_example] = np.arange(labels.n_examples)
    return of_example, found[present], any_one


def _count_by_sorting(labels: Labels) -> tuple[Ints, Longs, Longs]:
    """Sort the codes within each example and compare the rows, one label count at a time."""
    ordered = labels.example.astype(np.int64) * labels.n_codes
    ordered += labels.code
    ordered.sort()
    ordered -= labels.example.astype(np.int64) * labels.n_codes
    of_example = np.empty(labels.n_examples, dtype=np.int32)
    counts: list[Longs] = []
    firsts: list[Longs] = []
    known = 0
    sizes = np.unique(labels.sizes)
    for size in sizes.tolist():
        rows = np.flatnonzero(labels.sizes == size) if sizes.size > 1 else np.arange(labels.n_examples)
        begins = labels.offsets[rows]
        key = ordered[begins]
        top = labels.n_codes
        for place in range(1, size):
            if top > KEY_LIMIT // labels.n_codes:
                key = np.unique(key, return_inverse=True)[1]
                top = rows.size
            key = key * labels.n_codes + ordered[begins + place]
            top *= labels.n_codes
        _, first, inverse, count = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
        of_example[rows] = inverse + known
        counts.append(count)
        firsts.append(rows[first])
        known += count.size
    return of_example, np.concatenate(counts), np.concatenate(firsts)


def _histograms(labels: Labels, examples: Longs) -> Histograms:
    """The histograms of these examples, one row each."""
    sizes = labels.sizes[examples]
    row = np.repeat(np.arange(examples.size), sizes)
    place = np.arange(row.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    code = labels.code[labels.offsets[examples][row] + place]
    return histograms_of(row, code, examples.size, labels.n_codes)


def histograms_of(row: Longs, code: Ints, n_rows: int, n_codes: int) -> Histograms:
    """Count (row, code) pairs given in any order into sparse histograms with codes ascending in each row."""
    keys, counts = np.unique(row.astype(np.int64) * max(n_codes, 1) + code, return_counts=True)
    rows = keys // max(n_codes, 1)
    indptr = np.searchsorted(rows, np.arange(n_rows + 1))
    return Histograms(indptr, (keys - rows * n_codes).astype(np.int32), counts.astype(np.float64), n_codes)
