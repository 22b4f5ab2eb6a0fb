"""The predictions of an evaluation, read back from storage for one question, as they count under today's classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow.parquet as pq
from django.core.files.storage import default_storage

from labelling.errors import Conflict, Invalid
from labelling.evaluate.models import Evaluation
from labelling.evaluate.rules import CONFIDENCE, PROBABILITIES
from labelling.kinds import KINDS
from labelling.kinds.changes import current_answer
from labelling.projects.models import SchemaVersion


@dataclass(frozen=True, slots=True)
class Stored:
    """One entry a key of the split. `predicted[i]` is a canonical answer or None; `probabilities[i]` pairs of (canonical answer,
    probability) that add up to 1, or None; `confidence[i]` that of the predicted answer, or None."""

    keys: list[str]
    predicted: list[Any]
    probabilities: list[list[tuple[Any, float]] | None]
    confidence: list[float | None]


def stored_predictions(evaluation: Evaluation, question: str) -> Stored:
    """Read them. What is no probability says nothing: its place is None. Raises Conflict where the evaluation has no predictions
    for the question."""
    with default_storage.open(evaluation.predictions_name) as file:
        table = pq.read_table(file)
    if question not in table.column_names:
        raise Conflict(f"This evaluation has no predictions for the question {question}.")
    manifest = evaluation.version.manifest
    described = next((one for one in manifest["schema"]["questions"] if one["key"] == question), None)
    if described is None:
        raise Conflict(f"The version of this evaluation does not ask the question {question}.")
    now = _Now(evaluation.project_id, manifest["schema_version"], question)
    texts = table.column(question).to_pylist()

    def column(name: str) -> list[Any]:
        return table.column(name).to_pylist() if name in table.column_names else [None] * len(texts)

    return Stored(
        table.column("key").to_pylist(),
        [None if text is None else now.of(orjson.loads(text)) for text in texts],
        [_distribution(text, described, now) for text in column(question + PROBABILITIES)],
        [_share(text) for text in column(question + CONFIDENCE)],
    )


class _Now:
    """Answers under the schema of a version as they count today; None for those that count no longer."""

    def __init__(self, project_id: int, version: int, question: str) -> None:
        rows = SchemaVersion.objects.filter(project_id=project_id, version__gt=version).order_by("version")
        self.later, self.question = list(rows.values_list("changes", flat=True)), question

    def of(self, answer: Any) -> Any:
        return current_answer(self.question, answer, self.later) if self.later else answer


def _distribution(text: str | None, described: Mapping[str, Any], now: _Now) -> list[tuple[Any, float]] | None:
    """{"pos": 0.9, "neg": 0.1}, or a list in the order of the question's classes; a text that holds one of them too."""
    found = _json(text)
    if isinstance(found, str):
        found = _json(found)
    pairs = _pairs(found, described)
    if not pairs or any(not 0 <= share < float("inf") for _, share in pairs):
        return None
    total = sum(share for _, share in pairs)
    kept = [(now.of(answer), share / total) for answer, share in pairs] if total > 0 else []
    return [(answer, share) for answer, share in kept if answer is not None] or None


def _pairs(found: Any, described: Mapping[str, Any]) -> list[tuple[Any, float]]:
    kind = KINDS[described["kind"]]
    listed = [value for value, _ in kind.names(described)]
    if isinstance(found, Sequence) and not isinstance(found, str) and len(found) == len(listed):
        found = dict(zip(map(str, listed), found, strict=True))
    if not isinstance(found, Mapping):
        return []
    by_name = {str(value): value for value in listed}
    if any(isinstance(share, bool) or not isinstance(share, int | float) for share in found.values()):
        return []
    pairs = []
    for name, share in found.items():
        if name not in by_name:
            try:
                by_name[name] = kind.canonical(described, kind.parse(described, name), "probabilities")
            except Invalid:
                return []
        pairs.append((by_name[name], float(share)))
    return pairs


def _share(text: str | None) -> float | None:
    found = _json(text)
    if isinstance(found, str):
        found = _json(found)
    number = None if isinstance(found, bool) or not isinstance(found, int | float) else float(found)
    return number if number is not None and 0 <= number <= 1 else None


def _json(text: Any) -> Any:
    try:
        return orjson.loads(text) if isinstance(text, str | bytes) else text
    except orjson.JSONDecodeError:
        return None
