import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = ["suggestion", "suggestionremoval"]


def install(apps, schema_editor):
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
    dependencies = [("labelling", "0006_intake_copies_of_pictures")]

    operations = [
        migrations.CreateModel(
            name="Suggestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("model", models.CharField(max_length=200)),
                ("value", models.JSONField()),
                ("confidence", models.FloatField(null=True)),
                ("schema_version", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                ("example", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="suggestions", to="labelling.example")),
                ("project", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="suggestions", to="labelling.project")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["example", "id"], name="suggestion_newest")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("model", ""), _negated=True), name="suggestion_says_its_model"),
                    models.CheckConstraint(condition=models.Q(("confidence", None), models.Q(("confidence__gte", 0), ("confidence__lte", 1)), _connector="OR"), name="suggestion_confidence_share"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SuggestionRemoval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last", models.BigIntegerField()),
                ("removed_at", models.DateTimeField()),
                ("project", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="suggestion_removals", to="labelling.project")),
                ("removed_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("project", "last"), name="suggestionremoval_once")],
            },
        ),
        migrations.CreateModel(
            name="Suggested",
            fields=[
                ("assignment", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="suggested", serialize=False, to="labelling.assignment")),
                ("shown", models.BooleanField()),
                ("project", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="labelling.project")),
                ("suggestion", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="labelling.suggestion")),
            ],
        ),
        migrations.RunPython(install, remove),
    ]
