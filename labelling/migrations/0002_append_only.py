"""The database itself refuses to rewrite history, whoever asks.

On PostgreSQL rows can be neither changed nor removed. On SQLite they cannot be changed; removing is refused by the
tables' foreign keys and by the ORM, because a test database there is emptied row by row (PostgreSQL truncates).
"""

from django.db import migrations

TABLES = [
    "agreementrun", "answer", "answercode", "auditevent", "candidatemodel", "datasetversion", "evaluation",
    "guidelineversion", "label", "media", "pull", "recall", "remark", "resolution", "schemaversion", "versionfile",
]  # fmt: skip


def install(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE OR REPLACE FUNCTION labelling_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'rows of % are append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$",
            params=None,  # else psycopg reads the % as a placeholder
        )
    for table in TABLES:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON labelling_{table} "
                "FOR EACH ROW EXECUTE FUNCTION labelling_append_only()"
            )
        else:
            schema_editor.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE ON labelling_{table} "
                f"BEGIN SELECT RAISE(ABORT, 'rows of labelling_{table} are append-only'); END"
            )


def remove(apps, schema_editor):
    for table in TABLES:
        on = f" ON labelling_{table}" if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER {table}_append_only{on}")


class Migration(migrations.Migration):
    dependencies = [("labelling", "0001_first_tables")]
    operations = [migrations.RunPython(install, remove)]
