from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Item",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("box", models.CharField(help_text="Name of the box.", max_length=40)),
                (
                    "key",
                    models.CharField(db_collation="C", help_text="Name of the object in the box.", max_length=1024),
                ),
                ("content", models.BinaryField(help_text="The object itself.")),
                ("etag", models.CharField(help_text="SHA-256 of the content, in hexadecimal.", max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True, help_text="When it was put in first (UTC).")),
                ("updated_at", models.DateTimeField(auto_now=True, help_text="When it was last replaced (UTC).")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("box", "key"), name="box_storage_item_key")],
            },
        ),
    ]
