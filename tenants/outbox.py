"""Events of what belongs to no single organization: written with the change, relayed into the organizations concerned.

The relay is `platform_core.events.global_relay`; workers look for them between organizations, every few seconds.
"""

from typing import Any

from django.db import connection

from tenants.models import GlobalOutboxEvent
from tenants.scope import public_scope


def write_global_event(*, type: str, payload: dict[str, Any]) -> None:  # noqa: A002  (the field's own name)
    """Put an event into the outbox of `public`; called in the transaction of the change.

    Args:
        type: past-tense name such as `organization.created`, described in the catalogue of events.
        payload: ids and facts, never a secret. `organization` names the organization that it concerns, `member` a
            person, and then it concerns every organization that this person belongs to.
    """
    assert connection.in_atomic_block, "events are written in the transaction of their change"
    with public_scope():
        GlobalOutboxEvent.objects.create(type=type, payload=payload)
