"""`manage.py verify_version SLUG N`: computes every hash of a version again; the exit code says whether all hold."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from labelling.access import Viewer
from labelling.errors import WorkbenchError
from labelling.projects.selectors import get_project
from labelling.release.selectors import get_version
from labelling.release.verify import verify_version

OPERATOR = Viewer(user_id=0, username="operator", is_staff=True)


class Command(BaseCommand):
    help = "Computes every hash and the digest of a dataset version again and names each file that is not what was released."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("number", type=int)

    def handle(self, *args: Any, slug: str, number: int, **options: Any) -> None:
        try:
            version = get_version(get_project(OPERATOR, slug), number)
        except WorkbenchError as error:
            raise CommandError(error.message) from None
        wrong = 0
        for check in verify_version(version):
            wrong += bool(check.problem)
            self.stdout.write(f"{check.name}: {check.problem or 'holds'}")
        if wrong:
            raise CommandError(f"Version {number} of {slug} is not what was released: {wrong} of the above do not hold.")
        self.stdout.write(f"Version {number} of {slug} is what was released: {version.digest}")
