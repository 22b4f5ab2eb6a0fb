"""Import: bring files in, see what became of them, look examples up."""

from collections.abc import Iterator
from csv import writer
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from labelling.access import Permission
from labelling.errors import WorkbenchError
from labelling.intake import selectors, services
from labelling.intake.formats import FORMATS
from labelling.intake.rules import Origin
from labelling.web.forms import PlainForm
from labelling.web.guard import in_project
from labelling.web.jobs import show
from labelling.web.paging import Pages

FORMAT_NAMES = {
    "csv": "CSV", "jsonl": "JSON Lines", "json": "JSON list", "parquet": "Parquet", "zip": "ZIP of pictures or sounds",
    "label_studio": "Label Studio export (JSON)",
}  # fmt: skip
ORIGINS = {
    Origin.PERSON: "Written or made by people", Origin.DEVICE: "Recorded by a device", Origin.THIRD_PARTY: "Bought or taken from others",
    Origin.MODEL: "Made by a model", Origin.OTHER: "Something else",
}  # fmt: skip


class ImportForm(PlainForm):
    """What comes with a file. Columns of another name get their inputs from the project's display."""

    file = forms.FileField(label="File", required=False, allow_empty_file=True)
    source = forms.ChoiceField(label="Source", required=False, help_text="Where the examples come from.")
    format = forms.ChoiceField(label="Format", required=False, choices=[("", "Find out from the file"), *((name, FORMAT_NAMES[name]) for name in FORMATS)])
    priority = forms.CharField(label="Priority", required=False, initial="0", help_text="Higher ones are labelled first.")
    key = forms.CharField(label="Column with the key", required=False, help_text="Left empty: key or id.")
    meta = forms.CharField(label="Columns to keep as meta fields", required=False, help_text="With commas between them. Left empty: all others.")

    def __init__(self, project: Any, sources: list[Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [("", "Not said"), *((source.key, source.name) for source in sources)]
        self.columns = [part["field"] for part in project.display]
        for field in self.columns:
            self.fields[f"column-{field}"] = forms.CharField(label=f"Column with {field}", required=False, help_text=f"Left empty: {field}.")

    @property
    def column_fields(self) -> list[Any]:
        return [self["key"], *(self[f"column-{field}"] for field in self.columns), self["meta"]]

    @property
    def has_columns(self) -> bool:
        return any(bound.value() or bound.errors for bound in self.column_fields)

    def mapping(self) -> dict[str, Any]:
        typed = self.cleaned_data
        data = {field: typed[f"column-{field}"] for field in self.columns if typed.get(f"column-{field}")}
        meta = [name.strip() for name in typed.get("meta", "").split(",") if name.strip()]
        return {name: value for name, value in (("key", typed.get("key")), ("data", data), ("meta", meta)) if value}


class SourceForm(PlainForm):
    key = forms.CharField(label="Key", required=False, help_text="What programs call it: letters, digits, _ . and -")
    name = forms.CharField(label="Name", required=False)
    origin = forms.ChoiceField(label="Where do its examples come from?", required=False, choices=[(origin.value, words) for origin, words in ORIGINS.items()], initial=Origin.OTHER)
    owner = forms.CharField(label="Owner", required=False, help_text="Who may be asked about it.")
    licence = forms.CharField(label="Licence", required=False, help_text="It goes into every dataset version.")
    collected_from = forms.CharField(label="Collected from", required=False, help_text="A day, like 2026-03-02.")
    collected_to = forms.CharField(label="Collected until", required=False)
    cost_per_example = forms.CharField(label="Cost of one example", required=False)
    currency = forms.CharField(label="Currency", required=False, help_text="Like EUR.")
    expected_every = forms.CharField(label="A new batch is expected every", required=False, help_text="P1D is a day, P1W a week, PT6H six hours.")
    notes = forms.CharField(label="Notes", required=False, widget=forms.Textarea)


@in_project(Permission.IMPORT)
def imports(request: HttpRequest, project: Any) -> HttpResponse:
    """The stage's first page: bring a file in, what runs, what came in last. POST starts an import, or a check of it."""
    sources = list(selectors.list_sources(request.viewer, project.slug)[:500])
    form = ImportForm(project, sources, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            job = services.start_import(
                actor=request.viewer, slug=project.slug, file=typed["file"], source=typed["source"], format=typed["format"],
                mapping=form.mapping(), priority=typed["priority"], dry_run="dry_run" in request.POST, now=timezone.now(),
            )  # fmt: skip
        except WorkbenchError as error:
            form.blame(error)
            if "mapping" in error.fields:
                form.add_error("key", error.fields["mapping"][0])
        else:
            return redirect("import_job", slug=project.slug, job_id=job.id)
    running, scaling = selectors.running_jobs(request.viewer, project.slug)
    context = {
        "project": project,
        "form": form,
        "hold": what_a_file_must_hold(project),
        "running": [titled(job) for job in running],
        "scaling": [show(job) for job in scaling],
        "batches": list(selectors.list_batches(request.viewer, project.slug)[:5]),
        "tab": "import",
    }
    return TemplateResponse(request, "intake/import.html", context, status=400 if form.errors else 200)


def what_a_file_must_hold(project: Any) -> dict[str, Any]:
    """What the page says of files: the columns, and a short file as an example."""
    shown = [(part["field"], part["as"]) for part in project.display]
    media = [(field, kind) for field, kind in shown if kind in ("image", "audio")]
    samples = {"image": "cat.png", "audio": "hello.ogg", "table": '"[[""a"", 1]]"', "dialogue": '"[{""who"": ""a""}]"'}
    names = ["file" if (field, kind) in media[:1] else field for field, kind in shown]
    cells = [samples.get(kind, f"What is shown as {field}") for field, kind in shown]
    head = ["key", *names, "lab"] if not media else [*names, "lab"]
    row = ["a1", *cells, "north"] if not media else [*cells, "north"]
    return {"shown": shown, "media": media, "texts": [field for field, kind in shown if (field, kind) not in media], "sample": f"{','.join(head)}\n{','.join(row)}"}


def titled(job: Any) -> dict[str, Any]:
    """A job for parts/job.html, called after its file. The page itself says what became of the rows."""
    kind = "Check of" if job.arguments["dry_run"] else "Import of"
    return {**show(job), "title": f"{kind} {job.arguments['file_name']}", "words": ""}


@in_project(Permission.IMPORT)
@require_GET
def import_job(request: HttpRequest, project: Any, job_id: UUID) -> HttpResponse:
    return TemplateResponse(request, "intake/job.html", outcome(request, project, job_id))


@in_project(Permission.IMPORT)
@require_GET
def import_part(request: HttpRequest, project: Any, job_id: UUID) -> HttpResponse:
    """What the page asks for each second while the job runs."""
    return TemplateResponse(request, "intake/outcome.html", outcome(request, project, job_id))


def outcome(request: HttpRequest, project: Any, job_id: UUID) -> dict[str, Any]:
    job = selectors.get_import(request.viewer, project.slug, job_id)
    done = job.state == "done"
    result = job.result if done else {}
    return {
        "project": project,
        "job": titled(job),
        "running": job.state in ("queued", "running"),
        "result": result,
        "checked": done and job.arguments["dry_run"],
        "file_name": job.arguments["file_name"],
        "tab": "import",
    }


@in_project(Permission.IMPORT)
@require_POST
def import_now(request: HttpRequest, project: Any, job_id: UUID) -> HttpResponse:
    """After a check: the import itself, of the same file."""
    job = services.import_after_dry_run(actor=request.viewer, slug=project.slug, job_id=job_id, now=timezone.now())
    return redirect("import_job", slug=project.slug, job_id=job.id)


@in_project(Permission.IMPORT)
@require_GET
def import_errors(request: HttpRequest, project: Any, job_id: UUID) -> HttpResponse:
    """Everything that an import said of rows, as a CSV file."""
    response = StreamingHttpResponse(csv_lines(selectors.each_row_error(request.viewer, project.slug, job_id)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="errors-{job_id}.csv"'
    return response


class _Line:
    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterator[list[str]]) -> Iterator[str]:
    lines = writer(_Line())
    return (lines.writerow(row) for row in rows)


@in_project(Permission.IMPORT)
def sources(request: HttpRequest, project: Any) -> HttpResponse:
    """All sources; POST creates one."""
    form = SourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            source = services.create_source(actor=request.viewer, slug=project.slug, fields=form.cleaned_data, now=timezone.now())
        except WorkbenchError as error:
            form.blame(error)
        else:
            messages.success(request, f"{source.name} is a source now. Choose it when you import.")
            return redirect("sources", slug=project.slug)
    pages = Pages(request, selectors.list_sources(request.viewer, project.slug), 50)
    context = {"project": project, "form": form, "pages": pages, "origins": {origin.value: words for origin, words in ORIGINS.items()}, "tab": "sources"}
    return TemplateResponse(request, "intake/sources.html", context, status=400 if form.errors else 200)


@in_project(Permission.IMPORT)
@require_GET
def batches(request: HttpRequest, project: Any) -> HttpResponse:
    pages = Pages(request, selectors.list_batches(request.viewer, project.slug), 50)
    return TemplateResponse(request, "intake/batches.html", {"project": project, "pages": pages, "tab": "batches"})


urlpatterns = [
    path("projects/<str:slug>/import/", imports, name="import"),
    path("projects/<str:slug>/import/sources/", sources, name="sources"),
    path("projects/<str:slug>/import/batches/", batches, name="batches"),
    path("projects/<str:slug>/import/<uuid:job_id>/", import_job, name="import_job"),
    path("projects/<str:slug>/import/<uuid:job_id>/part/", import_part, name="import_part"),
    path("projects/<str:slug>/import/<uuid:job_id>/now/", import_now, name="import_now"),
    path("projects/<str:slug>/import/<uuid:job_id>/errors.csv", import_errors, name="import_errors"),
]
