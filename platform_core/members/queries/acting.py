"""The principal of a job: the member who caused it, with the rights they have when it runs."""

from platform_core.members.models import Member
from platform_core.members.permissions import permissions_of_role
from platform_core.members.principal import Principal
from platform_core.plugins.permissions import plugin_permissions
from platform_core.plugins.queries.enabled import enabled_plugins
from tenants.scope import current_organization


def acting_member(member_id: int) -> Principal | None:
    """Return the principal of a member; None when the membership has ended meanwhile."""
    member = Member.objects.filter(pk=member_id, removed_at=None).first()
    if member is None:
        return None
    enabled = enabled_plugins()
    return Principal(
        id=member.pk,
        email=member.email,
        username=member.username,
        first_name=member.first_name,
        last_name=member.last_name,
        role=member.role,
        permissions=permissions_of_role(member.role, plugin_permissions=plugin_permissions(enabled)),
        organization=current_organization(),
        enabled_plugins=enabled,
        credential="platform",
    )
