"""Dawid and Skene's model as the expected figures have it: 100 steps of plain EM from the vote shares, 0.01 added to every cell of the
confusion matrices in each step. It is here to tell a difference of definition from a mistake; `labelling.stats.dawid_skene` is ours."""

from __future__ import annotations

from typing import Any

import numpy as np

STEPS = 100
ADDED = 0.01


def plain_em(labels: list[dict[str, Any]], truth: dict[str, str]) -> float:
    """The share of right answers among the examples of `truth`."""
    names = [sorted({str(row[part]) for row in labels} | (set(truth.values()) if part == "value" else set())) for part in ("example", "labeller", "value")]
    places = [{name: place for place, name in enumerate(found)} for found in names]
    example, who, code = (np.array([place[str(row[part])] for row in labels]) for part, place in zip(("example", "labeller", "value"), places, strict=True))
    n, people, k = (len(found) for found in names)
    chance = np.zeros((n, k))
    np.add.at(chance, (example, code), 1.0)
    chance /= chance.sum(1, keepdims=True)
    for _ in range(STEPS):
        confusion = np.zeros((people, k, k))  # labeller, answer, true class
        np.add.at(confusion, (who, code), chance[example])
        confusion += ADDED
        confusion /= confusion.sum(1, keepdims=True)
        with np.errstate(divide="ignore"):
            log = np.log(chance.mean(0)) + np.zeros((n, k))
        np.add.at(log, example, np.log(confusion[who, code]))
        chance = np.exp(log - log.max(1, keepdims=True))
        chance /= chance.sum(1, keepdims=True)
    best = chance.argmax(1)
    return float(np.mean([names[2][best[places[0][key]]] == answer for key, answer in truth.items()]))
