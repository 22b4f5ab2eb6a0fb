"""Freezing a version: asked for by a person, made by a job, written down when all its files are in storage."""

import time
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from labelling import audit
from labelling.access import Permission, Viewer
from labelling.accounts.models import User
from labelling.intake.models import Source
from labelling.jobs.services import Claimed, enqueue
from labelling.measure.bulk import snapshot
from labelling.measure.runs import Measured
from labelling.measure.services import RELEASE, store_runs
from labelling.projects.models import Membership, Project
from labelling.projects.selectors import get_project
from labelling.release.canonical import pretty
from labelling.release.figures import agreement_figures, human_figures, runs_behind
from labelling.release.files import store_bytes, store_file
from labelling.release.lineage import provenance_of
from labelling.release.manifest import draft_manifest, finish_manifest
from labelling.release.models import DatasetVersion, VersionFile
from labelling.release.plan import Plan, make_plan
from labelling.release.raw_labels import Behind, pseudonym, write_labels
from labelling.release.rows import write_splits
from labelling.release.selectors import check_policy_of, kept_splits

KIND = "release"
TELL_EVERY = 1.0  # seconds


def release_version(*, actor: Viewer, slug: str, policy: Any, now: datetime) -> Any:
    """Ask for a version with this policy (as in API.md); a job makes it. Returns the job.

    Raises Invalid for a policy that cannot be. What stands in its way only in the data (nothing in it, ties that the
    policy refuses) ends the job with that sentence; the preview says it beforehand.
    """
    project = get_project(actor, slug, Permission.RELEASE)
    cleaned = check_policy_of(project, policy)
    with transaction.atomic():
        return enqueue(kind=KIND, actor=actor, project_id=project.pk, arguments={"policy": cleaned}, now=now)


def run_release(claimed: Claimed) -> Mapping[str, Any]:
    """Make the version that a job asks for, or find the one that an earlier attempt made. Safe to run twice: files lie
    under the hash of their content, and the rows that make them a version are written last, in one transaction."""
    made = DatasetVersion.objects.filter(job_id=claimed.id).first()
    if made is None:
        project = Project.objects.get(pk=claimed.project_id)
        with TemporaryDirectory(prefix="release-") as folder:
            made = _Release(claimed, project, claimed.arguments["policy"], Path(folder), timezone.now()).make()
    return {"version": made.number, "digest": made.digest}


class _Release:
    """One attempt."""

    def __init__(self, claimed: Claimed, project: Project, policy: Mapping[str, Any], folder: Path, now: datetime) -> None:
        self.claimed, self.project, self.policy, self.folder, self.now = claimed, project, policy, folder, now
        self.told = 0.0
        self.measured: list[Measured] = []

    def make(self) -> DatasetVersion:
        kept = kept_splits(self.project, self.policy)
        with ExitStack() as stack:
            reader = stack.enter_context(snapshot())
            plan = make_plan(reader, self.project, self.policy, kept=kept, tell=self._teller("Reading examples"))
            plan.check()
            sources = dict(Source.objects.filter(project=self.project).values_list("id", "key"))
            written = write_splits(plan, reader, self.folder, sources, self._teller("Writing rows", len(plan)))
            labels, behind = write_labels(plan, reader, self.folder, self._teller("Writing labels"))
            self._tell("Measuring agreement and human level")
            agreement, human = agreement_figures(plan, reader), human_figures(plan, reader)
            self.measured = runs_behind(plan, reader)
        files = []
        for one in [*written, labels]:
            self._tell(f"Storing {one.name}")
            files.append({"name": one.name, "format": one.format, "rows": one.rows, **store_file(self.project.pk, one.path)})
        listed = [{name: file[name] for name in ("name", "format", "bytes", "rows", "sha256")} for file in files]
        draft = draft_manifest(plan, behind, listed, agreement=agreement, human_performance=human)
        return self._publish(plan, behind, draft, files)

    def _publish(self, plan: Plan, behind: Behind, draft: Mapping[str, Any], files: list[dict[str, Any]]) -> DatasetVersion:
        """The version's number, its last files and its rows, while nobody else can take that number."""
        asker = User.objects.get(pk=self.claimed.created_by_id)
        with transaction.atomic():
            Project.objects.select_for_update().get(pk=self.project.pk)
            previous = DatasetVersion.objects.filter(project=self.project).order_by("-number").first()
            number = previous.number + 1 if previous else 1
            manifest = finish_manifest(
                draft, plan, behind, number=number, created_by=asker.username, now=self.now,
                previous={"version": previous.number, "digest": previous.digest} if previous else None,
            )  # fmt: skip
            member = Membership.objects.filter(project=self.project, user=asker).first()
            releaser = pseudonym(member.number) if member else "operator"
            files = [*files, self._small("provenance.json", "json", pretty(provenance_of(manifest, behind, releaser)))]
            manifest["files"] = [{name: file[name] for name in ("name", "format", "bytes", "rows", "sha256")} for file in files]
            files.append(self._small("manifest.json", "json", pretty(manifest)))
            sums = "".join(f"{file['sha256']}  {file['name']}\n" for file in files)
            files.append(self._small("SHA256SUMS", "text", sums.encode()))
            version = DatasetVersion.objects.create(
                project=self.project, number=number, digest=manifest["digest"], policy=self.policy,
                manifest=orjson.loads(orjson.dumps(manifest)), note=self.policy["note"], previous=previous,
                job_id=self.claimed.id, created_by=asker, created_at=self.now,
            )  # fmt: skip
            VersionFile.objects.bulk_create([VersionFile(version=version, **file) for file in files])
            store_runs(project=self.project, measured=self.measured, reason=RELEASE, version=number, created_by=asker, now=self.now)
            audit.record(
                actor=Viewer(asker.pk, asker.username), verb="released version", obj=version, now=self.now,
                project_id=self.project.pk, number=number, digest=version.digest,
            )  # fmt: skip
            self.claimed.checkpoint(message=f"Version {number} is released")  # rolls back if the job was given away
        return version

    def _small(self, name: str, format: str, content: bytes) -> dict[str, Any]:
        return {"name": name, "format": format, "rows": None, **store_bytes(self.project.pk, content)}

    def _teller(self, message: str, total: int | None = None) -> Any:
        def tell(done: int) -> None:
            if time.monotonic() - self.told > TELL_EVERY:
                self._tell(message, done=done, total=total)

        return tell

    def _tell(self, message: str, **progress: Any) -> None:
        self.told = time.monotonic()
        self.claimed.checkpoint(message=message, **progress)


__all__ = ["release_version", "run_release"]
