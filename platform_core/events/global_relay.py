"""From the outbox of `public` into those of the organizations: there handlers hear of it as of any other event.

One transaction copies an event and marks it, so that each organization gets it once. What concerns an organization that
is not served goes to nobody: its audit in `public` says what happened.
"""

import logging
from typing import Any, Final

from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now

from platform_core.events.relay import EVENTS_A_STEP, KEPT_DAYS
from platform_core.events.services import emit_event
from tenants.models import GlobalOutboxEvent, MembershipIndex, OrganizationStatus, organization_refs
from tenants.scope import OrganizationRef, public_scope, tenant_scope

logger = logging.getLogger(__name__)

_LOCK: Final = "SELECT pg_try_advisory_xact_lock(hashtextextended('tenon.relay.public', 0))"
_FORGET: Final = "DELETE FROM tenants_globaloutboxevent WHERE relayed_at < clock_timestamp() - %s * interval '1 day'"


@transaction.atomic
def relay_global() -> int:
    """Relay some events of `public`; returns how many."""
    with public_scope():
        # One statement where there is nothing, which is nearly always.
        waiting = GlobalOutboxEvent.objects.filter(relayed_at=None).order_by("id")
        if not waiting.exists():
            return 0
        with connection.cursor() as cursor:
            cursor.execute(_LOCK)
            if not cursor.fetchone()[0]:
                return 0
        rows = list(waiting.values_list("id", "type", "payload")[:EVENTS_A_STEP])
        concerned = [(type_, payload, _organizations(payload)) for _, type_, payload in rows]
    for type_, payload, organizations in concerned:
        for organization in organizations:
            _hand_over(organization, type_, payload)
    with public_scope():
        GlobalOutboxEvent.objects.filter(pk__in=[id_ for id_, _, _ in rows]).update(relayed_at=Now(), updated_at=Now())
        with connection.cursor() as cursor:
            cursor.execute(_FORGET, [KEPT_DAYS])
    return len(rows)


def _organizations(payload: dict[str, Any]) -> list[OrganizationRef]:
    if "organization" in payload:
        return organization_refs(pk=payload["organization"], status=OrganizationStatus.ACTIVE)
    theirs = MembershipIndex.objects.filter(user_id=int(payload["member"])).values("organization_id")
    return organization_refs(pk__in=theirs, status=OrganizationStatus.ACTIVE)


def _hand_over(organization: OrganizationRef, type_: str, payload: dict[str, Any]) -> None:
    """Write the event into an organization's outbox; one whose schema is broken does not keep it from the others."""
    try:
        with transaction.atomic(), tenant_scope(organization):
            emit_event(type=type_, payload=payload)
    except DatabaseError:
        logger.exception("Organization %s cannot take the event %s", organization.slug, type_)
