"""The answers that figures are measured against."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef

from labelling.assign.models import GoldExample
from labelling.assign.services.gold import set_gold
from labelling.label.services.bulk import insert
from labelling.measure.models import ResolvedAnswer, TookPart
from labelling.projects.models import Project

CHUNK = 500  # ids in one statement


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for an example: (question id, code) of each answer that is right, and user ids of those who settled it.

    No answers and no resolution: nothing holds any more.
    """

    example_id: int
    resolution_id: int | None
    answers: Sequence[tuple[int, int]]
    gold: bool
    took_part: Sequence[int]


def set_resolved_answers(*, standing: Iterable[Standing]) -> None:
    """Make these the answers that stand, in the caller's transaction, in place of what stood for their examples.

    The caller holds the examples' rows. One example or a hundred thousand: the cost is a statement for some hundred.
    """
    rows = {row.example_id: row for row in standing}
    ids = sorted(rows)
    with transaction.atomic():
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            ResolvedAnswer.objects.filter(example_id__in=part).delete()
            TookPart.objects.filter(example_id__in=part).delete()
        insert(
            "labelling_resolvedanswer",
            ("question_id", "example_id", "resolution_id", "code", "gold"),
            [
                (question, row.example_id, row.resolution_id, code, row.gold)
                for row in rows.values()
                for question, code in sorted(set(row.answers))
            ],
        )
        insert(
            "labelling_tookpart",
            ("example_id", "user_id"),
            [(row.example_id, user) for row in rows.values() for user in sorted(set(row.took_part))],
        )
        set_gold(example_ids=ids, gold=[row.example_id for row in rows.values() if row.gold and row.answers])


def forget_gold_without_answers(*, project: Project) -> None:
    """Gold whose answers are no answers any more, after a change of the classes: checks are drawn from it no longer."""
    stands = ResolvedAnswer.objects.filter(example=OuterRef("example"), gold=True)
    gone = GoldExample.objects.filter(~Exists(stands), project=project).values_list("example_id", flat=True)
    set_gold(example_ids=list(gone), gold=[])
