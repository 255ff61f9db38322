"""What the plugin tells others: its kinds of events and what their payloads hold."""

from platform_core.sdk import EventTypeSpec

_NOTE = {"note": {"type": "integer"}, "task": {"type": "integer"}, "kind": {"type": "string"}}
EVENT_TYPES = (
    EventTypeSpec(key="note_added", summary="a note was written about a task", payload=_NOTE),
    EventTypeSpec(key="note_resolved", summary="a note was closed", payload=_NOTE),
    EventTypeSpec(key="note_reopened", summary="a note was opened again", payload=_NOTE),
)
