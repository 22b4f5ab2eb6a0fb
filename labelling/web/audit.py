"""An audit: one answer after the other is right, wrong or not to be told, by keyboard; and what that comes to."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from labelling.access import Permission
from labelling.errors import WorkbenchError
from labelling.measure import audits
from labelling.measure.services import judge
from labelling.measure.suspect_rules import Verdict
from labelling.projects.selectors import guidelines_of, questions_of
from labelling.web.cases import numbers_of, shown_parts
from labelling.web.drawing import lower_headings
from labelling.web.guard import in_project
from labelling.web.paging import Pages
from labelling.web.suspects import text_of

AT_ONCE = 20  # answers on the page: the next one needs no request
PER_PAGE = 50
VERDICTS = [(Verdict.RIGHT.value, "Right", "1"), (Verdict.WRONG.value, "Wrong", "2"), (Verdict.CANNOT_TELL.value, "Cannot tell", "3")]


@in_project(Permission.DISCUSS)
@require_GET
def page(request: HttpRequest, project: Any, audit_id: int) -> HttpResponse:
    """What is left to check, and below it what was found wrong so far."""
    _, found, left = audits.list_to_check(request.viewer, project.slug, audit_id, left=True)
    _, _, whole = audits.list_to_check(request.viewer, project.slug, audit_id)
    rows = list(left[:AT_ONCE])
    pages = Pages(request, whole.filter(verdict=Verdict.WRONG), PER_PAGE)
    question = next((one for one in questions_of(project) if one["key"] == found.question.key), None)
    numbers = numbers_of(question) if question else {}

    def drawn(some: list[Any]) -> list[dict[str, Any]]:
        return [
            one | {"number": numbers.get(text_of(question, one["answer"])) if question else None, "parts": shown_parts(project, row.example)}
            for row, one in zip(some, audits.describe_to_check(project, found, some), strict=True)
        ]

    [described] = audits.describe_audits([found])
    guidelines = guidelines_of(project)
    context = {
        "project": project,
        "audit": described,
        "question": question or {"prompt": found.question.key},
        "rows": drawn(rows),
        "wrong": drawn(pages.rows),
        "pages": pages,
        "verdicts": VERDICTS,
        "left": described["examples"] - described["checked"],
        "guidelines_html": lower_headings(guidelines.html) if guidelines.text else "",
    }
    return TemplateResponse(request, "measure/audit.html", context)


@in_project(Permission.DISCUSS)
@require_POST
def verdict(request: HttpRequest, project: Any, audit_id: int) -> HttpResponse:
    """One verdict, from the page's script (answers JSON) or from its form. An empty one takes it back."""
    by_script = request.headers.get("Accept") == "application/json"
    said = request.POST.get("verdict") or None
    try:
        row = judge(actor=request.viewer, slug=project.slug, audit_id=audit_id, place=request.POST.get("place"), verdict=said, now=timezone.now())
    except WorkbenchError as error:
        if by_script:
            return JsonResponse(error.as_dict(), status=error.status)
        raise
    return JsonResponse({"place": row.place, "verdict": row.verdict}) if by_script else redirect("audit", slug=project.slug, audit_id=audit_id)


urlpatterns = [
    path("projects/<str:slug>/measure/suspects/audits/<int:audit_id>/", page, name="audit"),
    path("projects/<str:slug>/measure/suspects/audits/<int:audit_id>/verdict/", verdict, name="audit_verdict"),
]
