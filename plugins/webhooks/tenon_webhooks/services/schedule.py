"""When an attempt is made: the job, and how it is asked for."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from platform_core.sdk.jobs import JobContext, job, start_job_async_or_sync
from tenon_webhooks.models import Delivery


@job(queue="low", timeout=60, max_attempts=5)
def send_delivery(context: JobContext, delivery_id: str, number: int) -> str:  # noqa: ARG001
    """Make one attempt of a delivery. A failed call is an outcome, not a failure of the job."""
    # Inline: what is recorded of an attempt may ask for another.
    from tenon_webhooks.services.sending import attempt_delivery

    return attempt_delivery(delivery_id=UUID(delivery_id), number=number)


def schedule(delivery: Delivery, *, number: int, at: datetime | None = None) -> None:
    """Have a job make an attempt, now or at a time; in the caller's transaction."""
    now = timezone.now()
    Delivery.objects.filter(pk=delivery.pk).update(next_attempt_at=at or now, updated_at=now)
    start_job_async_or_sync(send_delivery, str(delivery.pk), number, run_after=at)
