"""Labels of examples side by side. Callers have made sure that their reader is no longer blind to these examples."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from labelling.assign.models import Assignment
from labelling.kinds import KINDS
from labelling.kinds.changes import current_value
from labelling.projects.models import Membership, Project, SchemaVersion


@dataclass(frozen=True)
class Vote:
    """A label that counts (or counted, in an earlier round), as it was given and as it counts now."""

    label_id: int
    example_id: int
    labeller_id: int
    username: str
    name: str
    number: int  # the labeller's pseudonym in the project
    round: int
    value: dict[str, Any] | None
    counts_as: dict[str, Any]
    words: list[tuple[str, str]]  # (question key, answer in words)
    tags: list[str]
    comment: str
    seconds: float | None
    confidence: float | None
    guideline_version: int
    schema_version: int
    imported: bool
    labelled_at: datetime

    def as_dict(self, *, named: bool = True) -> dict[str, Any]:
        """For the API. Without names a labeller is a number, and what tells people apart by their pace is left out."""
        common = {
            "label": self.label_id,
            "labeller": self.username if named else f"labeller {self.number}",
            "round": self.round,
            "value": self.value,
            "counts_as": self.counts_as,
            "tags": self.tags,
            "comment": self.comment,
            "guideline_version": self.guideline_version,
            "schema_version": self.schema_version,
            "imported": self.imported,
        }
        if named:
            common |= {"seconds": self.seconds, "confidence": self.confidence, "labelled_at": self.labelled_at}
        return common


FIELDS = (
    "example_id", "round", "labeller_id", "labeller__username", "labeller__display_name", "label_id", "label__value",
    "label__tags", "label__comment", "label__seconds", "label__confidence", "label__guideline_version",
    "label__schema_version", "label__imported", "label__labelled_at",
)  # fmt: skip


def votes_on(project: Project, rounds: Mapping[int, int] | Collection[int]) -> dict[int, list[Vote]]:
    """Example id → its labels that count, in the order in which they were handed out.

    With a mapping example id → round only that round's; with ids alone those of every round, oldest first.
    """
    ids = list(rounds)
    rows = Assignment.objects.filter(example_id__in=ids, counted=True).order_by("example_id", "round", "id").values_list(*FIELDS)
    numbers = dict(Membership.objects.filter(project=project).values_list("user_id", "number"))
    schemas = Schemas(project)
    found: dict[int, list[Vote]] = {pk: [] for pk in ids}
    for row in rows:
        example_id, round_, labeller_id, username, display_name, label_id, value, tags, comment, seconds, confidence = row[:11]
        guideline_version, schema_version, imported, labelled_at = row[11:]
        if isinstance(rounds, Mapping) and rounds[example_id] != round_:
            continue
        found[example_id].append(
            Vote(
                label_id=label_id, example_id=example_id, labeller_id=labeller_id, username=username,
                name=display_name or username, number=numbers.get(labeller_id, 0), round=round_, value=value,
                counts_as=schemas.now(value, schema_version), words=schemas.words(value, schema_version), tags=tags,
                comment=comment, seconds=seconds, confidence=confidence, guideline_version=guideline_version,
                schema_version=schema_version, imported=imported, labelled_at=labelled_at,
            )  # fmt: skip
        )
    return found


class Schemas:
    """A project's schema versions, to read answers that were given under any of them."""

    def __init__(self, project: Project) -> None:
        rows = SchemaVersion.objects.filter(project=project).order_by("version").values_list("version", "questions", "changes")
        self._questions = {version: questions for version, questions, _ in rows}
        self._changes = [(version, changes) for version, _, changes in rows]

    @property
    def newest(self) -> list[dict[str, Any]]:
        return self._questions[max(self._questions)]

    def now(self, value: Mapping[str, Any] | None, version: int) -> dict[str, Any]:
        """The value as it counts under the newest schema."""
        return current_value(value, [changes for number, changes in self._changes if number > version])

    def words(self, value: Mapping[str, Any] | None, version: int | None = None) -> list[tuple[str, str]]:
        """(question key, answer in words), in the order of the schema that it was given under."""
        questions = self._questions.get(version or 0, self.newest)
        return [(item["key"], KINDS[item["kind"]].show(item, value[item["key"]])) for item in questions if value and item["key"] in value]
