"""What administrators may change of their organization."""

from django.db import transaction

from platform_core.events.services import record_audit
from platform_core.members.principal import Principal
from tenants.models import Organization
from tenants.scope import current_organization, public_scope


@transaction.atomic
def change_organization(*, changes: dict[str, str | None], actor: Principal) -> None:
    """Change the display name (`name`) or the contact address (`contact_info`) of the organization in scope."""
    organization_id = current_organization().id
    with public_scope():
        row = Organization.objects.select_for_update().get(pk=organization_id)
        changed = sorted(
            name for name in ("name", "contact_info") if name in changes and getattr(row, name) != changes[name]
        )
        if not changed:
            return
        for name in changed:
            setattr(row, name, changes[name])
        row.save(update_fields=[*changed, "updated_at"])
    record_audit(
        actor=actor,
        action="organization.changed",
        target_type="organization",
        target_id=organization_id,
        data={"fields": changed},
    )
