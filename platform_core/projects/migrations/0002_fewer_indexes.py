"""Drop indexes that a constraint or nobody's query makes needless; each costs every new organization a millisecond."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_fewer_indexes"),
        ("projects", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="project",
            name="created_by",
            field=models.ForeignKey(
                db_index=False,
                help_text="Who made it.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AlterField(
            model_name="projectmembership",
            name="project",
            field=models.ForeignKey(
                db_index=False,
                help_text="The project.",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="memberships",
                to="projects.project",
            ),
        ),
        migrations.AlterField(
            model_name="projectteamgrant",
            name="project",
            field=models.ForeignKey(
                db_index=False,
                help_text="The project.",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="team_grants",
                to="projects.project",
            ),
        ),
    ]
