"""One attempt: sent outside any transaction, then recorded in one, with what follows from it.

A worker that dies between sending and recording leaves no trace of the attempt, so it is made again with the same
`webhook-id`: at least once. A recorded attempt is never made again: its number is taken.
"""

import hashlib
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from platform_core.sdk.events import emit_event
from platform_core.sdk.outbound import OutboundError, OutboundLimits, OutboundResponse, OutboundTooLargeError, call
from platform_core.sdk.secrets import SealedTextError
from tenon_webhooks.models import Attempt, Delivery, DeliveryStatus, Webhook
from tenon_webhooks.services.deliveries import prepare_following
from tenon_webhooks.services.hosts import is_allowed
from tenon_webhooks.services.schedule import schedule
from tenon_webhooks.services.webhooks import host_of, secrets_in_use
from tenon_webhooks.signing import signed_headers

# Seconds before each further attempt: nine attempts in some 18 hours.
DELAYS: Final = (5, 30, 120, 600, 1800, 7200, 18_000, 36_000)
JITTER: Final = 0.2
LONGEST_RETRY_AFTER: Final = 86_400
FAILURES_ALLOWED: Final = 30
GONE: Final = 410
EXCERPT: Final = 1000
KEPT: Final = timedelta(days=30)
PRUNED_AT_ONCE: Final = 500
LIMITS: Final = OutboundLimits(connect_seconds=5, read_seconds=10, total_seconds=15, max_bytes=64 * 1024)
TEST_LIMITS: Final = OutboundLimits(connect_seconds=2, read_seconds=4, total_seconds=4, max_bytes=64 * 1024)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a call.

    Attributes:
        status: HTTP status; None without an answer.
        retry_after: seconds that the receiver asks us to wait.
    """

    started_at: datetime
    duration_ms: int
    status: int | None = None
    excerpt: str = ""
    error: str = ""
    retry_after: float | None = None

    @property
    def succeeded(self) -> bool:
        """Say whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


def attempt_delivery(*, delivery_id: UUID, number: int, is_test: bool = False) -> str:
    """Make an attempt and record it; returns the delivery's status, or `void` when there is nothing to be done.

    Args:
        number: of the attempt, from 1; one whose outcome is known is not made again.
        is_test: a short one, without further attempts.
    """
    delivery = Delivery.objects.select_related("webhook").filter(pk=delivery_id).first()
    if delivery is None or delivery.status != DeliveryStatus.PENDING or delivery.attempts >= number:
        return "void"
    if not delivery.webhook.is_active and not is_test:
        return _given_up(delivery_id)
    outcome = _sent(delivery, TEST_LIMITS if is_test else LIMITS)
    return _record(delivery_id, number, outcome, is_test=is_test)


def _sent(delivery: Delivery, limits: OutboundLimits) -> Outcome:
    started_at, began = timezone.now(), monotonic()
    answer: OutboundResponse | None = None
    error = ""
    if not is_allowed(delivery.webhook.url, project_id=delivery.webhook.project_id):
        error = f"{host_of(delivery.webhook.url)} is not among the hosts that the settings allow."
        return Outcome(started_at=started_at, duration_ms=0, error=error)
    try:
        headers = signed_headers(
            message_id=delivery.message_id,
            moment=started_at,
            body=delivery.body,
            secrets_in_use=secrets_in_use(delivery.webhook),
        )
        answer = call(
            method="POST",
            url=delivery.webhook.url,
            headers={
                **delivery.webhook.headers,
                **headers,
                "Content-Type": "application/json",
                "User-Agent": "Tenon-Webhooks/1",
            },
            body=delivery.body.encode(),
            limits=limits,
        )
    except OutboundTooLargeError:
        error = "The answer was too large."
    except OutboundError as refusal:
        error = refusal.detail
    except SealedTextError:
        error = "The webhook's secret cannot be opened; rotate it."
    duration = round((monotonic() - began) * 1000)
    if answer is None:
        return Outcome(started_at=started_at, duration_ms=duration, error=error[:300])
    return Outcome(
        started_at=started_at,
        duration_ms=duration,
        status=answer.status,
        excerpt=answer.body[: 4 * EXCERPT].decode("utf-8", "replace").replace("\x00", "")[:EXCERPT],
        retry_after=retry_after_seconds(answer.headers.get("retry-after", ""), now=started_at),
    )


def retry_after_seconds(text: str, *, now: datetime) -> float | None:
    """Return what a `Retry-After` header asks for, seconds or a date, at most a day; None for none or nonsense."""
    text = text.strip()[:100]
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_RETRY_AFTER)
    try:
        seconds = (parsedate_to_datetime(text) - now).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)


@transaction.atomic
def _record(delivery_id: UUID, number: int, outcome: Outcome, *, is_test: bool) -> str:
    delivery = Delivery.objects.select_for_update().filter(pk=delivery_id).first()
    if delivery is None or delivery.attempts >= number or delivery.status != DeliveryStatus.PENDING:
        return "void"
    webhook = Webhook.objects.select_for_update().get(pk=delivery.webhook_id)
    delivery.webhook = webhook
    Attempt.objects.create(
        delivery=delivery,
        number=number,
        url_host=host_of(webhook.url),
        request_digest=hashlib.sha256(delivery.body.encode()).hexdigest(),
        started_at=outcome.started_at,
        duration_ms=outcome.duration_ms,
        response_status=outcome.status,
        response_excerpt=outcome.excerpt,
        error=outcome.error,
    )
    delivery.attempts, delivery.next_attempt_at = number, None
    if outcome.succeeded:
        delivery.status = DeliveryStatus.DELIVERED
    elif is_test or number > len(DELAYS):
        delivery.status = DeliveryStatus.FAILED
    delivery.save(update_fields=["attempts", "next_attempt_at", "status", "updated_at"])
    if not is_test:
        _count(webhook, outcome)
        _go_on(delivery, webhook, number, outcome)
    return delivery.status


def _count(webhook: Webhook, outcome: Outcome) -> None:
    """Keep count of failures, and switch off a webhook whose receiver is gone."""
    if outcome.succeeded:
        if webhook.consecutive_failures:
            Webhook.objects.filter(pk=webhook.pk).update(consecutive_failures=0)
        return
    webhook.consecutive_failures += 1
    Webhook.objects.filter(pk=webhook.pk).update(consecutive_failures=F("consecutive_failures") + 1)
    reason = ""
    if outcome.status == GONE:
        reason = "the receiver answered 410 Gone."
    elif webhook.consecutive_failures >= FAILURES_ALLOWED:
        reason = f"{webhook.consecutive_failures} attempts in a row failed."
    if reason and webhook.is_active:
        webhook.is_active, webhook.disabled_reason = False, reason
        webhook.save(update_fields=["is_active", "disabled_reason", "updated_at"])
        emit_event(type="webhooks.switched_off", payload={"webhook": webhook.pk, "reason": reason})


def _go_on(delivery: Delivery, webhook: Webhook, number: int, outcome: Outcome) -> None:
    if delivery.status == DeliveryStatus.PENDING and not webhook.is_active:
        Delivery.objects.filter(pk=delivery.pk).update(status=DeliveryStatus.FAILED)
        delivery.status = DeliveryStatus.FAILED
    if delivery.status == DeliveryStatus.PENDING:
        delay = retry_delay(number, retry_after=outcome.retry_after)
        schedule(delivery, number=number + 1, at=timezone.now() + timedelta(seconds=delay))
        return
    if webhook.is_active:
        prepare_following(delivery)
    _prune(webhook)


def retry_delay(number: int, *, retry_after: float | None = None) -> float:
    """Return the seconds to wait after attempt `number`: what the table says, shaken, or longer if asked to."""
    delay = DELAYS[number - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  (spreads load, guards nothing)
    return max(delay, retry_after or 0.0)


def _given_up(delivery_id: UUID) -> str:
    """End a delivery whose webhook was switched off while it waited; a replay can send it later."""
    Delivery.objects.filter(pk=delivery_id, status=DeliveryStatus.PENDING).update(
        status=DeliveryStatus.FAILED, next_attempt_at=None, updated_at=timezone.now()
    )
    return DeliveryStatus.FAILED


def _prune(webhook: Webhook) -> None:
    """Forget what was sent long ago, some at a time."""
    old = Delivery.objects.filter(webhook=webhook, created_at__lt=timezone.now() - KEPT).exclude(
        status=DeliveryStatus.PENDING
    )
    Delivery.objects.filter(pk__in=old.order_by("created_at").values_list("pk", flat=True)[:PRUNED_AT_ONCE]).delete()
