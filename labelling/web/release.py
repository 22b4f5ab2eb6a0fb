"""Release: frozen versions, the recipe of the next one, and who took them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from labelling.access import Permission
from labelling.errors import NotAllowed, WorkbenchError
from labelling.jobs.selectors import list_project_jobs
from labelling.projects.selectors import all_tags, counts_of, questions_of
from labelling.release import selectors, services
from labelling.release.diff import diff_counts, diff_versions
from labelling.web.guard import in_project
from labelling.web.jobs import show
from labelling.web.paging import Pages
from labelling.web.release_form import RecipeForm, names_for
from labelling.web.release_words import FILE_WORDS, REASONS, class_tables, in_words, shares, snippet

PER_PAGE = 30


@in_project(Permission.READ_VERSIONS)
def versions(request: HttpRequest, project: Any) -> HttpResponse:
    """All versions, newest first."""
    pages = Pages(request, selectors.list_versions(project), PER_PAGE)
    jobs = [job for job in list_project_jobs(project.pk, "release", 3) if job.state != "done" and job.created_by_id == request.viewer.user_id]
    context = {"project": project, "pages": pages, "rows": [brief(version) for version in pages.rows], "jobs": [show(job) for job in jobs]}
    context["recalled"] = selectors.recalled_pulls(request.viewer, project)
    return TemplateResponse(request, "release/list.html", context)


def brief(version: Any) -> dict[str, Any]:
    counts = version.manifest["counts"]
    before = version.previous.manifest["counts"]["examples"] if version.previous else 0
    return {
        "number": version.number, "digest": version.digest, "note": version.note, "created_at": version.created_at,
        "created_by": version.created_by.username, "examples": counts["examples"], "more": counts["examples"] - before,
        "first": version.previous is None, "splits": splits_of(version), "recall": selectors.recall_of(version),
    }  # fmt: skip


def splits_of(version: Any) -> list[tuple[str, int]]:
    by_split = version.manifest["counts"]["by_split"]
    return [(name, by_split[name]) for name in selectors.split_names_of(version)]


@in_project(Permission.RELEASE)
def recipe(request: HttpRequest, project: Any) -> HttpResponse:
    """The recipe of the next version left, what comes out of it right."""
    choices = choices_of(project)
    form = RecipeForm(request.POST if request.method == "POST" else None, choices=choices)
    found = None
    if request.method == "POST":
        form.is_valid()
        try:
            if "preview" in request.POST:
                found = selectors.preview_version(request.viewer, project.slug, form.policy())
            else:
                services.release_version(actor=request.viewer, slug=project.slug, policy=form.policy(), now=timezone.now())
                messages.info(request, "The version is being made. It appears here when all its files are there.")
                return redirect("release", slug=project.slug)
        except NotAllowed:
            raise
        except WorkbenchError as error:
            form.blame(error)
    context = {"project": project, "form": form, "next": choices["next"], **result_of(project, found)}
    return TemplateResponse(request, "release/recipe.html", context, status=400 if form.errors else 200)


@in_project(Permission.RELEASE)
@require_POST
def preview(request: HttpRequest, project: Any) -> HttpResponse:
    """The right side of the recipe's page, as the left side is typed."""
    form = RecipeForm(request.POST, choices=choices_of(project))
    form.is_valid()
    problems: list[str] = []
    found = None
    try:
        found = selectors.preview_version(request.viewer, project.slug, form.policy())
    except NotAllowed:
        raise
    except WorkbenchError as error:
        problems = [text for texts in error.fields.values() for text in texts] or [error.message]
    return TemplateResponse(request, "release/result.html", {"project": project, "wrong": problems, **result_of(project, found)})


def result_of(project: Any, found: dict[str, Any] | None) -> dict[str, Any]:
    if found is None:
        return {"found": None}
    blockers = [{**blocker, "url": link_for(project, blocker["code"])} for blocker in found["blockers"]]
    return {
        "found": found,
        "blockers": blockers,
        "splits": list(found["splits"].items()),
        "tables": class_tables(found["policy"], questions_of(project), found["by_class"]),
        "shares": shares(found["decided_by"]),
        "left_out": [(REASONS[reason], count) for reason, count in found["left_out"].items()],
        "left_out_total": sum(found["left_out"].values()),
        "grown": found["counts"]["examples"] - found["previous"]["examples"] if found["previous"] else None,
    }


def link_for(project: Any, code: str) -> tuple[str, str] | None:
    """Where what stands in the way can be mended."""
    return {
        "empty": (f"/projects/{project.slug}/label/", "Label examples"),
        "ties": (f"/projects/{project.slug}/discuss/", "Settle them"),
    }.get(code)


def choices_of(project: Any) -> dict[str, Any]:
    """What the recipe's form offers in this project."""
    found = selectors.recipe_choices(project)
    newest = found["versions"][0] if found["versions"] else None
    names, percents = names_for(newest.policy["splits"] if newest else None)
    return {
        "splits": names,
        "shares": percents,
        "sources": [(source.key, source.name) for source in found["sources"]],
        "counts": counts_of(project),
        "method": selectors.usual_method_of(project),
        "tags": [(tag["key"], tag["name"]) for tag in all_tags(project)],
        "groups": [*((f"meta.{name}", name) for name in found["meta"]), ("source", "source"), ("batch", "batch")],
        "versions": [(str(version.number), f"version {version.number}") for version in found["versions"]],
        "keep": str(newest.number) if newest else "",
        "seed": str(newest.policy["seed"] if newest else project.seed),
        "next": newest.number + 1 if newest else 1,
    }


@in_project(Permission.READ_VERSIONS)
def version(request: HttpRequest, project: Any, number: int) -> HttpResponse:
    return version_page(request, project, selectors.get_version(project, number))


def version_page(request: HttpRequest, project: Any, found: Any, *, problems: Any = (), reason: str = "") -> HttpResponse:
    manifest = found.manifest
    files = selectors.list_files(found)
    context = {
        "project": project,
        "version": found,
        "manifest": manifest,
        "recall": selectors.recall_of(found),
        "snippet": snippet(request.build_absolute_uri("/")[:-1], project.slug, found),
        "splits": splits_of(found),
        "tables": class_tables(found.policy, manifest["schema"]["questions"], manifest["counts"]["by_class_and_split"]),
        "shares": shares(manifest["decided_by"]),
        "left_out": [(REASONS[reason], count) for reason, count in manifest["counts"]["left_out"].items()],
        "agreement": [(key, figure, manifest["human_performance"][key]) for key, figure in manifest["agreement"].items()],
        "files": [(file, FILE_WORDS.get(file.name, "")) for file in files],
        "bytes": sum(file.bytes for file in files),
        "diff": diff_counts(found.previous, found) if found.previous else None,
        "steps": [in_words(step) for step in manifest["lineage"]],
        "consumers": selectors.list_consumers(found),
        "problems": problems,
        "typed_reason": reason,
    }
    return TemplateResponse(request, "release/version.html", context, status=400 if problems else 200)


@in_project(Permission.READ_VERSIONS)
def changes(request: HttpRequest, project: Any, number: int) -> HttpResponse:
    """What changed since the version before."""
    found = selectors.get_version(project, number)
    diff = diff_versions(found.previous, found) if found.previous else None
    pages = Pages(request, diff.changes if diff else [], 100)
    return TemplateResponse(request, "release/changes.html", {"project": project, "version": found, "diff": diff, "pages": pages})


@in_project(Permission.RELEASE)
@require_POST
def recall(request: HttpRequest, project: Any, number: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    try:
        told = services.recall_version(actor=request.viewer, slug=project.slug, number=number, reason=reason, now=timezone.now())
    except WorkbenchError as error:
        if error.status != 400:
            raise
        return version_page(request, project, selectors.get_version(project, number), problems=[("id_reason", error.message)], reason=reason)
    count = len(told["consumers"])
    messages.warning(request, f"Version {number} is recalled. {count} {'consumer has' if count == 1 else 'consumers have'} pulled it; they are listed below.")
    return redirect("version", slug=project.slug, number=number)


urlpatterns = [
    path("projects/<str:slug>/release/", versions, name="release"),
    path("projects/<str:slug>/release/new/", recipe, name="release_recipe"),
    path("projects/<str:slug>/release/new/preview/", preview, name="release_preview"),
    path("projects/<str:slug>/release/<int:number>/", version, name="version"),
    path("projects/<str:slug>/release/<int:number>/changes/", changes, name="version_changes"),
    path("projects/<str:slug>/release/<int:number>/recall/", recall, name="version_recall"),
]
