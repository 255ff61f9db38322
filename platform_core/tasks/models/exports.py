"""Snapshots of projects: exports kept as files for a while, and what they were converted to."""

from django.db import models

from platform_core.members.models import Member
from platform_core.projects.models import Project
from tenants.records import TimestampedModel


class ExportStatus(models.TextChoices):
    """Life of a snapshot or a conversion; the values are Label Studio's."""

    CREATED = "created", "Created"
    IN_PROGRESS = "in_progress", "In progress"
    FAILED = "failed", "Failed"
    COMPLETED = "completed", "Completed"


class WrittenFile(TimestampedModel):
    """A file that a job writes. Its row says `completed` only after the whole file is in its place.

    What became of a job that never came back is read from the job's own row; see `queries.snapshots`.
    """

    status = models.CharField(max_length=16, choices=ExportStatus, default=ExportStatus.CREATED, help_text="State.")
    job_id = models.UUIDField(null=True, help_text="The job that writes it.")
    size = models.BigIntegerField(null=True, help_text="Bytes of the file.")
    md5 = models.CharField(max_length=32, blank=True, default="", help_text="MD5 of the file, as clients expect it.")
    sha256 = models.CharField(max_length=64, blank=True, default="", help_text="SHA-256 of the file.")
    finished_at = models.DateTimeField(null=True, help_text="When the file was complete (UTC).")

    class Meta:
        abstract = True


class ExportSnapshot(WrittenFile):
    """A project as it was, in JSON."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="snapshots", help_text="Of which project."
    )
    title = models.CharField(max_length=2048, blank=True, default="", help_text="For people.")
    created_by = models.ForeignKey(
        Member, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+", help_text="Who asked for it."
    )
    task_filter_options = models.JSONField(default=dict, help_text="Which tasks.")
    annotation_filter_options = models.JSONField(default=dict, help_text="Which annotations of them.")
    serialization_options = models.JSONField(default=dict, help_text="What is written out and what as ids.")
    counters = models.JSONField(default=dict, help_text="How many tasks it holds.")
    expires_at = models.DateTimeField(help_text="Deleted after this time, file and row (UTC).")


class ExportConversion(WrittenFile):
    """A snapshot in another format."""

    snapshot = models.ForeignKey(
        ExportSnapshot,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="conversions",
        help_text="Of which snapshot.",
    )
    export_type = models.CharField(max_length=100, help_text="Name of the format.")
    extension = models.CharField(max_length=32, blank=True, default="", help_text="Ending of the file's name.")
    content_type = models.CharField(max_length=100, blank=True, default="", help_text="MIME type of the file.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["snapshot", "export_type"], name="conversion_once")]
