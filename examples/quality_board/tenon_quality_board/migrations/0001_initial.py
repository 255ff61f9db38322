from django.db import migrations, models

import platform_core.sdk.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("quality", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Pin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, help_text="When it was pinned (UTC).")),
                ("updated_at", models.DateTimeField(auto_now=True, help_text="When the row was last changed (UTC).")),
                (
                    "note",
                    platform_core.sdk.fields.CoreForeignKey(
                        help_text="The note; pinned once at most.", to="quality.note"
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    platform_core.sdk.fields.CoreForeignKeyConstraint(
                        field="note", name="quality_board_pin_note_fk", on_delete="CASCADE"
                    ),
                    models.UniqueConstraint(fields=("note",), name="quality_board_pin_once"),
                ],
            },
        ),
    ]
