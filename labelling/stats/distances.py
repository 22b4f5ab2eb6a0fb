"""Krippendorff's alpha of any distance between answers: texts by their edits, sets of classes, numbers by their ratio.

alpha = 1 - (n - 1) A / sum_l sum_k d_lk, with A = sum over examples of the distances of its ordered pairs of labels / (m - 1), as in
`coefficients.TableAlpha`. The distance is used as it stands, as delta in Passonneau (2006) and in nltk, and not squared.

What is observed is exact. What chance gives is the mean distance of two labels drawn from all: exact over the distinct answers up to a
limit, and above it estimated from pairs drawn at random with a fixed seed; the method then says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from labelling.stats.additive import Additive
from labelling.stats.columns import Floats, Ints, Labels
from labelling.stats.label_pairs import NO_PAIRS, Pairs
from labelling.stats.results import Result

Apart = Callable[[Ints, Ints], Floats]  # two arrays of codes to their distances, elementwise
MOST_EXACT = 400  # distinct answers of which each is compared with each
DRAWN = 200_000  # pairs that stand for all of them above that,
DRAWN_EACH = 20  # at most so many an answer
ONE_ANSWER = "Every comparable label has the same answer, so agreement beyond chance cannot be told; look at the likeness of the answers."


@dataclass(frozen=True, eq=False)
class DistanceAlpha:
    """`apart` gives distances between codes of `labels`, 0 to 1, 0 for equals, symmetric. `summed(counts)`, where it is given, is
    the exact sum of each code's distances to `counts` labels of every code, (n_codes,); without it many answers are sampled, and
    `most_pairs` bounds how many pairs are compared for that."""

    labels: Labels
    pairs: Pairs
    apart: Apart
    seed: int = 0
    summed: Callable[[Floats], Floats] | None = None
    most_pairs: int = DRAWN

    @cached_property
    def of_pair(self) -> Floats:
        """The distance of each pair's two answers, each two codes compared once; (n_pairs,)."""
        one, other = self.labels.code[self.pairs.one], self.labels.code[self.pairs.other]
        n = max(1, self.labels.n_codes)
        keys = np.minimum(one, other).astype(np.int64) * n + np.maximum(one, other)
        names, place = np.unique(keys, return_inverse=True)
        return self.apart((names // n).astype(np.int32), (names % n).astype(np.int32))[place.ravel()]

    @cached_property
    def _reach(self) -> tuple[Floats, int]:
        """(for each code the distance to all comparable labels summed, how many pairs were drawn to estimate it: 0 for exact)."""
        labels = self.labels
        paired = np.repeat(labels.sizes >= 2, labels.sizes)
        everybody = labels.code[paired]
        counts = np.bincount(everybody, minlength=labels.n_codes)
        if self.summed is not None:
            return self.summed(counts.astype(np.float64)), 0
        used = np.flatnonzero(counts).astype(np.int32)
        found = np.zeros(labels.n_codes)
        if used.size <= MOST_EXACT and used.size * (used.size - 1) // 2 <= self.most_pairs:
            one, other = np.triu_indices(used.size, 1)
            apart = self.apart(used[one], used[other])
            found[used] = np.bincount(one, apart * counts[used[other]], used.size) + np.bincount(other, apart * counts[used[one]], used.size)
            return found, 0
        random = np.random.default_rng(self.seed)
        each = min(DRAWN_EACH, max(1, self.most_pairs // used.size))
        some = used if used.size <= self.most_pairs else np.sort(random.choice(used, max(2, self.most_pairs), replace=False))
        drawn = everybody[random.integers(0, everybody.size, size=some.size * each)]
        means = self.apart(np.repeat(some, each), drawn).reshape(-1, each).mean(1)
        found[used] = float(np.average(means, weights=counts[some])) * everybody.size
        found[some] = means * everybody.size
        return found, int(some.size) * each

    @cached_property
    def additive(self) -> Additive:
        """Features A, number of labels, and their reach."""
        labels, pairs = self.labels, self.pairs
        reach, _ = self._reach
        sizes = labels.sizes.astype(np.float64)
        some = sizes >= 2
        less = np.maximum(sizes - 1.0, 1.0)
        summed = np.bincount(pairs.example, weights=self.of_pair, minlength=labels.n_examples)
        reached = np.bincount(labels.example, weights=reach[labels.code], minlength=labels.n_examples)
        features = np.column_stack([2.0 * summed / less, sizes * some, reached * some])
        # Without one label its example has one fewer to compare, or none.
        own = pairs.by_label(self.of_pair)
        at = labels.example
        m = sizes[at]
        after = np.where(m > 2, 2.0 * (summed[at] - own) / np.maximum(m - 2.0, 1.0), 0.0)
        lost = np.column_stack([
            features[at, 0] - after,
            np.where(m > 2, 1.0, m),
            np.where(m > 2, reach[labels.code], reached[at]),
        ]) * some[at][:, None]  # fmt: skip
        taken = np.column_stack([np.bincount(labels.labeller, weights=column, minlength=labels.n_labellers) for column in lost.T]).astype(np.float64)
        total = features.sum(axis=0)
        return Additive(features, lambda sums: _alpha(sums, total), taken[taken[:, 1] > 0])

    def result(self, method: str, confidence: float = 0.95) -> Result:
        if not self.pairs.n:
            return self.pairs.mean(np.zeros(0), np.zeros(0), method, confidence, NO_PAIRS)
        drawn = self._reach[1]
        how = f"; the disagreement by chance is estimated from {drawn:,} pairs of labels drawn at random (seed {self.seed})" if drawn else ""
        return self.additive.result(method + how, self.pairs.counts, confidence, ONE_ANSWER)

    def value(self) -> float | None:
        found = self.additive.plain() if self.pairs.n else np.nan
        return found if np.isfinite(found) else None

    def chance(self) -> float:
        """The mean distance of two labels drawn from all comparable ones."""
        _, n, reach = self.additive.total().tolist()
        return reach / (n * (n - 1.0)) if n > 1 else 0.0

    def without(self) -> dict[int, float]:
        """Each labeller's place → alpha of everybody else."""
        add = self.additive
        who = np.unique(self.labels.labeller[np.repeat(self.labels.sizes >= 2, self.labels.sizes)])
        if add.taken is None or len(add.taken) != who.size:
            return {}
        return dict(zip(who.tolist(), add.value(add.total() - add.taken).tolist(), strict=True))


def _alpha(sums: Floats, total: Floats) -> Floats:
    """Sums (n_sets, 3) to alphas. The distance between labels that are both left out is taken at its mean."""
    apart, n, reach = sums.T
    gone = total[1] - n
    every = total[1] * (total[1] - 1.0)
    chance = 2.0 * reach - total[2] + total[2] * gone * (gone - 1.0) / every if every > 0 else reach
    known = (n > 1) & (chance > 1e-12 * np.maximum(n, 1.0) ** 2)
    return np.where(known, 1.0 - (n - 1.0) * apart / np.where(known, chance, 1.0), np.nan)
