"""A project with an evaluated model, made as people would make it: import, labels, a version, predictions."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from labelling import tasks
from labelling.evaluate import services as evaluate
from labelling.evaluate.dataset import read_rows
from labelling.evaluate.models import Evaluation
from labelling.intake import services as intake
from labelling.label import services as label
from labelling.release import services as release
from labelling.release.models import DatasetVersion
from tests import factories

PEOPLE = ("ada", "ben", "cleo")


def as_file(rows: list[dict[str, Any]], name: str = "rows.jsonl") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join(json.dumps(row) for row in rows).encode())


def make_labelled(examples: list[dict[str, Any]], labels: list[dict[str, Any]], slug: str = "reviews", **fields: Any) -> Any:
    """A project of Lea's with these examples and labels, both imported."""
    project = factories.make_project(slug, **fields)
    lea = factories.viewer("lea")
    intake.start_import(actor=lea, slug=slug, file=as_file(examples), now=factories.NOW)
    tasks.run_queued()
    label.start_label_import(actor=lea, slug=slug, file=as_file(labels), now=factories.NOW)
    tasks.run_queued()
    return project


def release_all(slug: str = "reviews", **policy: Any) -> DatasetVersion:
    """A version of one split, `test`, with everything that has labels."""
    policy = {"splits": {"test": 1}, "include": {"states": ["open", "complete", "in_review", "resolved"]}, **policy}
    release.release_version(actor=factories.viewer("lea"), slug=slug, policy=policy, now=factories.NOW)
    tasks.run_queued()
    return DatasetVersion.objects.order_by("-id")[0]


def evaluate_on(version: DatasetVersion, predict: Callable[[str], Mapping[str, Any]], *, name: str = "letters", number: str = "1", split: str = "test", **fields: Any) -> Evaluation:
    """Score what `predict` says for each key of a split: question → answer."""
    lea, slug = factories.viewer("lea"), version.project.slug
    model = evaluate.register_model(actor=lea, slug=slug, fields={"name": name, "version": number, **fields}, now=factories.NOW)
    rows = [{"key": key, **predict(key)} for key in read_rows(version, split, only=set()).keys]
    evaluate.start_evaluation(actor=lea, slug=slug, model=model.pk, version=version.number, split=split, file=as_file(rows), now=factories.NOW)
    tasks.run_queued()
    return Evaluation.objects.order_by("-id")[0]


def reviews(n: int = 60, **policy: Any) -> Evaluation:
    """Sixty reviews in two labs with three labels each, and a model that is wrong on part of one lab."""
    examples = [{"key": f"r{at:03d}", "text": f"review {at} " + "so " * (at % 7), "lab": "north" if at % 2 else "south"} for at in range(n)]
    labels = [
        {"example": f"r{at:03d}", "labeller": who, "value": "neg" if at % 3 == 0 or (who == "cleo" and at % 5 == 0) else "pos"}
        for at in range(n)
        for who in PEOPLE
    ]
    make_labelled(examples, labels)

    def predict(key: str) -> dict[str, Any]:
        at = int(key[1:])
        return {"sentiment": "neg" if at % 3 == 0 or (at % 2 and at % 7 == 0) else "pos"}

    return evaluate_on(release_all(**policy), predict)
