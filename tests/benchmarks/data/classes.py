"""Data sets with one class, rating or number a label: a table of what each is like and what to expect of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.benchmarks.data.plain_em import plain_em
from tests.benchmarks.data.prepared import (
    OWN,
    Figure,
    Prepared,
    Times,
    agreement,
    alpha_by,
    classes_of,
    consensus,
    correlation,
    items_of,
    person,
    rows_of,
)

EM = "expected: plain EM stopped after 100 steps, 0.01 added to each cell of the confusion matrices; ours goes on to the likelihood's top, with a pooled prior where labels are few"


@dataclass(frozen=True)
class One:
    """`alpha` maps levels to what is expected, `gold` holds majority, a single label, Dawid-Skene. A `scale` makes it a rating, a
    `number` a number, else it is a choice. `text` are the fields of an item that are shown. `by` maps a meta field to alphas.
    `people_again` makes the second answer of a labeller another labeller's: consensus
    and human level count an example's present round, the expected figures every vote."""

    alpha: Mapping[str, float]
    pairs: float | None = None
    gold: tuple[float | None, float | None, float | None] | None = None
    scale: tuple[int, int] | None = None
    number: tuple[int, int] | None = None
    text: tuple[str, ...] = ()
    by: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    fleiss: float | None = None
    correlates: float | None = None
    plain_em: bool = False
    people_again: bool = False
    folder: str = ""


LANGUAGES = {"ar": 0.333, "de": 0.332, "en": 0.197, "es": 0.248, "fr": 0.322, "hi": 0.108, "it": 0.35, "nl": 0.313, "pt": 0.25}
TABLE: dict[str, One] = {
    "snow_rte": One({"nominal": 0.241}, 0.629, (0.897, 0.729, 0.927), text=("text", "hypothesis")),
    "snow_wsd": One({"nominal": 0.937}, 0.974, (0.994, 0.982, 0.994)),
    "snow_temporal": One({"nominal": 0.223}, 0.613, (0.936, 0.734, 0.942)),
    "sentiment_texts": One({"nominal": 0.428}, 0.720, (0.886, 0.789, 0.915), text=("text",)),
    "sentiment_time": One({"nominal": 0.738}, 0.869, (0.943, 0.893, 0.944)),
    "weather_sentiment": One({"nominal": 0.521}, 0.633),
    "weather_sentiment_gold": One({}, None, (0.853, 0.705, 0.840), folder="weather_sentiment", people_again=True, plain_em=True),
    "product_match": One({"nominal": 0.157}, 0.725, (0.897, 0.816, 0.940)),
    "irony_multilingual": One({"nominal": 0.272}, 0.680, text=("post", "reply"), by={"lang": LANGUAGES}),
    "snow_wordsim": One({"interval": 0.670}, number=(0, 10), text=("text",), correlates=0.952),
    "snow_wordsim_rating": One({"nominal": 0.222}, scale=(0, 10), folder="snow_wordsim"),
    "web_relevance": One({"ordinal": 0.383, "nominal": 0.210}, None, (0.731, 0.552, 0.822), scale=(1, 5), correlates=0.874, plain_em=True),
    "adult_content": One({"nominal": 0.314}, 0.751),
    "adult_content_gold": One({}, None, (0.760, 0.681, 0.739), folder="adult_content", people_again=True, plain_em=True),
    "adult_content_ordinal": One({"ordinal": 0.427}, folder="adult_content"),
    "convabuse": One({"ordinal": 0.666, "nominal": 0.446}, scale=(-3, 1), text=("prev_agent", "prev_user", "agent", "user")),
    "paraphrase_likert": One({"ordinal": 0.526, "nominal": 0.155}, scale=(-5, 5), text=("question1", "question2")),
    "sarcasm_likert": One({"ordinal": 0.352, "nominal": 0.118}, scale=(1, 6), text=("context", "response")),
    "vader_words": One({"ordinal": 0.734, "nominal": 0.232}, scale=(-4, 4), text=("text",)),
    "vader_reviews": One({"ordinal": 0.829, "nominal": 0.359}, scale=(-4, 4), text=("text",)),
    "anaesthetists": One({"ordinal": 0.799, "nominal": 0.586}, scale=(1, 4)),
    "video_ratings": One({"ordinal": 0.119, "nominal": 0.048}, scale=(1, 6)),
    "bluebirds": One({"nominal": 0.126}, 0.588, (0.759, 0.636, 0.898)),
    "labelme": One({"nominal": 0.677}, 0.721, (0.766, 0.740, 0.789), plain_em=True),
    "cifar10n": One({"nominal": 0.684}, 0.715, (0.912, 0.823, None)),
    "music_genre": One({"nominal": 0.301}, 0.339, (0.704, 0.560, 0.769), plain_em=True),
    "dental_caries": One({"nominal": 0.277}, 0.771),
    "psychiatric_diagnoses": One({"nominal": 0.433}, 0.556, fleiss=0.430),
}
LEVELS = {"adult_content_ordinal": ["G", "P", "R", "X"]}  # classes in the order of their severity, as ratings from 1


def prepare(name: str, folder: Path) -> Prepared:
    known = TABLE[name]
    folder = folder.parent / (known.folder or name)
    votes, gold = rows_of(folder), rows_of(folder, "gold")
    ranks = LEVELS.get(name)
    if ranks:
        votes = [row | {"label": str(ranks.index(row["label"]) + 1)} for row in votes]
    value = _number if known.scale or known.number or ranks else str
    times = Times()
    labels: list[dict[str, Any]] = []
    for row in votes:
        time = times.of(row["item"], row["labeller"])
        again = f"-{time}" if known.people_again and time > 1 else ""
        labels.append({"example": row["item"], "labeller": f"{name}-{row['labeller']}{again}", "value": value(row["label"]), "round": 1 if again else time})
    items = {key: {"key": key, "text": f"Item {key}"} for key in dict.fromkeys(row["item"] for row in votes)}
    for item in items_of(folder):
        key = str(item["id"])
        if key in items and known.text:
            items[key] |= {"text": "\n\n".join(str(item[part] or "") for part in known.text)[:5000]} | {part: item[part] for part in known.by}
    truth = {row["item"]: row["label"] for row in gold if row["item"] in items} if known.gold else {}
    prepared = Prepared(
        questions=[{"key": "answer", **_question(known, ranks, sorted({row["label"] for row in votes} | set(truth.values())))}],
        items=list(items.values()),
        labels=labels,
        truth=[{"example": key, "value": value(label)} for key, label in truth.items()],
        labels_per_example=min(100, max(1, len(votes) // len(items))),
        figures=[],
    )
    prepared.before = list(_before(known, truth, labels))
    if known.correlates is not None:
        right = {row["item"]: float(row["label"]) for row in gold}
        prepared.before.append(("correlation of the mean with gold", known.correlates, correlation("answer", right), ""))
    if known.gold and known.gold[1] is not None:
        prepared.figures.append(("a single label against gold", known.gold[1], person("answer"), ""))
    return prepared


def _question(known: One, ranks: list[str] | None, keys: list[str]) -> dict[str, Any]:
    if known.number:
        return {"kind": "number", "low": known.number[0], "high": known.number[1]}
    scale = (1, len(ranks)) if ranks else known.scale
    return {"kind": "rating", "low": scale[0], "high": scale[1]} if scale else {"kind": "choice", "classes": classes_of(keys)}


def _before(known: One, truth: dict[str, str], labels: list[dict[str, Any]]) -> list[Figure]:
    found: list[Figure] = [
        (f"alpha, {level}", wanted, agreement("answer", "alpha", level=level), "") for level, wanted in known.alpha.items()
    ]
    if known.pairs is not None:
        found.append(("pairs agree", known.pairs, agreement("answer", "measures", "percent"), ""))
    if known.fleiss is not None:
        found.append(("Fleiss' kappa, as printed in the paper", known.fleiss, agreement("answer", "measures", "fleiss_kappa"), ""))
    for field_name, wanted_by in known.by.items():
        found += [(f"alpha, {field_name} {key}", wanted, alpha_by("answer", f"meta.{field_name}", key), "") for key, wanted in wanted_by.items()]
    majority, _, model = known.gold or (None, None, None)
    if majority is not None:
        found.append(("majority against gold", majority, consensus("answer", "majority", truth), ""))
    if model is not None:
        found.append(("Dawid-Skene against gold", model, consensus("answer", "dawid_skene", truth), EM if known.plain_em else ""))
    if model is not None and known.plain_em:
        found.append((f"the same {OWN}", model, lambda get: plain_em(labels, truth), ""))
    return found


def _number(text: str) -> int | float:
    return int(text) if float(text).is_integer() else float(text)


CLASSES: dict[str, Callable[[Path], Prepared]] = {name: partial(prepare, name) for name in TABLE}
