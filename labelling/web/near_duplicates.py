"""Near-duplicates: whether they are labelled alike, and the groups that are not, side by side. Leads only."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from labelling.access import Permission
from labelling.discuss import services as discuss
from labelling.discuss.selectors.suspects import cases_of_examples
from labelling.jobs.selectors import list_project_jobs
from labelling.measure import near_duplicates, services
from labelling.projects.selectors import get_question
from labelling.web.cases import numbers_of, shown_parts
from labelling.web.guard import in_project
from labelling.web.jobs import show
from labelling.web.measure import asked, dots
from labelling.web.paging import Pages
from labelling.web.suspects import sent_words, text_of

PER_PAGE = 10
TABS = {False: "Near ones", True: "Exact copies"}
DECIDED = {"unanimous": "all alike", "majority": "majority", "model": "by a model", "adjudication": "settled", "tie": "tie"}


@in_project(Permission.SEE_LABELS)
@require_GET
def page(request: HttpRequest, project: Any) -> HttpResponse:
    context = asked(request, project)
    _, question = get_question(project, context["key"])
    exact = near_duplicates.check_exact(request.GET.get("exact"))
    _, found = near_duplicates.consistency(request.viewer, project.slug, question=question["key"], run=request.GET.get("run"), exact=exact)
    pages = Pages(request, found.differing if found else [], PER_PAGE)
    figures = found.figures() if found else {}
    context |= {
        "question": question,
        "exact": exact,
        "tabs": [{"exact": flag, "words": words} for flag, words in TABS.items()],
        "run": near_duplicates.describe_run(project, found.run) if found else None,
        "figures": figures,
        "chart": dots(
            [{"key": words, "figure": figures[name]} for name, words in NAMES.items() if figures[name].get("n_examples", 0) >= 10], figure="figure"
        ) if found else None,
        "chart_title": finding(figures, exact) if found else "",
        "differing": len(found.differing) if found else 0,
        "compared": found.compared_groups if found else 0,
        "pages": pages,
        "groups": drawn(project, question, found.rows(pages.rows)) if found else [],
        "jobs": [show(job) for job in list_project_jobs(project.pk, "near_duplicates", 3) if job.state in ("queued", "running", "failed")],
        "may_send": Permission.DISCUSS in project.viewer_permissions,
    }  # fmt: skip
    return TemplateResponse(request, "measure/near_duplicates.html", context)


NAMES = {"answers": "their answers", "labels": "one label on each", "same_example": "one example"}  # short: marks of a chart


def finding(figures: dict[str, Any], exact: bool) -> str:
    """The chart's title: what it shows, in one sentence."""
    what = "copies" if exact else "near-duplicates"
    on_each, same = figures["labels"]["value"], figures["same_example"]["value"]
    if on_each is not None and same is not None:
        return f"Two labels agree in {on_each * 100:.0f} % of pairs on two {what}, and in {same * 100:.0f} % on one and the same example"
    return f"How often pairs of {what} agree, beside two labels on one and the same example"


def drawn(project: Any, question: Any, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Groups with what each member shows, its answer's letter, and its case."""
    numbers = numbers_of(question)
    cases = cases_of_examples([one["row"].pk for group in groups for one in group["members"]])
    for group in groups:
        for one in group["members"]:
            one["parts"] = shown_parts(project, one["row"])
            one["number"] = numbers.get(text_of(question, one["answer"])) if one["answer"] is not None else None
            one["decided_words"] = DECIDED.get(one["decided_by"] or "", "")
            one["case"] = cases.get(one["row"].pk)
        group["more"] = group["size"] - len(group["members"])
    return groups


@in_project(Permission.DISCUSS)
@require_POST
def start(request: HttpRequest, project: Any) -> HttpResponse:
    services.start_near_duplicates(actor=request.viewer, slug=project.slug, now=timezone.now())
    messages.info(request, "The examples are being compared. The list fills when that is done.")
    return back(request, project)


@in_project(Permission.DISCUSS)
@require_POST
def send(request: HttpRequest, project: Any) -> HttpResponse:
    """A group's examples go to the queue."""
    fields = {"group": request.POST.get("group"), "run": request.POST.get("run")}
    messages.success(request, sent_words(discuss.send_group(actor=request.viewer, slug=project.slug, fields=fields, now=timezone.now())))
    return back(request, project)


def back(request: HttpRequest, project: Any) -> HttpResponse:
    query = {name: request.POST[name] for name in ("question", "exact", "page") if request.POST.get(name)}
    return redirect(f"{reverse('near_duplicates', kwargs={'slug': project.slug})}?{urlencode(query)}")


urlpatterns = [
    path("projects/<str:slug>/measure/near-duplicates/", page, name="near_duplicates"),
    path("projects/<str:slug>/measure/near-duplicates/start/", start, name="near_duplicates_start"),
    path("projects/<str:slug>/measure/near-duplicates/send/", send, name="near_duplicates_send"),
]
