"""What a lead sees first, and the pages behind it: figures in the shape that templates show."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from labelling.access import Permission, Viewer
from labelling.errors import NotFound
from labelling.intake.models import Example
from labelling.kinds import KINDS
from labelling.measure import human
from labelling.measure.answers import Answers, names_of, read_answers
from labelling.measure.selectors import EPOCH, confusion_rows, heat_map
from labelling.projects.models import Project
from labelling.projects.selectors import get_project, list_guidelines, questions_of
from labelling.stats import agreement as coefficients
from labelling.stats import groups
from labelling.stats import human as levels

MOST_ON_DASHBOARD = 6
MOST_CLASSES_IN_HEAT_MAP = 12


@dataclass(frozen=True)
class QuestionFigures:
    """One question's row on the dashboard. Figures are dicts as in the API."""

    key: str
    prompt: str
    kind: str
    alpha: dict[str, Any]
    percent: dict[str, Any]
    person: dict[str, Any]
    popular: dict[str, Any]
    ceiling: dict[str, Any]
    reference: str
    confusions: list[dict[str, Any]]
    weeks: list[dict[str, Any]]


def dashboard(viewer: Viewer, slug: str) -> list[QuestionFigures]:
    """The figures of the first questions, in the schema's order."""
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    keys = [question["key"] for question in questions_of(project)][:MOST_ON_DASHBOARD]
    return [_question(project, read_answers(project, key)) for key in keys]


def _question(project: Project, answers: Answers) -> QuestionFigures:
    found = coefficients.measure(answers.labels, level=answers.level, values=answers.numbers, seed=project.seed)
    resolved = human.against_resolved(project, answers)
    enough = int(np.unique(answers.labels.example[resolved.counted]).size) >= human.ENOUGH_RESOLVED
    scores = resolved if enough else levels.leave_one_out(answers.labels)
    return QuestionFigures(
        key=answers.described["key"],
        prompt=answers.described["prompt"],
        kind=answers.described["kind"],
        alpha=found.alpha.as_dict(),
        percent=found.percent.as_dict(),
        person=scores.overall().as_dict(),
        popular=scores.popular_answer().as_dict(),
        ceiling=levels.root(found.percent).as_dict(),
        reference=scores.reference,
        confusions=confusion_rows(answers, limit=3),
        weeks=by_week(answers),
    )


def by_week(answers: Answers) -> list[dict[str, Any]]:
    """Alpha of the labels of each week: [{"key": the Monday, "alpha"}]."""
    from datetime import timedelta

    how = {"level": answers.level, "values": answers.numbers}
    rows = groups.by_label_group(answers.labels, (answers.columns.day + 3) // 7, **how)
    return [{"key": (EPOCH + timedelta(days=7 * row.key - 3)).isoformat(), "alpha": row.alpha.as_dict()} for row in rows]


def guideline_marks(project: Project) -> list[dict[str, Any]]:
    """When each version of the guidelines came: vertical lines in what goes over time."""
    return [{"version": row.version, "at": row.created_at.date().isoformat()} for row in list_guidelines(project) if row.version > 1]


def meta_names(project: Project, look_at: int = 200) -> list[str]:
    """Names of meta fields, learnt from the newest examples: what figures can be split by."""
    newest = Example.objects.filter(project=project).order_by("-position").values_list("meta", flat=True)[:look_at]
    return sorted({name for meta in newest for name in meta})[:30]


def heat_map_page(viewer: Viewer, slug: str, *, question: str | None) -> dict[str, Any]:
    """The heat map (for up to 12 classes), the worst pairs, and the question they are about."""
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    answers = read_answers(project, question)
    wide = len(answers.in_order()) > MOST_CLASSES_IN_HEAT_MAP
    return {
        "question": answers.described,
        "heat": heat_map(answers),
        "wide": wide,
        "rows": confusion_rows(answers, limit=10 if wide else 20),
    }


def examples_behind(viewer: Viewer, slug: str, *, question: str | None, a: str, b: str, first: int, count: int) -> dict[str, Any]:
    """The examples on which one person answered `a` and another `b` (texts of answers), by id; one page of them.

    Raises NotFound for an answer that nobody gave.
    """
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    answers = read_answers(project, question)
    kind = KINDS[answers.described["kind"]]
    codes = [next((code for code in answers.in_order() if kind.write(answers.described, answers.key(code)) == text), None) for text in (a, b)]
    if None in codes:
        raise NotFound("Nobody has given that answer yet, or it is no answer of this question.")
    labels = answers.labels
    said = [np.bincount(labels.example[labels.code == code], minlength=labels.n_examples) for code in codes]
    both = (said[0] >= 2) if codes[0] == codes[1] else (said[0] > 0) & (said[1] > 0)
    places = np.flatnonzero(both)
    page = places[first : first + count]
    examples = Example.objects.filter(project=project).in_bulk(labels.example_ids[page].tolist())
    people = names_of(project)
    rows = []
    for place in page.tolist():
        own = slice(int(labels.offsets[place]), int(labels.offsets[place + 1]))
        votes = [
            {"answer": answers.name(int(code)), "labeller": people.get(int(answers.columns.labeller[at]), "")}
            for at, code in zip(range(own.start, own.stop), labels.code[own], strict=True)
        ]
        rows.append({"example": examples[int(labels.example_ids[place])], "votes": votes})
    return {
        "question": answers.described,
        "a": answers.name(codes[0]),  # type: ignore[arg-type]
        "b": answers.name(codes[1]),  # type: ignore[arg-type]
        "total": int(places.size),
        "rows": rows,
        "project": project,
    }
