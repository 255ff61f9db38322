"""An audit entry and the events of one change in one statement, for writes that happen hundreds of times a second."""

from typing import Any

import orjson
from django.db import connection

from platform_core.events.origin import origin_of
from platform_core.jobs.wake import wake_after_commit
from platform_core.members.principal import Principal
from tenants.scope import current_organization

_WRITE = """
    WITH entry AS (
        INSERT INTO events_auditentry
            (action, target_type, target_id, data, created_at, actor_id, actor_email, credential, credential_id, plugin,
             request_id, ip_address, user_agent)
        VALUES (%(action)s, %(target_type)s, %(target_id)s, %(data)s, statement_timestamp(), %(actor_id)s,
                %(actor_email)s, %(credential)s, %(credential_id)s, %(plugin)s, %(request_id)s, %(ip_address)s,
                %(user_agent)s))
    INSERT INTO events_outboxevent (type, payload, created_at, updated_at)
    SELECT event->>'type', event->'payload', statement_timestamp(), statement_timestamp()
    FROM jsonb_array_elements(%(events)s) WITH ORDINALITY AS listed(event, place) ORDER BY place"""


class ChangeRecord:
    """An audit entry with the events of the same change, written together.

    Args:
        action: past-tense name such as `annotation.created`.
        data: what changed; never a secret.
    """

    def __init__(
        self, *, actor: Principal, action: str, target_type: str, target_id: int, data: dict[str, Any]
    ) -> None:
        self._entry: dict[str, Any] = {
            "action": action,
            "target_type": target_type,
            "target_id": str(target_id),
            "data": orjson.dumps(data).decode(),
            **origin_of(actor),
        }
        self._events: list[dict[str, Any]] = []

    def emit_event(self, *, type: str, payload: dict[str, Any]) -> None:  # noqa: A002  (the field's own name)
        """Add an event; handlers see them in this order."""
        self._events.append({"type": type, "payload": payload})

    def write(self) -> None:
        """Write what `record_audit` and `emit_event` would, in one statement, and wake the worker after the commit."""
        assert connection.in_atomic_block, "audit entries and events are written in the transaction of their change"
        arguments: dict[str, Any] = {
            **self._entry,
            "events": orjson.dumps(self._events).decode(),
        }
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, arguments)
        wake_after_commit(current_organization())
