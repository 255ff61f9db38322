"""Deleting the rows of jobs that ended long ago."""

from typing import Final

from django.conf import settings
from django.db import connection

from platform_core.jobs.scoping import scope_of, table_of
from tenants.scope import OrganizationRef

BATCH: Final = 1_000

# The place of a schedule is kept although somebody canceled it: it can be retried.
_PRUNE = """
    DELETE FROM {table} WHERE id IN (
        SELECT id FROM {table} WHERE status IN ('completed', 'failed', 'canceled') AND every_seconds IS NULL
        AND finished_at < clock_timestamp() - %(days)s * interval '1 day' LIMIT %(batch)s)"""


def prune_jobs(organization: OrganizationRef | None) -> int:
    """Delete ended jobs older than TENON_JOBS_KEEP_DAYS of an organization, or those without one; returns how many.

    Each thousand is a statement of its own, so that nobody waits for a long transaction. Zero days keep everything.
    """
    if not settings.TENON_JOBS_KEEP_DAYS:
        return 0
    values = {"days": settings.TENON_JOBS_KEEP_DAYS, "batch": BATCH}
    deleted = 0
    with scope_of(organization):
        while True:
            with connection.cursor() as cursor:
                cursor.execute(_PRUNE.format(table=table_of(organization)), values)
                batch = int(cursor.rowcount)
            deleted += batch
            if batch < BATCH:
                return deleted
