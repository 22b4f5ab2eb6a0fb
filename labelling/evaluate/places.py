"""Where a model loses to people and where it wins: by slice and by class, on identical references, weighted by their part of the data."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.evaluate.humans import Beside
from labelling.evaluate.rules import priority
from labelling.evaluate.split import Split
from labelling.stats.intervals import wilson
from labelling.stats.part_scoring import mean_of
from labelling.stats.parties import FEWEST, NOTHING, PAIRED, Groups, compare_groups

MOST_SLICES = 200
METHODS = {
    "model": "The model, by the same references on the same examples as people; Wilson's score interval over examples",
    "human": "One person, by the same references on the same examples as the model; Wilson's score interval over examples",
    "gap": f"Model minus person; {PAIRED}",
    "version": "The model against the version's answers: no label here has a reference that was made without its author",
}


def by_slice(split: Split, found: Beside, like: NDArray[np.float64], known: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Each value of each field: model, person and the gap there; where the model loses most comes first, where it wins last.

    `like` (n_examples,) is what predictions score against the version's answers, of the examples in `known`.
    """
    slices: list[tuple[str, str, NDArray[np.bool_]]] = []
    columns: list[NDArray[np.int64]] = []
    for field, values in split.slices.items():
        texts = [None if value is None else str(value) for value in values]
        names = sorted({text for text in texts if text is not None})
        if not 1 < len(names) <= MOST_SLICES:
            continue
        place = {name: number for number, name in enumerate(names)}
        column = np.array([-1 if text is None else place[text] for text in texts], dtype=np.int64)
        columns.append(np.where(column < 0, -1, column + len(slices)))
        slices += [(field, name, known & (column == number)) for number, name in enumerate(names)]
    if not slices:
        return []
    parties = found.chosen.parties
    rows = np.tile(np.flatnonzero(parties.counted), len(columns))
    group = np.concatenate([column[found.chosen.place[parties.counted]] for column in columns])
    table = compare_groups(parties, group, rows, np.ones(rows.size), parties.person[rows], parties.model[rows], len(slices))
    answer = []
    for number, (field, name, inside) in enumerate(slices):
        size = int(inside.sum())
        if size:
            row = _row(table, number, size / known.size)
            metric = row.pop("model")
            if metric["value"] is None:
                metric = _of_version(like[inside], parties.whole)
            answer.append({"slice": f"{field}={name}", "field": field, "value": name, "metric": metric} | row)
    return in_order(answer)


def by_class(found: Beside) -> list[dict[str, Any]]:
    """The same by class of the reference; a label whose reference is tied, or holds several classes, belongs to each of them."""
    parties, parts = found.chosen.parties, found.chosen.parts
    if not parts.names:
        return []
    table = compare_groups(parties, parts.group, parts.row, parts.share, parts.person, parts.model, len(parts.names))
    whole = float(parties.weight.sum()) or 1.0
    rows = [{"key": name} | _row(table, number, float(table.weight[number]) / whole) for number, name in enumerate(parts.names) if table.n_examples[number]]
    return in_order(rows)


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Losses by how far behind the model is times the part of the data, then wins alike, then what rests on too few examples."""

    def place(row: dict[str, Any]) -> tuple[Any, ...]:
        gap = row["gap"]["value"]
        few = gap is None or row["gap"]["n_examples"] < FEWEST
        weight = 0.0 if gap is None else -gap * row["share"]
        return few, -weight, str(row.get("slice", row.get("key")))

    return sorted(rows, key=place)


def _row(table: Groups, number: int, share: float) -> dict[str, Any]:
    counts = {"n_examples": int(table.n_examples[number]), "n_labels": int(table.n_labels[number]), "n_labellers": int(table.n_labellers[number])}
    gap, few = float(table.gap[0][number]), counts["n_examples"] < FEWEST
    low, high = (float(limit[number]) for limit in table.together)
    known = not few and np.isfinite(low)
    return {
        "model": _figure(table.model, number, counts, METHODS["model"]),
        "human": _figure(table.person, number, counts, METHODS["human"]),
        "gap": _figure(table.gap, number, counts, METHODS["gap"]),
        "together": {"low": low, "high": high, "comparisons": table.comparisons} if known else None,
        "settled": bool(known and (low > 0 or high < 0)),
        "share": share,
        "priority": 0.0 if few or not np.isfinite(gap) else priority(gap, share),
    }


def _figure(columns: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]], number: int, counts: dict[str, int], method: str) -> dict[str, Any]:
    value, low, high = (float(column[number]) for column in columns)
    if not np.isfinite(value):
        return {"value": None, "undefined": NOTHING, **counts}
    limits = {"low": low, "high": high} if np.isfinite(low) else {"low": None, "high": None}
    return {"value": value, **limits, "confidence": 0.95, **counts, "method": method}


def _of_version(like: NDArray[np.float64], whole: bool) -> dict[str, Any]:
    if not whole:
        return mean_of(like, METHODS["version"], highest=1.0).as_dict()
    n = int(like.size)
    low, high = wilson(float(like.sum()), n, 0.95)
    counts = {"n_examples": n, "n_labels": n, "n_labellers": 0}
    return {"value": float(like.mean()), "low": low, "high": high, "confidence": 0.95, **counts, "method": METHODS["version"]}


def per_example(found: Beside) -> dict[str, list[Any]]:
    """One entry a scored example: its place in the split, what people, model and popular answer score on it by the references that come
    first, how many labels were scored, and the classes of its references."""
    parties, place = found.chosen.parties, found.chosen.place
    rows = np.flatnonzero(parties.counted)
    places, at = np.unique(place[rows], return_inverse=True)
    n = np.bincount(at, minlength=places.size)
    columns: dict[str, list[Any]] = {"place": places.tolist()}
    for name, credit in (("person", parties.person), ("model", parties.model), ("popular", parties.popular)):
        columns[name] = (np.bincount(at, weights=credit[rows], minlength=places.size) / np.maximum(n, 1)).tolist()
    classes: list[set[str]] = [set() for _ in range(places.size)]
    parts = found.chosen.parts
    of = np.searchsorted(places, place[parts.row])
    for entry in np.flatnonzero(parties.counted[parts.row]).tolist():
        classes[int(of[entry])].add(str(parts.names[int(parts.group[entry])]))
    return columns | {"n_labels": n.tolist(), "classes": [sorted(names) for names in classes]}
