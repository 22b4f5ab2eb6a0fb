import hashlib

import django.db.models.deletion
from django.db import migrations, models

PLACES = 2**53


def fill(apps, schema_editor):
    """The circle of gold, with every example whose gold answer stands already."""
    gold = apps.get_model("labelling", "GoldExample")
    stands = apps.get_model("labelling", "ResolvedAnswer").objects.filter(gold=True)
    for pk, project, seed in stands.values_list("example_id", "example__project_id", "example__project__seed").distinct():
        digest = hashlib.sha256(f"{seed}:gold {pk}".encode()).digest()
        gold.objects.create(example_id=pk, project_id=project, place=int.from_bytes(digest[:8], "big") % PLACES)


class Migration(migrations.Migration):

    dependencies = [
        ('labelling', '0007_suggestions'),
    ]

    operations = [
        migrations.CreateModel(
            name='GoldExample',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.BigIntegerField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='assignment',
            name='assignment_once_a_round',
        ),
        migrations.AddField(
            model_name='assignment',
            name='comes_back_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='assignment',
            name='purpose',
            field=models.CharField(db_default='label', default='label', max_length=13),
        ),
        migrations.AddField(
            model_name='assignment',
            name='repeat',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='assignment',
            name='told_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='cursor',
            name='gold_place',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='cursor',
            name='handed',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='labellerday',
            name='check_seconds',
            field=models.FloatField(db_default=0.0, default=0.0),
        ),
        migrations.AddField(
            model_name='labellerday',
            name='checks',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='membership',
            name='check_seconds',
            field=models.FloatField(db_default=0.0, default=0.0),
        ),
        migrations.AddField(
            model_name='membership',
            name='checks',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='membership',
            name='qualification_score',
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name='membership',
            name='qualified_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='membership',
            name='tries',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='membership',
            name='tries_allowed',
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(condition=models.Q(('repeat__gt', 0)), fields=['project', 'labeller', 'purpose', 'state'], name='assignment_checks'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(condition=models.Q(('comes_back_at__isnull', False)), fields=['project', 'labeller', 'comes_back_at'], name='assignment_due'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.UniqueConstraint(fields=('example', 'labeller', 'round', 'repeat'), name='assignment_once_a_round'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ['label', 'qualification', 'gold', 'repeat'])), name='assignment_purpose_known'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('purpose', 'label'), ('repeat', 0), ('told_at', None)), models.Q(models.Q(('purpose', 'label'), _negated=True), ('comes_back_at', None), ('counted', False), ('repeat__gt', 0)), _connector='OR'), name='assignment_check_never_counts'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('check_seconds__gte', 0), ('checks__gte', 0)), name='membership_checks_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('tries__lte', models.F('tries_allowed'))), name='membership_tries_allowed'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('qualification_score', None), ('qualified_at', None), ('tries', 0)), models.Q(('qualification_score__gte', 0), ('qualification_score__lte', 1), ('tries__gt', 0)), _connector='OR'), name='membership_tries_have_score'),
        ),
        migrations.AddField(
            model_name='goldexample',
            name='example',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='labelling.example'),
        ),
        migrations.AddField(
            model_name='goldexample',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='labelling.project'),
        ),
        migrations.AddIndex(
            model_name='goldexample',
            index=models.Index(fields=['project', 'place'], name='goldexample_place'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
