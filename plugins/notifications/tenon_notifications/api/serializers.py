"""Bodies of the plugin's endpoints."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

BIG: Final = 2**63 - 1
INBOX_PARAMETERS: Final = (
    OpenApiParameter("unread", bool, description="Only those that were not read, or only those that were."),
    OpenApiParameter("before_id", int, description="Older than this one: the way to the next page."),
    OpenApiParameter("page_size", int, description="How many: 30 unless told, at most 100."),
)


class InboxQuerySerializer(serializers.Serializer[Any]):
    """Query parameters of the inbox; `INBOX_PARAMETERS` describes them."""

    unread = serializers.BooleanField(required=False)
    before_id = serializers.IntegerField(required=False, min_value=1, max_value=BIG)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=100, default=30)


class NotificationSerializer(serializers.Serializer[Any]):
    """Something that the member was told."""

    id = serializers.IntegerField(help_text="Identifier; newer ones are higher.")
    type = serializers.CharField(help_text="Type of the event.")
    text = serializers.CharField(help_text="One sentence.")
    data = serializers.DictField(help_text="Payload of the event.")  # type: ignore[assignment]  # hides a property
    occurred_at = serializers.DateTimeField(help_text="When it happened (UTC).")
    read_at = serializers.DateTimeField(allow_null=True, help_text="When it was read (UTC); null until then.")


class InboxSerializer(serializers.Serializer[Any]):
    """A page of the inbox."""

    unread = serializers.IntegerField(help_text="How many of the whole inbox were not read.")
    next_before_id = serializers.IntegerField(
        allow_null=True, help_text="`before_id` of the next page; null at the end."
    )
    results = NotificationSerializer(many=True, help_text="Newest first.")


class ReadSerializer(serializers.Serializer[Any]):
    """What may be changed of a notification."""

    read = serializers.BooleanField(help_text="Whether it was read.")


class ReadAllSerializer(serializers.Serializer[Any]):
    """How many were read at once."""

    read = serializers.IntegerField(read_only=True, help_text="How many had not been read.")


class PreferenceSerializer(serializers.Serializer[Any]):
    """Whether the member is told of a type of event."""

    type = serializers.CharField(help_text="Type of the event.")
    description = serializers.CharField(help_text="When it happens.")
    enabled = serializers.BooleanField(help_text="Whether the member is told.")


class PreferencesSerializer(serializers.Serializer[Any]):
    """What a member wants to be told of, by type of event."""

    preferences = serializers.DictField(child=serializers.BooleanField(), help_text="Type of event -> told or not.")
