"""Labellers: each one's figures, to teach with. Leads only."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from labelling.access import Permission
from labelling.measure import labellers
from labelling.projects.selectors import all_tags
from labelling.web.guard import in_project
from labelling.web.measure import PER_PAGE, asked, dots
from labelling.web.measure_words import LEVEL_OF_PERSON
from labelling.web.paging import Pages


@in_project(Permission.SEE_LABELS)
def people(request: HttpRequest, project: Any) -> HttpResponse:
    context = asked(request, project)
    members, rows_of = labellers.list_labellers(request.viewer, project.slug, question=context["key"])
    pages = Pages(request, members, PER_PAGE)
    rows = rows_of(pages.rows)
    kind = next(question["kind"] for question in context["questions"] if question["key"] == context["key"])
    context |= {
        "rows": rows,
        "pages": pages,
        "tags": all_tags(project),
        "no_reliability": "none yet" if kind in LEVEL_OF_PERSON else "classes only",
        "chart": dots([{"key": row["display_name"], "alpha": row["agreement"]} for row in rows], project.target_alpha),
    }
    return TemplateResponse(request, "measure/labellers.html", context)


urlpatterns = [
    path("projects/<str:slug>/measure/labellers/", people, name="labellers"),
]
