"""`manage.py recount [SLUG ...] [--check]`: every counter anew from assignments and labels."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from labelling.label.selectors import drift_of, slugs_of_projects
from labelling.label.services import recount


class Command(BaseCommand):
    help = "Compare every counter with the labels and put right what differs. With --check nothing is changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", help="projects; all of them if none is named")
        parser.add_argument("--check", action="store_true", help="only say what differs; exit 1 if anything does")

    def handle(self, *args: Any, **options: Any) -> None:
        known = slugs_of_projects()
        unknown = [slug for slug in options["slugs"] if slug not in known]
        if unknown:
            raise CommandError(f"There is no project {unknown[0]}.")
        wrong = 0
        for slug in options["slugs"] or known:
            drift = drift_of(slug) if options["check"] else recount(actor=None, slug=slug, now=timezone.now())
            differing = {name: number for name, number in drift.counts().items() if number}
            wrong += bool(differing)
            words = ", ".join(f"{number} {name}" for name, number in differing.items())
            verb = "differ" if options["check"] else "put right"
            self.stdout.write(f"{slug}: {words + ' ' + verb if words else 'all counters are right'}")
        if wrong and options["check"]:
            raise CommandError("Some counters differ. Run recount without --check to put them right.")
