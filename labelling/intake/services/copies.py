"""The job that makes scaled copies of large pictures. Picture by picture, each with its checkpoint: killed anywhere it is
taken up again, and what is there already is left as it is."""

import logging
import struct
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from labelling.access import Viewer
from labelling.intake.models import Media, MediaCopy
from labelling.intake.rules import COPY_SIDES, WORTH_A_COPY, copy_path, copy_sides, media_path
from labelling.intake.scaling import Copy, copies_of
from labelling.jobs.models import Job
from labelling.jobs.rules import State
from labelling.jobs.services import Claimed, enqueue

KIND = "scale_pictures"
BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error, OverflowError, MemoryError, ArithmeticError)
log = logging.getLogger(__name__)


def ask_for_copies(*, actor: Viewer | None, project_id: int, now: datetime) -> Job | None:
    """Start the job where large pictures are without copies; None where there is nothing to do, or one waits already."""
    if not large(project_id).filter(copies=None).exists():
        return None
    with transaction.atomic():
        if Job.objects.filter(project_id=project_id, kind=KIND, state=State.QUEUED).exists():
            return None
        return enqueue(kind=KIND, actor=actor, project_id=project_id, arguments={}, now=now)


def large(project_id: int) -> QuerySet[Media]:
    """The pictures of a project that get copies."""
    least = int(WORTH_A_COPY * COPY_SIDES[0])
    return Media.objects.filter(Q(width__gte=least) | Q(height__gte=least), project_id=project_id, content_type__startswith="image/")


def scale_pictures(claimed: Claimed) -> Mapping[str, Any]:
    """Make what is missing. The result: {"pictures": looked at, "copies": made, "failed": pictures without copies}."""
    tally = {"last": 0, "pictures": 0, "copies": 0, "failed": 0} | claimed.resume
    while (media := large(claimed.project_id or 0).filter(pk__gt=tally["last"]).order_by("pk").first()) is not None:
        made = _scale(media)
        left = large(media.project_id).filter(pk__gt=media.pk).count()
        with transaction.atomic():
            MediaCopy.objects.bulk_create(made or [], ignore_conflicts=True)
            tally |= {"last": media.pk, "pictures": tally["pictures"] + 1}
            tally["copies"] += len(made or [])
            tally["failed"] += made is None
            claimed.checkpoint(done=tally["pictures"], total=tally["pictures"] + left, message="pictures", resume=tally)
    return {name: tally[name] for name in ("pictures", "copies", "failed")}


def _scale(media: Media) -> list[MediaCopy] | None:
    """The rows of copies that were stored just now; None where the picture cannot be read."""
    missing = set(copy_sides(media.width, media.height)) - set(media.copies.values_list("side", flat=True))
    if not missing:
        return []
    made = []
    try:
        with default_storage.open(media_path(media.project_id, media.sha256, media.suffix), "rb") as file:
            for copy in copies_of(file):
                if copy.side in missing:
                    _store(media, copy)
                    made.append(_row(media, copy))
    except BROKEN as error:  # the picture itself is still shown, as large as it is
        log.warning("no copies of %s: %s", media, error)
        return None
    return made


def _store(media: Media, copy: Copy) -> None:
    """Put it where its name says. A file that has no row may be half of one: it is replaced."""
    name = copy_path(media.project_id, media.sha256, copy.side, copy.suffix)
    if default_storage.exists(name):
        default_storage.delete(name)
    saved = default_storage.save(name, File(BytesIO(copy.content)))
    if saved != name:  # another attempt stored the same in the meantime
        default_storage.delete(saved)


def _row(media: Media, copy: Copy) -> MediaCopy:
    return MediaCopy(
        media=media, side=copy.side, width=copy.width, height=copy.height, suffix=copy.suffix, content_type=copy.content_type,
        bytes=len(copy.content), created_at=timezone.now(),
    )  # fmt: skip
