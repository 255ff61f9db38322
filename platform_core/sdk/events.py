"""Telling others what happened, in the transaction of the change."""

from platform_core.events.services import emit_event

__all__ = ["emit_event"]
