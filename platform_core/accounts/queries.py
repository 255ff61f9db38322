"""Reads on global accounts. All of them go to `public`, whatever scope the caller is in."""

from dataclasses import dataclass, fields
from datetime import datetime

from platform_core.accounts.models import User
from platform_core.accounts.preferences import NEUTRAL, ExportPreferences
from tenants.models import Domain, MembershipIndex
from tenants.scope import public_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnOrganization:
    """An organization somebody belongs to, as the public host lists it."""

    id: int
    slug: str
    title: str
    contact_info: str | None
    created_at: datetime
    role: str
    domain: str


def account_of_email(email: str) -> User | None:
    """Return the account of an address, whatever its case."""
    with public_scope():
        return User.objects.filter(email=email.strip().lower()).first()


def account_of_id(user_id: int) -> User | None:
    """Return an account that may sign in."""
    with public_scope():
        return User.objects.filter(pk=user_id, is_active=True).first()


def organizations_of(user_id: int) -> list[OwnOrganization]:
    """Return the organizations somebody belongs to, by name; those that wait for their deletion are left out."""
    with public_scope():
        rows = (
            MembershipIndex.objects.filter(user_id=user_id, organization__status="active")
            .select_related("organization")
            .order_by("organization__name", "organization_id")
        )
        index = list(rows)
        domains = dict(
            Domain.objects.filter(tenant_id__in=[row.organization_id for row in index], is_primary=True).values_list(
                "tenant_id", "domain"
            )
        )
    return [
        OwnOrganization(
            id=row.organization_id,
            slug=row.organization.slug,
            title=row.organization.name,
            contact_info=row.organization.contact_info,
            created_at=row.organization.created_at,
            role=row.role,
            domain=domains.get(row.organization_id, ""),
        )
        for row in index
    ]


def export_preferences(member_id: int | None) -> ExportPreferences:
    """Return how a person reads dates and numbers; the neutral ones for the platform and for an account that is gone.

    One statement on `public`, of its own: preferences are the account's, the same in every organization.

    Args:
        member_id: member id, which is the account's.
    """
    names = [field.name for field in fields(ExportPreferences)]
    with public_scope():
        row = User.objects.filter(pk=member_id, is_active=True).values(*names).first() if member_id else None
    return ExportPreferences(**row) if row is not None else NEUTRAL
