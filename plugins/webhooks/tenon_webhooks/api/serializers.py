"""Bodies of the plugin's endpoints; the keys of a webhook are Label Studio's."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from tenon_webhooks.models import DeliveryStatus
from tenon_webhooks.services.targets import MAX_URL

BIG: Final = 2**63 - 1
LIST_PARAMETERS: Final = (OpenApiParameter("project", int, description="Only webhooks of this project."),)
INFO_PARAMETERS: Final = (
    OpenApiParameter("organization-only", bool, description="Only actions that webhooks of a project do not get."),
)
LOG_PARAMETERS: Final = (
    OpenApiParameter("status", str, enum=DeliveryStatus.values, description="Only deliveries in this state."),
    OpenApiParameter("action", str, description="Only deliveries of this action."),
)


class WebhookUpdateSerializer(serializers.Serializer[Any]):
    """What may be changed of a webhook; what is not given stays."""

    url = serializers.CharField(max_length=MAX_URL, help_text="Where events are posted.")
    send_payload = serializers.BooleanField(required=False, help_text="Send the objects, or only the action's name.")
    send_for_all_actions = serializers.BooleanField(required=False, help_text="Send every action.")
    headers = serializers.DictField(
        child=serializers.CharField(allow_blank=True, trim_whitespace=False),
        required=False,
        help_text="Headers that are sent along: at most 10.",
    )
    is_active = serializers.BooleanField(required=False, help_text="Whether anything is sent.")
    actions = serializers.ListField(
        child=serializers.CharField(max_length=100), required=False, max_length=200, help_text="Actions that are sent."
    )


class WebhookCreateSerializer(WebhookUpdateSerializer):
    """A new webhook."""

    project = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=BIG, help_text="Only its events; null: all."
    )


class WebhookSerializer(serializers.Serializer[Any]):
    """A webhook, without its secret."""

    id = serializers.IntegerField(help_text="Identifier in this organization.")
    organization = serializers.IntegerField(help_text="Identifier of the organization.")
    project = serializers.IntegerField(source="project_id", allow_null=True, help_text="Only its events; null: all.")
    url = serializers.CharField(help_text="Where events are posted.")
    send_payload = serializers.BooleanField(help_text="Send the objects, or only the action's name.")
    send_for_all_actions = serializers.BooleanField(help_text="Send every action.")
    headers = serializers.DictField(child=serializers.CharField(), help_text="Headers that are sent along.")
    is_active = serializers.BooleanField(help_text="Whether anything is sent.")
    actions = serializers.ListField(child=serializers.CharField(), help_text="Actions that are sent.")
    consecutive_failures = serializers.IntegerField(help_text="Attempts that failed since the last success.")
    disabled_reason = serializers.CharField(help_text="Why it was switched off by itself; empty when it was not.")
    created_at = serializers.DateTimeField(help_text="When it was made (UTC).")
    updated_at = serializers.DateTimeField(help_text="When it was last changed (UTC).")


class WebhookWithSecretSerializer(WebhookSerializer):
    """A webhook with its secret, which is shown once."""

    secret = serializers.CharField(help_text="Signs what is sent; store it now, it is not shown again.")


class ActionSerializer(serializers.Serializer[Any]):
    """What an action means."""

    name = serializers.CharField(help_text="For people.")
    description = serializers.CharField(help_text="When it is sent.")
    key = serializers.CharField(help_text="Which object of the message is meant.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Add the key that is no Python name."""
        fields: dict[str, Any] = super().get_fields()
        fields["organization-only"] = serializers.BooleanField(help_text="Webhooks of a project do not get it.")
        return fields


class LogQuerySerializer(serializers.Serializer[Any]):
    """Query parameters of the log; `LOG_PARAMETERS` describes them."""

    status = serializers.ChoiceField(choices=DeliveryStatus.choices, required=False)
    action = serializers.CharField(max_length=100, required=False)


class AttemptSerializer(serializers.Serializer[Any]):
    """What became of one attempt."""

    number = serializers.IntegerField(help_text="From 1.")
    url_host = serializers.CharField(help_text="Host that was called.")
    request_digest = serializers.CharField(help_text="SHA-256 of the body.")
    started_at = serializers.DateTimeField(help_text="When it was sent (UTC).")
    duration_ms = serializers.IntegerField(help_text="Milliseconds until the answer.")
    response_status = serializers.IntegerField(allow_null=True, help_text="HTTP status; null without an answer.")
    response_excerpt = serializers.CharField(help_text="Beginning of the answer.")
    error = serializers.CharField(help_text="Why there was no answer.")


class DeliverySerializer(serializers.Serializer[Any]):
    """A message and what became of it."""

    id = serializers.UUIDField(source="delivery.id", help_text="Identifier.")
    webhook = serializers.IntegerField(source="delivery.webhook_id", help_text="For which webhook.")
    message_id = serializers.CharField(source="delivery.message_id", help_text="`webhook-id` that the receiver sees.")
    action = serializers.CharField(source="delivery.action", help_text="What happened.")
    status = serializers.ChoiceField(source="delivery.status", choices=DeliveryStatus.choices, help_text="State.")
    attempts = AttemptSerializer(many=True, help_text="Attempts so far, oldest first.")
    next_attempt_at = serializers.DateTimeField(
        source="delivery.next_attempt_at", allow_null=True, help_text="When it is tried again (UTC)."
    )
    created_at = serializers.DateTimeField(source="delivery.created_at", help_text="When it was made (UTC).")
    updated_at = serializers.DateTimeField(source="delivery.updated_at", help_text="When it was last changed (UTC).")


class DeliveryWithBodySerializer(DeliverySerializer):
    """A message, what was posted, and what became of it."""

    body = serializers.CharField(source="delivery.body", help_text="JSON text that is posted.")


class NothingSerializer(serializers.Serializer[Any]):
    """An empty body."""
