"""What a lead sees first, and the pages behind it: figures in the shape that templates show."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from labelling.access import Permission, Viewer
from labelling.errors import NotFound
from labelling.intake.models import Example
from labelling.kinds import KINDS
from labelling.measure import by_kind, human
from labelling.measure.answers import Answers, answers_to, names_of, read_answers
from labelling.measure.columns import read_resolved
from labelling.measure.compare import comparison
from labelling.measure.counted import rows_of
from labelling.measure.selectors import confusion_rows, heat_map, monday, weeks
from labelling.projects.models import Project
from labelling.projects.selectors import get_project, question_rows, questions_of
from labelling.stats import groups
from labelling.stats import human as levels
from labelling.stats.columns import Labels
from labelling.stats.comparison import Comparison
from labelling.stats.headline import headline
from labelling.stats.patterns import Patterns
from labelling.stats.results import Result

MOST_ON_DASHBOARD = 6
MOST_CLASSES_IN_HEAT_MAP = 12
SHARE = 0.25  # of the work that the page of human level does for each question: this page shows several


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
    has_classes: bool
    confusions: list[dict[str, Any]]
    weeks: list[dict[str, Any]]


def dashboard_of(project: Project) -> list[QuestionFigures]:
    """The figures of the first questions, in the schema's order; the project was fetched for somebody who may see labels."""
    rows = question_rows(project)
    asked = questions_of(project)[:MOST_ON_DASHBOARD]
    return [figures_of(project, answers_to(rows[described["key"]], described)) for described in asked]


def figures_of(project: Project, answers: Answers) -> QuestionFigures:
    """One question's row; computed once for as long as nothing changes that it is made of."""
    return answers.remember(("first page", project.seed), lambda: _figures(project, answers))


def _figures(project: Project, answers: Answers) -> QuestionFigures:
    compared = comparison(answers, seed=project.seed)
    found = _of_classes(project, answers) if compared is None else _of_kind(project, answers, compared)
    alpha, percent, person, popular, ceiling, reference = found
    return QuestionFigures(
        key=answers.described["key"],
        prompt=answers.described["prompt"],
        kind=answers.described["kind"],
        alpha=alpha.as_dict(),
        percent=percent.as_dict(),
        person=person.as_dict(),
        popular=popular.as_dict(),
        ceiling=ceiling.as_dict(),
        reference=reference,
        has_classes=compared is None or bool(answers.described.get("classes")),
        confusions=confusion_rows(answers, compared, limit=3),
        weeks=by_week(answers, compared),
    )


Found = tuple[Result, Result, Result, Result, Result, str]


def _of_classes(project: Project, answers: Answers) -> Found:
    """alpha, raw agreement, one person, the popular answer, the ceiling, and what people are held against."""
    Patterns.keep(answers.labels)
    found = headline(answers.labels, level=answers.level, values=answers.numbers, seed=project.seed)
    ceiling = levels.root(found.percent)
    # Only labels of settled examples are scored against what stands; the others need not be gone through.
    settled = np.unique(read_resolved(answers.question.pk, known=answers.known).example)
    part = replace(answers, columns=answers.columns.keep(rows_of(answers.columns, settled)[0]))
    scores = human.against_resolved(project, part, share=SHARE)
    if human.count_resolved(scores, part) < human.ENOUGH_RESOLVED:
        return found.alpha, found.percent, found.person, found.popular, ceiling, "leave_one_out"
    return found.alpha, found.percent, scores.overall(), scores.popular_answer(), ceiling, scores.reference


def _of_kind(project: Project, answers: Answers, compared: Comparison) -> Found:
    """The same for kinds whose answers are compared by their distance."""
    resolved = human.against_resolved(project, answers, share=SHARE)
    enough = human.count_resolved(resolved, answers) >= human.ENOUGH_RESOLVED
    scores = resolved if enough else human.leave_one_out(project, answers, share=SHARE)
    ceiling = human.ceiling(project, answers, scores, share=SHARE)
    return compared.alpha(), compared.likeness(), scores.overall(), scores.popular_answer(), ceiling, scores.reference


def by_week(answers: Answers, compared: Comparison | None) -> list[dict[str, Any]]:
    """Alpha of the labels of each week: [{"key": the Monday, "alpha"}]."""
    if compared is not None:
        rows = by_kind.of_label_groups(compared, answers, weeks(answers))
        return [{"key": monday(row.key), "alpha": row.alpha.as_dict()} for row in rows]
    of_label = weeks(answers)
    first = int(of_label.min(initial=0))
    return [
        # A week's labels are compared with each other alone, so its figure holds until one of them changes.
        {"key": monday(week), "alpha": answers.remember_days(("week", week), days_of(week), partial(_of_week, answers, week))}
        for week in (np.flatnonzero(np.bincount(of_label - first)) + first).tolist()
    ]


def _of_week(answers: Answers, week: int) -> dict[str, Any]:
    rows = answers.columns.keep(weeks(answers) == week)
    labels = Labels.of(rows.example, rows.labeller, rows.code, n_codes=len(answers.values))
    [found] = groups.by_example_group(labels, np.zeros(labels.n_examples, dtype=np.int8), level=answers.level, values=answers.numbers)
    return found.alpha.as_dict()


def days_of(week: int) -> range:
    """The days of a week as `weeks` counts them."""
    return range(7 * week - 3, 7 * week + 4)


def meta_names(project: Project, look_at: int = 200) -> list[str]:
    """Names of meta fields, learnt from the newest examples: what figures can be split by."""
    newest = Example.objects.filter(project=project).order_by("-position").values_list("meta", flat=True)[:look_at]
    return sorted({name for meta in newest for name in meta})[:30]


def heat_map_page(viewer: Viewer, slug: str, *, question: str | None) -> dict[str, Any]:
    """The heat map (for up to 12 classes), the worst pairs, and the question they are about."""
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    answers = read_answers(project, question)
    compared = comparison(answers, seed=project.seed)
    shown = len(answers.in_order()) if compared is None else len(answers.described.get("classes", ()))
    wide = shown > MOST_CLASSES_IN_HEAT_MAP
    return {
        "question": answers.described,
        "heat": heat_map(answers, compared),
        "wide": wide,
        "rows": confusion_rows(answers, compared, limit=10 if wide else 20),
    }


def examples_behind(viewer: Viewer, slug: str, *, question: str | None, a: str, b: str, first: int, count: int) -> dict[str, Any]:
    """The examples on which one person answered `a` and another `b` (texts of answers), by id; one page of them.

    Raises NotFound for an answer that nobody gave.
    """
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    answers = read_answers(project, question)
    labels = answers.labels
    places, names = _places_behind(answers, comparison(answers, seed=project.seed), a, b)
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
        "a": names[0],
        "b": names[1],
        "total": int(places.size),
        "rows": rows,
        "project": project,
    }


def _places_behind(answers: Answers, compared: Comparison | None, a: str, b: str) -> tuple[Any, tuple[str, str]]:
    """(places of the examples on which one person gave `a` and another `b`, both in words)."""
    nobody = NotFound("Nobody has given that answer yet, or it is no answer of this question.")
    labels = answers.labels
    if compared is not None:
        ids = by_kind.places_with(answers, compared, (a, b))
        if ids is None:
            raise nobody
        names = {item["key"]: item["name"] for item in answers.described["classes"]}
        return np.searchsorted(labels.example_ids, ids), (names[a], names[b])
    kind = KINDS[answers.described["kind"]]
    codes = [next((code for code in answers.in_order() if kind.write(answers.described, answers.key(code)) == text), -1) for text in (a, b)]
    if -1 in codes:
        raise nobody
    said = [np.bincount(labels.example[labels.code == code], minlength=labels.n_examples) for code in codes]
    both = (said[0] >= 2) if codes[0] == codes[1] else (said[0] > 0) & (said[1] > 0)
    return np.flatnonzero(both), (answers.name(codes[0]), answers.name(codes[1]))
