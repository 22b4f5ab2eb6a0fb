"""What figures need to read only what changed: in which transaction an answer was written, and a trace of each that was
changed or taken away, left by the database whoever asks.

A rebuild of one of these tables on SQLite drops its triggers: such a migration has to call `install` again.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import labelling.tables

PLACE = "question_id, example_id, labeller_id, round"
LOG = f"INSERT INTO labelling_answerchange ({PLACE})"
EVENTS = ("INSERT", "UPDATE", "DELETE")


def install(apps, schema_editor):
    for name, table, event, body in triggers(schema_editor.connection.vendor):
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {body} END", params=None)
            continue
        seen = {"INSERT": "NEW TABLE AS came", "DELETE": "OLD TABLE AS went", "UPDATE": "OLD TABLE AS went NEW TABLE AS came"}[event]
        schema_editor.execute(
            f"CREATE OR REPLACE FUNCTION {table}_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$",
            params=None,
        )
        schema_editor.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {seen} FOR EACH STATEMENT EXECUTE FUNCTION {table}_{name}()",
            params=None,
        )


def remove(apps, schema_editor):
    for name, table, _, _ in triggers(schema_editor.connection.vendor):
        on = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER {name}{on}")
        if on:
            schema_editor.execute(f"DROP FUNCTION {table}_{name}()")


def triggers(vendor):
    """(name, table, event, body). PostgreSQL sees a statement's rows as a table, SQLite one row after the other."""
    counted, resolved, part = "labelling_countedanswer", "labelling_resolvedanswer", "labelling_tookpart"
    joined = "JOIN labelling_example e ON e.id = t.example_id JOIN labelling_question q ON q.project_id = e.project_id"
    if vendor == "postgresql":
        both = f"SELECT {PLACE} FROM went UNION SELECT {PLACE} FROM came"
        yield "answer_gone", counted, "DELETE", f"{LOG} SELECT {PLACE} FROM went;"
        yield "answer_changed", counted, "UPDATE", f"{LOG} {both};"
        for event in EVENTS:
            rows = {"INSERT": "came", "DELETE": "went", "UPDATE": "(SELECT * FROM went UNION ALL SELECT * FROM came)"}[event]
            yield f"standing_{event.lower()}", resolved, event, f"{LOG} SELECT DISTINCT t.question_id, 0, 0, 0 FROM {rows} t;"
            yield f"helped_{event.lower()}", part, event, f"{LOG} SELECT DISTINCT q.id, 0, 0, 0 FROM {rows} t {joined};"
        return
    old, new = (f"{row}.question_id, {row}.example_id, {row}.labeller_id, {row}.round" for row in ("OLD", "NEW"))
    yield "answer_gone", counted, "DELETE", f"{LOG} VALUES ({old});"
    yield "answer_changed", counted, "UPDATE", f"{LOG} VALUES ({old}); {LOG} SELECT {new} WHERE ({new}) IS NOT ({old});"
    for event in EVENTS:
        rows = {"INSERT": ["NEW"], "DELETE": ["OLD"], "UPDATE": ["OLD", "NEW"]}[event]
        yield f"standing_{event.lower()}", resolved, event, " ".join(f"{LOG} VALUES ({row}.question_id, 0, 0, 0);" for row in rows)
        find = "SELECT q.id, 0, 0, 0 FROM labelling_question q JOIN labelling_example e ON e.project_id = q.project_id"
        yield f"helped_{event.lower()}", part, event, " ".join(f"{LOG} {find} WHERE e.id = {row}.example_id;" for row in rows)


class Migration(migrations.Migration):

    dependencies = [
        ('labelling', '0009_slices_and_notes'),
    ]

    operations = [
        migrations.CreateModel(
            name='AnswerChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('question_id', models.BigIntegerField()),
                ('example_id', models.BigIntegerField()),
                ('labeller_id', models.BigIntegerField()),
                ('round', models.IntegerField()),
                ('written_in', models.BigIntegerField(db_default=labelling.tables.WritingTransaction(), editable=False)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'indexes': [models.Index(fields=['question_id', 'written_in'], name='answerchange_written')],
            },
        ),
        migrations.AddField(
            model_name='countedanswer',
            name='written_in',
            field=models.BigIntegerField(db_default=labelling.tables.WritingTransaction(), editable=False),
        ),
        migrations.AlterField(
            model_name='countedanswer',
            name='question',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='labelling.question'),
        ),
        migrations.AddIndex(
            model_name='countedanswer',
            index=models.Index(fields=['question', 'written_in'], name='countedanswer_written'),
        ),
        migrations.AddIndex(
            model_name='label',
            index=models.Index(condition=models.Q(('withdrawn', True)), fields=['project'], name='label_withdrawn'),
        ),
        migrations.AddIndex(
            model_name='label',
            index=models.Index(condition=models.Q(('counted', False), ('late', True)), fields=['project'], name='label_too_late'),
        ),
        migrations.RunPython(install, remove),
    ]
