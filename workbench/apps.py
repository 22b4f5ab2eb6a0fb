"""What Django starts with, besides the product's own app."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class WorkbenchConfig(AppConfig):
    """Makes the worker's app the current one wherever Django runs, so that a task sent from any process finds the broker."""

    name = "workbench"

    def ready(self) -> None:
        import_module("workbench.celery")


class StaticFiles(StaticFilesConfig):
    """Leaves out what no page uses: the files of DRF's browsable API, htmx's other editions, and its extensions (a
    comment in one reads like an import of a file that is not there)."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "rest_framework", "hx-*", "htmax-*", "htmx-4*"]
