"""Data sets with several questions, with sets of classes or without labellers, made ready for `check_data.py`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.data.prepared import (
    Figure,
    Prepared,
    Times,
    agreement,
    alpha_by,
    classes_of,
    consensus,
    correlation,
    items_of,
    mean,
    person,
    rows_of,
)


def relations_multilabel(folder: Path) -> Prepared:
    votes = rows_of(folder)
    keys = sorted({key for row in votes for key in row["label"].split("|")})
    times = Times()
    labels = [
        {"example": row["item"], "labeller": f"rel-{row['labeller']}", "value": row["label"].split("|"), "round": times.of(row["item"], row["labeller"])}
        for row in votes
    ]
    by_class = {
        "NONE": 0.376, "per:top_member_employee_of_org": 0.535, "per:employee_or_member_of": 0.247, "per:places_of_residence": 0.26,
        "per:place_of_birth": 0.604, "per:origin": 0.214, "per:charges": 0.631, "per:title": 0.548, "org:place_of_headquarters": 0.248,
        "per:founded_org": 0.346, "per:alternate_names": 0.526, "org:alternate_names": 0.396, "per:spouse": 0.69, "per:cause_of_death": 0.596,
        "org:subsidiaries": 0.184, "per:children": 0.739, "per:place_of_death": 0.362, "per:age": 0.8, "per:schools_attended": 0.481,
    }  # fmt: skip
    return Prepared(
        questions=[{"key": "answer", "kind": "choices", "classes": classes_of(keys)}],
        items=[{"key": item["id"], "text": item["text"]} for item in items_of(folder)],
        labels=labels,
        labels_per_example=15,
        figures=[
            ("alpha, exact set", 0.367, agreement("answer", "measures", "alpha_exact"), ""),
            ("pairs agree, exact set", 0.427, agreement("answer", "measures", "percent"), ""),
            *((f"alpha of the class {key}", value, alpha_by("answer", "class", key), "") for key, value in by_class.items()),
        ],
    )


def snow_affect(folder: Path) -> Prepared:
    alphas = {"anger": 0.353, "disgust": 0.428, "fear": 0.285, "joy": 0.216, "sadness": 0.437, "surprise": 0.057, "valence": 0.326}
    with_gold = {"anger": 0.711, "disgust": 0.765, "fear": 0.699, "joy": 0.64, "sadness": 0.792, "surprise": 0.526, "valence": 0.85}
    truth: dict[str, dict[str, float]] = defaultdict(dict)
    for row in rows_of(folder, "gold"):
        truth[row["question"]][row["item"]] = float(row["label"])
    labels: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows_of(folder):
        one = labels.setdefault((row["item"], row["labeller"]), {"example": row["item"], "labeller": f"affect-{row['labeller']}"})
        one[row["question"]] = float(row["label"])
    return Prepared(
        questions=[
            {"key": key, "kind": "number", "low": -100 if key == "valence" else 0, "high": 100, "required": False} for key in alphas
        ],
        items=[{"key": str(item["id"]), "text": item["text"]} for item in items_of(folder)],
        labels=list(labels.values()),
        labels_per_example=10,
        figures=[
            *((f"alpha, interval, {key}", value, agreement(key, "alpha"), "") for key, value in alphas.items()),
            ("alpha, interval, mean over the questions", 0.300, mean([agreement(key, "alpha") for key in alphas]), ""),
            *((f"correlation of the mean with gold, {key}", value, correlation(key, truth[key]), "") for key, value in with_gold.items()),
        ],
    )


# Finding → alpha of all eight, one of the three set aside against gold, their majority against gold.
CHEST: dict[str, tuple[float, float, float]] = {
    "Atelectasis": (0.436, 0.781, 0.8), "Cardiomegaly": (0.307, 0.8, 0.868), "Consolidation": (0.225, 0.891, 0.92), "Edema": (0.413, 0.837, 0.876),
    "Enlarged Cardiomediastinum": (0.394, 0.788, 0.828), "Fracture": (0.228, 0.985, 0.992), "Lung Lesion": (0.332, 0.981, 0.984),
    "Lung Opacity": (0.585, 0.857, 0.884), "No Finding": (0.372, 0.86, 0.904), "Pleural Effusion": (0.547, 0.868, 0.908),
    "Pleural Other": (0.157, 0.975, 0.988), "Pneumonia": (0.134, 0.949, 0.964), "Pneumothorax": (0.365, 0.989, 0.996),
    "Support Devices": (0.706, 0.917, 0.968),
}  # fmt: skip
FIVE = ("Atelectasis", "Cardiomegaly", "Consolidation", "Edema", "Pleural Effusion")


def chest_xray_a(folder: Path, *, set_aside: bool = False) -> Prepared:
    """Fourteen findings, one question each. Alpha is that of all eight; the three who were set aside to measure people are imported
    alone and scored against the gold of the other five."""
    keys = {finding: finding.replace(" ", "_") for finding in CHEST}
    labels: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows_of(folder):
        if not set_aside or row["role"] == "benchmark":
            one = labels.setdefault((row["item"], row["labeller"]), {"example": row["item"], "labeller": f"chest-{row['labeller']}"})
            one[keys[row["question"]]] = row["label"]
    truth: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows_of(folder, "gold"):
        truth[row["question"]][row["item"]] = row["label"]
    items = list(dict.fromkeys(key for key, _ in labels))
    prepared = Prepared(
        questions=[{"key": key, "kind": "choice", "classes": classes_of("01")} for key in keys.values()],
        items=[{"key": item, "text": item} for item in items],
        labels=list(labels.values()),
        labels_per_example=8,
        figures=[],
    )
    if set_aside:
        prepared.truth = [{"example": item, **{keys[finding]: truth[finding][item] for finding in CHEST}} for item in items]
        prepared.before = [
            (f"majority of the three, {finding}", three, consensus(keys[finding], "majority", truth[finding]), "")
            for finding, (_, _, three) in CHEST.items()
        ]
        prepared.figures = [(f"one of the three, {finding}", one, person(keys[finding]), "") for finding, (_, one, _) in CHEST.items()]
        return prepared
    prepared.figures = [(f"alpha, {finding}", alpha, agreement(keys[finding], "alpha"), "") for finding, (alpha, _, _) in CHEST.items()]
    prepared.figures.append(("alpha, mean over 5 findings", 0.386, mean([agreement(keys[finding], "alpha") for finding in FIVE]), ""))
    return prepared


def cifar10h_counts(folder: Path) -> Prepared:
    """Only how often each class was chosen is known: the nth vote of a picture stands for the nth labeller."""
    places: dict[str, int] = defaultdict(int)
    labels: list[dict[str, Any]] = []
    found: list[Figure] = [("alpha, nominal", 0.915, agreement("answer", "alpha"), ""), ("pairs agree", 0.924, agreement("answer", "measures", "percent"), "")]
    rows = rows_of(folder, "counts")
    for row in rows:
        for _ in range(int(row["count"])):
            places[row["item"]] += 1
            labels.append({"example": row["item"], "labeller": f"cifar10h-slot{places[row['item']]:02}", "value": row["label"]})
    return Prepared(
        questions=[{"key": "answer", "kind": "choice", "classes": classes_of(sorted({row["label"] for row in rows}))}],
        items=[{"key": item, "text": item} for item in places],
        labels=labels,
        labels_per_example=51,
        figures=found,
    )


SEVERAL: dict[str, Callable[[Path], Prepared]] = {
    "relations_multilabel": relations_multilabel,
    "snow_affect": snow_affect,
    "chest_xray_a": chest_xray_a,
    "chest_xray_a_set_aside": lambda folder: chest_xray_a(folder.parent / "chest_xray_a", set_aside=True),
    "cifar10h_counts": cifar10h_counts,
}
