"""Writes of the plugin."""

from django.db import transaction
from tenon_quality.queries import visible_note

from platform_core.sdk.audit import record_audit
from platform_core.sdk.events import emit_event
from platform_core.sdk.views import Principal
from tenon_quality_board.models import Pin


@transaction.atomic
def pin_note(*, actor: Principal, note_id: int) -> Pin:
    """Pin a note; pinning it again changes nothing.

    Raises:
        NotFoundError: the note does not exist or the member may not see its task.
    """
    note = visible_note(actor, note_id)
    pin, created = Pin.objects.get_or_create(note=note)
    if created:
        facts = {"pin": pin.pk, "note": note.pk}
        record_audit(
            actor=actor, action="quality_board.pinned", target_type="quality_board.pin", target_id=pin.pk, data=facts
        )
        emit_event(type="quality_board.pinned", payload=facts)
    return pin
