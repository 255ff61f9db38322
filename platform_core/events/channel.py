"""How the process that streams events hears that there is something to tell: `pg_notify`, with ids and nothing else."""

from typing import Final
from uuid import UUID

from django.db import connection

from tenants.scope import OrganizationRef

CHANNEL: Final = "tenon_stream"
JOB: Final = "job"
MEMBER: Final = "member"

_NOTIFY = "SELECT pg_notify(%s, %s)"


def notify_of_job(organization: OrganizationRef, job_id: UUID) -> None:
    """Say that a job has moved; heard when the caller's transaction commits."""
    _notify(organization, JOB, str(job_id))


def notify_of_message(organization: OrganizationRef, member_id: int) -> None:
    """Say that a member has a message; heard when the caller's transaction commits."""
    _notify(organization, MEMBER, str(member_id))


def _notify(organization: OrganizationRef, what: str, id_: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_NOTIFY, [CHANNEL, f"{organization.id}:{what}:{id_}"])
