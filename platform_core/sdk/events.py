"""Telling others what happened, in the transaction of the change; and which kinds of events there are."""

from platform_core.events.actions import WebhookAction, api_webhook
from platform_core.events.catalogue import actions_of, object_schema, payload_schema, types_by_action
from platform_core.events.known_types import known_event_types
from platform_core.events.services import emit_event, emit_events

__all__ = [
    "WebhookAction",
    "actions_of",
    "api_webhook",
    "emit_event",
    "emit_events",
    "known_event_types",
    "object_schema",
    "payload_schema",
    "types_by_action",
]
