"""People and a model by identical references, whatever kind of answer they gave. No Django."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from labelling.evaluate.rules import priority
from labelling.stats import human

MOST_SLICES = 200
FEW = 10  # examples: below, a slice is too small to be put in an order


@dataclass(frozen=True, eq=False)
class Split:
    """One question of one split: arrays over its examples, and its labels.

    `reference[i]` is a list of right answers (the first is the version's own), empty where there is none; `settled[i]` says
    that people settled it. `labels` are (example place, labeller number, answer) and `helped` marks those whose labeller
    helped to settle the example. `slices[name][i]` is a value or None. `most_frequent` is that of the training split.
    """

    described: Mapping[str, Any]
    reference: Sequence[Sequence[Any]]
    settled: NDArray[np.bool_]
    labels: tuple[NDArray[np.int64], NDArray[np.int64], Sequence[Any]]
    helped: NDArray[np.bool_]
    slices: Mapping[str, Sequence[Any]]
    most_frequent: Any = None


class Beside:
    """What people and the model score by the same references: `model` (n_labels,) beside `people.credit`, `place` (n_labels,) is
    each label's example."""

    people: human.Scores
    model: NDArray[np.float64]
    place: NDArray[np.int64]
    figure: ClassVar[str] = "accuracy"
    reference: ClassVar[str] = "resolved answers, or else the majority of the others' labels"

    def overall(self, inside: NDArray[np.bool_] | None = None) -> dict[str, Any]:
        """People, the model and the most popular answer by the same references, and the model's distance from people."""
        mask = self.people.counted if inside is None else self.people.counted & inside
        people = replace(self.people, counted=mask)
        model = replace(
            self.people, credit=self.model, counted=mask, method="The model, against the same references as each person"
        )
        return {
            self.figure: people.overall().as_dict(),
            "model_on_the_same_references": _over_examples(model.overall().as_dict()),
            "popular_answer": people.popular_answer().as_dict(),
            "gap": self._gap(mask),
            "reference": self.reference,
        }

    def _gap(self, mask: NDArray[np.bool_]) -> dict[str, Any]:
        """Model minus person, label by label, with an interval over examples."""
        n = int(mask.sum())
        if not n:
            return {"value": None, "undefined": "No label here has a reference that was made without its author."}
        example, difference = self.place[mask], (self.model - self.people.credit)[mask]
        names, at = np.unique(example, return_inverse=True)
        value = float(difference.mean())
        counts = {
            "n_examples": int(names.size),
            "n_labels": n,
            "n_labellers": int(np.unique(self.people.labels.labeller[mask]).size),
        }
        method = "Model minus person on identical references; interval over examples, the labels of one example taken together"
        if names.size < 2:
            return {"value": value, "low": None, "high": None, "confidence": 0.95, **counts, "method": method}
        rest = np.bincount(at, weights=difference - value)
        reach = float(norm.ppf(0.975)) * float(np.sqrt((rest**2).sum() * names.size / (names.size - 1))) / n
        return {
            "value": value,
            "low": max(-1.0, value - reach),
            "high": min(1.0, value + reach),
            "confidence": 0.95,
            **counts,
            "method": method,
        }


def _over_examples(figure: dict[str, Any]) -> dict[str, Any]:
    """A model has no labellers: what shows is its interval over examples."""
    limits = figure.get("intervals", {}).get("examples")
    if limits:
        figure["low"], figure["high"] = limits
        figure["method"] = (
            "The model, against the same references as each person; Wilson's score interval over examples"
        )
    return figure


def by_slice(
    split: Split, own: Beside, known: NDArray[np.bool_], metric: Callable[[NDArray[np.bool_]], dict[str, Any]]
) -> list[dict[str, Any]]:
    """Each value of each field: the model (`metric` of the examples inside), people there, the gap, and the worst place first."""
    n = len(split.reference)
    rows = []
    for field, values in split.slices.items():
        texts = [None if value is None else str(value) for value in values]
        names = sorted({text for text in texts if text is not None})
        if not 1 < len(names) <= MOST_SLICES:
            continue
        place = {name: number for number, name in enumerate(names)}
        group = np.array([-1 if text is None else place[text] for text in texts], dtype=np.int64)
        for number, name in enumerate(names):
            inside = known & (group == number)
            size = int(inside.sum())
            if not size:
                continue
            people = own.overall(group[own.place] == number)
            gap, share = people["gap"], size / n
            rows.append(
                {
                    "slice": f"{field}={name}",
                    "metric": metric(inside),
                    "human": people[own.figure],
                    "gap": gap,
                    "share": share,
                    "priority": priority(gap["value"], share) if size >= FEW else 0.0,
                }
            )
    return sorted(rows, key=lambda row: (-row["priority"], row["slice"]))
