"""Say by which credential, program and plugin something was done."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0003_fewer_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="auditentry",
            name="credential",
            field=models.CharField(
                blank=True,
                default="",
                help_text="api_key, access_token or session; platform in a job; empty without an actor.",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="credential_id",
            field=models.UUIDField(help_text="Which API key or refresh token, where there is one.", null=True),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="plugin",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Plugin whose route, hook or job acted; empty for the core.",
                max_length=31,
            ),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="user_agent",
            field=models.CharField(
                blank=True, default="", help_text="Program that sent the request, as it calls itself.", max_length=200
            ),
        ),
    ]
