"""What became of imports."""

from django.db import models

from platform_core.members.models import Member
from platform_core.projects.models import Project
from tenants.records import TimestampedModel


class ImportStatus(models.TextChoices):
    """Life of an import; the values are Label Studio's."""

    CREATED = "created", "Created"
    IN_PROGRESS = "in_progress", "In progress"
    FAILED = "failed", "Failed"
    COMPLETED = "completed", "Completed"


class ImportRun(TimestampedModel):
    """What became of one import."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="imports", help_text="Into which project."
    )
    status = models.CharField(max_length=16, choices=ImportStatus, default=ImportStatus.CREATED, help_text="State.")
    source_format = models.CharField(
        max_length=64, blank=True, default="", help_text="json, jsonl, csv, tsv or an importer's key."
    )
    task_count = models.BigIntegerField(default=0, help_text="Tasks made.")
    annotation_count = models.BigIntegerField(default=0, help_text="Annotations made.")
    prediction_count = models.BigIntegerField(default=0, help_text="Predictions made.")
    error = models.TextField(blank=True, default="", help_text="Why it failed.")
    duration = models.FloatField(default=0.0, help_text="Seconds.")
    data_columns = models.JSONField(default=list, help_text="Keys of the tasks' data.")
    task_ids = models.JSONField(default=list, help_text="First and last id of the tasks made.")
    file_upload_ids = models.JSONField(default=list, help_text="Files it read.")
    found_formats = models.JSONField(default=list, help_text="What was recognised, one entry a file.")
    could_be_tasks_list = models.BooleanField(default=True, help_text="Read from lists of tasks, not single media.")
    warnings = models.JSONField(default=list, help_text="What plugins warned about: at most 100.")
    job_id = models.UUIDField(null=True, help_text="Job that runs it; none when it ran in the request.")
    created_by = models.ForeignKey(
        Member, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+", help_text="Who imported."
    )
    finished_at = models.DateTimeField(null=True, help_text="When it ended (UTC).")
