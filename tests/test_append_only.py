import pytest
from django.apps import apps
from django.db import IntegrityError, InternalError, connection, transaction

from labelling.tables import AppendOnly, AppendOnlyError
from tests import factories

TABLES = sorted(model._meta.db_table for model in apps.get_app_config("labelling").get_models() if issubclass(model, AppendOnly))


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_every_append_only_table_has_its_trigger(table):
    name = table.removeprefix("labelling_") + "_append_only"
    catalogue = "sqlite_master WHERE type = 'trigger' AND name = %s" if connection.vendor == "sqlite" else "pg_trigger WHERE tgname = %s"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {catalogue}", [name])
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_the_database_refuses_to_rewrite_history():
    project = factories.make_project()
    with pytest.raises((IntegrityError, InternalError), match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE labelling_guidelineversion SET text = 'other' WHERE project_id = %s", [project.pk])
    assert project.guidelines.get().text == ""


@pytest.mark.django_db
def test_code_that_would_rewrite_history_is_refused():
    version = factories.make_project().guidelines.get()
    for attempt in (version.save, version.delete, type(version).objects.all().delete):
        with pytest.raises(AppendOnlyError):
            attempt()
    with pytest.raises(AppendOnlyError):
        type(version).objects.update(text="other")
