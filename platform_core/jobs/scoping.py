"""Entering the scope in which a job's row lies."""

from contextlib import AbstractContextManager

from platform_core.jobs.models import Job
from tenants.models import GlobalJob
from tenants.scope import OrganizationRef, public_scope, tenant_scope

JobRow = Job | GlobalJob


def scope_of(organization: OrganizationRef | None) -> AbstractContextManager[object]:
    """Return the scope of an organization, or the public one for None."""
    return tenant_scope(organization) if organization is not None else public_scope()


def model_of(organization: OrganizationRef | None) -> type[Job] | type[GlobalJob]:
    """Return the model of the rows there."""
    return Job if organization is not None else GlobalJob


def table_of(organization: OrganizationRef | None) -> str:
    """Return the table of the rows there: a fixed name, safe in SQL."""
    return str(model_of(organization)._meta.db_table)
