"""Drop indexes that a constraint or nobody's query makes needless; each costs every new organization a millisecond."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_fewer_indexes"),
        ("projects", "0002_fewer_indexes"),
        ("tasks", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="annotation",
            name="parent_annotation",
            field=models.ForeignKey(
                db_index=False,
                help_text="Annotation it started from.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="tasks.annotation",
            ),
        ),
        migrations.AlterField(
            model_name="annotation",
            name="parent_prediction",
            field=models.ForeignKey(
                db_index=False,
                help_text="Prediction it started from.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="tasks.prediction",
            ),
        ),
        migrations.AlterField(
            model_name="importrun",
            name="created_by",
            field=models.ForeignKey(
                db_index=False,
                help_text="Who imported.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AddIndex(
            model_name="annotation",
            index=models.Index(
                condition=models.Q(("parent_prediction__isnull", False)),
                fields=["parent_prediction"],
                name="annotation_parent_prediction",
            ),
        ),
        migrations.AddIndex(
            model_name="annotation",
            index=models.Index(
                condition=models.Q(("parent_annotation__isnull", False)),
                fields=["parent_annotation"],
                name="annotation_parent_annotation",
            ),
        ),
    ]
