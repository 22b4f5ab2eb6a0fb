"""Data sets whose answers are sets, numbers, texts, spans or boxes, made ready for `check_data.py`: what to import, what to expect.

Each figure is (its name, the expected value, how it is had from the API, the reason where the product means something else by it).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from labelling.stats.boxes import match

Get = Callable[..., Any]
Figure = tuple[str, float, Callable[[Get], float | None], str]
TEXT = [{"field": "text", "as": "text"}]


@dataclass
class Prepared:
    """`labels` and `truth` are rows of a label import and of a resolution import, one column a question."""

    questions: list[dict[str, Any]]
    items: list[dict[str, Any]]
    labels: list[dict[str, Any]]
    figures: list[Figure]
    truth: list[dict[str, Any]] = field(default_factory=list)
    pictures: dict[str, tuple[int, int]] = field(default_factory=dict)  # key → width and height of a blank picture to import
    before: list[Figure] = field(default_factory=list)  # what is to be asked before the truth is loaded
    display: list[dict[str, str]] = field(default_factory=lambda: TEXT)
    labels_per_example: int = 5


def _votes(folder: Path, name: str = "votes") -> list[dict[str, str]]:
    with gzip.open(folder / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _items(folder: Path) -> list[dict[str, Any]]:
    with gzip.open(folder / "items.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def archive_of(items: list[dict[str, Any]], pictures: dict[str, tuple[int, int]]) -> bytes:
    """A ZIP of blank pictures and the items as their metadata."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("metadata.jsonl", "\n".join(json.dumps(item, ensure_ascii=False) for item in items))
        for item in items:
            picture = io.BytesIO()
            Image.new("1", pictures[item["key"]]).save(picture, format="PNG")
            archive.writestr(item["file_name"], picture.getvalue())
    return out.getvalue()


def _classes(keys: Iterable[str]) -> list[dict[str, str]]:
    return [{"key": key} for key in keys]


def _agreement(question: str, *path: str) -> Callable[[Get], float | None]:
    """A figure of the agreement of a question: alpha, or one of its measures."""

    def measure(get: Get) -> float | None:
        found = get("agreement/", question=question, rounds="all")
        for name in path:
            found = found[name]
        return found["value"]  # type: ignore[no-any-return]

    return measure


def _person(name: str, whose: str) -> Callable[[Get], float | None]:
    return lambda get: get("human-performance/", question="answer")["measures"][name][whose]["value"]


def _mean(parts: list[Callable[[Get], float | None]]) -> Callable[[Get], float | None]:
    def measure(get: Get) -> float | None:
        values = [part(get) for part in parts]
        return None if None in values else sum(values) / len(values)  # type: ignore[arg-type]

    return measure


def relations_multilabel(folder: Path) -> Prepared:
    votes = _votes(folder)
    keys = sorted({key for row in votes for key in row["label"].split("|")})
    seen: Counter[tuple[str, str]] = Counter()
    labels = []
    for row in votes:
        seen[row["item"], row["labeller"]] += 1
        given = row["label"].split("|")
        labels.append({"example": row["item"], "labeller": f"rel-{row['labeller']}", "value": given, "round": seen[row["item"], row["labeller"]]})
    return Prepared(
        questions=[{"key": "answer", "kind": "choices", "classes": _classes(keys)}],
        items=[{"key": item["id"], "text": item["text"]} for item in _items(folder)],
        labels=labels,
        labels_per_example=15,
        figures=[
            ("alpha, exact set", 0.367, _agreement("answer", "measures", "alpha_exact"), ""),
            ("pairs agree, exact set", 0.427, _agreement("answer", "measures", "percent"), ""),
            ("alpha of the class NONE", 0.376, lambda get: _of_class(get, "NONE"), ""),
            ("alpha of the class per:age", 0.800, lambda get: _of_class(get, "per:age"), ""),
            ("alpha of the class org:subsidiaries", 0.184, lambda get: _of_class(get, "org:subsidiaries"), ""),
        ],
    )


def _of_class(get: Get, key: str) -> float | None:
    found = get("agreement/", question="answer", by="class", rounds="all")["by"]
    return next(entry["alpha"]["value"] for entry in found if entry["key"] == key)  # type: ignore[no-any-return]


def snow_affect(folder: Path) -> Prepared:
    alphas = {"anger": 0.353, "disgust": 0.428, "fear": 0.285, "joy": 0.216, "sadness": 0.437, "surprise": 0.057, "valence": 0.326}
    labels: dict[tuple[str, str], dict[str, Any]] = {}
    for row in _votes(folder):
        one = labels.setdefault((row["item"], row["labeller"]), {"example": row["item"], "labeller": f"affect-{row['labeller']}"})
        one[row["question"]] = float(row["label"])
    return Prepared(
        questions=[
            {"key": key, "kind": "number", "low": -100 if key == "valence" else 0, "high": 100, "required": False} for key in alphas
        ],
        items=[{"key": str(item["id"]), "text": item["text"]} for item in _items(folder)],
        labels=list(labels.values()),
        labels_per_example=10,
        figures=[
            *((f"alpha, interval, {key}", value, _agreement(key, "alpha"), "") for key, value in alphas.items()),
            ("alpha, interval, mean over the questions", 0.300, _mean([_agreement(key, "alpha") for key in alphas]), ""),
        ],
    )


def crowdspeech_dev_clean(folder: Path) -> Prepared:
    votes = _votes(folder)
    gold = _votes(folder, "gold")
    return Prepared(
        questions=[{"key": "answer", "kind": "text"}],
        items=[{"key": item, "text": item} for item in dict.fromkeys(row["item"] for row in votes)],
        labels=[
            {"example": row["item"], "labeller": f"speech-{row['labeller']}", "value": row["label"].strip()} for row in votes if row["label"].strip()
        ],
        truth=[{"example": row["item"], "value": row["label"]} for row in gold],
        labels_per_example=7,
        figures=[
            ("pairwise word similarity", 0.769, _agreement("answer", "measures", "word_similarity"), ""),
            (
                "word error rate of a single answer", 0.163, _person("word_error_rate", "person"), "",
            ),
            (
                "word error rate of the middle answer", 0.061, _person("word_error_rate", "popular_answer"),
                "the middle is by edits of characters, case and punctuation included; ties have none",
            ),
        ],
    )  # fmt: skip


def oei_spans(folder: Path) -> Prepared:
    """Both rounds of a person are one answer, as in the expected figures; whoever saw a sentence and marked nothing said so. Rows
    from -1 to -1 (a class without a place) are no spans and are left out; the expected figures of whole spans count them."""
    items = _items(folder)
    spans: dict[tuple[str, str], set[tuple[int, int, str]]] = defaultdict(set)
    for row in _votes(folder):
        if int(row["start"]) >= 0:
            spans[row["item"], row["labeller"]].add((int(row["start"]), int(row["end"]), row["label"]))
    gold: dict[str, set[tuple[int, int, str]]] = {item["id"]: set() for item in items}
    for row in _votes(folder, "gold"):
        if int(row["start"]) >= 0:
            gold[row["item"]].add((int(row["start"]), int(row["end"]), row["label"]))
    odd = "the expected figure counts 1,044 rows without a place as spans"

    def written(found: Iterable[tuple[int, int, str]]) -> list[dict[str, Any]]:
        return [{"start": start, "end": end, "class": name} for start, end, name in sorted(found)]

    labels = [
        {"example": item["id"], "labeller": f"oei-{who}", "value": written(spans.get((item["id"], who), ()))}
        for item in items for who in item["labellers_seen"]
    ]  # fmt: skip
    return Prepared(
        questions=[{"key": "answer", "kind": "spans", "of": "text", "overlap": True, "classes": _classes(["POS", "NEG"])}],
        items=[{"key": item["id"], "text": item["text"]} for item in items],
        labels=labels,
        truth=[{"example": key, "value": written(found)} for key, found in gold.items()],
        figures=[
            ("alpha of characters, nominal", 0.537, _agreement("answer", "measures", "character_alpha"), ""),
            (
                "exact span F1 of a single answer", 0.474, _person("span_f1_exact", "person"), odd,
            ),
            (
                "exact span F1 of the majority", 0.462, _person("span_f1_exact", "popular_answer"),
                "ours is the majority of each character, theirs of each whole span; tied sentences left out",
            ),
            ("exact spans that most gave, from the consensus API's votes", 0.462, lambda get: _span_votes(get, gold), odd),
        ],
    )  # fmt: skip


def _span_votes(get: Get, gold: dict[str, set[tuple[int, int, str]]]) -> float:
    """F1 of whole spans that more than half gave: the definition behind the expected figure, from what the API says of votes."""
    right = given = wanted = 0
    for row in get("consensus/", question="answer", method="majority"):
        counts: Counter[tuple[int, int, str]] = Counter()
        for answer, votes in row["votes"].items():
            for part in json.loads(answer):
                counts[part["start"], part["end"], part["class"]] += votes
        found = {span for span, votes in counts.items() if 2 * votes > sum(row["votes"].values())}
        right, given, wanted = right + len(found & gold[row["example"]]), given + len(found), wanted + len(gold[row["example"]])
    return 2 * right / (given + wanted)


def btc_entities(folder: Path, *, whole_words: bool = True) -> Prepared:
    """One question an entity type. Chosen tokens become spans: neighbours are one span over the text between them.

    Without `whole_words` each token is written as one character, so that characters are tokens.
    """
    keys = ["LOC", "ORG", "PER", "PROD"]
    texts: dict[str, str] = {}
    places: dict[str, list[tuple[int, int]]] = {}
    for item in _items(folder):
        tokens = item["tokens"] if whole_words else ["x"] * len(item["tokens"])
        text, found = "", []
        for token in tokens:
            text += " " if text and whole_words else ""
            found.append((len(text), len(text) + len(token)))
            text += token
        texts[item["id"]], places[item["id"]] = text, found
    labels: dict[tuple[str, str, int], dict[str, Any]] = {}
    seen: Counter[tuple[str, str, str]] = Counter()
    for row in _votes(folder):
        seen[row["item"], row["question"], row["labeller"]] += 1
        number = seen[row["item"], row["question"], row["labeller"]]
        one = labels.setdefault((row["item"], row["labeller"], number), {"example": row["item"], "labeller": f"btc-{row['labeller']}", "round": number})
        one[row["question"]] = [span | {"class": row["question"]} for span in _joined(sorted(map(int, row["label"].split())), places[row["item"]])]
    alphas = [_agreement(key, "measures", "character_alpha") for key in keys]
    reason = "characters count, not tokens: a long word weighs more than a short one" if whole_words else ""
    name = "alpha of characters, mean over the questions" if whole_words else "the same, each token written as one character"
    return Prepared(
        questions=[{"key": key, "kind": "spans", "of": "text", "classes": _classes([key]), "required": False} for key in keys],
        items=[{"key": key, "text": text} for key, text in texts.items()],
        labels=list(labels.values()),
        figures=[(name, 0.541, _mean(alphas), reason)],
    )


def _joined(chosen: list[int], places: list[tuple[int, int]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for before, token in zip([None, *chosen], chosen, strict=False):
        start, end = places[token]
        if before == token - 1 and found:
            found[-1]["end"] = end
        else:
            found.append({"start": start, "end": end})
    return found


def cytology_boxes_a(folder: Path) -> Prepared:
    """The pictures are not there: blank ones of their sizes stand for them."""
    boxes: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    rows = _votes(folder)
    for row in rows:
        boxes[row["item"], row["labeller"]].append(_box(row))
    gold: dict[str, list[dict[str, Any]]] = defaultdict(list)
    truth = _votes(folder, "gold")
    for row in truth:
        gold[row["item"]].append(_box(row))
    people = sorted({row["labeller"] for row in rows})
    items = sorted({row["item"] for row in [*rows, *truth]})
    return Prepared(
        questions=[{"key": "answer", "kind": "boxes", "of": "picture", "classes": _classes(sorted({row["label"] for row in [*rows, *truth]}))}],
        items=[{"key": item, "name": item, "file_name": f"{item}.png"} for item in items],
        pictures={str(item["id"]): (item["width"], item["height"]) for item in _items(folder)},
        labels=[{"example": item, "labeller": f"cyto-{who}", "value": boxes[item, who]} for item in items for who in people],
        truth=[{"example": item, "value": gold[item]} for item in items],
        display=[{"field": "name", "as": "text"}, {"field": "picture", "as": "image"}],
        labels_per_example=4,
        before=[
            (
                "box F1 of boxes of two or more labellers against gold", 0.729, lambda get: _half(get, gold),
                "objects are joined closest first and their corners averaged",
            ),
        ],
        figures=[
            ("pairwise box F1 at an overlap of 0.5", 0.463, _agreement("answer", "measures", "box_f1"), ""),
            ("mean overlap of matched boxes", 0.705, _agreement("answer", "measures", "iou"), ""),
            ("class agreement of matched boxes", 0.765, _agreement("answer", "measures", "class_agreement"), ""),
            (
                "box F1 of a single answer against gold", 0.625, _person("box_f1", "person"), "",
            ),
        ],
    )  # fmt: skip


def _half(get: Get, gold: dict[str, list[dict[str, Any]]]) -> float:
    """F1 of the objects that at least half (two of four) drew, by the consensus of that name."""
    matched = given = 0
    for row in get("consensus/", question="answer", method="half"):
        found, wanted = row["answer"] or [], gold[row["example"]]
        matched, given = matched + len(match(found, wanted)), given + len(found) + len(wanted)
    return 2 * matched / given


def _box(row: dict[str, str]) -> dict[str, Any]:
    left, top, right, bottom = (float(row[name]) for name in ("x1", "y1", "x2", "y2"))
    return {"x": left, "y": top, "w": right - left, "h": bottom - top, "class": row["label"]}


PREPARED: dict[str, Callable[[Path], Prepared]] = {
    "relations_multilabel": relations_multilabel,
    "snow_affect": snow_affect,
    "crowdspeech_dev_clean": crowdspeech_dev_clean,
    "oei_spans": oei_spans,
    "btc_entities": btc_entities,
    "btc_entities_as_tokens": lambda folder: btc_entities(folder.parent / "btc_entities", whole_words=False),
    "cytology_boxes_a": cytology_boxes_a,
}
