"""Writing audit entries and outbox events: always inside the transaction of the change they tell of."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from platform_core.events.models import AuditEntry, OutboxEvent
from platform_core.events.origin import origin_of
from platform_core.jobs.wake import wake_after_commit
from platform_core.members.principal import Principal
from tenants.scope import current_organization


def record_audit(
    *, actor: Principal | None, action: str, target_type: str, target_id: str | int, data: dict[str, Any] | None = None
) -> None:
    """Say who did what to which object; the row can never be changed.

    Where it came from, by which credential and through which plugin, the entry takes from the request or job.

    Args:
        actor: who acts; None for the platform itself.
        action: past-tense name such as `project.created`.
        data: what changed; never a secret.
    """
    record_audits(actor=actor, target_type=target_type, entries=[(action, target_id, data or {})])


def record_audits(
    *, actor: Principal | None, target_type: str, entries: Sequence[tuple[str, str | int, dict[str, Any]]]
) -> None:
    """Write several entries (action, target id, data) about objects of one kind in one statement."""
    assert connection.in_atomic_block, "audit entries are written in the transaction of their change"
    origin = origin_of(actor)
    AuditEntry.objects.bulk_create(
        AuditEntry(action=action, target_type=target_type, target_id=str(target_id), data=data, **origin)
        for action, target_id, data in entries
    )


def emit_event(*, type: str, payload: dict[str, Any]) -> None:  # noqa: A002  (the field's own name)
    """Put an event into the outbox; handlers see it only after the commit.

    Args:
        type: past-tense name such as `annotation.created`.
        payload: ids and facts; never a secret.
    """
    emit_events([(type, payload)])


def emit_events(events: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Put several events (type, payload) into the outbox in one statement."""
    assert connection.in_atomic_block, "events are written in the transaction of their change"
    OutboxEvent.objects.bulk_create(OutboxEvent(type=name, payload=payload) for name, payload in events)
    wake_after_commit(current_organization())
