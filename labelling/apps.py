from django.apps import AppConfig


class LabellingConfig(AppConfig):
    name = "labelling"
    verbose_name = "Labelling workbench"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Jobs are written below the layer that knows Celery; this is where the bell is tied to the rope.
        from labelling import tasks
        from labelling.jobs import services

        services.on_enqueue(tasks.wake)
