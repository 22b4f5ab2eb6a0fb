"""Reads of models and evaluations."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from labelling.access import Permission, Viewer
from labelling.errors import NotFound
from labelling.evaluate.models import CandidateModel, Evaluation
from labelling.evaluate.named import present
from labelling.measure.suspects import suspected_in_evaluation
from labelling.projects.selectors import get_project
from labelling.release.models import DatasetVersion, Recall

NO_CLASSES = {"value": None, "undefined": "The question has no classes."}


def human_figure(human: Mapping[str, Any]) -> dict[str, Any]:
    """One person by the same references as the model: the share of right answers, or for kinds beyond classes and ratings how
    like they are."""
    return human.get("accuracy") or human["score"]


def list_models(viewer: Viewer, slug: str) -> QuerySet[CandidateModel]:
    project = get_project(viewer, slug, Permission.READ_EVALUATIONS)
    return CandidateModel.objects.filter(project=project).select_related("trained_on", "created_by").order_by("-id")


def list_evaluations(viewer: Viewer, slug: str) -> QuerySet[Evaluation]:
    """Newest first."""
    project = get_project(viewer, slug, Permission.READ_EVALUATIONS)
    found = Evaluation.objects.filter(project=project).select_related("project", "model__trained_on", "version", "created_by")
    return found.order_by("-id")


def get_evaluation(viewer: Viewer, slug: str, evaluation_id: Any) -> Evaluation:
    text = str(evaluation_id)
    found = None
    if text.isascii() and text.isdigit() and len(text) < 19:
        found = list_evaluations(viewer, slug).filter(id=int(text)).first()
    else:
        get_project(viewer, slug, Permission.READ_EVALUATIONS)
    if found is None:
        raise NotFound("There is no such evaluation in this project.")
    return found


def describe_model(model: CandidateModel) -> dict[str, Any]:
    return {
        "id": model.pk,
        "name": model.name,
        "version": model.version,
        "trained_on": model.trained_on.number if model.trained_on else None,
        "code": model.code,
        "parameters": model.parameters,
        "environment": model.environment,
        "notes": model.notes,
        "created_at": model.created_at,
    }


def brief(evaluation: Evaluation) -> dict[str, Any]:
    """An evaluation's row in a list: the first question's main figures."""
    key, found = next(iter(evaluation.results["questions"].items()))
    return {
        "id": evaluation.pk,
        "model": {"id": evaluation.model_id, "name": evaluation.model.name, "version": evaluation.model.version},
        "version": evaluation.version.number,
        "split": evaluation.split,
        "digest": evaluation.digest,
        "question": key,
        "accuracy": found["metrics"]["accuracy"],
        "f1_macro": found["metrics"].get("f1_macro", NO_CLASSES),
        "human": human_figure(found["baselines"]["human"]),
        "gap": found["baselines"]["human"]["gap"],
        "created_at": evaluation.created_at,
    }


def is_stale(evaluation: Evaluation) -> bool:
    """Whether a newer version was released since, or this one was recalled."""
    newer = DatasetVersion.objects.filter(project_id=evaluation.project_id, number__gt=evaluation.version.number)
    return newer.exists() or Recall.objects.filter(version_id=evaluation.version_id).exists()


def _shown(found: Mapping[str, Any]) -> dict[str, Any]:
    baselines = found["baselines"]
    return {**found, "baselines": {**baselines, "human": present(baselines["human"], {})}}


def describe(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation object of the API. The top figures are those of the first question; each has its own below."""
    questions = {key: _shown(found) for key, found in evaluation.results["questions"].items()}
    first = next(iter(questions.values()))
    return {
        "id": evaluation.pk,
        "model": describe_model(evaluation.model),
        "version": evaluation.version.number,
        "split": evaluation.split,
        "digest": evaluation.digest,
        "stale": is_stale(evaluation),
        "metrics": first["metrics"],
        "baselines": first["baselines"],
        "by_class": first["by_class"],
        "by_slice": first["by_slice"],
        "problems": [],
        "gates": [],
        "passed": True,
        "suspected_label_errors": suspected_in_evaluation(evaluation.pk),
        "questions": questions,
        "predictions_sha256": evaluation.predictions_sha256,
        "created_by": evaluation.created_by.username,
        "created_at": evaluation.created_at,
    }
