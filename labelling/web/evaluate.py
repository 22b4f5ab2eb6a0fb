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
    found = selectors.describe(selectors.get_evaluation(request.viewer, project.slug, evaluation_id))
    key = request.GET.get("question") or next(iter(found["questions"]))
    one = found["questions"].get(key) or next(iter(found["questions"].values()))
    human = one["baselines"]["human"]
    levels = [
        {"key": "model", "figure": human["model_on_the_same_references"]},
        {"key": "one person", "figure": human["accuracy"]},
        {"key": "most popular answer", "figure": human["popular_answer"]},
    ]
    context = {
        "project": project,
        "found": found,
        "one": one,
        "key": key,
        "human": human,
        "sentence": sentence(human["gap"]),
        "levels": dots(levels, figure="figure"),
        "classes": dots([{"key": row["name"], "f1": row["f1"]} for row in one["by_class"]], figure="f1"),
    }
    return TemplateResponse(request, "evaluate/evaluation.html", context)


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
