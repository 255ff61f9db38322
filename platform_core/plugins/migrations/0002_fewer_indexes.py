"""Drop indexes that a constraint or nobody's query makes needless; each costs every new organization a millisecond."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_fewer_indexes"),
        ("plugins", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="activation",
            name="enabled_by",
            field=models.ForeignKey(
                db_index=False,
                help_text="Who enabled it.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AlterField(
            model_name="pluginsettings",
            name="changed_by",
            field=models.ForeignKey(
                db_index=False,
                help_text="Who changed them.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="members.member",
            ),
        ),
    ]
