"""Time zone and separator of tables among the preferences of an account."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="list_separator",
            field=models.CharField(
                choices=[(",", "Comma"), (";", "Semicolon"), ("\t", "Tab")],
                default=",",
                help_text="Between the cells of a table",
                max_length=1,
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="time_zone",
            field=models.CharField(default="UTC", help_text="Time zone, as Europe/Berlin", max_length=64),
        ),
    ]
