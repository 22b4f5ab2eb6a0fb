"""A project with an evaluated model, made as people would make it: import, labels, a version, predictions."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from labelling import tasks
from labelling.evaluate import services as evaluate
from labelling.evaluate.dataset import read_rows
from labelling.evaluate.models import Evaluation
from labelling.intake import services as intake
from labelling.jobs.models import Job
from labelling.label import services as label
from labelling.release import services as release
from labelling.release.models import DatasetVersion
from tests import factories

PEOPLE = ("ada", "ben", "cleo")


def as_file(rows: list[dict[str, Any]], name: str = "rows.jsonl") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join(json.dumps(row) for row in rows).encode())


def finish() -> None:
    """Here or in a worker beside us, whichever takes a job first."""
    tasks.run_queued()
    while Job.objects.filter(state__in=("queued", "running")).exists():
        time.sleep(0.05)
        tasks.run_queued()


def make_labelled(examples: list[dict[str, Any]], labels: list[dict[str, Any]], slug: str = "reviews", **fields: Any) -> Any:
    """A project of Lea's with these examples and labels, both imported."""
    project = factories.make_project(slug, **fields)
    lea = factories.viewer(fields.get("owner", "lea"))
    intake.start_import(actor=lea, slug=slug, file=as_file(examples), now=factories.NOW)
    finish()
    label.start_label_import(actor=lea, slug=slug, file=as_file(labels), now=factories.NOW)
    finish()
    return project


def release_all(slug: str = "reviews", owner: str = "lea", **policy: Any) -> DatasetVersion:
    """A version of one split, `test`, with everything that has labels."""
    policy = {"splits": {"test": 1}, "include": {"states": ["open", "complete", "in_review", "resolved"]}, **policy}
    release.release_version(actor=factories.viewer(owner), slug=slug, policy=policy, now=factories.NOW)
    finish()
    return DatasetVersion.objects.filter(project__slug=slug).order_by("-id")[0]


def evaluate_on(version: DatasetVersion, predict: Callable[[str], Mapping[str, Any]], *, name: str = "letters", owner: str = "lea") -> Evaluation:
    """Score what `predict` says for each key of the split: question → answer."""
    lea, slug = factories.viewer(owner), version.project.slug
    model = evaluate.register_model(actor=lea, slug=slug, fields={"name": name, "version": "1"}, now=factories.NOW)
    rows = [{"key": key, **predict(key)} for key in read_rows(version, "test", only=set()).keys]
    evaluate.start_evaluation(actor=lea, slug=slug, model=model.pk, version=version.number, split="test", file=as_file(rows), now=factories.NOW)
    finish()
    return Evaluation.objects.filter(project__slug=slug).order_by("-id")[0]


def reviews(n: int = 60, *, slug: str = "reviews", owner: str = "lea", people: tuple[str, str, str] = PEOPLE) -> Evaluation:
    """Sixty reviews in two labs with three labels each, and a model that is wrong on part of one lab."""
    examples = [{"key": f"r{at:03d}", "text": f"review {at} " + "so " * (at % 7), "lab": "north" if at % 2 else "south"} for at in range(n)]
    labels = [
        {"example": f"r{at:03d}", "labeller": who, "value": "neg" if at % 3 == 0 or (who == people[2] and at % 5 == 0) else "pos"}
        for at in range(n)
        for who in people
    ]
    make_labelled(examples, labels, slug, owner=owner, labellers=people)

    def predict(key: str) -> dict[str, Any]:
        at = int(key[1:])
        return {"sentiment": "neg" if at % 3 == 0 or (at % 2 and at % 7 == 0) else "pos"}

    return evaluate_on(release_all(slug, owner), predict, owner=owner)
