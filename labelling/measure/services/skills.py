"""How reliable labellers are, measured now and then for adaptive overlap: kept as a small table that each label looks up."""

from datetime import datetime

import numpy as np
from django.db import transaction
from django.db.models import Sum

from labelling.assign.overlap import questions_that_count
from labelling.assign.overlap_models import LabellerSkill, OverlapState
from labelling.measure.answers import Answers, read_answers
from labelling.measure.columns import read_resolved, read_took_part
from labelling.measure.weighted import compared, took_part
from labelling.projects.models import Membership, Project
from labelling.projects.selectors import questions_of

FEWEST_NEW = 20  # labels since the last time
SHARE_NEW = 0.02  # of those there were: all measuring together costs a small multiple of the last one


def measure_all(*, now: datetime) -> int:
    """Measure in every project whose overlap is adaptive and that has enough new labels; how many those were."""
    projects = list(Project.objects.filter(settings__overlap__adaptive=True, archived_at=None))
    return sum(measure(project=project, now=now) for project in projects)


def measure(*, project: Project, now: datetime, anyway: bool = False) -> bool:
    """Measure reliabilities on the questions that decide about more labels, if enough labels are new; whether it did."""
    labels = Membership.objects.filter(project=project).aggregate(n=Sum("labels"))["n"] or 0
    state = OverlapState.objects.filter(project=project).first()
    before = state.measured_labels if state and state.measured_at else None
    if not anyway and before is not None and abs(labels - before) < max(FEWEST_NEW, SHARE_NEW * before):
        return False
    for described in questions_that_count(questions_of(project)):
        answers = read_answers(project, described["key"])
        _store(answers, _measured(project, answers))
    OverlapState.objects.update_or_create(project=project, defaults={"measured_labels": labels, "measured_at": now})
    return True


def _measured(project: Project, answers: Answers) -> list[tuple[int, float, float]]:
    """(user id, right, compared) of everybody with labels."""
    labels, resolved = answers.labels, read_resolved(answers.question.pk)
    credit, counted = compared(labels, resolved.example, resolved.code, took_part(answers, read_took_part(project.pk)))
    total = np.bincount(labels.labeller, weights=counted, minlength=labels.n_labellers)
    right = np.minimum(np.bincount(labels.labeller, weights=credit * counted, minlength=labels.n_labellers), total)
    return list(zip(labels.labeller_ids.tolist(), right.tolist(), total.tolist(), strict=True))


def _store(answers: Answers, found: list[tuple[int, float, float]]) -> None:
    rows = [LabellerSkill(question=answers.question, labeller_id=who, matched=right, compared=total) for who, right, total in found]
    with transaction.atomic():
        LabellerSkill.objects.bulk_create(
            rows, batch_size=1000, update_conflicts=True, unique_fields=["question", "labeller"], update_fields=["matched", "compared"]
        )
        LabellerSkill.objects.filter(question=answers.question).exclude(labeller_id__in=[who for who, _, _ in found]).delete()
