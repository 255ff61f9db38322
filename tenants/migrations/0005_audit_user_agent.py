"""Say by which program something was done."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0004_schedules"),
    ]

    operations = [
        migrations.AddField(
            model_name="globalauditentry",
            name="user_agent",
            field=models.CharField(
                blank=True, default="", help_text="Program that sent the request, as it calls itself.", max_length=200
            ),
        ),
    ]
