"""Files that people uploaded into projects."""

import uuid

from django.db import models

from platform_core.members.models import Member
from platform_core.projects.models import Project
from tenants.records import TimestampedModel


class FileUpload(TimestampedModel):
    """One uploaded file; its bytes lie in the organization's file store under `store_key`."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="uploads", help_text="Its project.")
    key = models.UUIDField(unique=True, default=uuid.uuid4, help_text="Opaque name of its bytes, and part of its URL.")
    name = models.CharField(max_length=128, help_text="Name it was uploaded under, cleaned.")
    size = models.BigIntegerField(default=0, help_text="Bytes.")
    created_by = models.ForeignKey(
        Member, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+", help_text="Who uploaded it."
    )

    @property
    def file_name(self) -> str:
        """Return the name that exports and URLs use: opaque, then as uploaded."""
        return f"{self.key.hex}-{self.name}"

    @property
    def file(self) -> str:
        """Return the path as Label Studio's clients know it; after `/data/` it is the URL."""
        return f"upload/{self.project_id}/{self.file_name}"

    @property
    def store_key(self) -> str:
        """Return where the bytes lie."""
        return f"uploads/{self.project_id}/{self.key.hex}"
