"""Telling members something on their open pages: `GET /api/events/` streams it."""

from platform_core.events.streams import publish_to_members

__all__ = ["publish_to_members"]
