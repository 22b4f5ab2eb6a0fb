"""Alpha within groups (source, batch, guideline, week, a meta field) and of one labeller with the others.

The labels are sorted by group once; each group then costs what its own labels cost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labelling.stats.agreement import occurring
from labelling.stats.chance import NO_PAIRS, ONE_CLASS, estimate
from labelling.stats.coefficients import Coefficient, NominalAlpha, RawAgreement, TableAlpha, alpha_coefficient
from labelling.stats.columns import Floats, Labels, _compact, _compact_sorted
from labelling.stats.intervals import Groundwork, from_influence
from labelling.stats.patterns import Histograms
from labelling.stats.results import Counts, Interval, Result, figure, undefined


@dataclass(frozen=True)
class Group:
    """One group's key as the caller gave it, its alpha and its raw agreement."""

    key: Any
    alpha: Result
    percent: Result


def by_example_group(
    labels: Labels,
    groups: ArrayLike,
    *,
    level: str = "nominal",
    values: ArrayLike | None = None,
    distance: ArrayLike | None = None,
    confidence: float = 0.95,
    resamples: int = 0,
    seed: int = 0,
) -> list[Group]:
    """Alpha within each group of examples, groups in ascending order of their key.

    `groups` (n_examples,) has one key an example, in the order of `labels.example_ids`. Without `resamples` the interval over
    examples is the infinitesimal jackknife.
    """
    array = np.asarray(groups)
    if array.shape != (labels.n_examples,):
        raise ValueError(f"'groups' needs one key an example ({labels.n_examples}), but has shape {array.shape}.")
    names, group = np.unique(array, return_inverse=True)
    labels, values, distance = occurring(labels, values, distance)
    found: list[Group] = []
    for name, part in zip(names.tolist(), _split(labels, group, names.size), strict=True):
        counts = part.code_counts.astype(np.float64)
        coefficients: dict[str, Coefficient] = {
            "alpha": alpha_coefficient(level, labels.n_codes, values, distance, counts),
            "percent": RawAgreement(),
        }
        figures = estimate(Groundwork.of(part), coefficients, confidence, resamples, seed)
        found.append(Group(name, figures["alpha"], figures["percent"]))
    return found


def by_label_group(
    labels: Labels,
    groups: ArrayLike,
    *,
    level: str = "nominal",
    values: ArrayLike | None = None,
    distance: ArrayLike | None = None,
    confidence: float = 0.95,
    resamples: int = 0,
    seed: int = 0,
) -> list[Group]:
    """Alpha within each group of labels (guideline version, round, week): only labels of one group are compared with each other.

    `groups` (n_labels,) has one key a label, in the caller's row order.
    """
    names, group = np.unique(labels.align(groups), return_inverse=True)
    n = max(names.size, 1)
    split = Labels.of(labels.example.astype(np.int64) * n + group, labels.labeller, labels.code, labels.n_codes)
    found = by_example_group(
        split, split.example_ids % n, level=level, values=values, distance=distance, confidence=confidence, resamples=resamples, seed=seed
    )
    return [Group(names[int(g.key)].item(), g.alpha, g.percent) for g in found]


def _split(labels: Labels, group: NDArray[Any], n: int) -> Iterator[Labels]:
    """The labels of each group of examples, by one sort."""
    per_label = np.repeat(group, labels.sizes)
    order = np.argsort(per_label, kind="stable")
    edges = np.searchsorted(per_label[order], np.arange(n + 1))
    for place in range(n):
        rows = order[edges[place] : edges[place + 1]]
        example, examples = _compact_sorted(labels.example[rows])
        labeller, people = _compact(labels.labeller[rows])
        ids = labels.example_ids[examples]
        yield Labels(example, labeller, labels.code[rows], labels.n_codes, ids, labels.labeller_ids[people], rows)


@dataclass(frozen=True)
class LabellerAgreement:
    """One labeller (original id) with the others: `alpha` is 1 - their disagreement with the others over the disagreement that
    chance would give in the whole; `percent` their raw agreement; `alpha_without` everybody else's alpha."""

    labeller: Any
    alpha: Result
    percent: Result
    alpha_without: float | None
    n_labels: int


def by_labeller(
    labels: Labels, *, level: str = "nominal", values: ArrayLike | None = None, distance: ArrayLike | None = None, confidence: float = 0.95
) -> list[LabellerAgreement]:
    """Each labeller's agreement with the others. Intervals are over that labeller's examples."""
    labels, values, distance = occurring(labels, values, distance)
    work = Groundwork.of(labels)
    n = labels.n_labellers
    counts = labels.code_counts.astype(np.float64)
    coefficient = alpha_coefficient(level, labels.n_codes, values, distance, counts)
    alpha = float(coefficient.value(work.total(coefficient)[None, :])[0]) if work.n_pairable else np.nan
    loads = np.bincount(labels.labeller, minlength=n)
    ids = labels.labeller_ids.tolist()
    if not work.n_pairable:
        none = [undefined(NO_PAIRS, Counts(0, 0, 1)) for _ in ids]
        return [LabellerAgreement(who, u, u, None, int(m)) for who, u, m in zip(ids, none, loads, strict=True)]
    without = dict(zip(work.pairable_labellers.tolist(), work.without_each_labeller(coefficient).tolist(), strict=True))
    apart, number = _others(labels, work, level, values, distance)
    unlike, _ = _others(labels, work, "nominal", None, None)
    chance = _chance(labels, work, level, values, distance)
    found: list[LabellerAgreement] = []
    order = np.argsort(labels.labeller, kind="stable")
    edges = np.searchsorted(labels.labeller[order], np.arange(n + 1))
    for who in range(n):
        rows = order[edges[who] : edges[who + 1]]
        rows = rows[number[rows] > 0]
        size = Counts(int(rows.size), int(rows.size), 1)
        if not rows.size:
            none_one = undefined("Nobody else has labelled this person's examples yet.", size)
            found.append(LabellerAgreement(ids[who], none_one, none_one, None, int(loads[who])))
            continue
        percent = _share(unlike[rows], number[rows], 1.0, "Raw agreement with the others, over pairs of labels", size, confidence, 0.0)
        mine: Result = undefined(ONE_CLASS, size)
        if np.isfinite(alpha) and chance > 0:
            method = f"{coefficient.name}, this person's pairs with the others; the disagreement by chance is that of all labels"
            mine = _share(apart[rows], number[rows], chance, method, size, confidence, -1.0)
        rest = without.get(who, np.nan)
        found.append(LabellerAgreement(ids[who], mine, percent, rest if np.isfinite(rest) else None, int(loads[who])))
    return found


def _share(apart: Floats, number: Floats, scale: float, method: str, size: Counts, confidence: float, lowest: float) -> Result:
    """1 - (sum of distances / number of pairs) / scale, with a jackknife over the examples."""
    mean = float(apart.sum() / number.sum())
    value = 1.0 - mean / scale
    influence = -(apart - mean * number) / float(number.sum()) / scale
    interval = (
        from_influence(influence, np.ones(apart.size, dtype=np.int64), value, confidence, (lowest, 1.0))
        if apart.size > 1
        else Interval(None, None, "it takes at least 2 examples")
    )
    return figure(value, {"examples": interval}, method, size, confidence)


def _metric(labels: Labels, level: str, values: ArrayLike | None, distance: ArrayLike | None) -> Coefficient:
    """The level's distance as a coefficient whose distances no longer depend on the data: ordinal ranks become numbers."""
    if level != "ordinal":
        counts = labels.code_counts.astype(np.float64)
        return alpha_coefficient(level, labels.n_codes, values, distance, counts)
    numbers = np.arange(labels.n_codes, dtype=np.float64) if values is None else np.asarray(values, dtype=np.float64)
    order = np.argsort(numbers, kind="stable")
    compared = np.repeat(labels.sizes >= 2, labels.sizes).astype(np.float64)
    paired = np.bincount(labels.code, weights=compared, minlength=labels.n_codes).astype(np.float64)
    ranks = np.empty(labels.n_codes)
    ranks[order] = np.cumsum(paired[order]) - paired[order] / 2.0
    return alpha_coefficient("interval", labels.n_codes, ranks, None, paired)


def _others(labels: Labels, work: Groundwork, level: str, values: ArrayLike | None, distance: ArrayLike | None) -> tuple[Floats, Floats]:
    """Per label the summed distance to the other people's labels of its example, and how many those are; shape (n_labels,) each."""
    metric = _metric(labels, level, values, distance)
    h = work.patterns.histograms
    cell = work.patterns.cell_of_label(labels)
    # S is the distance summed over ordered pairs; taking one label away lowers it by twice that label's distance to the others.
    full = _scaled(metric, h)
    less = h.one_less()
    apart = (full[h.row] - _scaled(metric, less)) / 2.0
    others = (labels.sizes - 1)[labels.example].astype(np.float64)
    return np.maximum(apart[cell], 0.0), others


def _scaled(metric: Coefficient, rows: Histograms) -> Floats:
    """The distance summed over ordered pairs of each row's labels."""
    features = metric.features(rows)
    first = features[:, [0]].toarray()[:, 0] if isinstance(metric, NominalAlpha | TableAlpha) else features[:, 0]
    return np.asarray(first * np.maximum(rows.totals - 1.0, 0.0), dtype=np.float64)


def _chance(labels: Labels, work: Groundwork, level: str, values: ArrayLike | None, distance: ArrayLike | None) -> float:
    """The mean distance of two labels drawn from all comparable ones."""
    metric = _metric(labels, level, values, distance)
    total = work.total(metric)
    value = float(metric.value(total[None, :])[0])
    paired = float(labels.sizes[labels.sizes >= 2].sum())
    # With full agreement every distance is 0, and any scale gives alpha 1.
    return float(total[0]) / paired / (1.0 - value) if np.isfinite(value) and value < 1.0 else 1.0
