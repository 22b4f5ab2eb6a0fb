import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    "labelaudit", "likenessgroup", "likenessmember", "likenessrun", "pictureprint", "sentsuspect", "suspect", "suspectrun",
]  # fmt: skip


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

    dependencies = [
        ('labelling', '0011_adaptive_overlap'),
    ]

    operations = [
        migrations.CreateModel(
            name='LikenessRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('display', models.JSONField()),
                ('least', models.FloatField()),
                ('examples', models.PositiveIntegerField()),
                ('exact_groups', models.PositiveIntegerField()),
                ('near_groups', models.PositiveIntegerField()),
                ('unreadable', models.PositiveIntegerField()),
                ('newest_example', models.BigIntegerField()),
                ('created_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('job', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labelling.job')),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labelling.project')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='LikenessGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('exact', models.BooleanField()),
                ('size', models.PositiveIntegerField()),
                ('similarity', models.FloatField()),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='groups', to='labelling.likenessrun')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='PicturePrint',
            fields=[
                ('media', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='labelling.media')),
                ('hash', models.BigIntegerField(null=True)),
                ('grey', models.BinaryField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('grey', None), ('hash', None)), models.Q(('grey__isnull', False), ('hash__isnull', False)), _connector='OR'), name='pictureprint_whole')],
            },
        ),
        migrations.CreateModel(
            name='SuspectRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('way', models.CharField(max_length=13)),
                ('method', models.TextField()),
                ('examples', models.PositiveIntegerField()),
                ('answers', models.PositiveIntegerField()),
                ('labels', models.PositiveIntegerField()),
                ('newest_label', models.BigIntegerField()),
                ('newest_resolution', models.BigIntegerField()),
                ('resolved', models.BigIntegerField()),
                ('schema_version', models.PositiveIntegerField()),
                ('created_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('evaluation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labelling.evaluation')),
                ('job', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labelling.job')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labelling.project')),
                ('question', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labelling.question')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Suspect',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('of', models.CharField(max_length=6)),
                ('place', models.PositiveIntegerField()),
                ('settled', models.BooleanField()),
                ('given', models.PositiveIntegerField()),
                ('instead', models.PositiveIntegerField()),
                ('chance', models.FloatField()),
                ('reason', models.TextField()),
                ('example', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labelling.example')),
                ('labeller', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='suspects', to='labelling.suspectrun')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='SentSuspect',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('newest_label', models.BigIntegerField()),
                ('sent_at', models.DateTimeField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labelling.case')),
                ('example', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labelling.example')),
                ('question', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labelling.question')),
                ('sent_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labelling.suspectrun')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='LabelAudit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seed', models.BigIntegerField()),
                ('suspected', models.PositiveIntegerField()),
                ('others', models.PositiveIntegerField()),
                ('suspected_drawn', models.PositiveIntegerField()),
                ('others_drawn', models.PositiveIntegerField()),
                ('created_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labelling.project')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labelling.question')),
                ('run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labelling.suspectrun')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='AuditedAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveIntegerField()),
                ('given', models.PositiveIntegerField()),
                ('suspected', models.BooleanField()),
                ('verdict', models.CharField(max_length=11, null=True)),
                ('checked_at', models.DateTimeField(null=True)),
                ('checked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('example', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labelling.example')),
                ('audit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='labelling.labelaudit')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('audit', 'place'), name='auditedanswer_place_once'), models.UniqueConstraint(fields=('audit', 'example'), name='auditedanswer_example_once'), models.CheckConstraint(condition=models.Q(('verdict', None), ('verdict__in', ['right', 'wrong', 'cannot_tell']), _connector='OR'), name='auditedanswer_verdict_known'), models.CheckConstraint(condition=models.Q(models.Q(('checked_at', None), ('checked_by', None), ('verdict', None)), models.Q(('checked_at__isnull', False), ('checked_by__isnull', False), ('verdict__isnull', False)), _connector='OR'), name='auditedanswer_verdict_has_who_and_when')],
            },
        ),
        migrations.CreateModel(
            name='LikenessMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('copy', models.PositiveIntegerField()),
                ('similarity', models.FloatField()),
                ('example', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='labelling.example')),
                ('group', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='labelling.likenessgroup')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('group', 'example'), name='likenessmember_once'), models.CheckConstraint(condition=models.Q(('similarity__gte', 0), ('similarity__lte', 1)), name='likenessmember_similarity_share')],
            },
        ),
        migrations.AddIndex(
            model_name='likenessrun',
            index=models.Index(fields=['project', '-id'], name='likenessrun_newest'),
        ),
        migrations.AddConstraint(
            model_name='likenessrun',
            constraint=models.CheckConstraint(condition=models.Q(('least__gt', 0), ('least__lte', 1)), name='likenessrun_least_share'),
        ),
        migrations.AddConstraint(
            model_name='likenessgroup',
            constraint=models.UniqueConstraint(fields=('run', 'number'), name='likenessgroup_number_once'),
        ),
        migrations.AddConstraint(
            model_name='likenessgroup',
            constraint=models.CheckConstraint(condition=models.Q(('size__gte', 2)), name='likenessgroup_of_several'),
        ),
        migrations.AddConstraint(
            model_name='likenessgroup',
            constraint=models.CheckConstraint(condition=models.Q(('similarity__gte', 0), ('similarity__lte', 1)), name='likenessgroup_similarity_share'),
        ),
        migrations.AddConstraint(
            model_name='likenessgroup',
            constraint=models.CheckConstraint(condition=models.Q(('exact', False), ('similarity', 1), _connector='OR'), name='likenessgroup_exact_is_alike'),
        ),
        migrations.AddIndex(
            model_name='suspectrun',
            index=models.Index(fields=['question', '-id'], name='suspectrun_newest'),
        ),
        migrations.AddConstraint(
            model_name='suspectrun',
            constraint=models.CheckConstraint(condition=models.Q(('way__in', ['probabilities', 'confidence', 'predictions', 'people'])), name='suspectrun_way_known'),
        ),
        migrations.AddConstraint(
            model_name='suspectrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('evaluation', None), ('way', 'people')), models.Q(models.Q(('way', 'people'), _negated=True), ('evaluation__isnull', False)), _connector='OR'), name='suspectrun_way_has_model'),
        ),
        migrations.AddConstraint(
            model_name='suspect',
            constraint=models.UniqueConstraint(fields=('run', 'of', 'place'), name='suspect_place_once'),
        ),
        migrations.AddConstraint(
            model_name='suspect',
            constraint=models.UniqueConstraint(condition=models.Q(('of', 'answer')), fields=('run', 'example'), name='suspect_answer_once'),
        ),
        migrations.AddConstraint(
            model_name='suspect',
            constraint=models.UniqueConstraint(condition=models.Q(('of', 'label')), fields=('run', 'example', 'labeller'), name='suspect_label_once'),
        ),
        migrations.AddConstraint(
            model_name='suspect',
            constraint=models.CheckConstraint(condition=models.Q(('of__in', ['answer', 'label'])), name='suspect_of_known'),
        ),
        migrations.AddConstraint(
            model_name='suspect',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('labeller__isnull', False), ('of', 'label')), models.Q(('labeller', None), ('of', 'answer')), _connector='OR'), name='suspect_label_has_labeller'),
        ),
        migrations.AddConstraint(
            model_name='suspect',
            constraint=models.CheckConstraint(condition=models.Q(('chance__gte', 0), ('chance__lte', 1)), name='suspect_chance_share'),
        ),
        migrations.AddConstraint(
            model_name='suspect',
            constraint=models.CheckConstraint(condition=models.Q(('given', models.F('instead')), _negated=True), name='suspect_says_something_else'),
        ),
        migrations.AddConstraint(
            model_name='sentsuspect',
            constraint=models.UniqueConstraint(fields=('question', 'example', 'newest_label'), name='sentsuspect_once'),
        ),
        migrations.AddIndex(
            model_name='labelaudit',
            index=models.Index(fields=['project', '-id'], name='labelaudit_newest'),
        ),
        migrations.AddConstraint(
            model_name='labelaudit',
            constraint=models.CheckConstraint(condition=models.Q(('others_drawn__lte', models.F('others')), ('suspected_drawn__lte', models.F('suspected'))), name='labelaudit_sample_of_population'),
        ),
        migrations.AddConstraint(
            model_name='labelaudit',
            constraint=models.CheckConstraint(condition=models.Q(('suspected_drawn__gte', 1), ('others_drawn__gte', 1), _connector='OR'), name='labelaudit_draws_something'),
        ),
        migrations.AddConstraint(
            model_name='labelaudit',
            constraint=models.CheckConstraint(condition=models.Q(('run__isnull', False), ('suspected', 0), _connector='OR'), name='labelaudit_suspects_have_run'),
        ),
        migrations.RunPython(install, remove),
    ]
