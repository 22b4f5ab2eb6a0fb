"""A project with a bit of everything, made through the services at fixed times: what versions are released from in tests.

`main()` makes that state in the database of the environment, releases it, and prints names, hashes and digest.
"""

import json
import sys
from typing import Any

from django.core.management import call_command

from labelling.discuss import services as discuss
from labelling.discuss.models import Case
from labelling.intake.models import Batch, Example, Source
from labelling.jobs.models import Job
from labelling.label.models import Label
from labelling.projects.models import Project
from labelling.release import services
from labelling.release.models import DatasetVersion
from labelling.tasks import run_queued
from tests.every_kind import labelled
from tests.factories import NOW, SENTIMENT, STRENGTH, make_examples, make_project, make_user, submit, viewer
from tests.factories import lease as lease_examples

EVERYTHING = {"include": {"states": ["complete", "in_review", "resolved"]}}
# Orders of keys that collations disagree on, and values that databases write each their own way.
KEYS = ["a", "B", "_c", "Z", "z", "é", "\U0001f600", "\uffee", "a b", "a-b", "ab", "10", "9"]
META = [
    {"lab": "north", "n": 1, "x": 1e16, "deep": {"b": [1, 2.0], "a": None}},
    {"lab": "south", "n": 2, "x": -0.0, "ünï": "'quoted', \"twice\""},
    {"lab": "north", "n": 3, "x": 1e-07, "flag": True},
    {"lab": None, "n": 2**53 + 1, "x": 0.1},
]


def make_state(slug: str = "reviews") -> Project:
    """Thirteen examples with three labels each: revisions, tags, a second question, a tie, one settled by discussion."""
    project = make_project(slug, questions=[SENTIMENT, {**STRENGTH, "required": False}])
    source = Source.objects.create(project=project, key="cinema", name="Cinema", licence="CC0", created_at=NOW)
    batch = Batch.objects.create(
        project=project, source=source, file_name="films.csv", sha256="ab" * 32, rows=len(KEYS), imported_by=make_user("lea"), imported_at=NOW
    )
    examples = make_examples(project, len(KEYS))
    for place, (example, key) in enumerate(zip(examples, KEYS, strict=True)):
        Example.objects.filter(pk=example.pk).update(
            key=key, data={"text": f"=Text {place}\nwith “quotes”, ümlauts"}, meta=META[place % 4], source=source if place % 3 else None,
            batch=batch if place % 3 else None,
        )  # fmt: skip
    given = {"ada": ["pos", "neg", "mix"], "ben": ["pos", "neg", "pos"], "cleo": ["pos", "pos", "neg"]}
    for name, answers in given.items():
        for place, one in enumerate(lease_examples(name, slug, count=len(KEYS))):
            value: dict[str, Any] = {"sentiment": answers[place % 3]}
            if place % 2:
                value["strength"] = 1 + place % 5
            tags = ["borderline"] if place == 4 else []
            submit(name, one.id, value, tags=tags, seconds=2.5 + place / 10, confidence=0.75)
            if place == 5 and name == "ada":
                submit(name, one.id, {"sentiment": "pos"}, seconds=4.25)
    return project


def settle(key: str, slug: str = "reviews", **fields: Any) -> None:
    """Lea settles the case of an example."""
    case = Case.objects.get(project__slug=slug, example__key=key)
    seen = list(Label.objects.filter(example=case.example, next=None, counted=True).values_list("id", flat=True))
    discuss.resolve(actor=viewer("lea"), case_id=case.pk, cause="slip", seen=seen, now=NOW, **fields)


def release(policy: dict[str, Any] | None = None, slug: str = "reviews") -> DatasetVersion:
    """Released by Lea, in this process; a refusal fails the test with its sentence."""
    job = services.release_version(actor=viewer("lea"), slug=slug, policy={**EVERYTHING, **(policy or {})}, now=NOW)
    run_queued()
    job = Job.objects.get(pk=job.pk)
    assert job.state == "done", job.error
    return DatasetVersion.objects.get(project__slug=slug, number=job.result["version"])


def main() -> None:
    call_command("migrate", verbosity=0)
    make_state()
    settle("B", outcome="answer", value={"sentiment": "mix"})
    version = release({"consensus": {"method": "dawid_skene"}, "group_by": "meta.lab", "splits": {"test": 0.3, "train": 0.7}, "seed": 11})
    weighted = release({"consensus": {"method": "weighted"}, "seed": 11})
    labelled(4, slug="kinds")
    kinds = release({"splits": {"train": 0.5, "test": 0.5}}, slug="kinds")
    hashes = {file["name"]: file["sha256"] for file in version.manifest["files"]}
    hashes |= {f"kinds/{file['name']}": file["sha256"] for file in kinds.manifest["files"]}
    kinds_weighted = release({"consensus": {"method": "weighted"}}, slug="kinds")
    digests = {"digest": version.digest, "weighted": [weighted.digest, kinds_weighted.digest], "kinds": kinds.digest}
    sys.stdout.write(json.dumps({"files": hashes, **digests}) + "\n")
