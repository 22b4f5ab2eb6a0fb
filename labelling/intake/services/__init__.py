"""Writes of the intake: sources, imports, media."""

from labelling.intake.services.imports import import_after_dry_run, start_import
from labelling.intake.services.run import import_file
from labelling.intake.services.sources import create_source

__all__ = ["create_source", "import_after_dry_run", "import_file", "start_import"]
