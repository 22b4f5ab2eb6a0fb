import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('labelling', '0010_answer_changes'),
    ]

    operations = [
        migrations.CreateModel(
            name='OverlapState',
            fields=[
                ('project', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='overlap', serialize=False, to='labelling.project')),
                ('asked', models.BigIntegerField(db_default=0, default=0)),
                ('measured_labels', models.BigIntegerField(db_default=0, default=0)),
                ('measured_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('asked__gte', 0)), name='overlapstate_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='AskedMore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.PositiveSmallIntegerField()),
                ('wanted', models.PositiveSmallIntegerField()),
                ('confidence', models.FloatField()),
                ('asked_at', models.DateTimeField()),
                ('example', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='labelling.example')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='labelling.project')),
            ],
            options={
                'indexes': [models.Index(fields=['example', 'round'], name='askedmore_example')],
                'constraints': [models.CheckConstraint(condition=models.Q(('confidence__gte', 0), ('confidence__lte', 1)), name='askedmore_confidence_share')],
            },
        ),
        migrations.CreateModel(
            name='LabellerSkill',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('matched', models.FloatField()),
                ('compared', models.FloatField()),
                ('labeller', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('question', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='labelling.question')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('question', 'labeller'), name='labellerskill_once'), models.CheckConstraint(condition=models.Q(('matched__gte', 0), ('matched__lte', models.F('compared'))), name='labellerskill_of_compared')],
            },
        ),
    ]
