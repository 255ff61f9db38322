from django.db import migrations


class Migration(migrations.Migration):
    run_before = [("tasks", "0001_initial")]
    operations = []
