"""`manage.py figures [SLUG ...] [--check]`: the first page's figures computed from nothing, or held against the live ones."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from labelling.label.selectors import slugs_of_projects
from labelling.measure.live_check import differences, from_nothing
from labelling.projects.models import Project
from labelling.projects.selectors import questions_of


class Command(BaseCommand):
    help = "Compute each question's figures from nothing. With --check compare them, and the labels, with what is kept up to date as labels come in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", help="projects; all of them if none is named")
        parser.add_argument("--check", action="store_true", help="compare with the live figures; exit 1 if anything differs")
        parser.add_argument("--seconds", type=float, default=0.0, help="with --check: compare again and again for so long, while people label")

    def handle(self, *args: Any, **options: Any) -> None:
        known = slugs_of_projects()
        unknown = [slug for slug in options["slugs"] if slug not in known]
        if unknown:
            raise CommandError(f"There is no project {unknown[0]}.")
        wrong = 0
        for slug in options["slugs"] or known:
            project = Project.objects.get(slug=slug)
            if options["check"]:
                wrong += self._check(project, options["seconds"])
            else:
                self._show(project)
        if wrong:
            raise CommandError("Some live figures differ from those computed from nothing.")

    def _check(self, project: Project, seconds: float) -> bool:
        until, times = time.monotonic() + seconds, 0
        while True:
            found, times = differences(project), times + 1
            if found or time.monotonic() >= until:
                break
        for words in found or [f"all live figures are right, compared {times} {'time' if times == 1 else 'times'}"]:
            self.stdout.write(f"{project.slug}: {words}")
        return bool(found)

    def _show(self, project: Project) -> None:
        for question in questions_of(project):
            answers, figures = from_nothing(project, question["key"])
            said = ", ".join(f"{name} {self._words(figures[name])}" for name in ("alpha", "percent", "person", "popular", "ceiling"))
            self.stdout.write(f"{project.slug} {question['key']}: {len(answers.columns):,} labels, {said}")

    def _words(self, figure: dict[str, Any]) -> str:
        value = figure["value"]
        return "undefined" if value is None else f"{value:.4f} ({figure['low']:.4f} to {figure['high']:.4f})" if figure["low"] is not None else f"{value:.4f}"
