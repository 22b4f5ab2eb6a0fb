"""Agreement and confusions of sets, numbers, texts, spans and boxes, in the shape of the API."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.measure.answers import Answers
from labelling.measure.compare import class_keys
from labelling.stats.comparison import Comparison, by_example_group, by_label_group
from labelling.stats.groups import Group
from labelling.stats.label_pairs import PairLikeness

# The figure that says how like two people's answers are, chance not taken off; it stands where raw agreement stands for classes.
LIKENESS = {"choices": "set_similarity", "number": "percent", "text": "word_similarity", "spans": "span_f1_exact", "boxes": "box_f1"}
OF_PAIRS = {**LIKENESS, "number": "concordance"}
MERGED = 5  # pairs of classes for which merging is tried
Entry = Callable[..., dict[str, Any]]


def classes(answers: Answers) -> list[dict[str, Any]]:
    """The question's classes, each with the share of labels that hold it; empty for kinds without classes."""
    found = []
    holds = _holding(answers)
    total = max(1, len(answers.columns))
    for item in answers.described.get("classes", ()):
        found.append({"key": item["key"], "name": item["name"], "share": holds.get(item["key"], 0) / total})
    return found


def _holding(answers: Answers) -> dict[str, int]:
    counts = answers.labels.code_counts
    found: dict[str, int] = {}
    for code in answers.labels.used_codes.tolist():
        for key in {part if isinstance(part, str) else part["class"] for part in answers.values[code] or ()} if class_keys(answers.described) else ():
            found[key] = found.get(key, 0) + int(counts[code])
    return found


def by_class(answers: Answers, compared: Comparison, entry: Entry) -> list[dict[str, Any]]:
    found = compared.per_class()
    items = answers.described.get("classes", ())
    return [entry(item["key"], found[place], name=item["name"]) for place, item in enumerate(items) if place in found]


def by_pair(answers: Answers, compared: Comparison, names: dict[int, str], least: int) -> tuple[list[dict[str, Any]], int]:
    """(the likeness of every two labellers, most examples first; how many pairs have fewer than `least` in common)."""
    found, left_out = compared.by_two(least)
    return [_pair(pair, names, OF_PAIRS[answers.described["kind"]]) for pair in found], left_out


def _pair(pair: PairLikeness, names: dict[int, str], measure: str) -> dict[str, Any]:
    one, other = sorted((names.get(pair.a, str(pair.a)), names.get(pair.b, str(pair.b))))
    figure = pair.figure.as_dict()
    return {"key": f"{one},{other}", "labellers": [one, other], "alpha": figure, measure: figure, "measure": measure, "n_examples": pair.n_examples}


def of_label_groups(compared: Comparison, answers: Answers, groups: NDArray[Any]) -> list[Group]:
    """`groups` has one entry a row of the answers' columns; labels that were not compared are left out of their groups."""
    rows = compared.labels.order if compared.labels.n_labels != answers.labels.n_labels else None
    return by_label_group(compared, groups if rows is None else groups[rows])


def of_example_groups(compared: Comparison, answers: Answers, groups: NDArray[Any], *, whole: bool = True) -> list[Group]:
    """`groups` has one entry an example of the answers. Unless `whole`, those below 0 are in no group and left out."""
    own = groups[np.searchsorted(answers.labels.example_ids, compared.labels.example_ids)]
    if not whole:
        inside = own >= 0
        compared, own = compared.keep(inside[compared.labels.example]), own[inside]
    return by_example_group(compared, own) if own.size else []


def confusion_rows(answers: Answers, compared: Comparison, limit: int) -> list[dict[str, Any]]:
    """Pairs of classes, worst first: how often one person's class meets another's on the same part. For sets the part is the example,
    for spans a code point, for boxes an object."""
    table = compared.class_pairs()
    if table is None:
        return []
    items = answers.described["classes"]
    first, second = np.triu_indices(len(items), 1)
    met = table[first, second]
    order = np.argsort(-met, kind="stable")[: min(limit, int((met > 0).sum()))]
    total = float(met.sum())
    rows = []
    for rank, at in enumerate(order.tolist()):
        a, b = int(first[at]), int(second[at])
        now, merged = compared.if_merged(a, b) if rank < MERGED else (None, None)
        rows.append({
            "a": items[a]["key"], "b": items[b]["key"], "a_name": items[a]["name"], "b_name": items[b]["name"],
            "count": int(met[at]), "share": float(met[at]) / total,
            "alpha_if_merged": merged, "alpha_now": now, "hlp_if_merged": None, "hlp_now": None,
        })  # fmt: skip
    return rows


def heat_map(answers: Answers, compared: Comparison, steps: Callable[[float, bool], int]) -> dict[str, Any] | None:
    """Classes against classes, as `selectors.heat_map`; None where there are fewer than two."""
    table = compared.class_pairs()
    items = answers.described.get("classes", ())
    if table is None or len(items) < 2:
        return None
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1e-12)
    rows = []
    for row, item in enumerate(items):
        cells = [
            {"key": other["key"], "name": other["name"], "pairs": int(table[row, column]), "share": float(shares[row, column]),
             "step": steps(float(shares[row, column]), row == column), "same": row == column}
            for column, other in enumerate(items)
        ]  # fmt: skip
        rows.append({"key": item["key"], "name": item["name"], "n": int(table[row].sum()), "cells": cells})
    return {"classes": [{"key": item["key"], "name": item["name"]} for item in items], "rows": rows}


def places_with(answers: Answers, compared: Comparison, texts: Iterable[str]) -> NDArray[Any] | None:
    """Original ids of the examples where one person's part has the first class and another's the second; None for unknown classes."""
    keys = class_keys(answers.described)
    places = [keys.index(text) if text in keys else None for text in texts]
    if any(place is None for place in places):
        return None
    a, b = places
    return compared.labels.example_ids[compared.examples_with(a, b)]  # type: ignore[arg-type]
