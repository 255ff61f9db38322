"""Background jobs of the organization."""

from django.db import models

from platform_core.members.models import Member
from tenants.records import JobRecord


class Job(JobRecord):
    """A job of this organization."""

    created_by = models.ForeignKey(
        Member, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+", help_text="Who caused it."
    )

    class Meta:
        indexes = [models.Index(fields=["status", "queue", "run_after"], name="job_claim")]
        constraints = [
            models.UniqueConstraint(
                fields=["plugin", "schedule_key"], condition=~models.Q(schedule_key=""), name="job_schedule_unique"
            )
        ]
