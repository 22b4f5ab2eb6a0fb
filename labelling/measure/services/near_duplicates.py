"""Look for near-duplicates: the job, the prints of pictures that it keeps, and the groups that it leaves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone
from numpy.typing import NDArray

from labelling import audit
from labelling.access import Permission, Viewer
from labelling.accounts.models import User
from labelling.accounts.selectors import viewer_of
from labelling.intake.models import Media
from labelling.intake.prints import print_of_media
from labelling.jobs.models import Job
from labelling.jobs.services import Claimed, enqueue
from labelling.measure.likeness import LEAST, Likenesses, find_near_duplicates
from labelling.measure.likeness_models import LikenessGroup, LikenessMember, LikenessRun, PicturePrint
from labelling.projects.models import Project
from labelling.projects.selectors import get_project
from labelling.stats.likeness import GREY_SIDE

KIND = "near_duplicates"
SIGNED = 1 << 63
PART = 100  # pictures read between two checkpoints
AT_ONCE = 2_000  # rows written in one statement


def start_near_duplicates(*, actor: Viewer, slug: str, now: datetime) -> Job:
    """Start the job that looks for near-duplicates among all examples of a project."""
    project = get_project(actor, slug, Permission.DISCUSS)
    with transaction.atomic():
        return enqueue(kind=KIND, actor=actor, project_id=project.pk, arguments={}, now=now)


def run_near_duplicates(claimed: Claimed) -> dict[str, Any]:
    """The job. Run twice it leaves one run; prints of pictures are kept as they are made, so that none is read twice."""
    done = LikenessRun.objects.filter(job_id=claimed.id).first()
    if done is not None:
        return _result(done)
    project = Project.objects.get(pk=claimed.project_id or 0)
    claimed.checkpoint(done=0, message="examples")
    prints = _Prints(project, claimed)
    found = find_near_duplicates(
        project, prints=prints.of, tell=lambda what, done, total: claimed.checkpoint(done=done, total=total or None, message=what)
    )
    owner = User.objects.get(pk=claimed.created_by_id or 0)
    now = timezone.now()
    with transaction.atomic():
        claimed.checkpoint(done=found.examples, total=found.examples)
        run = _write(project, found, claimed.id, owner, now)
        audit.record(actor=viewer_of(owner), verb="looked for near-duplicates", obj=run, now=now, project_id=project.pk)
    return _result(run)


def _write(project: Project, found: Likenesses, job: str, owner: User, now: datetime) -> LikenessRun:
    exact = sum(1 for group in found.groups if group.exact)
    run = LikenessRun.objects.create(
        project=project, display=project.display, least=LEAST, examples=found.examples, exact_groups=exact,
        near_groups=len(found.groups) - exact, unreadable=found.unreadable, newest_example=found.newest, job_id=job,
        created_by=owner, created_at=now,
    )  # fmt: skip
    rows = [
        LikenessGroup(run=run, number=number, exact=group.exact, size=len(group.members), similarity=_share(min(one.similarity for one in group.members)))
        for number, group in enumerate(found.groups, start=1)
    ]
    LikenessGroup.objects.bulk_create(rows, batch_size=AT_ONCE)
    ids = dict(LikenessGroup.objects.filter(run=run).values_list("number", "id"))
    members = (
        LikenessMember(group_id=ids[number], example_id=one.example, copy=one.copy, similarity=_share(one.similarity))
        for number, group in enumerate(found.groups, start=1)
        for one in group.members
    )
    some: list[LikenessMember] = []
    for member in members:
        some.append(member)
        if len(some) == AT_ONCE:
            LikenessMember.objects.bulk_create(some)
            some = []
    LikenessMember.objects.bulk_create(some)
    return run


def _share(value: float) -> float:
    return min(1.0, max(0.0, float(value)))


def _result(run: LikenessRun) -> dict[str, Any]:
    return {"run": run.pk, "examples": run.examples, "exact_groups": run.exact_groups, "near_groups": run.near_groups, "unreadable": run.unreadable}


class _Prints:
    """Prints of pictures, out of the table, and into it where they are new."""

    def __init__(self, project: Project, claimed: Claimed) -> None:
        self.project, self.claimed = project, claimed
        self.read = 0

    def of(self, names: Sequence[str]) -> dict[str, tuple[int, NDArray[np.uint8]]]:
        found: dict[str, tuple[int, NDArray[np.uint8]]] = {}
        for start in range(0, len(names), PART):
            part = {name.partition(".")[0]: name for name in names[start : start + PART]}
            media = list(Media.objects.filter(project=self.project, sha256__in=part).prefetch_related("copies").order_by("id"))
            known = {row.media_id: row for row in PicturePrint.objects.filter(media__in=[one.pk for one in media])}
            new = [self._row(one) for one in media if one.pk not in known and str(one) == part[one.sha256]]
            with transaction.atomic():
                if new:
                    PicturePrint.objects.bulk_create(new, ignore_conflicts=True)
                    self.read += len(new)
                    self.claimed.checkpoint(message=f"pictures, {self.read:,} read")
            known |= {row.media_id: row for row in new}
            for one in media:
                row = known.get(one.pk)
                if row is not None and row.hash is not None and row.grey is not None:
                    grey = np.frombuffer(bytes(row.grey), dtype=np.uint8).reshape(GREY_SIDE, GREY_SIDE)
                    found[part[one.sha256]] = row.hash % (1 << 64), grey
        return found

    def _row(self, media: Media) -> PicturePrint:
        made = print_of_media(media)
        if made is None:
            return PicturePrint(media=media, hash=None, grey=None)
        number, grey = made
        return PicturePrint(media=media, hash=number - (1 << 64) if number >= SIGNED else number, grey=grey.tobytes())
