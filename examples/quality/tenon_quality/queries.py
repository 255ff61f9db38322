"""Reads of the plugin's tables. What hangs on a task is shown only to those who may see the task."""

from typing import Any

from django.db.models import Count, Max, QuerySet

from platform_core.sdk.errors import NotFoundError
from platform_core.sdk.tasks import tasks_visible_to
from platform_core.sdk.views import Principal
from tenon_quality.models import Contribution, Note

NOTE_FIELDS = ("id", "task_id", "author_id", "kind", "text", "resolved_at", "created_at", "updated_at")


def notes_visible_to(principal: Principal) -> QuerySet[Note]:
    """Return the notes about tasks that the member may see, newest first."""
    return Note.objects.filter(task__in=tasks_visible_to(principal)).order_by("-id")


def visible_note(principal: Principal, note_id: int) -> Note:
    """Return one of them.

    Raises:
        NotFoundError: it does not exist or is not visible.
    """
    note = notes_visible_to(principal).filter(pk=note_id).first()
    if note is None:
        raise NotFoundError(f"There is no note {note_id}.")
    return note


def contributions() -> QuerySet[Any, Any]:
    """Return `member_id`, `annotations` and `latest_at` of each member who has annotated, most annotations first."""
    counted: QuerySet[Any, Any] = Contribution.objects.values("member_id").annotate(
        annotations=Count("event_id"), latest_at=Max("occurred_at")
    )
    return counted.order_by("-annotations", "member_id")
