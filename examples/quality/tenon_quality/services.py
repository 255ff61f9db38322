"""Writes of the plugin: the row, its audit entry and its event in one transaction."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from platform_core.sdk.audit import record_audit
from platform_core.sdk.errors import ValidationFailedError
from platform_core.sdk.events import emit_event
from platform_core.sdk.tasks import visible_task
from platform_core.sdk.views import Principal
from tenon_quality.configuration import configuration
from tenon_quality.models import Note
from tenon_quality.queries import visible_note


@transaction.atomic
def add_note(*, actor: Principal, task_id: int, kind: str, text: str) -> Note:
    """Write a note about a task.

    Raises:
        NotFoundError: the task does not exist or the member may not see it.
        ValidationFailedError: the settings know no such kind.
    """
    kinds = configuration().kinds
    if kind not in kinds:
        raise ValidationFailedError(validation_errors={"kind": [f"{kind!r} is none of {', '.join(kinds)}."]})
    task = visible_task(actor, task_id)
    note = Note.objects.create(task_id=task.pk, author_id=actor.id, kind=kind, text=text)
    _tell("note_added", note, actor)
    return note


@transaction.atomic
def set_note_resolved(*, actor: Principal, note_id: int, resolved: bool) -> Note:
    """Close a note, or open it again; nothing happens where it is so already.

    Raises:
        NotFoundError: the note does not exist or the member may not see its task.
    """
    note = Note.objects.select_for_update().get(pk=visible_note(actor, note_id).pk)
    if (note.resolved_at is not None) == resolved:
        return note
    note.resolved_at = timezone.now() if resolved else None
    note.save(update_fields=["resolved_at", "updated_at"])
    _tell("note_resolved" if resolved else "note_reopened", note, actor)
    return note


@transaction.atomic
def resolve_notes_of(*, actor: Principal, task_ids: Sequence[int]) -> int:
    """Close all open notes about tasks that the member may see; returns how many there were."""
    notes = list(Note.objects.select_for_update().filter(task__in=task_ids, resolved_at=None).order_by("pk"))
    Note.objects.filter(pk__in=[note.pk for note in notes]).update(resolved_at=timezone.now())
    for note in notes:
        _tell("note_resolved", note, actor)
    return len(notes)


def _tell(what: str, note: Note, actor: Principal) -> None:
    facts = {"note": note.pk, "task": note.task_id, "kind": note.kind}
    record_audit(actor=actor, action=f"quality.{what}", target_type="quality.note", target_id=note.pk, data=facts)
    emit_event(type=f"quality.{what}", payload=facts)
