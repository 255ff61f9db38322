"""Schemas of organizations: made by replaying cached scripts, dropped after a grace time."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from platform_core.api.errors import NotFoundError, ValidationFailedError
from tenants.digests import core_labels, migrations_digest
from tenants.models import DdlScript, Domain, GlobalAuditEntry, Organization, OrganizationStatus, SchemaState
from tenants.outbox import write_global_event
from tenants.scope import OrganizationRef, public_scope, tenant_scope
from tenants.scripts import core_script, drop_schema, replay
from tenants.slugs import check_slug

DELETION_GRACE = timedelta(days=30)


def new_schema_name() -> str:
    """Return an opaque name: organizations may be renamed, their schemas never are."""
    return f"o_{secrets.token_hex(10)}"


def provision_organization(
    *,
    slug: str,
    name: str,
    created_by_user_id: int | None,
    domains: tuple[str, ...] = (),
    more_scripts: Sequence[DdlScript] = (),
    plugins: Mapping[str, Mapping[str, Any]] | None = None,
) -> OrganizationRef:
    """Create an organization's row, domains and schema. Must be inside a transaction, which makes it all or nothing.

    Args:
        more_scripts: replayed behind the core's in the same round trip.
        plugins: what the index of the fleet says from the start; see `SchemaState.plugins`.

    Raises:
        ValidationFailedError: the slug is malformed, reserved or taken, or a domain is taken.
    """
    check_slug(slug)
    script = core_script()
    with public_scope():
        _refuse_taken(slug, domains)
        organization = Organization(
            slug=slug, name=name, schema_name=new_schema_name(), created_by_user_id=created_by_user_id
        )
        # Not `save()`: django-tenants would look for names that differ in case, which random ones never do.
        Organization.objects.bulk_create([organization])
        subdomain = f"{slug}.{settings.TENON_PUBLIC_DOMAIN}"
        Domain.objects.bulk_create(
            Domain(domain=domain, tenant=organization, is_primary=index == 0)
            for index, domain in enumerate((subdomain, *domains))
        )
        SchemaState.objects.create(
            organization=organization, core_digest=migrations_digest(core_labels()), plugins=plugins or {}
        )
        GlobalAuditEntry.objects.create(
            action="organization.created",
            target_type="organization",
            target_id=str(organization.pk),
            data={"slug": slug},
            actor_user_id=created_by_user_id,
        )
        write_global_event(type="organization.created", payload={"organization": organization.pk})
    reference = organization.ref()
    with tenant_scope(reference):
        replay(script, *more_scripts, schema_too=True)
    return reference


def _refuse_taken(slug: str, domains: tuple[str, ...]) -> None:
    if Organization.objects.filter(slug=slug).exists():
        raise ValidationFailedError(validation_errors={"slug": [f'An organization "{slug}" exists already.']})
    taken = list(Domain.objects.filter(domain__in=domains).values_list("domain", flat=True))
    if taken:
        raise ValidationFailedError(
            validation_errors={"domains": [f"Taken by another organization: {', '.join(taken)}"]}
        )


@transaction.atomic
def request_deletion(*, slug: str, by_user_id: int | None, grace: timedelta = DELETION_GRACE) -> Organization:
    """Stop serving an organization now and have it dropped after the grace time. Its slug stays taken until then.

    Raises:
        NotFoundError: there is no such organization.
    """
    with public_scope():
        organization = Organization.objects.select_for_update().filter(slug=slug).first()
        if organization is None:
            raise NotFoundError(f'There is no organization "{slug}".')
        organization.status = OrganizationStatus.DELETING
        organization.delete_after = timezone.now() + grace
        organization.save(update_fields=["status", "delete_after", "updated_at"])
        _audit("organization.deletion_requested", organization, by_user_id)
    return organization


@transaction.atomic
def cancel_deletion(*, slug: str, by_user_id: int | None) -> Organization:
    """Serve an organization again whose grace time has not ended.

    Raises:
        NotFoundError: there is none that waits for its deletion.
    """
    with public_scope():
        organization = (
            Organization.objects.select_for_update().filter(slug=slug, status=OrganizationStatus.DELETING).first()
        )
        if organization is None:
            raise NotFoundError(f'No organization "{slug}" waits for its deletion.')
        organization.status = OrganizationStatus.ACTIVE
        organization.delete_after = None
        organization.save(update_fields=["status", "delete_after", "updated_at"])
        _audit("organization.deletion_canceled", organization, by_user_id)
        write_global_event(type="organization.deletion_canceled", payload={"organization": organization.pk})
    return organization


def drop_due_organizations() -> list[str]:
    """Drop the organizations whose grace time has ended, each in its own transaction. Returns their slugs."""
    with public_scope():
        due = list(
            Organization.objects.filter(
                status=OrganizationStatus.DELETING, delete_after__lte=timezone.now()
            ).values_list("pk", flat=True)
        )
    return [slug for pk in due if (slug := _drop(pk)) is not None]


@transaction.atomic
def _drop(organization_id: int) -> str | None:
    with public_scope():
        organization = (
            Organization.objects.select_for_update(skip_locked=True)
            .filter(pk=organization_id, status=OrganizationStatus.DELETING, delete_after__lte=timezone.now())
            .first()
        )
        if organization is None:
            return None
        drop_schema(organization.schema_name)
        _audit("organization.deleted", organization, None)
        slug = organization.slug
        Organization.objects.filter(pk=organization_id).delete()
    return slug


def _audit(action: str, organization: Organization, by_user_id: int | None) -> None:
    GlobalAuditEntry.objects.create(
        action=action,
        target_type="organization",
        target_id=str(organization.pk),
        data={"slug": organization.slug},
        actor_user_id=by_user_id,
    )
