"""Jobs as the API shows them."""

from typing import Any

from rest_framework import serializers

from platform_core.jobs.models import Job
from platform_core.jobs.types import QUEUES
from tenants.records import JobStatus


class JobSerializer(serializers.ModelSerializer[Job]):
    """A background job; nothing of its arguments or its place in the code."""

    name = serializers.SerializerMethodField(help_text="What the job does, such as import_tasks.")
    created_by = serializers.IntegerField(
        source="created_by_id", allow_null=True, help_text="Id of the member who caused it."
    )

    class Meta:
        model = Job
        fields = (
            "id",
            "name",
            "queue",
            "status",
            "progress_done",
            "progress_total",
            "result",
            "error",
            "attempts",
            "max_attempts",
            "cancel_requested",
            "plugin",
            "schedule_key",
            "every_seconds",
            "created_by",
            "created_at",
            "updated_at",
            "run_after",
            "started_at",
            "finished_at",
        )
        read_only_fields = fields

    def get_name(self, job: Job) -> str:
        """Return the last part of the function's path."""
        return job.function.rsplit(".", 1)[-1]


class JobFilterSerializer(serializers.Serializer[Any]):
    """The query string of the list."""

    status = serializers.ChoiceField(JobStatus.choices, required=False, help_text="Only jobs in this state.")
    queue = serializers.ChoiceField(QUEUES, required=False, help_text="Only jobs of this queue.")
    name = serializers.RegexField(
        r"^[A-Za-z_][A-Za-z0-9_]{0,99}\Z", required=False, help_text="What the job does, such as import_tasks."
    )
    plugin = serializers.CharField(
        required=False, allow_blank=True, max_length=31, help_text="Slug of the plugin; empty for the core's own."
    )
    scheduled = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Whether it is queued again after each run."
    )
    created_by = serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, help_text="Id of the member who caused it."
    )
    cursor = serializers.UUIDField(required=False, help_text="`next_cursor` of an earlier answer, instead of `page`.")


JOB_EXAMPLE: dict[str, Any] = {
    "id": "0b0b8ad4-6d2b-4a39-9c5f-6f8f6a3c9d11",
    "name": "import_tasks",
    "queue": "default",
    "status": "running",
    "progress_done": 1200,
    "progress_total": 5000,
    "result": None,
    "error": "",
    "attempts": 1,
    "max_attempts": 3,
    "cancel_requested": False,
    "plugin": "",
    "schedule_key": "",
    "every_seconds": None,
    "created_by": 1,
    "created_at": "2026-01-15T12:00:00.000000Z",
    "updated_at": "2026-01-15T12:00:04.000000Z",
    "run_after": "2026-01-15T12:00:00.000000Z",
    "started_at": "2026-01-15T12:00:01.000000Z",
    "finished_at": None,
}
