"""The picture of a member, and invitations with a role of the organization's own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0003_identity"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="avatar",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Name of the picture's file, made by us; empty without one.",
                max_length=60,
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="custom_role",
            field=models.ForeignKey(
                db_index=False,
                help_text="Role of the organization's own making given on acceptance, whose base `role` is.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="members.customrole",
            ),
        ),
    ]
