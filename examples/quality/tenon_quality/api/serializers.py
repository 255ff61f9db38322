"""Bodies of the plugin's endpoints."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers


class NoteSerializer(serializers.Serializer[Any]):
    """A note about a task."""

    id = serializers.IntegerField(read_only=True, help_text="Identifier in this organization.")
    task = serializers.IntegerField(source="task_id", min_value=1, help_text="The task that the note is about.")
    author = serializers.IntegerField(
        source="author_id", read_only=True, allow_null=True, help_text="Member who wrote it."
    )
    kind = serializers.CharField(max_length=40, help_text="One of the kinds in the plugin's settings.")
    text = serializers.CharField(max_length=2000, help_text="What is doubtful.")
    resolved_at = serializers.DateTimeField(read_only=True, allow_null=True, help_text="When it was closed (UTC).")
    created_at = serializers.DateTimeField(read_only=True, help_text="When it was written (UTC).")
    updated_at = serializers.DateTimeField(read_only=True, help_text="When it was last changed (UTC).")


class NoteChangeSerializer(serializers.Serializer[Any]):
    """What may be changed of a note."""

    resolved = serializers.BooleanField(help_text="Whether it is closed.")


class NoteQuerySerializer(serializers.Serializer[Any]):
    """Query parameters of the list; `NOTE_PARAMETERS` describes them."""

    task = serializers.IntegerField(required=False, min_value=1)
    open = serializers.BooleanField(required=False)


NOTE_PARAMETERS: Final = (
    OpenApiParameter("task", int, description="Only notes about this task."),
    OpenApiParameter("open", bool, description="Only notes that are open, or only those that are closed."),
)


class ContributionSerializer(serializers.Serializer[Any]):
    """How much a member has annotated since the plugin was enabled."""

    member = serializers.IntegerField(source="member_id", help_text="The member.")
    annotations = serializers.IntegerField(help_text="How many annotations they made.")
    latest_at = serializers.DateTimeField(help_text="When they made the latest (UTC).")
