"""Agreement over time: by week or by day, with marks where guidelines or questions changed and where notes were put down."""

from datetime import date, timedelta
from typing import Any

import numpy as np

from labelling.access import Permission, Viewer
from labelling.errors import Invalid
from labelling.measure.answers import Answers, read_answers
from labelling.measure.compare import OF_CLASSES, compare, text_lengths
from labelling.measure.notes import notes_of
from labelling.projects.models import Project
from labelling.projects.selectors import get_project, list_guidelines, list_schemas
from labelling.stats import comparison, groups
from labelling.stats.columns import Labels
from labelling.stats.results import Result

EPOCH = date(1970, 1, 1)
PER = ("week", "day")
MOST_PERIODS = {"week": 260, "day": 366}  # the newest ones
MOST_MARKS = 200


def trends(viewer: Viewer, slug: str, *, question: str | None = None, per: str | None = None) -> dict[str, Any]:
    """Alpha, raw agreement (for kinds beyond classes their likeness) and the number of labels of each week (by its Monday) or day (UTC)
    in which somebody labelled. Raises NotFound, NotAllowed, Invalid.

    Labels of all rounds are in, as they were given: what was sent back for another round stays in the week it was labelled in. Only
    labels of one period and one round are compared with each other.
    """
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    per = per or "week"
    if per not in PER:
        raise Invalid.field("per", f"Figures over time can be had per: {', '.join(PER)}.")
    answers = read_answers(project, question, rounds="all")
    period = (answers.columns.day + 3) // 7 if per == "week" else answers.columns.day
    names, counts = np.unique(period, return_counts=True)
    shown = names[-MOST_PERIODS[per] :]
    figures = {} if not names.size else _figures(project, answers, period, shown)
    periods = [
        {"key": _day(int(name), per), "alpha": alpha.as_dict(), "percent": percent.as_dict(), "n_labels": int(count)}
        for name, count in zip(names.tolist(), counts.tolist(), strict=True)
        if name in figures
        for alpha, percent in [figures[name]]
    ]
    return {
        "question": answers.described["key"],
        "kind": answers.described["kind"],
        "level": answers.level,
        "per": per,
        "periods": periods,
        "marks": marks_of(project),
        "left_out": {"periods": int(names.size - shown.size)},
    }


def _figures(project: Project, answers: Answers, period: Any, shown: Any) -> dict[int, tuple[Result, Result]]:
    """Period → alpha and raw agreement. An example in its second round is one of its own."""
    columns = answers.columns
    rows = np.flatnonzero(period >= shown[0])
    n = int(columns.round.max()) + 1
    unit = columns.example[rows].astype(np.int64) * n + columns.round[rows]
    labels = Labels.of(unit, columns.labeller[rows], columns.code[rows], n_codes=len(answers.values))
    period = period[rows]
    if answers.described["kind"] in OF_CLASSES:
        found = groups.by_label_group(labels, period, level=answers.level, values=answers.numbers)
    else:
        lengths = None
        if answers.described["kind"] == "spans":
            lengths = text_lengths(answers)[np.searchsorted(answers.labels.example_ids, labels.example_ids // n)]
        compared = compare(answers.described, labels, answers.values, level=answers.level, lengths=lengths, seed=project.seed)
        order = compared.labels.order
        found = comparison.by_label_group(compared, period if order is None else period[order])
    return {int(group.key): (group.alpha, group.percent) for group in found}


def _day(number: int, per: str) -> str:
    """Days count from a Thursday; weeks begin on Mondays."""
    return (EPOCH + timedelta(days=7 * number - 3 if per == "week" else number)).isoformat()


def marks_of(project: Project) -> list[dict[str, Any]]:
    """What a line over time is marked with, the oldest first: {"at", "kind", "name", "text"} and the "version" or the note's "id".

    "kind" is guideline, schema or note; "name" is what stands at the line, "text" why.
    """
    found: list[dict[str, Any]] = []
    for kind, name, rows in (("guideline", "v{}", list_guidelines(project)), ("schema", "questions v{}", list_schemas(project))):
        found += [
            {"at": row.created_at.date().isoformat(), "kind": kind, "name": name.format(row.version), "text": row.reason, "version": row.version}
            for row in rows.filter(version__gt=1)[:MOST_MARKS]
        ]
    notes = list(notes_of(project)[:MOST_MARKS])
    for number, note in enumerate(reversed(notes), start=1):
        found.append({"at": note.day.isoformat(), "kind": "note", "name": f"note {number}", "text": note.text, "id": note.pk, "by": note.created_by.username})
    return sorted(found, key=lambda mark: mark["at"])
