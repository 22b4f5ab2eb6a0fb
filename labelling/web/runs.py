"""Stored measurements: what agreement was found to be, when, and what an independent implementation says to it. Leads only."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from labelling.access import Permission
from labelling.jobs.selectors import list_project_jobs
from labelling.measure import services
from labelling.measure.services import AGREEMENT_RUN
from labelling.measure.stored_runs import describe_all, list_runs
from labelling.web.guard import in_project
from labelling.web.jobs import show
from labelling.web.measure import asked
from labelling.web.paging import Pages
from labelling.web.run_words import with_words

PER_PAGE = 50
OVER = ("done", "failed", "cancelled")


@in_project(Permission.SEE_LABELS)
def stored(request: HttpRequest, project: Any) -> HttpResponse:
    context = asked(request, project)
    pages = Pages(request, list_runs(request.viewer, project.slug, question=context["key"]), PER_PAGE)
    jobs = [job for job in list_project_jobs(project.pk, AGREEMENT_RUN, limit=1) if job.state not in OVER and job.created_by_id == request.viewer.user_id]
    context |= {"pages": pages, "rows": with_words(describe_all(pages.rows)), "jobs": [show(job) for job in jobs]}
    return TemplateResponse(request, "measure/stored.html", context)


@in_project(Permission.RELEASE)
@require_POST
def store(request: HttpRequest, project: Any) -> HttpResponse:
    question = request.POST.get("question") or None
    job = services.start_agreement_runs(actor=request.viewer, slug=project.slug, question=question, now=timezone.now())
    return redirect("job", job_id=job.id)


urlpatterns = [
    path("projects/<str:slug>/measure/stored/", stored, name="stored_runs"),
    path("projects/<str:slug>/measure/stored/new/", store, name="store_run"),
]
