"""Drop indexes that a constraint or nobody's query makes needless; each costs every new organization a millisecond."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="apikey",
            name="digest",
            field=models.CharField(help_text="SHA-256 of the whole key.", max_length=64),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="digest",
            field=models.CharField(help_text="SHA-256 of the secret part.", max_length=64),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="invited_by",
            field=models.ForeignKey(
                db_index=False,
                help_text="Who invited.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AlterField(
            model_name="refreshtoken",
            name="digest",
            field=models.CharField(help_text="SHA-256 of header and payload of the token.", max_length=64),
        ),
        migrations.AlterField(
            model_name="team",
            name="admin",
            field=models.ForeignKey(
                db_index=False,
                help_text="Member who runs the team.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="administered_teams",
                to="members.member",
            ),
        ),
        migrations.AlterField(
            model_name="team",
            name="name",
            field=models.CharField(help_text="Name of the team.", max_length=200),
        ),
        migrations.AlterField(
            model_name="team",
            name="url",
            field=models.SlugField(
                db_index=False, help_text="Stable URL segment of the team.", max_length=80, null=True
            ),
        ),
        migrations.AlterField(
            model_name="teamlink",
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
            model_name="teamlink",
            name="digest",
            field=models.CharField(help_text="SHA-256 of the secret part.", max_length=64),
        ),
        migrations.AlterField(
            model_name="teammembership",
            name="team",
            field=models.ForeignKey(
                db_index=False,
                help_text="The team.",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="memberships",
                to="members.team",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.UniqueConstraint(fields=("digest",), name="api_key_digest_unique"),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(fields=("digest",), name="invitation_digest_unique"),
        ),
        migrations.AddConstraint(
            model_name="refreshtoken",
            constraint=models.UniqueConstraint(fields=("digest",), name="refresh_token_digest_unique"),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.UniqueConstraint(fields=("name",), name="team_name_unique"),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.UniqueConstraint(fields=("url",), name="team_url_unique"),
        ),
        migrations.AddConstraint(
            model_name="teamlink",
            constraint=models.UniqueConstraint(fields=("digest",), name="team_link_digest_unique"),
        ),
    ]
