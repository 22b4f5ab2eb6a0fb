"""create_token USERNAME --name NAME [--scope label --scope read ...] [--project SLUG]: prints the token alone on its last line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from labelling.access import Viewer
from labelling.accounts import services
from labelling.accounts.rules import EVERY_SCOPE
from labelling.errors import WorkbenchError
from labelling.projects import selectors


class Command(BaseCommand):
    help = "Make an API token for a user. It is printed once, alone on the last line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", required=True)
        parser.add_argument("--scope", action="append", choices=EVERY_SCOPE, help="may be given several times; default: every scope")
        parser.add_argument("--project", help="slug of the one project that it is for")
        parser.add_argument("--purpose", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        operator = Viewer(user_id=0, username="operator", is_staff=True)
        try:
            project_id = selectors.get_project(operator, options["project"]).pk if options["project"] else None
            _, token = services.create_token(
                actor=operator,
                username=options["username"],
                name=options["name"],
                purpose=options["purpose"],
                scopes=options["scope"] or EVERY_SCOPE,
                project_id=project_id,
                now=timezone.now(),
            )
        except WorkbenchError as error:
            raise CommandError(error.message) from None
        self.stdout.write(token)
