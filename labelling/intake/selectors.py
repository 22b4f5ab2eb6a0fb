"""Reads of sources, batches, examples, media and what imports said of rows."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO
from urllib.parse import quote
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet, TextField
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast

from labelling.access import Permission, Viewer
from labelling.errors import Invalid, NotFound
from labelling.intake.models import Batch, Example, Media, MediaCopy, RowError, Source
from labelling.intake.rules import ExampleState, copy_path, copy_sides, media_path
from labelling.jobs.models import Job
from labelling.projects.models import Project
from labelling.projects.selectors import all_tags, get_project

MEDIA_NAME = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,8}")
FIRST_ERRORS = 100


def list_sources(viewer: Viewer, slug: str) -> QuerySet[Source]:
    """The sources of a project, the oldest first."""
    return Source.objects.filter(project=get_project(viewer, slug, Permission.READ_EXAMPLES)).order_by("id")


def list_batches(viewer: Viewer, slug: str) -> QuerySet[Batch]:
    """The files that came in, the newest first."""
    project = get_project(viewer, slug, Permission.READ_EXAMPLES)
    return Batch.objects.filter(project=project).select_related("source", "imported_by").order_by("-imported_at", "-id")


def list_examples(viewer: Viewer, slug: str, filters: Mapping[str, Any] | None = None) -> tuple[Project, QuerySet[Example]]:
    """The project and its examples. `filters`: state, source, batch, key, tag, q and "meta.NAME" → text; empty ones are left
    out. Raises Invalid for a state, source or tag that does not exist."""
    project = get_project(viewer, slug, Permission.READ_EXAMPLES)
    rows = Example.objects.filter(project=project).select_related("source")
    for name, value in (filters or {}).items():
        if value in (None, ""):
            continue
        if name.startswith("meta."):
            rows = with_meta(rows, name.removeprefix("meta."), str(value))
        elif name in FILTERS:
            rows = FILTERS[name](rows, project, str(value))
    return project, rows.order_by("id")


def _in_state(rows: QuerySet[Example], project: Project, value: str) -> QuerySet[Example]:
    if value not in list(ExampleState):
        raise Invalid.field("state", f"A state is one of: {', '.join(ExampleState)}.")
    return rows.filter(state=value)


def _from_source(rows: QuerySet[Example], project: Project, value: str) -> QuerySet[Example]:
    source = Source.objects.filter(project=project, key=value).first()
    if source is None:
        raise Invalid.field("source", f"There is no source {value:.60} in this project.")
    return rows.filter(source=source)


def _from_batch(rows: QuerySet[Example], project: Project, value: str) -> QuerySet[Example]:
    if not value.isascii() or not value.isdigit() or len(value) > 18:
        raise Invalid.field("batch", "A batch is named by its number.")
    return rows.filter(batch_id=int(value))


def _with_tag(rows: QuerySet[Example], project: Project, value: str) -> QuerySet[Example]:
    """Examples with a label that stands and carries this tag."""
    known = [tag["key"] for tag in all_tags(project)]
    if value not in known:
        raise Invalid.field("tag", f"There is no tag {value:.60} in this project. Its tags: {', '.join(known)}.")
    # The label's tables belong to a later stage; the relation is followed by its name, as text on either database.
    of_label = Cast("assignments__label__tags", TextField())
    tagged = Example.objects.filter(project=project, assignments__counted=True).annotate(tags_text=of_label)
    return rows.filter(id__in=tagged.filter(tags_text__contains=json.dumps(value)).values("id"))


def _with_text(rows: QuerySet[Example], project: Project, value: str) -> QuerySet[Example]:
    in_json = json.dumps(value, ensure_ascii=False)[1:-1]
    return rows.annotate(data_text=Cast("data", TextField())).filter(Q(key__icontains=value) | Q(data_text__icontains=in_json))


FILTERS = {
    "state": _in_state,
    "source": _from_source,
    "batch": _from_batch,
    "tag": _with_tag,
    "q": _with_text,
    "key": lambda rows, project, value: rows.filter(key=value),
}


def with_meta(rows: QuerySet[Example], name: str, value: str) -> QuerySet[Example]:
    """Rows whose meta field has this value, written as text: 3 finds the number and the text."""
    wanted: list[Any] = [value]
    if re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", value) or value in ("true", "false"):
        wanted.append(json.loads(value) if not re.match(r"-?0\d", value) else value)
    alias = "meta_value"
    condition = Q()
    for one in wanted:
        condition |= Q(**{alias: one})
    return rows.alias(**{alias: KeyTransform(name, "meta")}).filter(condition)


def get_example(viewer: Viewer, slug: str, key: str) -> tuple[Project, Example]:
    project = get_project(viewer, slug, Permission.READ_EXAMPLES)
    example = Example.objects.select_related("source", "batch").filter(project=project, key=key).first() if "\x00" not in key else None
    if example is None:
        raise NotFound(f"There is no example {key:.200} in this project.")
    return project, example


def describe_example(project: Project, example: Example) -> dict[str, Any]:
    """The example object of the API."""
    return {
        "id": example.pk,
        "key": example.key,
        "data": render_data(project, example.data),
        "meta": example.meta,
        "source": example.source.key if example.source else None,
        "batch": example.batch_id,
        "state": example.state,
        "labels_wanted": example.labels_wanted,
        "labels_counted": example.labels_counted,
        "round": example.round,
        "priority": example.priority,
    }


def media_fields(project: Project) -> list[str]:
    """The fields that are shown as pictures or sounds."""
    return [part["field"] for part in project.display if part["as"] in ("image", "audio")]


def render_data(project: Project, data: Mapping[str, Any]) -> dict[str, Any]:
    """Data for people and programs: names of media become addresses that members can open."""
    rendered = dict(data)
    for field in media_fields(project):
        if isinstance(name := rendered.get(field), str) and MEDIA_NAME.fullmatch(name):
            rendered[field] = media_url(project.slug, name)
    return rendered


def media_url(slug: str, name: str) -> str:
    return f"/projects/{quote(slug)}/media/{name}"


def get_media(viewer: Viewer, slug: str, name: str) -> Media:
    """A picture or sound of a project that the viewer is a member of; 404 otherwise."""
    project = get_project(viewer, slug, Permission.READ_PROJECT)
    sha256, _, suffix = name.partition(".")
    found = Media.objects.filter(project=project, sha256=sha256, suffix=suffix).first() if MEDIA_NAME.fullmatch(name) else None
    if found is None:
        raise NotFound("There is no such picture or sound.")
    return found


def get_copy(media: Media, width: int) -> tuple[MediaCopy | None, bool]:
    """The smallest scaled copy whose longer side has at least `width` pixels, if there is one; and whether one is to come."""
    sides = [side for side in copy_sides(media.width, media.height) if side >= width]
    found = MediaCopy.objects.filter(media=media, side__in=sides).order_by("side").first()
    return found, bool(sides) and (found is None or found.side != sides[0])


def picture_sizes(project: Project, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """{name: {width, height, copies: [sides]}} of pictures, upright, in one query; those that are no pictures are left out."""
    known = {name.partition(".")[0]: name for name in names if MEDIA_NAME.fullmatch(name)}
    if not known:
        return {}
    found: dict[str, dict[str, Any]] = {}
    rows = Media.objects.filter(project=project, sha256__in=known, width__isnull=False).order_by("copies__side")
    for sha256, suffix, width, height, side in rows.values_list("sha256", "suffix", "width", "height", "copies__side"):
        if known[sha256] == f"{sha256}.{suffix}":
            one = found.setdefault(known[sha256], {"width": width, "height": height, "copies": []})
            one["copies"] += [side] if side else []
    return found


def open_media(media: Media, copy: MediaCopy | None = None) -> BinaryIO:
    """Its content, or that of a scaled copy, open for reading and seeking."""
    path = copy_path(media.project_id, media.sha256, copy.side, copy.suffix) if copy else media_path(media.project_id, media.sha256, media.suffix)
    try:
        return default_storage.open(path, "rb")
    except FileNotFoundError:
        raise NotFound("This picture or sound is no longer in storage.") from None


def get_import(viewer: Viewer, slug: str, job_id: Any) -> Job:
    """An import of the project, whoever started it."""
    project = get_project(viewer, slug, Permission.IMPORT)
    job = Job.objects.select_related("project").filter(project=project, id=job_id, kind="import").first()
    if job is None:
        raise NotFound("There is no such import in this project.")
    return job


def running_jobs(viewer: Viewer, slug: str) -> tuple[list[Job], list[Job]]:
    """Imports that are not over, and jobs that make scaled copies of pictures, the newest first. The latter have no page but
    their own, which whoever set them going may look at."""
    project = get_project(viewer, slug, Permission.IMPORT)
    jobs = Job.objects.filter(project=project, kind__in=["import", "scale_pictures"], state__in=["queued", "running"])
    found = list(jobs.select_related("project").order_by("-created_at")[:20])
    mine = [job for job in found if job.kind != "import" and (viewer.is_staff or job.created_by_id == viewer.user_id)]
    return [job for job in found if job.kind == "import"], mine


def describe_source(source: Source) -> dict[str, Any]:
    return {
        "key": source.key,
        "name": source.name,
        "owner": source.owner,
        "licence": source.licence,
        "origin": source.origin,
        "collected_from": source.collected_from,
        "collected_to": source.collected_to,
        "cost_per_example": None if source.cost_per_example is None else float(source.cost_per_example),
        "currency": source.currency,
        "expected_every": source.expected_every,
        "notes": source.notes,
        "created_at": source.created_at,
    }


def errors_url(slug: str, job_id: str) -> str:
    return f"/api/v1/projects/{quote(slug)}/imports/{job_id}/errors.csv"


def described_row_errors(job_id: str, *, left_out: bool | None = None, limit: int = FIRST_ERRORS) -> list[dict[str, Any]]:
    """The first things that an import said of rows: [{"row", "column", "message"}]."""
    rows = RowError.objects.filter(job_id=job_id).order_by("id")
    if left_out is not None:
        rows = rows.filter(left_out=left_out)
    return list(rows.values("row", "column", "message")[:limit])


def each_row_error(viewer: Viewer, slug: str, job_id: Any) -> Iterator[list[str]]:
    """All of them, as rows of a CSV file with its header. Raises NotFound for a job that said nothing in this project."""
    project = get_project(viewer, slug, Permission.IMPORT)
    try:
        rows = RowError.objects.filter(job_id=UUID(str(job_id)), job__project=project).order_by("id")
    except ValueError:
        rows = RowError.objects.none()
    if not rows.exists():
        raise NotFound("There is no such import in this project, or it found nothing to say.")
    return _as_cells(rows)


def _as_cells(rows: QuerySet[RowError]) -> Iterator[list[str]]:
    yield ["row", "column", "left_out", "message"]
    for row, column, left_out, message in rows.values_list("row", "column", "left_out", "message").iterator(chunk_size=2000):
        yield [str(row), no_formula(column), "yes" if left_out else "no", no_formula(message)]


def no_formula(cell: str) -> str:
    """A cell that starts like a formula would be run by a spreadsheet: names and keys in it are somebody else's."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
