"""Writes of evaluation: models, and their scores."""

import hashlib
import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from labelling import audit
from labelling.access import Permission, Scope, Viewer
from labelling.accounts.models import User
from labelling.errors import Conflict, Invalid, NotFound, TooLarge
from labelling.evaluate import dataset, lost, scoring
from labelling.evaluate.models import CandidateModel, Evaluation
from labelling.evaluate.predictions import read_predictions
from labelling.evaluate.rules import check_model, check_whole
from labelling.jobs.models import Job
from labelling.jobs.services import Claimed, enqueue
from labelling.projects.selectors import get_project
from labelling.release.models import DatasetVersion

LARGEST_FILE = 512 * 2**20


def register_model(*, actor: Viewer, slug: str, fields: Mapping[str, Any], now: datetime) -> CandidateModel:
    """Make a model known: a name and a version, once. Raises Invalid, Conflict."""
    project = get_project(actor, slug, Permission.EVALUATE)
    cleaned = check_model(fields)
    number = cleaned.pop("trained_on")
    trained_on = None
    if number is not None:
        trained_on = DatasetVersion.objects.filter(project=project, number=number).first()
        if trained_on is None:
            raise Invalid.field("trained_on", f"This project has no dataset version {number}.")
    try:
        with transaction.atomic():
            model = CandidateModel.objects.create(
                project=project, trained_on=trained_on, created_by_id=actor.user_id, created_at=now, **cleaned
            )
            audit.record(
                actor=actor, verb="registered model", obj=model, now=now, project_id=project.pk, name=str(model)
            )
    except IntegrityError:
        raise Conflict(
            f"The model {cleaned['name']} {cleaned['version']} is registered already. Give the new one another version."
        ) from None
    return model


def start_evaluation(
    *, actor: Viewer, slug: str, model: Any, version: Any, split: Any, file: Any, now: datetime
) -> Job:
    """Check predictions against a version's split and start the job that scores them.

    Raises Invalid for parameters, WrongContent (422) for keys that are missing, unknown or doubled and for what is no
    answer; then nothing is stored.
    """
    project = get_project(actor, slug, Permission.EVALUATE)
    candidate = CandidateModel.objects.filter(project=project, id=check_whole(model, "model")).first()
    if candidate is None:
        raise Invalid.field("model", "This project has no such model. Register it first.")
    frozen = DatasetVersion.objects.filter(project=project, number=check_whole(version, "version")).first()
    if frozen is None:
        raise Invalid.field("version", f"This project has no dataset version {version}.")
    if file is None:
        raise Invalid.field("predictions", "Send the predictions as a file: JSONL, CSV or Parquet.")
    if file.size > LARGEST_FILE:
        raise TooLarge(f"The file is larger than {LARGEST_FILE // 2**20} MiB. Send it as Parquet.")
    split = str(split or "")
    rows = dataset.read_rows(frozen, split, only=set())
    questions = frozen.manifest["schema"]["questions"]
    found = read_predictions(file, name=file.name or "", keys=rows.keys, questions=questions)
    packed, digest = _pack(rows.keys, found.answers, found.extras)
    name = f"predictions/{project.pk}/{digest}.parquet"
    if not default_storage.exists(name):
        name = default_storage.save(name, ContentFile(packed))
    arguments = {"model": candidate.pk, "version": frozen.pk, "split": split, "predictions": name, "sha256": digest}
    with transaction.atomic():
        return enqueue(kind="evaluation", actor=actor, project_id=project.pk, arguments=arguments, now=now)


def _pack(keys: list[str], answers: Mapping[str, list[Any]], extras: Mapping[str, list[Any]]) -> tuple[bytes, str]:
    """Predictions as Parquet, answers as JSON texts; and the hash of what they say."""
    columns: dict[str, list[Any]] = {"key": keys}
    for name, values in [*answers.items(), *extras.items()]:
        columns[name] = [None if value is None else orjson.dumps(value, default=str).decode() for value in values]
    digest = hashlib.sha256(orjson.dumps([[name, columns[name]] for name in columns])).hexdigest()
    out = io.BytesIO()
    pq.write_table(pa.table({name: pa.array(values, type=pa.string()) for name, values in columns.items()}), out)
    return out.getvalue(), digest


def run_evaluation(claimed: Claimed) -> dict[str, Any]:
    """The job: score what start_evaluation kept, question by question. Run twice it leaves one evaluation."""
    done = Evaluation.objects.filter(job_id=claimed.id).first()
    if done is not None:
        return {"evaluation": done.pk}
    asked = claimed.arguments
    version = DatasetVersion.objects.select_related("project").get(pk=asked["version"])
    with default_storage.open(asked["predictions"]) as file:
        table = pq.read_table(file)
    splits = dataset.read_split(version, asked["split"])
    wanted = [key for key in splits if key in table.column_names]
    claimed.checkpoint(done=0, total=len(wanted), message="Scoring")
    questions: dict[str, Any] = {}
    examples: dict[str, str] = {}
    for number, key in enumerate(wanted, start=1):
        texts = table.column(key).to_pylist()
        predicted = [None if text is None else orjson.loads(text) for text in texts]
        found = scoring.measure(splits[key], predicted, seed=version.project.seed)
        questions[key] = found.figures
        examples[key] = lost.store(version.project_id, splits[key], found.examples)
        claimed.checkpoint(done=number)
    if not questions:
        raise NotFound("The version has none of the predicted questions any more.")
    owner = User.objects.get(pk=claimed.created_by_id)
    actor = Viewer(user_id=owner.pk, username=owner.username, scopes=frozenset({Scope.EVALUATE}))
    now = timezone.now()
    with transaction.atomic():
        claimed.checkpoint()
        evaluation = Evaluation.objects.create(
            project_id=version.project_id,
            model_id=asked["model"],
            version=version,
            split=asked["split"],
            digest=version.digest,
            predictions_sha256=asked["sha256"],
            predictions_name=asked["predictions"],
            results={"questions": questions, "examples": examples},
            job_id=claimed.id,
            created_by=owner,
            created_at=now,
        )
        audit.record(actor=actor, verb="evaluated model", obj=evaluation, now=now, project_id=version.project_id)
    return {"evaluation": evaluation.pk}
