"""Makes the worker's app the current one wherever Django runs, so that a task sent from any process finds the broker."""

from importlib import import_module

from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    name = "workbench"

    def ready(self) -> None:
        import_module("workbench.celery")
