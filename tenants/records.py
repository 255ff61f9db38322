"""Abstract rows that exist twice: in each organization's schema, and in `public` for work without an organization."""

import uuid

from django.db import models


class TimestampedModel(models.Model):
    """Row that knows when it was made and last changed (UTC)."""

    created_at = models.DateTimeField(auto_now_add=True, help_text="When the row was made (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When the row was last changed (UTC).")

    class Meta:
        abstract = True


class JobStatus(models.TextChoices):
    """Life of a background job."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Canceled"


class JobRecord(TimestampedModel):
    """The truth about a background job; Redis only carries its id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, help_text="Identifier of the job.")
    function = models.CharField(max_length=255, help_text="Dotted path of the registered function.")
    args = models.JSONField(default=list, help_text="Positional arguments: ids and other JSON values.")
    kwargs = models.JSONField(default=dict, help_text="Keyword arguments: ids and other JSON values.")
    queue = models.CharField(max_length=16, default="default", help_text="critical, high, default or low.")
    status = models.CharField(max_length=16, choices=JobStatus, default=JobStatus.QUEUED, help_text="State of the job.")
    timeout_seconds = models.PositiveIntegerField(default=180, help_text="Longest run of one attempt, in seconds.")
    run_after = models.DateTimeField(help_text="Not started before this time (UTC).")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Attempts started so far.")
    max_attempts = models.PositiveSmallIntegerField(default=3, help_text="Attempts at most.")
    progress_done = models.BigIntegerField(default=0, help_text="Units of work finished.")
    progress_total = models.BigIntegerField(null=True, help_text="Units of work in all, once known.")
    result = models.JSONField(null=True, help_text="What the function returned.")
    error = models.TextField(blank=True, default="", help_text="Why the last attempt failed; nothing internal.")
    lease_until = models.DateTimeField(null=True, help_text="The worker owns the job until then; renewed by heartbeat.")
    worker = models.CharField(max_length=64, blank=True, default="", help_text="Worker that holds the lease.")
    cancel_requested = models.BooleanField(default=False, help_text="Somebody asked the running job to stop.")
    plugin = models.CharField(max_length=31, blank=True, default="", help_text="Plugin whose job this is, if any.")
    schedule_key = models.CharField(
        max_length=100, blank=True, default="", help_text="Name of the schedule, unique within the plugin."
    )
    every_seconds = models.PositiveIntegerField(null=True, help_text="Queued again so long after each start, if set.")
    started_at = models.DateTimeField(null=True, help_text="Start of the last attempt (UTC).")
    finished_at = models.DateTimeField(null=True, help_text="End of the job (UTC).")

    class Meta:
        abstract = True


class OutboxRecord(models.Model):
    """An event, written in the transaction of the change it tells of."""

    id = models.BigAutoField(primary_key=True, help_text="Identifier; grows with time.")
    type = models.CharField(max_length=100, help_text="Past-tense name such as annotation.created.")
    payload = models.JSONField(default=dict, help_text="Ids and facts; never secrets.")
    created_at = models.DateTimeField(auto_now_add=True, help_text="When the change was made (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When the row was last changed (UTC).")
    relayed_at = models.DateTimeField(null=True, help_text="When the relay handed the event to every handler (UTC).")

    class Meta:
        abstract = True


class AuditRecord(models.Model):
    """Who did what to which object, from where. Append-only: a trigger refuses updates and deletes."""

    id = models.BigAutoField(primary_key=True, help_text="Identifier; grows with time.")
    action = models.CharField(max_length=100, help_text="Past-tense name such as project.created.")
    target_type = models.CharField(max_length=100, help_text="Kind of the object.")
    target_id = models.CharField(max_length=100, help_text="Identifier of the object.")
    data = models.JSONField(default=dict, help_text="What changed; never secrets.")
    actor_email = models.CharField(
        max_length=254, blank=True, default="", help_text="E-mail of the actor at that time."
    )
    request_id = models.CharField(max_length=64, blank=True, default="", help_text="Request that caused it.")
    ip_address = models.GenericIPAddressField(null=True, help_text="Address the request came from.")
    user_agent = models.CharField(
        max_length=200, blank=True, default="", help_text="Program that sent the request, as it calls itself."
    )
    created_at = models.DateTimeField(auto_now_add=True, help_text="When it happened (UTC).")

    class Meta:
        abstract = True
