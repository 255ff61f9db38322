"""From the outbox to the handlers, after the commit and away from the writer.

Two steps, each safe against a worker that dies in between: an event becomes one delivery row a handler, in one
transaction with its mark `relayed_at`; a delivery is claimed for a while in a short transaction, then its handler runs
in a transaction that also marks it delivered, so that the handler's own rows are written once.
"""

import json
import logging
import signal
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, connections, transaction
from django.db.models.functions import Now

from platform_core.events.handlers import Subscription, subscriptions
from platform_core.events.models import EventDelivery, OutboxEvent
from platform_core.plugins.errors import PluginEventSuspendedError
from platform_core.plugins.models import Activation, ActivationState
from platform_core.plugins.types import Event
from tenants.scope import OrganizationRef, tenant_scope

EVENTS_A_STEP: Final = 200
DELIVERIES_A_STEP: Final = 20
KEPT_DAYS: Final = 14
# More than come in at once, so that the oldest are gone sooner or later.
FORGOTTEN_AT_ONCE: Final = 2 * EVENTS_A_STEP
HANDLER_SECONDS: Final = 60
CLAIM_SECONDS: Final = 2 * HANDLER_SECONDS
# When another process fans out just now: it may have begun before the event came that brought this one here.
NOT_TAKEN_SECONDS: Final = 0.5
FIRST_DELAY_SECONDS: Final = 2
LONGEST_DELAY_SECONDS: Final = 3600
ABSENT_DELAY_SECONDS: Final = 300
SUSPENDED_DELAY_SECONDS: Final = 120
EVENT_NAMESPACE: Final = uuid.UUID("6f1d4c0e-8f0f-5b1e-9d57-2b8f6a6c1f11")
logger = logging.getLogger(__name__)

_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
_CLAIM = """
    UPDATE events_eventdelivery d SET attempts = d.attempts + 1, updated_at = clock_timestamp(),
        next_attempt_at = clock_timestamp() + %(claim)s * interval '1 second'
    FROM events_outboxevent e WHERE e.id = d.event_id AND d.id = (
        SELECT id FROM events_eventdelivery WHERE status = 'pending' AND next_attempt_at <= clock_timestamp()
        ORDER BY event_id, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING d.id, d.plugin, d.handler, d.attempts, e.id, e.type, e.payload::text, e.created_at"""
_NEXT_DUE = """
    SELECT extract(epoch FROM min(next_attempt_at) - clock_timestamp())::float8
    FROM events_eventdelivery WHERE status = 'pending'"""
_POSTPONE = """
    UPDATE events_eventdelivery SET status = %(status)s, error = %(error)s, updated_at = clock_timestamp(),
        attempts = attempts - %(refund)s, next_attempt_at = clock_timestamp() + %(delay)s * interval '1 second'
    WHERE id = %(id)s AND attempts = %(attempts)s AND status = 'pending'"""

_FORGET = """
    WITH old AS (
        SELECT id FROM (SELECT id, relayed_at FROM events_outboxevent ORDER BY id LIMIT %(limit)s) oldest
        WHERE relayed_at < clock_timestamp() - %(days)s * interval '1 day' AND NOT EXISTS (
            SELECT FROM events_eventdelivery d WHERE d.event_id = oldest.id AND d.status = 'pending')),
    gone AS (DELETE FROM events_eventdelivery WHERE event_id IN (SELECT id FROM old))
    DELETE FROM events_outboxevent WHERE id IN (SELECT id FROM old)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delivery:
    id: int
    plugin: str
    handler: str
    attempts: int
    event: Event


class _DeliveryTakenError(Exception):
    """Another worker has taken the delivery over; what the handler wrote here is rolled back."""


def relay_some(
    organization: OrganizationRef, *, should_stop: Callable[[], bool] = lambda: False
) -> tuple[bool, float | None]:
    """Relay some events and deliveries of an organization.

    Args:
        should_stop: asked between deliveries.

    Returns:
        Whether anything was done, and the seconds until it is worth another look (None: nothing waits).
    """
    with tenant_scope(organization):
        enabled = frozenset(Activation.objects.filter(state=ActivationState.ENABLED).values_list("slug", flat=True))
        handlers = subscriptions(enabled)
        fanned_out = _fan_out(organization, handlers)
        worked = bool(fanned_out)
        by_name = {(item.plugin, item.key): item for item in handlers}
        for _ in range(DELIVERIES_A_STEP):
            delivery = None if should_stop() else _claim(organization)
            if delivery is None:
                break
            worked = True
            _deliver(organization, delivery, by_name.get((delivery.plugin, delivery.handler)), enabled)
        due = _seconds_until_due()
        if fanned_out is None:
            due = NOT_TAKEN_SECONDS if due is None else min(due, NOT_TAKEN_SECONDS)
        return worked, due


@transaction.atomic
def _fan_out(organization: OrganizationRef, handlers: list[Subscription]) -> int | None:
    """Make deliveries of unrelayed events in the order of their ids; returns how many events, None if another does it.

    An event whose transaction commits after that of a later id is found by the next call: there is no high-water mark.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [f"tenon.relay.{organization.schema}"])
        if not cursor.fetchone()[0]:
            return None
    events = list(OutboxEvent.objects.filter(relayed_at=None).order_by("id").values_list("id", "type")[:EVENTS_A_STEP])
    types = frozenset(event_type for _, event_type in events)
    wanted = [(item, item.wanted(types)) for item in handlers] if events else []
    rows = [
        EventDelivery(event_id=event_id, plugin=item.plugin, handler=item.key, next_attempt_at=Now())
        for event_id, event_type in events
        for item, its in wanted
        if event_type in its
    ]
    EventDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    if events:
        OutboxEvent.objects.filter(pk__in=[event_id for event_id, _ in events]).update(
            relayed_at=Now(), updated_at=Now()
        )
        forget_relayed()
    return len(events)


def forget_relayed() -> None:
    """Delete some of the oldest events that were relayed long ago and wait for no handler, with their deliveries.

    Called wherever events come in, so that the table stops growing there and nobody has to look at quiet organizations.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, {"days": KEPT_DAYS, "limit": FORGOTTEN_AT_ONCE})


def _claim(organization: OrganizationRef) -> _Delivery | None:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"claim": CLAIM_SECONDS})
        row = cursor.fetchone()
    if row is None:
        return None
    id_, plugin, handler, attempts, event_id, event_type, payload, occurred_at = row
    event = Event(
        id=uuid.uuid5(EVENT_NAMESPACE, f"{organization.schema}:{event_id}"),
        type=event_type,
        payload=_object(payload),
        occurred_at=occurred_at,
    )
    return _Delivery(id=id_, plugin=plugin, handler=handler, attempts=attempts, event=event)


def _deliver(
    organization: OrganizationRef, delivery: _Delivery, handler: Subscription | None, enabled: frozenset[str]
) -> None:
    if handler is None:
        _without_handler(delivery, enabled)
        return
    try:
        with _limited(), transaction.atomic():
            handler.handle(organization, delivery.event)
            _mark_delivered(delivery)
    except _DeliveryTakenError:
        logger.warning("Delivery %d was taken over by another worker", delivery.id)
    except PluginEventSuspendedError as error:
        # Its attempts are for its own failures; while the breaker is open nothing is tried.
        _postpone(delivery, status="pending", error=str(error)[:500], delay=SUSPENDED_DELAY_SECONDS, refund=1)
    except (Exception, SystemExit) as error:
        incident = uuid.uuid4().hex[:12]
        logger.exception(
            "Plugin %s failed to handle %s (delivery %d, incident %s)",
            delivery.plugin,
            delivery.event.type,
            delivery.id,
            incident,
        )
        connections["default"].close_if_unusable_or_obsolete()
        _failed(delivery, f"{type(error).__name__}; incident {incident}", dead=delivery.attempts > handler.retries)


def _without_handler(delivery: _Delivery, enabled: frozenset[str]) -> None:
    """Wait for a plugin whose code is absent for now; give up for one that has been disabled."""
    if delivery.plugin in enabled:
        _postpone(delivery, status="pending", error="The handler is not there.", delay=ABSENT_DELAY_SECONDS, refund=1)
    else:
        _postpone(delivery, status="dead", error="The plugin is not enabled.", delay=0, refund=1)


def _mark_delivered(delivery: _Delivery) -> None:
    changed = EventDelivery.objects.filter(pk=delivery.id, attempts=delivery.attempts, status="pending").update(
        status="delivered", error="", updated_at=Now()
    )
    if not changed:
        raise _DeliveryTakenError


def _failed(delivery: _Delivery, error: str, *, dead: bool) -> None:
    delay = min(FIRST_DELAY_SECONDS * 2 ** (delivery.attempts - 1), LONGEST_DELAY_SECONDS)
    _postpone(delivery, status="dead" if dead else "pending", error=error, delay=delay, refund=0)


def _postpone(delivery: _Delivery, *, status: str, error: str, delay: float, refund: int) -> None:
    token = {"id": delivery.id, "attempts": delivery.attempts}
    with connection.cursor() as cursor:
        cursor.execute(_POSTPONE, {"status": status, "error": error, "delay": delay, "refund": refund, **token})


def _seconds_until_due() -> float | None:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_DUE)
        (seconds,) = cursor.fetchone()
    return max(0.0, seconds) if seconds is not None else None


def _object(text: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(text)
    return value


@contextmanager
def _limited() -> Iterator[None]:
    """Have the kernel end a worker process in which a handler hangs beyond the facade's own limit.

    Only where the process is a worker: one that has taken SIGALRM's default action for itself.
    """
    armed = worker_process.is_set
    if armed:
        signal.setitimer(signal.ITIMER_REAL, HANDLER_SECONDS)
    try:
        yield
    finally:
        if armed:
            signal.setitimer(signal.ITIMER_REAL, 0)


class _WorkerProcess:
    """Whether this process is a worker, which a supervisor starts anew."""

    is_set = False


worker_process: Final = _WorkerProcess()
