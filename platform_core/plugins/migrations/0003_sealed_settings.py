"""Keep secret settings sealed, apart from the others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("plugins", "0002_fewer_indexes")]

    operations = [
        migrations.AddField(
            model_name="pluginsettings",
            name="sealed",
            field=models.JSONField(default=dict, help_text="Secret settings by path, sealed."),
        ),
        migrations.AlterField(
            model_name="pluginsettings",
            name="values",
            field=models.JSONField(default=dict, help_text="The settings, without the secret ones."),
        ),
    ]
