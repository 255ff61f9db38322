"""Waiting for a job in a request, as `?wait=60` asks."""

import time
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection

from platform_core.jobs.claims import claim
from platform_core.jobs.queries import find_job
from platform_core.jobs.runner import execute_in_caller
from platform_core.jobs.scoping import JobRow
from platform_core.jobs.services import ENDED
from platform_core.jobs.types import QUEUES, JobAddress
from tenants.scope import current_organization_or_none

LONGEST_WAIT_SECONDS: Final = 60.0
SHORTEST_SLEEP_SECONDS: Final = 0.02
LONGEST_SLEEP_SECONDS: Final = 0.5


def wait_for_job(job_id: UUID, seconds: float) -> JobRow | None:
    """Return a job's row when it has ended or the time is over; None when there is no such job.

    The job is one of the organization in scope, or a global one outside. Call it after the commit of the job's row.

    Args:
        seconds: cut to 60.
    """
    address = JobAddress(organization=current_organization_or_none(), id=job_id)
    if settings.TENON_JOBS_INLINE_WAIT:
        owned = claim(address.organization, worker="caller", queues=QUEUES, job_id=job_id)
        if owned is not None:
            execute_in_caller(owned)
        return find_job(address)
    assert not connection.in_atomic_block, "no worker sees a job before its commit"
    deadline = time.monotonic() + min(seconds, LONGEST_WAIT_SECONDS)
    pause = SHORTEST_SLEEP_SECONDS
    while True:
        row = find_job(address)
        left = deadline - time.monotonic()
        if row is None or row.status in ENDED or left <= 0:
            return row
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, LONGEST_SLEEP_SECONDS)
