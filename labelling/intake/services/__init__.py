"""Writes of the intake: sources, imports, media."""

from labelling.intake.services.copies import ask_for_copies, scale_pictures
from labelling.intake.services.imports import import_after_dry_run, start_import
from labelling.intake.services.run import import_file
from labelling.intake.services.sources import create_source

__all__ = ["ask_for_copies", "create_source", "import_after_dry_run", "import_file", "scale_pictures", "start_import"]
