"""Data sets of spans and boxes, made ready for `check_data.py`."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from labelling.stats.boxes import match
from tests.benchmarks.data.prepared import (
    OWN,
    Get,
    Prepared,
    Times,
    agreement,
    classes_of,
    items_of,
    mean,
    person,
    rows_of,
)


def oei_spans(folder: Path) -> Prepared:
    """Both rounds of a person are one answer, as in the expected figures; whoever saw a sentence and marked nothing said so. Rows
    from -1 to -1 (a class without a place) are no spans and are left out; the expected figures of whole spans count them."""
    items = items_of(folder)
    spans: dict[tuple[str, str], set[tuple[int, int, str]]] = defaultdict(set)
    for row in rows_of(folder):
        if int(row["start"]) >= 0:
            spans[row["item"], row["labeller"]].add((int(row["start"]), int(row["end"]), row["label"]))
    gold: dict[str, set[tuple[int, int, str]]] = {item["id"]: set() for item in items}
    for row in rows_of(folder, "gold"):
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
        questions=[{"key": "answer", "kind": "spans", "of": "text", "overlap": True, "classes": classes_of(["POS", "NEG"])}],
        items=[{"key": item["id"], "text": item["text"]} for item in items],
        labels=labels,
        truth=[{"example": key, "value": written(found)} for key, found in gold.items()],
        figures=[
            ("alpha of characters, nominal", 0.537, agreement("answer", "measures", "character_alpha"), ""),
            (
                "exact span F1 of a single answer", 0.474, person("answer", "measures", "span_f1_exact", "person"), odd,
            ),
            (f"the same {OWN}", 0.474, lambda get: _with_rows_without_place(folder, items)[0], ""),
            (f"exact span F1 of the majority {OWN}", 0.462, lambda get: _with_rows_without_place(folder, items)[1], ""),
            (
                "exact span F1 of the majority", 0.462, person("answer", "measures", "span_f1_exact", "popular_answer"),
                "ours is the majority of each character, theirs of each whole span; tied sentences left out",
            ),
            ("exact spans that most gave, from the consensus API's votes", 0.462, lambda get: _span_votes(get, gold), odd),
        ],
    )  # fmt: skip


def _with_rows_without_place(folder: Path, items: list[dict[str, Any]]) -> tuple[float, float]:
    """F1 of one person's and of most people's whole spans, rows from -1 to -1 among them."""
    spans: dict[tuple[str, str], set[tuple[str, str, str]]] = defaultdict(set)
    for name, whose in (("votes", "labeller"), ("gold", "")):
        for row in rows_of(folder, name):
            spans[row["item"], row.get(whose, "")].add((row["start"], row["end"], row["label"]))
    one, most = [], []
    for item in items:
        gold = spans.get((item["id"], ""), set())
        given = [spans.get((item["id"], who), set()) for who in item["labellers_seen"]]
        one += [(found, gold) for found in given]
        counts = Counter(span for found in given for span in found)
        most.append(({span for span, votes in counts.items() if 2 * votes > len(given)}, gold))
    one_f1, most_f1 = (
        2 * sum(len(found & gold) for found, gold in pairs) / sum(len(found) + len(gold) for found, gold in pairs) for pairs in (one, most)
    )
    return one_f1, most_f1


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
    for item in items_of(folder):
        tokens = item["tokens"] if whole_words else ["x"] * len(item["tokens"])
        text, found = "", []
        for token in tokens:
            text += " " if text and whole_words else ""
            found.append((len(text), len(text) + len(token)))
            text += token
        texts[item["id"]], places[item["id"]] = text, found
    labels: dict[tuple[str, str, int], dict[str, Any]] = {}
    times = Times()
    for row in rows_of(folder):
        number = times.of(row["item"], row["question"], row["labeller"])
        one = labels.setdefault((row["item"], row["labeller"], number), {"example": row["item"], "labeller": f"btc-{row['labeller']}", "round": number})
        one[row["question"]] = [span | {"class": row["question"]} for span in _joined(sorted(map(int, row["label"].split())), places[row["item"]])]
    alphas = [agreement(key, "measures", "character_alpha") for key in keys]
    reason = "characters count, not tokens: a long word weighs more than a short one" if whole_words else ""
    name = "alpha of characters, mean over the questions" if whole_words else "the same, each token written as one character"
    return Prepared(
        questions=[{"key": key, "kind": "spans", "of": "text", "classes": classes_of([key]), "required": False} for key in keys],
        items=[{"key": key, "text": text} for key, text in texts.items()],
        labels=list(labels.values()),
        figures=[(name, 0.541, mean(alphas), reason)],
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
    rows = rows_of(folder)
    for row in rows:
        boxes[row["item"], row["labeller"]].append(_box(row))
    gold: dict[str, list[dict[str, Any]]] = defaultdict(list)
    truth = rows_of(folder, "gold")
    for row in truth:
        gold[row["item"]].append(_box(row))
    people = sorted({row["labeller"] for row in rows})
    items = sorted({row["item"] for row in [*rows, *truth]})
    return Prepared(
        questions=[{"key": "answer", "kind": "boxes", "of": "picture", "classes": classes_of(sorted({row["label"] for row in [*rows, *truth]}))}],
        items=[{"key": item, "name": item, "file_name": f"{item}.png"} for item in items],
        pictures={str(item["id"]): (item["width"], item["height"]) for item in items_of(folder)},
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
            ("pairwise box F1 at an overlap of 0.5", 0.463, agreement("answer", "measures", "box_f1"), ""),
            ("mean overlap of matched boxes", 0.705, agreement("answer", "measures", "iou"), ""),
            ("class agreement of matched boxes", 0.765, agreement("answer", "measures", "class_agreement"), ""),
            (
                "box F1 of a single answer against gold", 0.625, person("answer", "measures", "box_f1", "person"), "",
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


PARTS: dict[str, Callable[[Path], Prepared]] = {
    "oei_spans": oei_spans,
    "btc_entities": btc_entities,
    "btc_entities_as_tokens": lambda folder: btc_entities(folder.parent / "btc_entities", whole_words=False),
    "cytology_boxes_a": cytology_boxes_a,
}
