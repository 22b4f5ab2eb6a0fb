"""Labellers two by two, and classes two by two: pairwise Cohen kappas, the coincidence matrix, confusions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from labelling.stats import cohen
from labelling.stats.coefficients import coincidence_features
from labelling.stats.columns import Floats, Labels, Longs
from labelling.stats.intervals import BLOCK_CELLS, jackknife
from labelling.stats.patterns import Patterns
from labelling.stats.results import Counts, Interval, Result, figure, undefined

DENSE_TABLES = 1 << 22
BLOCK_TABLES = 1 << 22


@dataclass(frozen=True)
class Pair:
    """Two labellers by their original ids, their raw agreement and kappa on the examples that both labelled."""

    a: Any
    b: Any
    n_examples: int
    percent: float
    value: float | None
    reach: float
    name: str
    confidence: float

    @property
    def kappa(self) -> Result:
        """Cohen's kappa with its large-sample interval."""
        counts = Counts(self.n_examples, 2 * self.n_examples, 2)
        if self.value is None:
            return undefined("Both labellers gave one and the same answer throughout, so agreement beyond chance cannot be told.", counts)
        low, high = max(-1.0, self.value - self.reach), min(1.0, self.value + self.reach)
        return figure(self.value, {"examples": Interval(low, high, "large-sample standard error")}, self.name, counts, self.confidence)


@dataclass(frozen=True)
class PairwiseKappas:
    """`pairs` with enough examples in common, most examples first; `left_out` pairs had fewer than `min_overlap` (but some)."""

    pairs: list[Pair]
    left_out: int
    min_overlap: int
    mean: Result


def pairwise_kappas(
    labels: Labels,
    *,
    min_overlap: int = 20,
    weights: str | ArrayLike = "none",
    values: ArrayLike | None = None,
    confidence: float = 0.95,
) -> PairwiseKappas:
    """Cohen's kappa of every two labellers in one pass. The mean over pairs is biased low where pairs share few examples:
    pairs with fewer than `min_overlap` are left out and counted."""
    if min_overlap < 1:
        raise ValueError("The smallest number of examples in common is at least 1.")
    costs = cohen.disagreement_weights(labels.n_codes, weights, values)
    z = float(norm.ppf((1 + confidence) / 2))
    found: list[Pair] = []
    left_out = 0
    name = cohen.kappa_name(weights)
    for first, second, tables in joint_tables(labels):
        overlap = tables.sum((1, 2))
        enough = overlap >= min_overlap
        left_out += int((~enough & (overlap > 0)).sum())
        if not bool(enough.any()):
            continue
        tables, first, second, overlap = tables[enough], first[enough], second[enough], overlap[enough]
        kappa = cohen.kappas(tables, costs)
        reach = z * cohen.standard_errors(tables, costs)
        same = np.einsum("pcc->p", tables) / overlap
        ids_a, ids_b = labels.labeller_ids[first].tolist(), labels.labeller_ids[second].tolist()
        for a, b, n, k, r, p in zip(ids_a, ids_b, overlap.tolist(), kappa.tolist(), reach.tolist(), same.tolist(), strict=True):
            found.append(Pair(a, b, int(n), p, None if isnan(k) else k, r, name, confidence))
    found.sort(key=lambda pair: -pair.n_examples)
    return PairwiseKappas(found, left_out, min_overlap, _mean(found, left_out, min_overlap, confidence))


def _mean(pairs: list[Pair], left_out: int, min_overlap: int, confidence: float) -> Result:
    known = [pair for pair in pairs if pair.value is not None]
    people = sorted({p.a for p in known} | {p.b for p in known})
    n = sum(pair.n_examples for pair in known)
    counts = Counts(n, 2 * n, len(people))
    if not known:
        return undefined(f"No two labellers have {min_overlap} examples in common (pairs with fewer: {left_out:,}).", counts)
    values = np.array([pair.value for pair in known], dtype=np.float64)
    interval = Interval(None, None, "it takes at least 3 labellers")
    if len(people) >= 3:
        place = {who: i for i, who in enumerate(people)}
        ends = np.array([[place[p.a], place[p.b]] for p in known])
        total, number = np.zeros(len(people)), np.zeros(len(people))
        for side in (0, 1):
            total += np.bincount(ends[:, side], weights=values, minlength=len(people))
            number += np.bincount(ends[:, side], minlength=len(people))
        rest = values.size - number
        without = np.where(rest > 0, (values.sum() - total) / np.maximum(rest, 1), np.nan)
        interval = jackknife(without, float(values.mean()), confidence, (-1.0, 1.0))
    method = f"Mean of {values.size:,} pairwise kappas with at least {min_overlap} examples in common ({left_out:,} pairs with fewer left out)"
    return figure(float(values.mean()), {"labellers": interval}, method, counts, confidence)


def joint_tables(labels: Labels) -> Iterator[tuple[Longs, Longs, Floats]]:
    """Blocks of (first labeller, second labeller, tables (n_pairs, n_codes, n_codes)) with first < second, for every two
    labellers with an example in common. Two labels of one labeller on an example are no pair."""
    n, k = labels.n_labellers, labels.n_codes
    if n < 2 or not labels.n_labels:
        return
    if n * n * k * k <= DENSE_TABLES:
        found = np.zeros(n * n * k * k, dtype=np.int64)
        for left, right in label_pairs(labels):
            # The largest key is below DENSE_TABLES, so 32 bits hold it.
            key = (labels.labeller[left] * np.int32(n) + labels.labeller[right]) * np.int32(k * k)
            key += labels.code[left] * np.int32(k)
            key += labels.code[right]
            found += np.bincount(key, minlength=found.size)
        joint = found.reshape(n, n, k, k)
        first, second = np.triu_indices(n, 1)
        tables = (joint[first, second] + joint[second, first].transpose(0, 2, 1)).astype(np.float64)
        met = tables.sum((1, 2)) > 0
        yield first[met], second[met], tables[met]
        return
    keys = []
    for left, right in label_pairs(labels):
        a, b = labels.labeller[left].astype(np.int64), labels.labeller[right].astype(np.int64)
        x, y = labels.code[left].astype(np.int64), labels.code[right].astype(np.int64)
        turned = a > b
        answers = np.where(turned, y * k + x, x * k + y)
        keys.append(((np.minimum(a, b) * n + np.maximum(a, b)) * (k * k) + answers)[a != b])
    key, count = np.unique(np.concatenate(keys), return_counts=True)
    pair = key // (k * k)
    begins = np.concatenate(([0], np.flatnonzero(np.diff(pair)) + 1)) if pair.size else np.zeros(0, dtype=np.int64)
    who = pair[begins]
    place = np.repeat(np.arange(begins.size), np.diff(np.concatenate((begins, [pair.size]))))
    step = max(1, BLOCK_TABLES // (k * k))
    for start in range(0, who.size, step):
        stop = min(start + step, who.size)
        first_key, last_key = int(begins[start]), int(begins[stop]) if stop < who.size else key.size
        tables = np.zeros(((stop - start), k * k))
        tables[place[first_key:last_key] - start, key[first_key:last_key] % (k * k)] = count[first_key:last_key]
        yield who[start:stop] // n, who[start:stop] % n, tables.reshape(-1, k, k)


def label_pairs(labels: Labels) -> Iterator[tuple[Any, Any]]:
    """Every unordered pair of labels of one example, as index arrays or slices of label rows, a few blocks at a time."""
    size = labels.equal_size
    if 0 < size <= 32:
        step = size << 16
        for start in range(0, labels.n_labels, step):
            stop = min(start + step, labels.n_labels)
            for a in range(size):
                for b in range(a + 1, size):
                    yield slice(start + a, stop, size), slice(start + b, stop, size)
        return
    largest = int(labels.sizes.max()) if labels.n_labels else 0
    rows = np.arange(labels.n_labels)
    last = labels.offsets[1:][labels.example] if labels.n_labels else rows
    for apart in range(1, largest):
        rows = rows[rows + apart < last[rows]]
        step = 1 << 20
        for start in range(0, rows.size, step):
            part = rows[start : start + step]
            yield part, part + apart


def coincidences(labels: Labels) -> Floats:
    """Krippendorff's coincidence matrix (n_codes, n_codes): pairs of labels of one example, each weighted 1 / (m - 1)."""
    patterns = Patterns.of(labels)
    h = patterns.histograms
    total = np.zeros(labels.n_codes**2)
    for start, stop in h.blocks(BLOCK_CELLS):
        total += patterns.counts[start:stop].astype(np.float64) @ coincidence_features(h.rows(start, stop))
    return total.reshape(labels.n_codes, labels.n_codes)


@dataclass(frozen=True)
class HeatMap:
    """`pairs` (n_codes, n_codes) counts ordered pairs of labels of one example; `shares` is row-normalised: where one person
    said the row's class, how often another one said the column's; a row without pairs is all zero."""

    pairs: Longs
    shares: Floats


def heat_map(labels: Labels) -> HeatMap:
    """Which classes meet in the labels of one example, for the confusion heat map."""
    pairs = pair_counts(Patterns.of(labels))
    rows = pairs.sum(1, keepdims=True)
    return HeatMap(pairs, pairs / np.maximum(rows, 1))


def pair_counts(patterns: Patterns) -> Longs:
    """Ordered pairs of labels of one example by their two codes, unweighted: (n_codes, n_codes)."""
    h = patterns.histograms
    total = np.zeros(h.n_codes**2, dtype=np.int64)
    for start, stop in h.blocks(BLOCK_CELLS):
        rows = h.rows(start, stop)
        left, right = rows.pairs()
        amount = rows.counts[left] * (rows.counts[right] - (left == right)) * patterns.counts[start:stop][rows.row[left]]
        key = rows.codes[left].astype(np.int64) * h.n_codes + rows.codes[right]
        total += np.rint(np.bincount(key, weights=amount, minlength=total.size)).astype(np.int64)
    return total.reshape(h.n_codes, h.n_codes)
