"""Reads of suspected errors. Leads only: nobody who labels learns what is suspected."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Count, Max, QuerySet

from labelling.access import Permission, Viewer
from labelling.errors import NotFound
from labelling.kinds import KINDS
from labelling.label.models import AnswerCode, CountedAnswer, Label
from labelling.measure.models import ResolvedAnswer
from labelling.measure.suspect_models import Suspect, SuspectRun
from labelling.measure.suspect_rules import Of, Way, check_id, check_of
from labelling.projects.models import Project, Question
from labelling.projects.selectors import get_project, get_question, questions_of

WAY_WORDS = {
    Way.PROBABILITIES: "a model's probabilities",
    Way.CONFIDENCE: "a model's predictions and its confidence in them",
    Way.PREDICTIONS: "a model's predictions",
    Way.PEOPLE: "people alone",
}


def marks_of(project: Project, question: Question) -> dict[str, int]:
    """How far the data are: what a run keeps, to know later whether it is stale."""
    resolved = ResolvedAnswer.objects.filter(question=question).aggregate(many=Count("id"), newest=Max("resolution_id"))
    newest = Label.objects.filter(project=project).order_by("-id").values_list("id", flat=True).first()
    return {
        "newest_label": newest or 0,
        "newest_resolution": resolved["newest"] or 0,
        "resolved": resolved["many"],
        "schema_version": project.schema_version,
    }


def is_stale(project: Project, run: SuspectRun) -> bool:
    """Whether labels, resolutions or classes changed since."""
    return any(getattr(run, name) != mark for name, mark in marks_of(project, run.question).items())


def list_runs(viewer: Viewer, slug: str, question: str | None = None) -> QuerySet[SuspectRun]:
    """The runs for a question, newest first."""
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    row, _ = get_question(project, question)
    runs = SuspectRun.objects.filter(question=row)
    return runs.select_related("question", "evaluation__model", "evaluation__version", "created_by").order_by("-id")


def get_run(viewer: Viewer, slug: str, question: str | None = None, run: Any = None) -> SuspectRun | None:
    """The run of this number, or the newest one of the question; None where there is none yet. Raises NotFound, Invalid."""
    number = check_id(run, "run", "a run")
    if number is None:
        return list_runs(viewer, slug, question).first()
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    runs = SuspectRun.objects.select_related("question", "evaluation__model", "evaluation__version", "created_by")
    found = runs.filter(project=project, id=number).first()
    if found is None:
        raise NotFound("There is no such run in this project.")
    return found


def describe_run(project: Project, run: SuspectRun) -> dict[str, Any]:
    evaluation = run.evaluation
    return {
        "id": run.pk,
        "question": run.question.key,
        "way": run.way,
        "evaluation": None
        if evaluation is None
        else {
            "id": evaluation.pk, "model": evaluation.model.name, "model_version": evaluation.model.version,
            "version": evaluation.version.number, "split": evaluation.split,
        },  # fmt: skip
        "method": run.method,
        "examples": run.examples,
        "answers": run.answers,
        "labels": run.labels,
        "stale": is_stale(project, run),
        "created_by": run.created_by.username,
        "created_at": run.created_at,
    }


def list_suspects(
    viewer: Viewer, slug: str, *, question: str | None = None, run: Any = None, of: Any = None
) -> tuple[Project, SuspectRun | None, QuerySet[Suspect], Callable[[Iterable[Suspect]], list[dict[str, Any]]]]:
    """(the project, the run, its suspected answers with the worst first, what makes a page of them into rows)."""
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    wanted = check_of(of)
    found = get_run(viewer, slug, question, run)
    rows = Suspect.objects.filter(run=found, of=wanted) if found else Suspect.objects.none()
    return project, found, rows.select_related("example", "labeller").order_by("place"), lambda page: rows_of(project, found, page)


def rows_of(project: Project, run: SuspectRun | None, page: Iterable[Suspect]) -> list[dict[str, Any]]:
    """Suspected answers in the API's shape, with what people say about each example now."""
    page = list(page)
    if run is None or not page:
        return []
    described = next((one for one in questions_of(project) if one["key"] == run.question.key), None)
    values = dict(AnswerCode.objects.filter(question=run.question).values_list("code", "value"))
    votes = votes_on(run.question, {one.example_id: one.example.round for one in page})

    def name(code: int) -> str:
        return KINDS[described["kind"]].show(described, values[code]) if described else str(values[code])

    return [
        {
            "place": one.place,
            "of": one.of,
            "example": one.example.key,
            "labeller": one.labeller.username if one.labeller else None,
            "settled": one.settled,
            "answer": values[one.given],
            "answer_name": name(one.given),
            "suggested": values[one.instead],
            "suggested_name": name(one.instead),
            "score": 1 - one.chance,
            "chance": one.chance,
            "reason": one.reason,
            "votes": {name(code): count for code, count in sorted(votes.get(one.example_id, {}).items(), key=lambda pair: (-pair[1], pair[0]))},
        }
        for one in page
    ]


def votes_on(question: Question, rounds: dict[int, int]) -> dict[int, dict[int, int]]:
    """Example id → code → how many labels of its current round say so."""
    found: dict[int, dict[int, int]] = {}
    rows = CountedAnswer.objects.filter(question=question, example_id__in=list(rounds)).values_list("example_id", "round", "code")
    for example, round_, code in rows:
        if rounds[example] == round_:
            votes = found.setdefault(example, {})
            votes[code] = votes.get(code, 0) + 1
    return found


def suspected_in_evaluation(evaluation_id: int, *, limit: int = 100) -> list[dict[str, Any]]:
    """The worst suspected answers that the newest runs with this evaluation's predictions found, over its questions: for the
    evaluation's object in the API. The caller has checked access. Empty where nobody has looked."""
    newest: dict[int, SuspectRun] = {}
    for run in SuspectRun.objects.filter(evaluation_id=evaluation_id).select_related("question", "project").order_by("id"):
        newest[run.question_id] = run
    found: list[dict[str, Any]] = []
    for run in newest.values():
        rows = Suspect.objects.filter(run=run, of=Of.ANSWER).select_related("example", "labeller").order_by("place")[:limit]
        found += [{"question": run.question.key, "run": run.pk, **row} for row in rows_of(run.project, run, rows)]
    return sorted(found, key=lambda row: (row["chance"], row["question"], row["place"]))[:limit]
