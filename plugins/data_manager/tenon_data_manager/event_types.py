"""What the plugin tells others: its kinds of events and what their payloads hold."""

from platform_core.sdk import EventTypeSpec

_VIEW = {"view": {"type": "integer"}, "project": {"type": "integer"}}
EVENT_TYPES = (
    EventTypeSpec(key="view_created", summary="a view was stored", payload=_VIEW),
    EventTypeSpec(key="view_updated", summary="a view was changed", payload=_VIEW),
    EventTypeSpec(key="view_deleted", summary="a view was deleted", payload=_VIEW),
)
