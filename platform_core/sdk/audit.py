"""Saying who did what, in the transaction of the change."""

from platform_core.events.services import record_audit

__all__ = ["record_audit"]
