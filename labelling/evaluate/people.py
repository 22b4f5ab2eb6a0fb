"""Reads of an evaluation's people: the model beside them, and the examples where one side is right and the other is not."""

from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from django.core.files.storage import default_storage

from labelling.access import Permission, Viewer
from labelling.errors import Conflict, Invalid
from labelling.evaluate import alternative, dataset, lost, selectors
from labelling.evaluate.models import Evaluation
from labelling.evaluate.named import present
from labelling.intake.models import Example
from labelling.projects.models import Membership
from labelling.projects.selectors import get_project

OLD = "This evaluation was made before models were held beside people on two kinds of references. Score the same predictions again to see it."
LONGEST = 1000  # characters of a slice in an address


def beside_people(
    viewer: Viewer, slug: str, evaluation_id: Any, *, question: str | None = None, epsilon: Any = None
) -> dict[str, Any]:
    """One question of an evaluation: the parties by both references, the alternative annotator test for this epsilon, and where the model
    loses and wins. Raises NotFound, NotAllowed, Invalid, and Conflict for evaluations that were scored before there was this."""
    evaluation = selectors.get_evaluation(viewer, slug, evaluation_id)
    margin = alternative.check_epsilon(epsilon)
    key, found = _question(evaluation, question)
    human = found["baselines"]["human"]
    if "references" not in human:
        raise Conflict(OLD)
    shown = present(human, names_of(viewer, evaluation), epsilon=margin)
    described = next(one for one in evaluation.version.manifest["schema"]["questions"] if one["key"] == key)
    return {
        "evaluation": evaluation.pk,
        "model": selectors.describe_model(evaluation.model),
        "version": evaluation.version.number,
        "split": evaluation.split,
        "stale": selectors.is_stale(evaluation),
        "question": key,
        "kind": described["kind"],
        "reference": human["chosen"],
        "references": shown["references"],
        "alternative": shown["alternative"],
        "by_class": [{"key": row["key"], "name": row["name"], **row["beside"]} for row in found["by_class"] if row.get("beside")],
        "by_slice": found["by_slice"],
        "cautions": human["cautions"] + _trained(evaluation),
    }


def _question(evaluation: Evaluation, question: str | None) -> tuple[str, dict[str, Any]]:
    questions = evaluation.results["questions"]
    key = question or next(iter(questions))
    if key not in questions:
        raise Invalid.field("question", f"This evaluation has no question {key!s:.60}. Its questions: {', '.join(questions)}.")
    return key, questions[key]


def _trained(evaluation: Evaluation) -> list[dict[str, str]]:
    if evaluation.model.trained_on_id is None or evaluation.split != dataset.TRAIN:
        return []
    message = "The model was trained on a version of this data, and this is a training split: it may have seen these very answers, which no person has."
    return [{"code": "trained_on", "message": message}]


def names_of(viewer: Viewer, evaluation: Evaluation) -> dict[int, str]:
    """Labeller number → user name, for those who may see who labelled what; nobody for the others."""
    project = get_project(viewer, evaluation.project.slug, Permission.READ_EVALUATIONS)
    if Permission.SEE_LABELS not in project.viewer_permissions:  # type: ignore[attr-defined]
        return {}
    return dict(Membership.objects.filter(project=project).values_list("number", "user__username"))


def lost_examples(
    viewer: Viewer, slug: str, evaluation_id: Any, *, question: str | None = None, side: str = "lost", slice_: str = "", class_: str = "",
    first: int = 0, count: int = 50,
) -> dict[str, Any]:  # fmt: skip
    """One page of the examples where people are nearer to the references than the model ("lost"), or the other way round ("won"), widest
    apart first: each with what the model said and what the version holds."""
    get_project(viewer, slug, Permission.SEE_LABELS)
    evaluation = selectors.get_evaluation(viewer, slug, evaluation_id)
    key, _ = _question(evaluation, question)
    if key not in evaluation.results.get("examples", {}):
        raise Conflict(OLD)
    if len(slice_) > LONGEST or len(class_) > LONGEST:
        raise Invalid.field("slice" if len(slice_) > LONGEST else "class", "That is too long to be one of them.")
    rows, total = lost.read(evaluation.results["examples"][key], side=side, slice_=slice_, class_=class_, first=first, count=count)
    with default_storage.open(evaluation.predictions_name) as file:
        table = pq.read_table(file, columns=["key", key]).take(pa.array([row.place for row in rows], type=pa.int64()))
    keys, answers = table.column("key").to_pylist(), table.column(key).to_pylist()
    data = dict(Example.objects.filter(project_id=evaluation.project_id, key__in=keys).values_list("key", "data"))
    right = dataset.answers_of(evaluation.version, evaluation.split, key, [row.place for row in rows])
    described = next(one for one in evaluation.version.manifest["schema"]["questions"] if one["key"] == key)
    return {
        "question": key,
        "described": described,
        "rows": [
            {
                "key": name, "data": data.get(name, {}), "predicted": None if answer is None else orjson.loads(answer), "right": wanted,
                "person": row.person, "model": row.model, "popular": row.popular, "n_labels": row.n_labels,
            }
            for row, name, answer, wanted in zip(rows, keys, answers, right, strict=True)
        ],
        "total": total,
    }  # fmt: skip
