"""What an organization's own host says about it. The facts are rows of `public`, read in a statement of their own."""

from dataclasses import dataclass
from datetime import datetime

from tenants.models import Domain, Organization
from tenants.scope import current_organization, public_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationCard:
    """The organization in scope, as its members may see it."""

    id: int
    slug: str
    name: str
    contact_info: str | None
    created_by: int | None
    created_at: datetime
    updated_at: datetime


def organization_card() -> OrganizationCard:
    """Return the organization in scope."""
    organization_id = current_organization().id
    with public_scope():
        row = Organization.objects.only(
            "pk", "slug", "name", "contact_info", "created_by_user_id", "created_at", "updated_at", "schema_name"
        ).get(pk=organization_id)
    return OrganizationCard(
        id=row.pk,
        slug=row.slug,
        name=row.name,
        contact_info=row.contact_info,
        created_by=row.created_by_user_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def organization_domains() -> list[str]:
    """Return the hosts of the organization in scope, the primary one first."""
    organization_id = current_organization().id
    with public_scope():
        rows = Domain.objects.filter(tenant_id=organization_id).order_by("-is_primary", "pk")
        return list(rows.values_list("domain", flat=True))
