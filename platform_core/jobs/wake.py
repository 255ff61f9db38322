"""Telling workers that there is work, after the commit; a failure here never reaches the writer."""

import logging
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction

from tenants.scope import OrganizationRef, public_scope

CHANNEL: Final = "tenon_work"
GLOBAL_WORK: Final = "global"
logger = logging.getLogger(__name__)

# A hint may be lost in a crash of the database, as the sweep finds the work: its commit waits for no disk.
_HINT = """
    WITH hint AS (
        INSERT INTO tenants_workhint (organization_id, created_at, updated_at)
        SELECT id, clock_timestamp(), clock_timestamp() FROM tenants_organization WHERE id = %s
        ON CONFLICT (organization_id) DO UPDATE SET updated_at = clock_timestamp() RETURNING organization_id)
    SELECT pg_notify(%s, organization_id::text), set_config('synchronous_commit', 'off', true) FROM hint"""


@dataclass(frozen=True, slots=True)
class _Wake:
    """Compared by value, so that one transaction wakes workers once however much work it makes."""

    organization: OrganizationRef | None

    def __call__(self) -> None:
        wake(self.organization)


def wake_after_commit(organization: OrganizationRef | None) -> None:
    """Wake workers for an organization, or for work without one, when the transaction has committed."""
    callback = _Wake(organization)
    if not any(entry[1] == callback for entry in connection.run_on_commit):
        transaction.on_commit(callback, robust=True)


def wake(organization: OrganizationRef | None) -> None:
    """Leave a hint for the sweep and notify whoever listens. Never raises: the sweep finds the work anyway."""
    try:
        with public_scope(), connection.cursor() as cursor:
            if organization is None:
                cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, GLOBAL_WORK])
            else:
                cursor.execute(_HINT, [organization.id, CHANNEL])
    except Exception:
        logger.warning("Workers were not told of new work; their next sweep finds it", exc_info=True)
