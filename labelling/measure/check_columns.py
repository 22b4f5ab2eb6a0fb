"""Answers that checked their labellers' work, beside those that count: for the figures of labellers, and for no others."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from labelling.assign.rules import Purpose
from labelling.label.remapping import GONE, moved_codes
from labelling.measure.answers import Answers
from labelling.measure.columns import Columns
from labelling.sql import marks, rows

ON_GOLD = (Purpose.GOLD, Purpose.QUALIFICATION)


def with_checks(answers: Answers, purposes: Sequence[Purpose]) -> Answers:
    """The same answers and those that were given to checks of these purposes: the newest one of each, or the newest before its
    labeller was told what is right."""
    question = answers.question
    found = rows(
        "SELECT a.example_id, a.labeller_id, r.code, a.round, l.guideline_version, l.schema_version FROM labelling_assignment a "
        "JOIN labelling_label l ON l.id = (SELECT max(x.id) FROM labelling_label x WHERE x.assignment_id = a.id "
        "AND (a.told_at IS NULL OR x.created_at <= a.told_at)) JOIN labelling_answer r ON r.label_id = l.id AND r.question_id = %s "
        f"WHERE a.project_id = %s AND a.repeat > 0 AND a.purpose IN {marks(purposes)} AND a.state = 'done'",
        [question.pk, question.project_id, *(purpose.value for purpose in purposes)],
    )
    if not found:
        return answers
    moved = {(version, old): new for pk, version, old, new in moved_codes(question.project_id) if pk == question.pk}
    now = [(*row[:2], moved.get((row[5], row[2]), row[2]), *row[3:]) for row in found]
    known = [row for row in now if row[2] != GONE and row[2] < len(answers.values)]
    names = ("example", "labeller", "code", "round", "guideline_version", "schema_version")
    given = np.array(known, dtype=np.int64).reshape(-1, len(names)).T
    old, nothing = answers.columns, np.zeros(len(known), dtype=np.int32)
    parts = dict(zip(names, given, strict=True)) | {"day": nothing, "imported": nothing}
    columns = Columns(**{name: np.concatenate((getattr(old, name), more)) for name, more in parts.items()})
    return replace(answers, columns=columns.keep(np.lexsort((columns.round, columns.labeller, columns.example))))
