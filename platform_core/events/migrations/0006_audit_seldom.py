"""Find seldom actions, requests and addresses in the audit without reading all of it."""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0005_stream"),
        ("members", "0003_identity"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True,
                fields=["action", "request_id", "ip_address"],
                name="audit_seldom",
                opclasses=["text_bloom_ops", "text_bloom_ops", "inet_bloom_ops"],
                pages_per_range=32,
            ),
        ),
    ]
