import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def install(apps, schema_editor):
    """On SQLite the table was built anew, which dropped its trigger."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER IF EXISTS agreementrun_append_only")
        schema_editor.execute(
            "CREATE TRIGGER agreementrun_append_only BEFORE UPDATE ON labelling_agreementrun "
            "BEGIN SELECT RAISE(ABORT, 'rows of labelling_agreementrun are append-only'); END"
        )


class Migration(migrations.Migration):

    dependencies = [
        ('labelling', '0012_suspects_and_likeness'),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, install),
        migrations.AddField(
            model_name='agreementrun',
            name='created_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='agreementrun',
            name='digest',
            field=models.CharField(default='', max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='agreementrun',
            name='reason',
            field=models.CharField(default='asked', max_length=10),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='agreementrun',
            name='version',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name='agreementrun',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['asked', 'daily', 'release'])), name='agreementrun_reason_known'),
        ),
        migrations.AddConstraint(
            model_name='agreementrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', 'release'), ('version__isnull', False)), models.Q(models.Q(('reason', 'release'), _negated=True), ('version', None)), _connector='OR'), name='agreementrun_version_when_released'),
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
