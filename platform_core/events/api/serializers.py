"""Audit entries as the API shows and filters them."""

from typing import Any

from rest_framework import serializers

from platform_core.events.models import AuditEntry

CREDENTIALS = ("api_key", "access_token", "session", "platform")


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    """Who did what to which object, from where."""

    actor = serializers.IntegerField(
        source="actor_id", allow_null=True, help_text="Member id; null for the platform itself."
    )

    class Meta:
        model = AuditEntry
        fields = (
            "id",
            "action",
            "target_type",
            "target_id",
            "actor",
            "actor_email",
            "data",
            "credential",
            "credential_id",
            "plugin",
            "request_id",
            "ip_address",
            "user_agent",
            "created_at",
        )
        read_only_fields = fields


class AuditPageSerializer(serializers.Serializer[Any]):
    """A page of entries, newest first."""

    next = serializers.URLField(allow_null=True, help_text="The page of older entries, if there are any.")
    results = AuditEntrySerializer(many=True, help_text="Entries.")


class AuditFilterSerializer(serializers.Serializer[Any]):
    """Which entries, in the query string."""

    actor = serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, help_text="Member id of who acted."
    )
    action = serializers.CharField(required=False, max_length=100, help_text="Such as project.created, or project.*")
    target_type = serializers.CharField(required=False, max_length=100, help_text="Kind of the object.")
    target_id = serializers.CharField(required=False, max_length=100, help_text="Identifier of the object.")
    plugin = serializers.CharField(
        required=False, max_length=31, allow_blank=True, help_text="Slug of the plugin that acted; blank for the core."
    )
    credential = serializers.ChoiceField(
        required=False, choices=CREDENTIALS, help_text="Kind of the credential by which it was done."
    )
    request_id = serializers.CharField(required=False, max_length=64, help_text="What one request did.")
    ip_address = serializers.IPAddressField(required=False, help_text="Address the request came from.")
    since = serializers.DateTimeField(required=False, help_text="From this time on.")
    until = serializers.DateTimeField(required=False, help_text="Before this time.")
    before_id = serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, help_text="Older than this entry."
    )


class AuditPageQuerySerializer(AuditFilterSerializer):
    """Which entries, and how many of them."""

    page_size = serializers.IntegerField(
        required=False, min_value=1, max_value=1000, default=100, help_text="Entries a page."
    )


class AuditExportQuerySerializer(AuditFilterSerializer):
    """Which entries, and how they are written."""

    format = serializers.ChoiceField(choices=("csv", "jsonl"), default="csv", help_text="A table, or JSON lines.")
