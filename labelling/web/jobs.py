"""A job's own page, and the part of it that other pages show and refresh."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone

from labelling.jobs.selectors import describe, get_job
from labelling.web.guard import signed_in

TITLES = {
    "import": "Import",
    "label_import": "Import of labels",
    "resolution_import": "Import of settled answers",
    "suggestion_import": "Import of suggestions",
    "release": "Release of a version",
    "evaluation": "Evaluation",
    "scale_pictures": "Scaled copies of large pictures",
    "suspects": "Suspected errors",
    "near_duplicates": "Near-duplicates",
    "agreement_run": "Stored measurement of agreement",
}


def show(job: Any) -> dict[str, Any]:
    """A job for parts/job.html: the API's object, with a title in words."""
    title = TITLES.get(job.kind, job.kind.replace("_", " ").capitalize())
    shown = {**describe(job, timezone.now()), "title": title}
    return shown | outcome(job.kind, shown["result"] or {}, job.project) if shown["state"] == "done" else shown


def outcome(kind: str, result: Mapping[str, Any], project: Any) -> dict[str, Any]:
    """What a job that is done has to say, and where to go from here."""
    place = {"slug": project.slug} if project else {}
    if kind == "suggestion_import":
        rows, added, replaced, known, left = (f"{result.get(name, 0):,}" for name in ("rows", "added", "replaced", "duplicates", "rejected"))
        words = f"Of {rows} rows: {added} new, {replaced} in place of an earlier one, {known} there already, {left} left out and named."
        return {"words": words, "next_url": address("suggestions", place), "next_words": "Suggestions"}
    if kind.endswith("import") and "rows" in result:
        rows, added, known, left = (f"{result.get(name, 0):,}" for name in ("rows", "added", "duplicates", "rejected"))
        if result.get("dry_run"):
            words = f"Of {rows} rows {added} would come in, {known} are there already, {left} would be left out. Nothing was written."
        else:
            words = f"Of {rows} rows {added} are in, {known} were there already, {left} are left out and named."
        return {"words": words, "next_url": address("import", place), "next_words": "All imports"}
    if kind == "scale_pictures":
        failed = f" {result['failed']:,} could not be scaled and are shown as they are." if result.get("failed") else ""
        words = f"{result.get('pictures', 0):,} large pictures are looked through, {result.get('copies', 0):,} copies made.{failed}"
        return {"words": words, "next_url": address("import", place), "next_words": "All imports"}
    if kind == "suspects" and "run" in result:
        words = f"{result['examples']:,} examples are looked at: {result['answers']:,} answers that stand and {result['labels']:,} single labels are suspected."
        return {"words": words, "next_url": address("suspects", place), "next_words": "Suspected errors"}
    if kind == "near_duplicates" and "run" in result:
        words = f"{result['examples']:,} examples are compared: {result['exact_groups']:,} groups of exact copies, {result['near_groups']:,} of near ones."
        return {"words": words, "next_url": address("near_duplicates", place), "next_words": "Near-duplicates"}
    if kind == "agreement_run" and "runs" in result:
        words = f"{len(result['runs'])} measurements are stored, {result['checked']} of them checked by a second implementation, {result['differ']} contradicted."
        return {"words": words, "next_url": address("stored_runs", place), "next_words": "Stored measurements"}
    if kind == "release" and "version" in result:
        url = address("version", place | {"number": result["version"]}) or address("release", place)
        return {"words": f"Version {result['version']} is released.", "next_url": url, "next_words": "Its page"}
    if kind == "evaluation" and "evaluation" in result:
        url = address("evaluation", place | {"evaluation_id": result["evaluation"]}) or address("evaluate", place)
        return {"words": "The predictions are scored.", "next_url": url, "next_words": "The evaluation"}
    return {}


def address(name: str, place: Mapping[str, Any]) -> str | None:
    try:
        return reverse(name, kwargs=dict(place))
    except NoReverseMatch:
        return None


@signed_in
def page(request: HttpRequest, job_id: UUID) -> HttpResponse:
    job = get_job(request.viewer, str(job_id))
    return TemplateResponse(request, "jobs/page.html", {"job": show(job), "project": job.project})


@signed_in
def part(request: HttpRequest, job_id: UUID) -> HttpResponse:
    return TemplateResponse(request, "parts/job.html", {"job": show(get_job(request.viewer, str(job_id)))})


urlpatterns = [
    path("jobs/<uuid:job_id>/", page, name="job"),
    path("jobs/<uuid:job_id>/part/", part, name="job_part"),
]
