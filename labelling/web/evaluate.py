"""Evaluate: models, their predictions, and how they stand beside people."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from labelling.access import Permission
from labelling.errors import NotAllowed, WorkbenchError
from labelling.evaluate import selectors, services
from labelling.jobs.selectors import list_project_jobs
from labelling.release.selectors import list_versions
from labelling.web.evaluate_people import losses
from labelling.web.guard import in_project
from labelling.web.jobs import show
from labelling.web.measure import dots
from labelling.web.paging import Pages

PER_PAGE = 50


@in_project(Permission.READ_EVALUATIONS)
def evaluations(request: HttpRequest, project: Any) -> HttpResponse:
    """All evaluations, newest first; a form that sends predictions in."""
    problems: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            return _start(request, project)
        except WorkbenchError as error:
            if isinstance(error, NotAllowed):
                raise
            fields = error.fields or {"": [error.message]}
            problems = [(f"id_{name}" if name else "", text) for name, texts in fields.items() for text in texts]
    pages = Pages(request, selectors.list_evaluations(request.viewer, project.slug), PER_PAGE)
    rows = [selectors.brief(row) for row in pages.rows]
    versions = list(list_versions(project)[:50])
    context = {
        "project": project,
        "rows": rows,
        "pages": pages,
        "problems": problems,
        "typed": request.POST,
        "models": list(selectors.list_models(request.viewer, project.slug)[:100]),
        "versions": [{"number": version.number, "splits": list(version.policy["splits"])} for version in versions],
        "splits": list(dict.fromkeys(split for version in versions for split in version.policy["splits"])),
        "jobs": [show(job) for job in list_project_jobs(project.pk, "evaluation", 3) if job.state != "done"],
        "chart": dots(
            [{"key": f"{row['model']['name']} {row['model']['version']} · v{row['version']} {row['split']}", "accuracy": row["accuracy"]} for row in rows],
            figure="accuracy",
        ),
    }
    return TemplateResponse(request, "evaluate/list.html", context, status=400 if problems else 200)


def _start(request: HttpRequest, project: Any) -> HttpResponse:
    typed, now = request.POST, timezone.now()
    model = typed.get("model", "")
    if typed.get("name"):
        fields = {"name": typed["name"], "version": typed.get("model_version", "")}
        model = str(services.register_model(actor=request.viewer, slug=project.slug, fields=fields, now=now).pk)
    job = services.start_evaluation(
        actor=request.viewer,
        slug=project.slug,
        model=model,
        version=typed.get("version", ""),
        split=typed.get("split", ""),
        file=request.FILES.get("predictions"),
        now=now,
    )
    messages.info(request, "The predictions fit the split. They are being scored.")
    return redirect("job", job_id=job.id)


@in_project(Permission.READ_EVALUATIONS)
def evaluation(request: HttpRequest, project: Any, evaluation_id: str) -> HttpResponse:
    row = selectors.get_evaluation(request.viewer, project.slug, evaluation_id)
    found = selectors.describe(row)
    key = request.GET.get("question") or next(iter(found["questions"]))
    key = key if key in found["questions"] else next(iter(found["questions"]))
    one = found["questions"][key]
    human = one["baselines"]["human"]
    levels = [
        {"key": "model", "figure": human["model_on_the_same_references"]},
        {"key": "one person", "figure": selectors.human_figure(human)},
        {"key": "most popular answer", "figure": human["popular_answer"]},
    ]
    context = {
        "project": project,
        "evaluation": row,
        "found": found,
        "one": one,
        "key": key,
        "human": human,
        "sentence": sentence(human["gap"]),
        **losses(project, row, key, one["by_slice"]),
        "scores": scores(one["metrics"]),
        "always": always(one["baselines"]["most_frequent"]),
        "levels": dots(levels, figure="figure"),
        "classes": dots([{"key": row["name"], "f1": row["f1"]} for row in one["by_class"]], figure="f1"),
    }
    return TemplateResponse(request, "evaluate/evaluation.html", context)


# The metrics of all kinds, in the order of the page: name, words, whether it is a share.
METRICS = (
    ("accuracy", "Exactly right", True),
    ("jaccard", "Classes in common (Jaccard)", True),
    ("score", "Nearness", True),
    ("likeness", "Likeness", True),
    ("f1", "F1", False),
    ("f1_micro", "Micro F1", False),
    ("f1_macro", "Macro F1", False),
    ("word_error_rate", "Word error rate", False),
    ("mean_absolute_error", "Mean absolute error", False),
)


def scores(metrics: dict[str, Any]) -> list[dict[str, Any]]:
    """The figures that a question has, with their names."""
    named = {"accuracy": "Accuracy"} if len(metrics) < 4 and "likeness" not in metrics else {}
    return [{"name": named.get(key, words), "figure": metrics[key], "unit": "percent" if share else ""} for key, words, share in METRICS if key in metrics]


def always(baseline: dict[str, Any]) -> str:
    """The answer of whoever always gives the same one; one that is long is not written out."""
    answer = baseline.get("answer")
    if answer is None or isinstance(answer, int | float):
        return "" if answer is None else f"Always {answer}"
    if isinstance(answer, str):
        return f"Always “{answer:.60}”"
    if all(isinstance(part, str) for part in answer):
        return f"Always “{', '.join(answer):.60}”" if answer else "Always none of them"
    return f"Always the same {len(answer)} parts" if answer else "Always nothing marked"


def sentence(gap: dict[str, Any]) -> str:
    """The finding before the chart."""
    if gap["value"] is None:
        return f"Model and people cannot be compared here: {gap['undefined']}"
    if gap["low"] is None:
        return "There are too few examples to compare model and people."
    if gap["low"] > 0:
        return f"The model is above one person by {_size(gap['value'], gap['low'], gap['high'])}, on the same examples and references."
    if gap["high"] < 0:
        return f"The model is below one person by {_size(-gap['value'], -gap['high'], -gap['low'])}, on the same examples and references."
    return f"Not settled: the model minus one person is {_size(gap['value'], gap['low'], gap['high'])}, which may be chance."


def _size(value: float, low: float, high: float) -> str:
    return f"{value:.2f} [{low:.2f} to {high:.2f}]".replace("-", "−")


urlpatterns = [
    path("projects/<str:slug>/evaluate/", evaluations, name="evaluate"),
    path("projects/<str:slug>/evaluate/<str:evaluation_id>/", evaluation, name="evaluation"),
]
