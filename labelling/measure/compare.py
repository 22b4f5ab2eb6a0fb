"""One question's labels made ready to be compared, each kind in its own way."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.measure.answers import Answers
from labelling.measure.bulk import Reader, literal, snapshot
from labelling.stats.columns import Labels
from labelling.stats.compare_boxes import BoxComparison
from labelling.stats.compare_numbers import NumberComparison
from labelling.stats.compare_sets import SetComparison
from labelling.stats.compare_spans import SpanComparison
from labelling.stats.compare_texts import TextComparison
from labelling.stats.comparison import Comparison
from labelling.stats.label_pairs import some_examples

OF_CLASSES = ("choice", "rating")  # measured by their codes alone
MOST_PAIRS = 1_500_000  # pairs of labels that are compared in one request


def comparison(answers: Answers, *, seed: int = 0) -> Comparison | None:
    """None for kinds whose answers are classes: `labelling.stats.agreement` measures those."""
    kind = answers.described["kind"]
    if kind in OF_CLASSES:
        return None
    lengths = text_lengths(answers) if kind == "spans" else None
    return compare(answers.described, answers.labels, answers.values, level=answers.level, lengths=lengths, seed=seed)


def compare(
    described: Mapping[str, Any], labels: Labels, values: Sequence[Any], *, level: str | None = None,
    lengths: NDArray[np.int64] | None = None, seed: int = 0,
) -> Comparison:  # fmt: skip
    """Labels with their answers (`values[code]`). `lengths` (n_examples,) are those of the texts that spans are in."""
    kind = described["kind"]
    mask = some_examples(labels, MOST_PAIRS, seed)
    if mask is not None:
        part = labels.keep(mask)
        lengths = None if lengths is None else lengths[np.searchsorted(labels.example_ids, part.example_ids)]
        labels = part
    if kind == "choices":
        return SetComparison.of(labels, values, class_keys(described), seed=seed)
    if kind == "number":
        return NumberComparison.of(labels, values, level=level or "interval", seed=seed)
    if kind == "text":
        return TextComparison.of(labels, values, seed=seed)
    if kind == "spans":
        return SpanComparison.of(labels, values, class_keys(described), lengths)
    return BoxComparison.of(labels, values, class_keys(described))


def class_keys(described: Mapping[str, Any]) -> list[str]:
    return [item["key"] for item in described.get("classes", ())]


def text_lengths(answers: Answers, *, reader: Reader | None = None) -> NDArray[np.int64]:
    """How many code points each labelled example's text has, (n_examples,); 0 where the field is not a text."""
    if reader is None:
        with snapshot() as own:
            return text_lengths(answers, reader=own)
    ids = answers.labels.example_ids
    if not ids.size:
        return np.zeros(0, dtype=np.int64)
    text = text_of(answers.described["of"], reader.vendor)
    found = reader.integers(
        {"id": "id", "long": f"COALESCE(length({text}), 0)"},
        "labelling_example WHERE id IN "
        f"(SELECT example_id FROM labelling_countedanswer WHERE question_id = {literal(answers.question.pk)})",
    )
    lengths = np.zeros(ids.size, dtype=np.int64)
    at = np.minimum(np.searchsorted(ids, found["id"]), ids.size - 1)
    known = ids[at] == found["id"]
    lengths[at[known]] = found["long"][known]
    return lengths


def text_of(field: str, vendor: str) -> str:
    """SQL of an example's field as text; NULL where it is not there."""
    if vendor != "sqlite":
        return f"(data ->> {literal(field)})"
    return f"(data ->> {literal('$.' + json.dumps(field))})"
