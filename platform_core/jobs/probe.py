"""One statement that says whether an organization has work: what a sweep over a thousand of them costs."""

from django.db import connection

from tenants.scope import OrganizationRef, tenant_scope

_PROBE = """
    SELECT extract(epoch FROM least(
        (SELECT '-infinity'::timestamptz WHERE EXISTS (SELECT 1 FROM events_outboxevent WHERE relayed_at IS NULL)),
        (SELECT min(next_attempt_at) FROM events_eventdelivery WHERE status = 'pending'),
        (SELECT min(run_after) FROM jobs_job WHERE status = 'queued'),
        (SELECT min(lease_until) FROM jobs_job WHERE status = 'running')) - clock_timestamp())::float8"""


def seconds_until_work(organization: OrganizationRef) -> float | None:
    """Return 0 when events or jobs of the organization are due, the seconds until then, or None: nothing waits."""
    with tenant_scope(organization), connection.cursor() as cursor:
        cursor.execute(_PROBE)
        (seconds,) = cursor.fetchone()
    return max(0.0, seconds) if seconds is not None else None
