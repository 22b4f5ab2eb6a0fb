"""The usual packages, each called as its documentation has it. They are imported where they are called: none of them must be there."""

from __future__ import annotations

from typing import Any

import numpy as np

from labelling.stats.columns import Labels


def irrcac(table: Any) -> tuple[float, float]:
    """Fleiss' kappa and AC1 of a table (examples, labels of each)."""
    import pandas
    from irrCAC.raw import CAC

    found = CAC(pandas.DataFrame(table))
    return tuple(part["est"]["coefficient_value"] for part in (found.fleiss(), found.gwet()))  # type: ignore[return-value]


def statsmodels_fleiss(table: Any, codes: int) -> float:
    from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

    return float(fleiss_kappa(aggregate_raters(table, n_cat=codes)[0]))


def statsmodels_of_counts(counts: Any) -> float:
    from statsmodels.stats.inter_rater import fleiss_kappa

    return float(fleiss_kappa(counts))


def counts_of(table: Any, codes: int) -> Any:
    """(examples, codes): how often each answer was given, made by one bincount."""
    n = len(table)
    return np.bincount((np.arange(n)[:, None] * codes + table).ravel(), minlength=n * codes).reshape(n, codes)


def crowd_kit(example: Any, labeller: Any, code: Any, steps: int) -> tuple[Any, Any]:
    """Class shares (codes,) and confusion matrices (labellers, true class, answer) after so many steps."""
    import pandas
    from crowdkit.aggregation import DawidSkene

    model = DawidSkene(n_iter=steps, tol=0)
    model.fit(pandas.DataFrame({"task": example, "worker": labeller, "label": code}))
    errors = model.errors_.sort_index()
    people, k = errors.index.get_level_values(0).nunique(), errors.shape[1]
    return model.priors_.sort_index().to_numpy(), errors.sort_index(axis=1).to_numpy().reshape(people, k, k).transpose(0, 2, 1)


def log_likelihood(labels: Labels, shares: Any, confusion: Any) -> float:
    """Of the labels under Dawid and Skene's model with these parameters."""
    logs = np.log(np.maximum(confusion, 1e-300))
    total = 0.0
    for start in range(0, labels.n_examples, 1 << 16):
        stop = min(start + (1 << 16), labels.n_examples)
        part = slice(int(labels.offsets[start]), int(labels.offsets[stop]))
        each = np.add.reduceat(logs[labels.labeller[part], :, labels.code[part]], labels.offsets[start:stop] - labels.offsets[start])
        each += np.log(np.maximum(shares, 1e-300))
        top = each.max(1, keepdims=True)
        total += float((top[:, 0] + np.log(np.exp(each - top).sum(1))).sum())
    return total
