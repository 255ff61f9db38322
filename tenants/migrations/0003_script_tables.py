"""Remember with a plugin's script which tables it makes, so that a new organization's activation can name them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column of `public`; scripts without it have an older key and are not used any more."""

    dependencies = [("tenants", "0002_append_only_audit")]
    operations = [
        migrations.AddField(
            model_name="ddlscript",
            name="tables",
            field=models.JSONField(default=list, help_text="Names of the tables that a plugin's script makes."),
        ),
    ]
