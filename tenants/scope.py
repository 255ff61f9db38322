"""The one place that says whose data the running code may touch.

A `ContextVar` holds the current organization. The database backend (`tenants.postgresql.base`) reads it before every
statement and sets `search_path` to exactly one schema: the organization's, or `public`. Without a scope the path is
`public` alone, where no tenant table exists, so forgotten scopes end in an error and never in another tenant's rows.

Only the host middleware, the job runner, the command base and streaming responses enter a scope.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

PUBLIC_SCHEMA = "public"


class NoOrganizationScopeError(RuntimeError):
    """Tenant data was asked for outside `tenant_scope()`: a programming error, never a user's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationRef:
    """What code needs to know of an organization without a query.

    Attributes:
        id: primary key in `public`.
        slug: subdomain and display key; may change.
        schema: opaque schema name; never changes.
    """

    id: int
    slug: str
    schema: str


_current: ContextVar[OrganizationRef | None] = ContextVar("tenon_organization", default=None)


def current_schema() -> str:
    """Return the schema that statements go to now."""
    organization = _current.get()
    return organization.schema if organization is not None else PUBLIC_SCHEMA


def current_organization_or_none() -> OrganizationRef | None:
    """Return the organization in scope, or None on the public side."""
    return _current.get()


def current_organization() -> OrganizationRef:
    """Return the organization in scope.

    Raises:
        NoOrganizationScopeError: no organization is in scope.
    """
    organization = _current.get()
    if organization is None:
        raise NoOrganizationScopeError("No organization in scope: enter tenant_scope(organization) first")
    return organization


@contextmanager
def tenant_scope(organization: OrganizationRef) -> Iterator[OrganizationRef]:
    """Send every statement of this context to the organization's schema, and to nothing else."""
    token = _current.set(organization)
    try:
        yield organization
    finally:
        _current.reset(token)


@contextmanager
def public_scope() -> Iterator[None]:
    """Send every statement of this context to `public`, and to nothing else; for the shared index and login."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)
