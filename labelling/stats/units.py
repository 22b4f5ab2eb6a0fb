"""Nominal alpha over pieces of examples: stretches of a text, objects on a picture.

Every labeller of an example gives each of its pieces (units) a value, which may be "nothing". A unit weighs as much as it is long,
so a stretch of a thousand characters is one row, not a thousand. Alpha is Krippendorff's, pooled: the sums of all examples
go into one figure, and figures of examples are never averaged.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from labelling.stats.additive import Additive
from labelling.stats.coefficients import NominalAlpha
from labelling.stats.columns import Bools, Floats, Ints, Labels, Longs
from labelling.stats.patterns import Histograms, histograms_of
from labelling.stats.results import Counts, Result

ONE_VALUE = "Everything that can be compared has the same value, so agreement beyond chance cannot be told; look at the likeness of the answers."
NOTHING = "No example has labels of two people yet, so there is nothing to compare."


@dataclass(frozen=True, eq=False)
class Units:
    """`example` and `weight` have one entry a unit (n_units,); a cell is what one label says about one unit: its `unit`, its `label`
    row and its `code`, each (n_cells,), ordered by unit. Code 0 says that nothing is there. `member` (n_codes, n_classes) tells
    which classes a code holds. Units of an example with one label are left out; with `drop_empty` also those where nobody marks
    anything, as objects on a picture are."""

    labels: Labels
    example: Longs
    weight: Floats
    unit: Longs
    label: Longs
    code: Ints
    member: Bools
    drop_empty: bool = False

    @property
    def n_codes(self) -> int:
        return int(self.member.shape[0])

    @cached_property
    def _alpha(self) -> NominalAlpha:
        return NominalAlpha(self.n_codes)

    @cached_property
    def histograms(self) -> Histograms:
        return histograms_of(self.unit, self.code, int(self.example.size), self.n_codes)

    def _features(self, rows: Histograms) -> Any:
        found = self._alpha.features(rows)
        if not self.drop_empty:
            return found
        marked = rows.sum_rows(rows.counts * (rows.codes > 0)) > 0
        return sparse.diags_array(marked.astype(np.float64)) @ found

    @cached_property
    def _by_unit(self) -> Any:
        return sparse.csr_array(self._features(self.histograms))

    @cached_property
    def additive(self) -> Additive:
        h, n_units = self.histograms, int(self.example.size)
        weigh = sparse.csr_array((self.weight, (self.example, np.arange(n_units))), shape=(self.labels.n_examples, n_units))
        by_unit = self._by_unit
        # What the sums lose when one label leaves a unit: for each value that occurs there, counted once a cell.
        less = sparse.csr_array(self._features(h.one_less()))
        loss = by_unit[h.row] - less
        entry = np.searchsorted(h.row * h.n_codes + h.codes, self.unit * h.n_codes + self.code)
        who = self.labels.labeller[self.label]
        compared = (self.labels.sizes >= 2)[self.labels.example[self.label]]
        weight = self.weight[self.unit] * compared
        pick = sparse.csr_array((weight, (who, entry)), shape=(self.labels.n_labellers, h.codes.size))
        bears = np.unique(self.labels.labeller[np.repeat(self.labels.sizes >= 2, self.labels.sizes)]) if self.labels.n_labels else np.zeros(0, np.int64)
        taken = np.asarray((pick @ loss).toarray())[bears]
        features = sparse.csr_array(weigh @ by_unit)
        features.eliminate_zeros()
        return Additive(features, self._alpha.value, taken)

    @cached_property
    def counts(self) -> Counts:
        some = self.labels.sizes >= 2
        people = self.labels.labeller[np.repeat(some, self.labels.sizes)]
        return Counts(int(some.sum()), int(self.labels.sizes[some].sum()), int(np.unique(people).size))

    def result(self, method: str, confidence: float = 0.95) -> Result:
        """Alpha with both intervals."""
        return self.additive.result(method, self.counts, confidence, ONE_VALUE if self.counts.n_examples else NOTHING)

    def value(self) -> float | None:
        """Alpha alone; None where undefined."""
        found = float(self._alpha.value((self._by_unit.T @ self.weight)[None, :])[0])
        return found if np.isfinite(found) else None

    def of_class(self, place: int) -> Units:
        """The same units, each with the one class (1) or without it (0); objects of other classes agree that it is not this one."""
        code = self.member[:, place].astype(np.int32)[self.code]
        return replace(self, code=code, member=np.array([[False], [True]]), drop_empty=False)

    def merged(self, a: int, b: int) -> Units:
        """As if class b were class a."""
        member = self.member.copy()
        member[:, a] |= member[:, b]
        member[:, b] = False
        kept, place = np.unique(member, axis=0, return_inverse=True)
        empty = int(place[0])  # code 0 holds no class; it stays code 0
        order = np.concatenate(([empty], np.delete(np.arange(len(kept)), empty)))
        rank = np.argsort(order)
        return replace(self, code=rank[place][self.code].astype(np.int32), member=kept[order])

    def chance(self) -> float:
        """The share of disagreeing pairs that chance would give."""
        counts = self.additive.total()[1:]
        n = float(counts.sum())
        return (n * n - float(counts @ counts)) / (n * (n - 1.0)) if n > 1 else 0.0

    def by_label(self) -> tuple[Floats, Floats]:
        """Per label the weight on which others differ from it and the weight compared, over pairs; shapes (n_labels,)."""
        h = self.histograms
        m = h.totals[self.unit]
        entry = np.searchsorted(h.row * h.n_codes + h.codes, self.unit * h.n_codes + self.code)
        weight = self.weight[self.unit]
        if self.drop_empty:
            weight = weight * (h.sum_rows(h.counts * (h.codes > 0)) > 0)[self.unit]
        n = self.labels.n_labels
        apart = np.bincount(self.label, weights=weight * (m - h.counts[entry]), minlength=n)
        return apart.astype(np.float64), np.bincount(self.label, weights=weight * (m - 1.0), minlength=n).astype(np.float64)

    def without(self) -> dict[int, float]:
        """Each labeller's place → alpha of everybody else."""
        add = self.additive
        taken = add.taken if add.taken is not None else np.zeros((0, 1))
        who = np.unique(self.labels.labeller[np.repeat(self.labels.sizes >= 2, self.labels.sizes)])
        return dict(zip(who.tolist(), add.value(add.total() - taken).tolist(), strict=True)) if len(taken) else {}

    def class_pairs(self) -> Floats:
        """(n_classes, n_classes): the weight on which one label says the row's class and another the column's, ordered pairs."""
        h = self.histograms
        left, right = h.pairs()
        amount = h.counts[left] * (h.counts[right] - (left == right)) * self.weight[h.row[left]]
        table = sparse.csr_array((amount, (h.codes[left], h.codes[right])), shape=(self.n_codes, self.n_codes))
        member = sparse.csr_array(self.member.astype(np.float64))
        return np.asarray((member.T @ table @ member).toarray())

    def examples_with(self, a: int, b: int) -> Longs:
        """Places of the examples where one label says class a and another one class b of the same unit."""
        n = int(self.example.size)
        has = [np.bincount(self.unit[self.member[self.code, place]], minlength=n) for place in (a, b)]
        both = has[0] >= 2 if a == b else (has[0] > 0) & (has[1] > 0)
        return np.unique(self.example[both])
