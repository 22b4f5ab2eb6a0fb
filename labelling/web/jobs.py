"""A job's own page, and the part of it that other pages show and refresh."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from labelling.jobs.selectors import describe, get_job
from labelling.web.guard import signed_in

TITLES = {
    "import": "Import",
    "label_import": "Import of labels",
    "release": "Release of a version",
    "evaluation": "Evaluation",
}


def show(job: Any) -> dict[str, Any]:
    """A job for parts/job.html: the API's object, with a title in words."""
    title = TITLES.get(job.kind, job.kind.replace("_", " ").capitalize())
    return {**describe(job, timezone.now()), "title": title}


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
