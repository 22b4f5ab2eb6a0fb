"""Data sets of free texts, made ready for `check_data.py`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from labelling.stats.words import word_error_rate
from tests.benchmarks.data.prepared import OWN, Prepared, Times, agreement, items_of, person, rows_of

HYPHENS = "to the expected figure a hyphen is a space, so that it parts two words; to ours it is punctuation, which does not count"
MIDDLE = "ours is the text with the fewest edits of characters to the others, case and punctuation included; ties have none"


def crowdspeech_dev_clean(folder: Path) -> Prepared:
    votes = rows_of(folder)
    gold = rows_of(folder, "gold")
    return Prepared(
        questions=[{"key": "answer", "kind": "text"}],
        items=[{"key": item, "text": item} for item in dict.fromkeys(row["item"] for row in votes)],
        labels=[
            {"example": row["item"], "labeller": f"speech-{row['labeller']}", "value": row["label"].strip()} for row in votes if row["label"].strip()
        ],
        truth=[{"example": row["item"], "value": row["label"]} for row in gold],
        labels_per_example=7,
        figures=[
            ("pairwise word similarity", 0.769, agreement("answer", "measures", "word_similarity"), ""),
            (
                "word error rate of a single answer", 0.163, person("answer", "measures", "word_error_rate", "person"), "",
            ),
            (
                "word error rate of the middle answer", 0.061, person("answer", "measures", "word_error_rate", "popular_answer"),
                MIDDLE,
            ),
        ],
    )  # fmt: skip


def crowdwsa_translation(folder: Path) -> Prepared:
    """In 414 cases a labeller's id answers a sentence more than once. The expected figures count every answer, human level those of
    an example's present round, so a further answer is imported as another person's."""
    times = Times()
    votes, gold = [row for row in rows_of(folder) if row["label"].strip()], rows_of(folder, "gold")
    return Prepared(
        questions=[{"key": "answer", "kind": "text"}],
        items=[{"key": item["id"], "text": item["text"], "meta": item["subset"]} for item in items_of(folder)],
        labels=[
            {"example": row["item"], "labeller": f"wsa-{row['labeller']}-{times.of(row['item'], row['labeller'])}", "value": row["label"].strip()}
            for row in votes
        ],
        truth=[{"example": row["item"], "value": row["label"]} for row in gold],
        labels_per_example=10,
        figures=[
            ("word error rate of a single answer", 0.678, person("answer", "measures", "word_error_rate", "person"), HYPHENS),
            (f"the same {OWN}", 0.678, lambda get: _with_hyphens_as_spaces(votes, {row["item"]: row["label"] for row in gold}), ""),
            ("word error rate of the middle answer", 0.570, person("answer", "measures", "word_error_rate", "popular_answer"), MIDDLE),
        ],
    )


def _with_hyphens_as_spaces(votes: list[dict[str, str]], gold: dict[str, str]) -> float:
    kept = [row for row in votes if row["item"] in gold]
    return word_error_rate([row["label"].replace("-", " ") for row in kept], [gold[row["item"]].replace("-", " ") for row in kept])


def tangram_names(folder: Path) -> Prepared:
    times = Times()
    votes = rows_of(folder)
    return Prepared(
        questions=[{"key": "answer", "kind": "text"}],
        items=[{"key": item, "text": item} for item in dict.fromkeys(row["item"] for row in votes)],
        labels=[
            {"example": row["item"], "labeller": f"tangram-{row['labeller']}", "value": row["label"], "round": times.of(row["item"], row["labeller"])}
            for row in votes
        ],
        labels_per_example=10,
        figures=[("alpha, exact string", 0.044, agreement("answer", "measures", "alpha_exact"), "")],
    )


TEXTS: dict[str, Callable[[Path], Prepared]] = {
    "crowdspeech_dev_clean": crowdspeech_dev_clean,
    "crowdwsa_translation": crowdwsa_translation,
    "tangram_names": tangram_names,
}
