"""Messages to the open pages of members, and tickets to hear them; `platform_core.streaming` sends what is written."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from platform_core.events.channel import notify_of_message
from platform_core.events.models import StreamMessage, StreamTicket
from platform_core.members.credentials import digest_of
from platform_core.members.principal import Principal
from tenants.scope import current_organization, current_schema

KEPT: Final = timedelta(hours=24)
TICKET_LIVES: Final = timedelta(seconds=30)
PRUNED_AT_ONCE: Final = 500
MAX_TICKET: Final = 100

# Ids are given under a lock, so that they become visible in their order: a reader asks for those after its last one.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_PRUNE = """
    DELETE FROM events_streammessage WHERE id IN (
        SELECT id FROM (SELECT id, created_at FROM events_streammessage ORDER BY id LIMIT %(limit)s) oldest
        WHERE created_at < %(before)s)"""
_TAKE = """
    DELETE FROM events_streamticket WHERE digest = %s AND expires_at > clock_timestamp()
    RETURNING member_id, role, credential, proof, sees_all_jobs, last_event_id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRight:
    """What a ticket lets its bearer hear.

    Attributes:
        member_id: whose messages.
        role: the member's; with another one the stream ends, for rights may have changed.
        credential: kind of the credential that asked for the ticket.
        proof: names that credential; the stream ends with it.
        sees_all_jobs: whether jobs of others are shown.
        last_event_id: last message that the page has seen; None for a page that begins now.
    """

    member_id: int
    role: str
    credential: str
    proof: str
    sees_all_jobs: bool
    last_event_id: int | None


@transaction.atomic
def publish_to_members(*, members: Collection[int], type: str, data: dict[str, Any]) -> None:  # noqa: A002
    """Tell members something on their open pages, and on those that come back within a day.

    Args:
        type: name of the message; a plugin's begins with its slug.
        data: small facts; never a secret.
    """
    if not members:
        return
    organization = current_organization()
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [f"{current_schema()}:stream"])
        cursor.execute(_PRUNE, {"limit": PRUNED_AT_ONCE, "before": timezone.now() - KEPT})
    StreamMessage.objects.bulk_create(
        StreamMessage(member_id=member, type=type, data=data) for member in sorted(set(members))
    )
    for member in sorted(set(members)):
        notify_of_message(organization, member)


def issue_ticket(*, actor: Principal, proof: str, last_event_id: int | None) -> str:
    """Return a ticket for one stream of the acting member; it works once, within half a minute.

    Args:
        proof: names the credential of the request.
    """
    text = secrets.token_urlsafe(32)
    now = timezone.now()
    StreamTicket.objects.filter(expires_at__lt=now).delete()
    StreamTicket.objects.create(
        digest=digest_of(text),
        member_id=actor.id,
        role=actor.role if actor.custom_role is None else f"{actor.role}:{actor.custom_role}",
        credential=actor.credential,
        proof=proof,
        sees_all_jobs=actor.can("jobs.view") and actor.can("jobs.view_all"),
        last_event_id=last_event_id,
        expires_at=now + TICKET_LIVES,
    )
    return f"{current_organization().id}.{text}"


def take_ticket(secret: str) -> StreamRight | None:
    """Return what a ticket is good for, and end it; None when it was never issued here, was used, or is too old.

    Args:
        secret: what follows the organization's id in the ticket.
    """
    if len(secret) > MAX_TICKET:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [digest_of(secret)])
        row = cursor.fetchone()
    if row is None:
        return None
    member, role, credential, proof, sees_all, last = row
    return StreamRight(
        member_id=member, role=role, credential=credential, proof=proof, sees_all_jobs=sees_all, last_event_id=last
    )
