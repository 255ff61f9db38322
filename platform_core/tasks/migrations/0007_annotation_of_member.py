"""What a member did in a project: one index instead of that of the author alone."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0003_identity"),
        ("projects", "0003_sealed_password"),
        ("tasks", "0006_list_index"),
    ]

    operations = [
        migrations.AlterField(
            model_name="annotation",
            name="completed_by",
            field=models.ForeignKey(
                db_index=False,
                help_text="Whose work it is.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="annotations",
                to="members.member",
            ),
        ),
        migrations.AddIndex(
            model_name="annotation",
            index=models.Index(fields=["completed_by", "project", "task"], name="annotation_of_member"),
        ),
    ]
