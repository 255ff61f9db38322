"""What a view says about the events that it causes: `@api_webhook(WebhookAction.TASKS_CREATED)`.

Services emit the events, in their transactions; the decorator is a promise about them. It stands in the OpenAPI
document of the operation, and `tests/walls/test_declared_events.py` calls every operation and compares what was emitted
with what it declares, so that neither a declaration nor an emission can be forgotten.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
_ATTRIBUTE: Final = "tenon_actions"


class WebhookAction(StrEnum):
    """Names under which receivers outside ask for events: Label Studio's, and ours."""

    PROJECT_CREATED = "PROJECT_CREATED"
    PROJECT_UPDATED = "PROJECT_UPDATED"
    PROJECT_DELETED = "PROJECT_DELETED"
    PROJECT_COMPLETED = "PROJECT_COMPLETED"
    TASKS_CREATED = "TASKS_CREATED"
    TASK_UPDATED = "TASK_UPDATED"
    TASKS_DELETED = "TASKS_DELETED"
    TASK_COMPLETED = "TASK_COMPLETED"
    ANNOTATION_CREATED = "ANNOTATION_CREATED"
    ANNOTATION_UPDATED = "ANNOTATION_UPDATED"
    ANNOTATIONS_DELETED = "ANNOTATIONS_DELETED"
    TASKS_UPDATED = "TASKS_UPDATED"
    ANNOTATIONS_CREATED = "ANNOTATIONS_CREATED"
    ANNOTATIONS_UPDATED = "ANNOTATIONS_UPDATED"
    PREDICTIONS_DELETED = "PREDICTIONS_DELETED"
    PREDICTIONS_IMPORTED = "PREDICTIONS_IMPORTED"
    EXPORT_FINISHED = "EXPORT_FINISHED"
    FILES_UPLOADED = "FILES_UPLOADED"
    FILES_REPLACED = "FILES_REPLACED"
    FILES_DELETED = "FILES_DELETED"
    PREDICTION_CREATED = "PREDICTION_CREATED"
    PREDICTION_UPDATED = "PREDICTION_UPDATED"
    PREDICTION_DELETED = "PREDICTION_DELETED"
    IMPORT_FINISHED = "IMPORT_FINISHED"
    JOB_FINISHED = "JOB_FINISHED"
    MEMBER_ADDED = "MEMBER_ADDED"
    MEMBER_ROLE_CHANGED = "MEMBER_ROLE_CHANGED"
    MEMBER_REMOVED = "MEMBER_REMOVED"
    ACCOUNT_PROFILE_CHANGED = "ACCOUNT_PROFILE_CHANGED"
    ORGANIZATION_CREATED = "ORGANIZATION_CREATED"
    ORGANIZATION_DELETION_CANCELED = "ORGANIZATION_DELETION_CANCELED"
    PLUGIN_ENABLED = "PLUGIN_ENABLED"
    PLUGIN_UPGRADED = "PLUGIN_UPGRADED"
    PLUGIN_CONSENTED = "PLUGIN_CONSENTED"
    PLUGIN_DISABLED = "PLUGIN_DISABLED"
    PLUGIN_PURGE_REQUESTED = "PLUGIN_PURGE_REQUESTED"
    PLUGIN_PURGE_CANCELED = "PLUGIN_PURGE_CANCELED"
    PLUGIN_PURGED = "PLUGIN_PURGED"
    PLUGIN_EXPORTED = "PLUGIN_EXPORTED"
    PLUGIN_RESTORED = "PLUGIN_RESTORED"
    PLUGIN_SETTINGS_CHANGED = "PLUGIN_SETTINGS_CHANGED"


def api_webhook(*actions: str) -> Callable[[Function], Function]:
    """Declare the actions of which a method of a view may cause some when it succeeds.

    Args:
        actions: of the core, or, in a plugin, those of its own event types.
    """

    def mark(function: Function) -> Function:
        setattr(function, _ATTRIBUTE, frozenset(str(action) for action in actions))
        return function

    return mark


def declared_actions(view: object, method: str) -> frozenset[str]:
    """Return what a view's method declares."""
    found: frozenset[str] = getattr(getattr(view, method.lower(), None), _ATTRIBUTE, frozenset())
    return found
